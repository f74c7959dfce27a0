import { expect } from 'chai';
import { type Page } from 'playwright-core';
import { createLookupHandler } from '../../../src/dashboards/index.js';
import { LocalService } from '../../simulation/local-service.js';
import { handlerFor } from '../handler-for.js';
import { TRACE_ID } from '../story.js';
import { engineOfMany, MANY_TRACE_ID } from './many-records.js';
import { choose, type PageWorld } from './page-world.js';

/** Characters that turn, hide or stand for nothing, in a name, a value, a text. */
const [NAME, KEY, TEXT] = ['gate\u202Eyaw', 'file\u2066\u200B', 'saved \u202Eexe.png\u202C \u0085'] as const;
const SHOWN = [
  'gate\\u{202e}yaw',
  'file\\u{2066}\\u{200b}',
  'saved \\u{202e}exe.png\\u{202c} \\u{85}',
] as const;
const HIDDEN_TRACE = 'e'.repeat(32);

/** Whether an element is within the window, or begins at the top of what it is too high for. */
function isSeen(page: Page, selector: string): Promise<boolean> {
  return page.evaluate<boolean>(`(() => {
    const { top, bottom } = document.querySelector('${selector}').getBoundingClientRect();
    return top >= 0 && top < innerHeight && (bottom <= innerHeight + 1 || bottom - top > innerHeight / 2);
  })()`);
}

async function untilSeen(page: Page, selector: string): Promise<void> {
  while (!(await isSeen(page, selector))) await new Promise((resolve) => setTimeout(resolve, 30));
}

/** What matters is on the screen, and is what it looks like. */
export function describeInSight(world: PageWorld): void {
  describe('in sight', () => {
    for (const count of [60, 12_000]) {
      it(`is a record of ${count} that a key opens at the lower edge`, async () => {
        const handler = createLookupHandler({ engine: engineOfMany(count), live: false });
        const page = await world.openFound(`/trace/${MANY_TRACE_ID}`, {}, await world.serve(handler));
        for (let step = 0; step < 40; step++) await page.keyboard.press('j');
        await page.keyboard.press('e');
        await page.locator('.row.is-current .c-details').waitFor();
        await untilSeen(page, '.row.is-current .c-details');
      });
    }

    for (const [width, height] of [
      [360, 640],
      [700, 500],
      [1280, 800],
      [1280, 480],
    ] as const) {
      it(`is the newest record of the live view at ${width} × ${height}`, async () => {
        const service = await LocalService.start();
        world.atEnd(() => service.stop());
        await service.createStream('/apps/many');
        await service.put(
          '/apps/many',
          Array.from({ length: 120 }, (_, index) => [-1_000, `record ${index}`] as const),
        );
        const url = await world.serve(handlerFor(service));
        const page = await world.open('/live', { viewport: { width, height } }, url);
        await page.locator('.row', { hasText: 'record 119' }).waitFor();
        await untilSeen(page, '.live-scroll .row:last-child');
        expect(await page.locator('.live-scroll .row').last().textContent()).to.contain('record 119');
      });
    }

    it('are words of the ruler that do not lie on each other, also in a window that became narrow', async () => {
      const page = await world.openFound(`/trace/${TRACE_ID}`);
      const before = await page.locator('.tick').count();
      await page.setViewportSize({ width: 360, height: 740 });
      while ((await page.locator('.tick').count()) >= before) await new Promise((go) => setTimeout(go, 30));
      const boxes = await page.evaluate<[number, number][]>(
        `[...document.querySelectorAll('.tick')].map((one) => one.getBoundingClientRect()).map(({ left, right }) => [left, right])`,
      );
      for (const [index, [left]] of boxes.entries()) {
        if (index > 0) expect(left).to.be.at.least(boxes[index - 1]![1]);
      }
    });

    it('are characters that turn, hide or separate text, wherever it stands', async () => {
      const service = await LocalService.start();
      world.atEnd(() => service.stop());
      await service.createStream('/apps/hidden');
      const message = JSON.stringify({
        body: TEXT,
        severity_number: 17,
        severity_text: 'ERROR',
        trace_id: HIDDEN_TRACE,
        span_id: 'a'.repeat(16),
        attributes: { [KEY]: TEXT, 'exception.type': NAME, 'exception.stacktrace': `${NAME}\n    at ${KEY}` },
        resource: { 'service.name': NAME },
      });
      await service.put('/apps/hidden', [[-1_000, message]]);
      const url = await world.serve(handlerFor(service));
      for (const path of ['/', '/live', `/trace/${HIDDEN_TRACE}`, `/text/${encodeURIComponent(NAME)}`]) {
        const page = await world.open(path, { permissions: ['clipboard-read', 'clipboard-write'] }, url);
        await page.getByText(SHOWN[0]).first().waitFor();
        if (path.startsWith('/trace')) {
          await page.keyboard.press('j');
          await page.keyboard.press('e');
          await page.locator('.raw-box summary').click();
          for (const text of SHOWN) expect(await page.locator('.records').textContent()).to.contain(text);
          await choose(page, /^copy/, 'Markdown');
          await page.getByText(/^Copied/).waitFor();
          expect(await page.evaluate<string>('navigator.clipboard.readText()')).not.to.contain('\u202E');
        }
        const hidden = await page.evaluate<string[]>(`[
          document.title,
          document.body.innerText,
          ...[...document.querySelectorAll('*')].flatMap((one) =>
            ['title', 'aria-label', 'placeholder'].map((name) => one.getAttribute(name) ?? '')),
        ].filter((text) => /[\\u0085\\u200b\\u202c\\u202e\\u2066]/.test(text))`);
        expect(hidden, path).to.deep.equal([]);
      }
    });
  });

  describe('an address', () => {
    it('that is badly encoded is read as it stands, and says what is wrong with it', async () => {
      const page = await world.open('/trace/%');
      await page.locator('.notice').getByText('It is no trace id of W3C').waitFor();
    });

    it('that can hold no such search says so', async () => {
      const page = await world.open('/');
      for (const typed of ['..', '.']) {
        await page.keyboard.press('/');
        await page.locator('#search').fill(typed);
        await page.keyboard.press('Enter');
        await page
          .locator('.notice')
          .getByText(/No address can hold/)
          .waitFor();
      }
    });
  });
}
