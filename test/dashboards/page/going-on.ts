import { expect } from 'chai';
import { createLookupHandler } from '../../../src/dashboards/index.js';
import { createTailLiveSource } from '../../../src/cli/tail-live-source.js';
import { CorrelationEngine, LogEventBuilder } from '../../../src/insights/index.js';
import { handlerFor } from '../handler-for.js';
import { slowService } from '../slow-service.js';
import { LOG_COUNT, SPAN_COUNT, TRACE_ID } from '../story.js';
import { attributesOf, choose, type PageWorld, rowTexts } from './page-world.js';

const PATH = `/trace/${TRACE_ID}`;

/** Copies and links, the live view, and the button that stops. */
export function describeGoingOn(world: PageWorld): void {
  describe('copies', () => {
    const COPIES: readonly (readonly [string, (text: string) => void])[] = [
      ['Command line', (text) => expect(text).to.match(new RegExp(`^otel-cwlogs trace ${TRACE_ID}`))],
      [
        'Logs Insights query',
        (text) =>
          expect(text)
            .to.contain(TRACE_ID)
            .and.match(/filter/),
      ],
      ['Markdown', (text) => expect(text).to.contain('card declined').and.contain('gateway')],
      [
        'NDJSON',
        (text) => {
          const messages = text.split('\n').map((line) => (JSON.parse(line) as { message: string }).message);
          expect(messages).to.have.length(LOG_COUNT + SPAN_COUNT);
        },
      ],
      ['Link to this view', (text) => expect(text).to.match(/\/trace\/.*from=2026-.*&to=2026-/)],
    ];
    for (const [name, check] of COPIES) {
      it(`hands over: ${name}`, async () => {
        const page = await world.openFound(PATH, { permissions: ['clipboard-read', 'clipboard-write'] });
        await page.keyboard.press('c');
        await page.locator('.menu-list:popover-open .menu-item').filter({ hasText: name }).click();
        await page.getByText(/^Copied/).waitFor();
        check(await page.evaluate<string>('navigator.clipboard.readText()'));
      });
    }

    it('shows the text to copy by hand where the clipboard is not allowed', async () => {
      const page = await world.openFound(PATH);
      await page.evaluate(
        `Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error('no')) } })`,
      );
      await choose(page, /^copy/, 'Logs Insights query');
      expect(await page.locator('dialog textarea').inputValue()).to.contain(TRACE_ID);
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
    });

    it('links to the console where there is one', async () => {
      const url = await world.serve(handlerFor(world.service, { consoleRegion: 'eu-west-1' }));
      const page = await world.openFound(PATH, {}, url);
      await page.getByRole('button', { name: /^CloudWatch/ }).click();
      const links = page.locator('.menu-list:popover-open a');
      const addresses = await attributesOf(links, 'href');
      expect(addresses).to.have.length(2);
      for (const address of addresses) {
        expect(address).to.match(/^https:\/\/eu-west-1\.console\.aws\.amazon\.com\//);
      }
      expect(await attributesOf(links, 'rel')).to.deep.equal(Array(2).fill('noopener noreferrer'));
    });
  });

  describe('the live view', () => {
    it('shows what arrives, of the levels that are chosen, and leads to its trace', async () => {
      const { service } = world;
      const page = await world.open('/live');
      await page.getByText('checkout failed').first().waitFor();
      const say = (body: string, severity: string): [number, string] => [
        0,
        new LogEventBuilder().body(body).severity(severity).trace('e'.repeat(32)).build().message,
      ];
      await service.put('/apps/gateway', [say('all is well', 'INFO'), say('it burns', 'ERROR')]);
      await page.getByText('it burns').waitFor();
      await page.getByText('all is well').waitFor();
      await choose(page, /^level/, 'ERROR');
      await page.getByText('all is well').waitFor({ state: 'detached' });
      await page.getByText('it burns').click();
      await page
        .locator('.c-details')
        .getByRole('button', { name: 'e'.repeat(32) })
        .click();
      await page.locator('.found').waitFor();
      expect(await rowTexts(page)).to.have.members(['all is well', 'it burns']);
    });

    for (const [name, own] of [
      ['polls', false],
      ['tails', true],
    ] as const) {
      it(`pauses and goes on, each record once: ${name}`, async () => {
        const { service } = world;
        const said = `said while nobody who ${name} listened`;
        const clock = (): number => service.time;
        const live = createTailLiveSource({
          client: service.client,
          logGroups: ['*'],
          source: 'polling',
          epochMillis: clock,
        });
        const url = own ? await world.serve(handlerFor(service, { live })) : undefined;
        const page = await world.open('/live', {}, url);
        await page.getByText('checkout failed').first().waitFor();
        const shown = await page.getByText('checkout failed').count();
        await page.getByRole('button', { name: 'pause' }).click();
        await page.locator('.live-status').getByText('paused').waitFor();
        const { message } = new LogEventBuilder().body(said).severity('INFO').build();
        await service.put('/apps/orders', [
          [0, message],
          [0, message],
        ]);
        await page.getByRole('button', { name: 'go on' }).click();
        await page.getByText(said).nth(1).waitFor();
        expect(await page.getByText(said).count()).to.equal(2);
        expect(await page.getByText('checkout failed').count()).to.equal(shown);
      });
    }
  });

  describe('a look-up that runs', () => {
    it('says how far it is, and its button stops the queries on the service', async () => {
      const scripted = slowService();
      const engine = new CorrelationEngine({
        client: scripted.client,
        logGroups: ['/apps/a'],
        spans: false,
        freshMillis: 0,
        firstPollMillis: 5,
      });
      const url = await world.serve(createLookupHandler({ engine, live: false }));
      const page = await world.open(PATH, {}, url);
      await page.getByRole('heading', { name: 'Searching' }).waitFor();
      await page
        .locator('.waiting')
        .getByText(/1 query/)
        .waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('heading', { name: 'Stopped' }).waitFor();
      while (scripted.inputs('StopQuery').length === 0)
        await new Promise((resolve) => setTimeout(resolve, 10));
      expect(scripted.inputs('StopQuery')).to.deep.equal([{ queryId: 'q-1' }]);
    });

    it('says why there is no answer', async () => {
      const engine = new CorrelationEngine({
        client: slowService().client,
        logGroups: ['/apps/a'],
        spans: false,
        freshMillis: 0,
      });
      const url = await world.serve(createLookupHandler({ engine, live: false, timeoutMillis: 50 }));
      const page = await world.open(PATH, {}, url);
      await page.getByRole('heading', { name: 'No answer' }).waitFor();
      await page.getByRole('button', { name: 'Try again' }).waitFor();
    });
  });
}
