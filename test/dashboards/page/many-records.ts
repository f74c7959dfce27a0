import { expect } from 'chai';
import { type Page } from 'playwright-core';
import { createLookupHandler, type LookUpEngine } from '../../../src/dashboards/index.js';
import { CorrelationEngine } from '../../../src/insights/index.js';
import { toCorrelatedEvent } from '../../../src/insights/look-up/correlated-event.js';
import { ScriptedClient } from '../../insights/scripted-client.js';
import { type PageWorld, rowTexts, untilRows } from './page-world.js';

export const MANY_TRACE_ID = 'b'.repeat(32);
const START = Date.UTC(2026, 2, 1);

/** An engine that finds many events of one trace; the page is what is tried here. */
export function engineOfMany(count: number): LookUpEngine {
  const { client } = new ScriptedClient(() => ({ logGroups: [] }));
  const engine = new CorrelationEngine({ client, logGroups: ['/apps/many'] });
  const events = Array.from({ length: count }, (_, index) =>
    toCorrelatedEvent({
      timestampMillis: START + index,
      logGroup: `/apps/many-${index % 4}`,
      logStream: 'stream',
      message: JSON.stringify({
        body: `record ${index} of many`,
        severity_number: index % 1000 === 999 ? 17 : 9,
        severity_text: index % 1000 === 999 ? 'ERROR' : 'INFO',
        trace_id: MANY_TRACE_ID,
        span_id: (1 + (index % 50)).toString(16).padStart(16, '0'),
        attributes: { order: index, customer: `c-${index % 7}` },
        resource: { 'service.name': `service-${index % 5}` },
      }),
    }),
  );
  return {
    logGroups: engine.logGroups,
    correlateBySpan: () => Promise.reject(new Error('not asked')),
    correlateByRequest: () => Promise.reject(new Error('not asked')),
    correlateBy: () => Promise.reject(new Error('not asked')),
    newestEvents: () => Promise.reject(new Error('not asked')),
    listLogGroups: () => Promise.reject(new Error('not asked')),
    correlateByTrace: async (id, options) => ({
      ...(await engine.correlateByTrace(id, options)),
      events,
      leftOut: [],
      notes: [],
      isComplete: true,
    }),
  };
}

async function openMany(world: PageWorld, count: number): Promise<Page> {
  const handler = createLookupHandler({ engine: engineOfMany(count), live: false });
  return world.openFound(`/trace/${MANY_TRACE_ID}`, {}, await world.serve(handler));
}

/** Complete and usable, however much there is; how fast is told by bench/. */
export function describeManyRecords(world: PageWorld): void {
  describe('many records', () => {
    it('10,000 are all in the document, each once, in order', async () => {
      const warnings: string[] = [];
      const note = ({ message }: Error): void => void warnings.push(message);
      process.on('warning', note);
      world.atEnd(() => Promise.resolve(void process.off('warning', note)));
      const page = await openMany(world, 10_000);
      await untilRows(page, 10_000);
      const texts = await rowTexts(page);
      expect(texts).to.deep.equal(Array.from({ length: 10_000 }, (_, index) => `record ${index} of many`));
      await page.keyboard.press('p');
      expect(await page.locator('.row.is-current .text').textContent()).to.equal('record 9999 of many');
      // Such as one that listeners leak for each time that a client is slow.
      expect(warnings).to.deep.equal([]);
    });

    it('100,000 are shown in a window of rows, in which each is reached and searched', async () => {
      const page = await openMany(world, 100_000);
      const text = page.locator('.row.is-current .text');
      expect(await page.locator('.filter-bar .count').textContent()).to.equal('100,000 records');
      expect(await page.locator('.records .row').count()).to.be.within(10, 500);

      await page.keyboard.press('p');
      await page.locator('.row.is-current', { hasText: 'record 99999 of many' }).waitFor();
      await page.keyboard.press('p');
      expect(await text.textContent()).to.equal('record 98999 of many');
      await page.keyboard.press('j');
      expect(await text.textContent()).to.equal('record 99000 of many');
      await page.keyboard.press('e');
      await page.locator('.c-details').waitFor();

      // Every tenth; a list of this length is no window any more.
      await page.getByLabel('Filter the records by text').fill('7 of many');
      await untilRows(page, 10_000);
      expect(new Set(await rowTexts(page)).size).to.equal(10_000);

      await page.getByLabel('Filter the records by text').fill('record 54321 of');
      await untilRows(page, 1);
      await page.getByLabel('Filter the records by text').fill('');
      await page.locator('.filter-bar .count', { hasText: /^100,000 records/ }).waitFor();
    });

    it('the window shows what lies where one scrolls', async () => {
      const page = await openMany(world, 30_000);
      await page.locator('.records .row').first().waitFor();
      for (const part of [0.25, 0.5, 1]) {
        await page.evaluate(`{
          const scroller = [...document.querySelectorAll('.record-scroll')].find((one) => one.scrollHeight > one.clientHeight + 1);
          const all = scroller ?? document.scrollingElement;
          all.scrollTop = (all.scrollHeight - all.clientHeight) * ${part};
        }`);
        const wanted = Math.min(29_999, Math.round(30_000 * part));
        await page
          .locator('.records .row', {
            hasText: new RegExp(`record ${Math.floor(wanted / 100)}\\d\\d of many`),
          })
          .first()
          .waitFor();
        const rows = await rowTexts(page);
        const numbers = rows.map((row) => Number(/\d+/.exec(row)![0]));
        expect(numbers).to.deep.equal(numbers.map((_, index) => numbers[0]! + index));
      }
    });
  });
}
