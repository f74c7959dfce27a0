import { expect } from 'chai';
import { type Page } from 'playwright-core';
import { LogEventBuilder } from '../../../src/insights/index.js';
import { createLookupHandler } from '../../../src/dashboards/index.js';
import { TRACE_ID } from '../story.js';
import { engineOfMany, MANY_TRACE_ID } from './many-records.js';
import { choose, type PageWorld } from './page-world.js';

const PATH = `/trace/${TRACE_ID}`;

/** What is seen of the records: their texts, which is marked, which are open. */
async function shown(page: Page): Promise<string[]> {
  const rows = await page.locator('.records .row').all();
  return Promise.all(
    rows.map(async (row) => {
      const classes = (await row.getAttribute('class'))!.split(' ');
      const marks = ['is-current', 'is-open'].filter((name) => classes.includes(name));
      return `${marks.join(' ')} ${await row.locator('.text').first().textContent()}`;
    }),
  );
}

/** What one person sees is what the link shows. */
export function describeInTheAddress(world: PageWorld): void {
  /** That a reload, and another browser with the same address, show the same. */
  async function isInTheLink(page: Page, ready = '.found'): Promise<string[]> {
    const before = await shown(page);
    const path = page.url().replace(/^https?:\/\/[^/]+/, '');
    await page.reload();
    await page.locator(ready).waitFor();
    expect(await shown(page)).to.deep.equal(before);
    const other = await world.open(path);
    await other.locator(ready).waitFor();
    expect(await shown(other)).to.deep.equal(before);
    return before;
  }

  describe('the address', () => {
    const WAYS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
      'a click': (page) => page.getByText('card declined').click(),
      'the keys n and e': async (page) => {
        await page.keyboard.press('n');
        await page.keyboard.press('e');
      },
      'the keys j and Enter': async (page) => {
        await page.keyboard.press('n');
        await page.keyboard.press('Enter');
      },
      'a dot on its lane and e': async (page) => {
        await page.locator('.lane .dot.is-error, .lane .dot.lv-error').first().click();
        await page.keyboard.press('e');
      },
    };
    for (const [way, open] of Object.entries(WAYS)) {
      it(`says which record is open, opened by ${way}`, async () => {
        const page = await world.openFound(PATH);
        await open(page);
        await page.locator('.c-details').waitFor();
        await page.waitForURL(/[?&]open=/);
        const rows = await isInTheLink(page);
        expect(rows.filter((row) => row.startsWith('is-current is-open'))).to.have.length(1);

        await page.keyboard.press('e');
        await page.locator('.c-details').waitFor({ state: 'detached' });
        await page.waitForURL((url) => !url.searchParams.has('open'));
      });
    }

    it('says which record is marked, and all that are open', async () => {
      const page = await world.openFound(PATH);
      for (const key of ['n', 'e', 'n', 'e', 'n']) await page.keyboard.press(key);
      const rows = await isInTheLink(page);
      expect(rows.filter((row) => row.startsWith('is-'))).to.have.length(3);
      expect(rows.filter((row) => row.startsWith('is-current '))).to.deep.equal([
        'is-current checkout failed',
      ]);
    });

    it('keeps the mark over a filter that hides it', async () => {
      const page = await world.openFound(PATH);
      await page.keyboard.press('n');
      await page.locator('.row.is-current').waitFor();
      await choose(page, /^log group/, '/apps/legacy');
      await page.keyboard.press('Escape');
      await page.locator('.row.is-current').waitFor({ state: 'detached' });
      await choose(page, /^log group/, 'all');
      await page.locator('.row.is-current', { hasText: 'card declined' }).waitFor();
    });

    it('says which lines of alike records and which lanes are folded', async () => {
      const page = await world.openFound(PATH);
      await page.getByRole('button', { name: 'group alike' }).click();
      await page.locator('.row.is-alike').first().click();
      await page.waitForURL(/unfolded=/);
      await page.locator('.lane .fold').nth(1).click();
      await page.waitForURL(/[?&]folded=/);
      const lanes = (): Promise<string[]> => page.getByRole('treeitem').allTextContents();
      const before = await lanes();
      await isInTheLink(page);
      expect(await lanes()).to.deep.equal(before);
      await page.locator('.row.is-alike').first().click();
      await page.locator('.lane .fold.is-folded').click();
      await page.waitForURL((url) => !url.search.includes('folded='));
    });

    it('says whether a comparison shows what is the same', async () => {
      const page = await world.openFound(PATH);
      await page.getByRole('button', { name: 'compare' }).click();
      await page.locator('.compared').waitFor();
      await page.getByRole('button', { name: /^all \d/ }).click();
      await page.waitForURL(/same=true/);
      const rows = (): Promise<string[]> => page.locator('.compared-row').allTextContents();
      const before = await rows();
      await page.reload();
      await page.locator('.compared').waitFor();
      expect(await rows()).to.deep.equal(before);
      await page.getByRole('button', { name: 'only what differs' }).click();
      await page.waitForURL((url) => !url.search.includes('same='));
    });

    it('says which record of the live view is open', async () => {
      const said = new LogEventBuilder().body('opened while live').severity('ERROR').build().message;
      await world.service.put('/apps/gateway', [[0, said]]);
      const page = await world.open('/live?level=error');
      await page.getByText('opened while live').waitFor();
      await page.keyboard.press('p');
      await page.keyboard.press('e');
      await page.locator('.c-details').waitFor();
      await page.waitForURL(/[?&]open=/);
      await page.reload();
      await page.locator('.row.is-current.is-open', { hasText: 'opened while live' }).waitFor();
      await page.keyboard.press('e');
      await page.waitForURL((url) => !url.searchParams.has('open'));
    });

    it('leads to one record of a hundred thousand, and to what is open beside it', async () => {
      const handler = createLookupHandler({ engine: engineOfMany(100_000), live: false });
      const url = await world.serve(handler);
      const page = await world.openFound(`/trace/${MANY_TRACE_ID}`, {}, url);
      for (let step = 0; step < 50; step++) await page.keyboard.press('p');
      await page.keyboard.press('e');
      await page.waitForURL(/[?&]open=/);
      const other = await world.openFound(page.url().slice(url.length), {}, url);
      const row = other.locator('.row.is-current.is-open', { hasText: 'record 50999 of many' });
      await row.waitFor();
      const { y } = (await row.boundingBox())!;
      expect(y).to.be.within(0, 800);
    });

    it('follows a key that is held, which browsers do not let write each step', async () => {
      const handler = createLookupHandler({ engine: engineOfMany(2_000), live: false });
      const url = await world.serve(handler);
      const page = await world.openFound(`/trace/${MANY_TRACE_ID}`, {}, url);
      for (let step = 0; step < 300; step++) await page.keyboard.press('j');
      await page.locator('.row.is-current', { hasText: 'record 299 of many' }).waitFor();
      const last = (1_772_323_200_000 + 299).toString(36);
      await page.waitForURL(new RegExp(`at=${last}-`));
    });
  });
}
