import { expect } from 'chai';
import { type Page } from 'playwright-core';
import {
  GATEWAY_SPAN,
  HEALTHY_TRACE_ID,
  ID_FORMS,
  LOG_COUNT,
  REQUEST_ID,
  SPAN_COUNT,
  TRACE_ID,
} from '../story.js';
import { choose, type PageWorld, rowTexts, untilRows } from './page-world.js';

async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.insertText(text);
  await page.keyboard.press('Enter');
}

/** What the search box finds. */
export function describeFinding(world: PageWorld): void {
  describe('the search box', () => {
    let whole: string[];
    before(async () => {
      whole = await rowTexts(await world.openFound(`/trace/${TRACE_ID}`));
      await world.endTest();
    });

    it('finds a trace over four groups in four layouts whole', () => {
      expect(whole).to.have.length(LOG_COUNT + SPAN_COUNT);
      expect(whole).to.include.members([
        'checkout started',
        'order received',
        'card declined',
        'POST /checkout',
      ]);
      expect(whole.join('\n')).to.contain('ledger entry 4711 written');
    });

    it('finds the same by every form of its id', async () => {
      const page = await world.open('/');
      for (const form of ID_FORMS) {
        await search(page, form);
        await page.locator('.found').waitFor();
        expect(await rowTexts(page), form).to.deep.equal(whole);
        expect(page.url(), form).to.match(/\/trace\//);
        await page.getByTitle('Start page').click();
        await page.locator('.trace-list').waitFor();
      }
    });

    it('finds a span by its id', async () => {
      const page = await world.open('/');
      await search(page, GATEWAY_SPAN.toUpperCase());
      await page.locator('.found').waitFor();
      expect(await rowTexts(page)).to.include.members(['checkout started', 'checkout failed']);
      expect(page.url()).to.contain(`/span/${GATEWAY_SPAN}`);
    });

    it('finds a request by its id, over the traces that it had', async () => {
      const page = await world.open('/');
      await search(page, REQUEST_ID);
      await page.locator('.found').waitFor();
      expect(await rowTexts(page)).to.include.members(['checkout done', 'checkout failed']);
    });

    it('finds by a field, and by a text that has no form at all', async () => {
      const page = await world.open('/');
      await search(page, 'attributes.customer = c-7');
      await untilRows(page, 8);
      expect(page.url()).to.contain('/field/attributes.customer/c-7');
      await search(page, 'price list is old');
      await untilRows(page, 2);
    });

    it('says what it tried where nothing is found, and looks further', async () => {
      const page = await world.open('/');
      await search(page, 'f'.repeat(32));
      await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
      await page.getByRole('button', { name: /full text/i }).click();
      await page.waitForURL(/fullText=true/);
      await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    });

    it('searches the log groups and the range that are picked', async () => {
      const page = await world.openFound(`/trace/${TRACE_ID}`);
      await page.keyboard.press('g');
      await page.getByLabel('Log group or prefix').fill('/apps/*');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Search these' }).click();
      await page.waitForURL(/groups=/);
      await page.locator('.found').waitFor();
      expect(await rowTexts(page)).not.to.include('card declined');
      expect(await rowTexts(page)).to.include('order received');
    });

    it('looks further where something was found, too', async () => {
      const page = await world.openFound(`/trace/${TRACE_ID}?groups=/apps/gateway`);
      expect(await rowTexts(page)).not.to.include('card declined');
      await choose(page, /^look further/, 'all log groups');
      await page.getByText('card declined').waitFor();
      expect(page.url()).not.to.contain('groups=');
    });

    it('begins with the newest traces and errors', async () => {
      const page = await world.open('/');
      await page.locator('.trace-list .trace-link').nth(1).waitFor();
      expect(await page.locator('.error-list').textContent()).to.contain('card declined');
      await page.locator(`[data-key="${HEALTHY_TRACE_ID}"]`).click();
      await page.locator('.found').waitFor();
      expect(await rowTexts(page)).to.include('checkout done');
    });
  });
}
