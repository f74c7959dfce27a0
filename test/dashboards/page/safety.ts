import { expect } from 'chai';
import { type Page } from 'playwright-core';
import { createLookupHandler } from '../../../src/dashboards/index.js';
import { LocalService } from '../../simulation/local-service.js';
import { TRACE_ID } from '../story.js';
import { ALL_HOSTILE, engineWithHostileNames, HOSTILE, hostileMessages, hostileSpan } from './hostile.js';
import { choose, type PageWorld } from './page-world.js';

const HOSTILE_TRACE = 'd'.repeat(32);
const OTHER_TRACE = 'c'.repeat(32);

/** Marks that a script ran; `hacked` itself is no complaint of the browser, so it must be seen. */
async function expectHarmless(page: Page): Promise<void> {
  const found = await page.evaluate<Record<string, number>>(`({
    scripts: document.scripts.length,
    images: document.querySelectorAll('img, iframe, object, embed, base, form[action]').length,
    handlers: [...document.querySelectorAll('*')].filter((one) =>
      [...one.attributes].some(({ name }) => /^on/.test(name))).length,
    addresses: [...document.querySelectorAll('a')].filter(({ protocol }) => !/^https?:$/.test(protocol)).length,
    styles: document.querySelectorAll('style').length,
    ran: window.ran ?? 0,
  })`);
  expect(found).to.deep.equal({ scripts: 1, images: 0, handlers: 0, addresses: 0, styles: 0, ran: 0 });
}

/** What foreign text may do: nothing. */
export function describeSafety(world: PageWorld): void {
  describe('foreign text', () => {
    let service: LocalService;
    let url: string;
    before(async () => {
      service = await LocalService.start();
      service.time -= 60_000;
      await service.createStream('/apps/hostile', '<img src=x onerror=hacked()>');
      service.time += 60_000;
      for (const [index, traceId] of [HOSTILE_TRACE, OTHER_TRACE].entries()) {
        const at = service.time - 30_000 + index * 1000;
        const messages = [...hostileMessages(traceId, at), hostileSpan(traceId, at)];
        await service.put(
          '/apps/hostile',
          messages.map((message) => [at - service.time, message] as const),
          '<img src=x onerror=hacked()>',
        );
      }
    });
    beforeEach(async () => {
      const engine = engineWithHostileNames(service);
      const handler = createLookupHandler({ engine, clock: () => service.time, consoleRegion: 'eu-west-1' });
      url = await world.serve(handler);
    });
    after(() => service.stop());

    /** Opens a page in which `hacked` counts its calls. */
    async function open(path: string): Promise<Page> {
      const page = await world.open(path, { permissions: ['clipboard-read', 'clipboard-write'] }, url);
      await page.addInitScript({ content: 'window.hacked = () => { window.ran = (window.ran ?? 0) + 1; };' });
      await page.reload();
      return page;
    }

    it('is text in every field of every layout, and in names of groups, streams, services and attributes', async () => {
      const page = await open(`/trace/${HOSTILE_TRACE}?fullText=true`);
      await page.locator('.found').waitFor();
      const count = await page.locator('.records .row').count();
      expect(count).to.equal(hostileMessages(HOSTILE_TRACE, 0).length + 1);
      for (let index = 0; index < count; index++) {
        await page.keyboard.press('j');
        await page.keyboard.press('e');
        const details = page.locator('.row.is-current .c-details');
        await details.waitFor();
        for (const button of await details.getByRole('button', { name: /lines of libraries/ }).all())
          await button.click();
        await details.locator('.raw-box summary').click();
      }
      const shown = (await page.locator('.records').textContent()) ?? '';
      for (const text of HOSTILE) expect(shown).to.contain(text.replace('\u202E', '\\u{202e}'));
      await expectHarmless(page);

      await page.getByText('how it was found').click();
      for (const lanes of [/groups$/, /services$/]) {
        await page.getByRole('button', { name: /^lanes/ }).click();
        await page.locator('.menu-list:popover-open .menu-item').filter({ hasText: lanes }).first().click();
        await page.locator('.lane').first().hover();
        await expectHarmless(page);
      }
      await choose(page, /^service/, HOSTILE[0]!);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'group alike' }).click();
      await expectHarmless(page);
      for (const copy of ['Markdown', 'NDJSON', 'Command line']) await choose(page, /^copy/, copy);
      await page.getByRole('button', { name: /^CloudWatch/ }).click();
      await expectHarmless(page);
    });

    it('is text on the start page, in the live view, in a comparison and in the choice of groups', async () => {
      const page = await open('/');
      await page.locator('.error-list').waitFor();
      await expectHarmless(page);
      await page.getByText('every record').click();
      await page.locator('.records .row').first().click();
      await page.locator('.c-details').first().waitFor();
      await expectHarmless(page);
      await page.keyboard.press('g');
      await page.locator('.group-choice').first().waitFor();
      await expectHarmless(page);
      await page.keyboard.press('Escape');

      const compared = await open(`/trace/${HOSTILE_TRACE}?fullText=true&compare=${OTHER_TRACE}`);
      await compared.locator('.compared').waitFor();
      await expectHarmless(compared);
    });

    it('is text where it comes out of the address', async () => {
      for (const text of HOSTILE) {
        const hostile = encodeURIComponent(text);
        const page = await open(`/text/${hostile}?q=${hostile}&service=${hostile}&span=${hostile}&from=1h`);
        await page.locator('.found').waitFor();
        await expectHarmless(page);
      }
      const page = await open(`/field/${encodeURIComponent('a<b>')}/${encodeURIComponent(ALL_HOSTILE)}`);
      await page.locator('.notice h1').waitFor();
      await expectHarmless(page);
    });
  });

  describe('its policy', () => {
    it('lets no script in, whoever writes it, and turns no text into markup', async () => {
      const page = await world.openFound(`/trace/${TRACE_ID}`);
      const tried = await page.evaluate<{
        inline: boolean;
        markup: string;
        elsewhere: string;
      }>(`(async () => {
        const script = document.createElement('script');
        let markup = 'made';
        try { script.text = 'window.ran = 1'; } catch { /* trusted types */ }
        document.head.append(script);
        try { document.body.innerHTML = '<b>markup</b>'; } catch (error) { markup = error.name; }
        const elsewhere = await fetch('https://example.invalid/').then(() => 'asked', () => 'refused');
        return { inline: window.ran === 1, markup, elsewhere };
      })()`);
      expect(tried).to.deep.equal({ inline: false, markup: 'TypeError', elsewhere: 'refused' });
      const complaints = await world.takeComplaints((all) => all.join().includes('connect-src'));
      expect(complaints.join()).to.contain('require-trusted-types-for');
    });

    it('is not framed by others', async () => {
      const page = await world.open('/');
      const headers = (await page.reload())!.headers();
      expect(headers['content-security-policy']).to.match(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers['cache-control']).to.exist;
    });
  });
}
