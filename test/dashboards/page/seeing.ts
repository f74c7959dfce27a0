import { expect } from 'chai';
import { GATEWAY_SPAN, LOG_COUNT, MISSING_SPAN, SPAN_COUNT, TRACE_ID } from '../story.js';
import { attributesOf, choose, type PageWorld, rowTexts, untilRows } from './page-world.js';

const ALL = LOG_COUNT + SPAN_COUNT;
const PATH = `/trace/${TRACE_ID}`;

/** What is shown of what was found. */
export function describeSeeing(world: PageWorld): void {
  describe('a trace', () => {
    it('has the tree of its spans, a gap as a gap, and the path to the error', async () => {
      const page = await world.openFound(PATH);
      const levels = await attributesOf(page.getByRole('treeitem'), 'aria-level');
      expect(levels.slice(0, 3)).to.deep.equal(['1', '2', '3']);
      expect(await page.locator('.lane.is-gap').textContent()).to.contain(MISSING_SPAN);
      expect(await page.locator('.lane.on-error-path').count()).to.be.greaterThan(2);
      expect(await page.locator('.headline').textContent()).to.match(
        /gateway.*POST \/checkout.*502.*1\.24 s/,
      );
    });

    it('is zoomed by keys and by dragging over the map, and the list with it', async () => {
      const page = await world.openFound(PATH);
      await page.keyboard.press('+');
      await page.keyboard.press('+');
      await untilRows(page, (count) => count < ALL);
      expect(page.url()).to.contain('zoom=');
      expect(await rowTexts(page))
        .to.include('charge requested')
        .and.not.include('checkout failed');

      await page.keyboard.press('0');
      await untilRows(page, ALL);
      expect(page.url()).not.to.contain('zoom=');

      const box = (await page.locator('.minimap').boundingBox())!;
      const at = (part: number): [number, number] => [box.x + box.width * part, box.y + box.height / 2];
      await page.mouse.move(...at(0.9));
      await page.mouse.down();
      await page.mouse.move(...at(0.95));
      await page.mouse.move(...at(0.999));
      await page.mouse.up();
      await page.waitForURL(/zoom=/);
      expect(await rowTexts(page))
        .to.include('checkout failed')
        .and.not.include('charge requested');

      await page.keyboard.press('Escape');
      await untilRows(page, ALL);
    });

    it('shows the same after a reload, and to whoever gets the link', async () => {
      const page = await world.openFound(PATH);
      await choose(page, /^level/, 'INFO');
      await page.getByRole('button', { name: 'hide spans' }).click();
      await choose(page, /^service/, 'payments');
      await page.keyboard.press('Escape');
      await choose(page, /^since begin/, /previous/);
      await page.getByLabel('Filter the records by text').fill('C');
      await page.waitForURL(/q=C/);
      await page.keyboard.press('Escape');
      await page.keyboard.press('+');
      await page.waitForURL(/zoom=/);
      const shown = await page.locator('.records').textContent();
      const state = { url: page.url(), filters: await page.locator('.filter-bar').textContent() };
      expect(shown).to.contain('charge requested').and.not.contain('order received');
      expect(new URL(page.url()).searchParams.toString()).to.match(
        /level=info&service=payments&q=C&spans=false&zoom=.*&relative=previous/,
      );

      await page.reload();
      await page.locator('.found').waitFor();
      expect(await page.locator('.records').textContent()).to.equal(shown);
      expect(await page.locator('.filter-bar').textContent()).to.equal(state.filters);

      const other = await world.openFound(state.url.replace(/^https?:\/\/[^/]+/, ''));
      expect(await other.locator('.records').textContent()).to.equal(shown);
    });

    it('is filtered by a span, a log group and a level; Esc takes the last away', async () => {
      const page = await world.openFound(PATH);
      await page.getByRole('treeitem', { name: /gateway POST \/checkout/ }).click();
      await untilRows(page, 3);
      expect(decodeURIComponent(page.url())).to.contain(GATEWAY_SPAN);
      await page.keyboard.press('Escape');
      await untilRows(page, ALL);
      await choose(page, /^log group/, '/apps/legacy');
      await untilRows(page, 2);
      await page.keyboard.press('Escape');
      await choose(page, /^log group/, 'all');
      await untilRows(page, ALL);
      await choose(page, /^level/, 'ERROR');
      await untilRows(page, 6);
    });

    it('goes from error to error by key, and back', async () => {
      const page = await world.openFound(PATH);
      await page.getByRole('button', { name: 'hide spans' }).click();
      await untilRows(page, LOG_COUNT);
      const current = (): Promise<string | null> => page.locator('.row.is-current .text').textContent();
      const seen: (string | null)[] = [];
      for (const key of ['n', 'n', 'n', 'n', 'p', 'p']) {
        await page.keyboard.press(key);
        seen.push(await current());
      }
      expect(seen).to.deep.equal([
        'card declined',
        'order not placed',
        'checkout failed',
        'checkout failed',
        'order not placed',
        'card declined',
      ]);
      await page.keyboard.press('k');
      expect(await current()).to.equal('attempt 1 at the provider');
      expect(await page.locator('#announcements').textContent()).to.contain('error 1 of 3');
    });

    it('goes to what was logged as an error, not to the failed spans around it', async () => {
      const page = await world.openFound(PATH);
      await untilRows(page, ALL);
      await page.keyboard.press('n');
      expect(await page.locator('.row.is-current .text').textContent()).to.equal('card declined');
    });

    it('opens a record: exception, stack, attributes, and what is stored', async () => {
      const page = await world.openFound(PATH);
      await page.getByText('card declined').click();
      const details = page.locator('.c-details');
      expect(await details.locator('.stack').textContent()).to.match(/charge\.js:57[^]*lines of libraries/);
      await details.getByRole('button', { name: /lines of libraries/ }).click();
      expect(await details.locator('.stack').textContent()).to.contain('router/route.js:149:13');
      await details.getByText('Raw JSON').click();
      await details.locator('.raw', { hasText: '"function_request_id"' }).waitFor();
      await page.keyboard.press('e');
      await details.waitFor({ state: 'detached' });
    });

    it('puts records that say the same into one line', async () => {
      const page = await world.openFound(PATH);
      await page.getByRole('button', { name: 'group alike' }).click();
      const group = page.locator('.row.is-alike');
      await group.first().waitFor();
      expect(await group.first().textContent()).to.contain('2×');
      expect(page.url()).to.contain('alike=true');
    });

    it('lights up the records of a lane under the pointer', async () => {
      const page = await world.openFound(PATH);
      await page.getByRole('treeitem', { name: /^payments/ }).hover();
      await page.locator('.row.is-lit').nth(2).waitFor();
      expect(await page.locator('.row.is-lit .text').first().textContent()).to.equal('charge requested');
    });

    it('is compared with the newest healthy one that began as it did', async () => {
      const page = await world.openFound(PATH);
      await page.getByRole('button', { name: 'compare' }).click();
      await page.locator('.compared').waitFor();
      const rows = await page.locator('.compared-row').allTextContents();
      const kindOf = (text: string): string | undefined =>
        /^(?:only here|missing here|worse)/.exec(rows.find((row) => row.includes(text)) ?? '')?.[0];
      expect(kindOf('card declined')).to.equal('only here');
      expect(kindOf('card charged')).to.equal('missing here');
      expect(kindOf('POST /orders')).to.equal('worse');
      expect(kindOf('order received')).to.equal(undefined);
      await page.getByRole('button', { name: /^all \d/ }).click();
      await page.getByText('order received').first().waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.lanes').waitFor();
      expect(page.url()).not.to.contain('compare');
    });
  });
}
