import axe from 'axe-core';
import { expect } from 'chai';
import { type Page } from 'playwright-core';
import { HEALTHY_TRACE_ID, TRACE_ID } from '../story.js';
import { choose, focused, type PageWorld } from './page-world.js';

/** Every view, and what opens on it. */
const VIEWS: readonly (readonly [name: string, path: string, prepare: (page: Page) => Promise<unknown>])[] = [
  ['the start page', '/', (page) => page.locator('.error-list').waitFor()],
  ['the live view', '/live', (page) => page.getByText('checkout failed').first().waitFor()],
  ['a trace', `/trace/${TRACE_ID}`, (page) => page.locator('.found').waitFor()],
  [
    'a trace with open records and filters',
    `/trace/${TRACE_ID}?level=debug&zoom=0~1241&lanes=services`,
    async (page) => {
      await page.locator('.found').waitFor();
      await page.getByText('card declined').click();
      await page.getByText('order received').click();
      await page.getByText('how it was found').click();
    },
  ],
  [
    'alike records in one line',
    `/trace/${TRACE_ID}?alike=true&relative=clock&zone=local&lanes=groups`,
    (page) => page.locator('.is-alike').first().waitFor(),
  ],
  [
    'a comparison',
    `/trace/${TRACE_ID}?compare=${HEALTHY_TRACE_ID}`,
    (page) => page.locator('.compared').waitFor(),
  ],
  ['nothing found', `/trace/${'f'.repeat(32)}`, (page) => page.locator('.notice').waitFor()],
  [
    'the keys',
    `/trace/${TRACE_ID}`,
    async (page) => {
      await page.locator('.found').waitFor();
      await page.keyboard.press('?');
      await page.locator('dialog').waitFor();
    },
  ],
  [
    'the choice of log groups',
    '/live',
    async (page) => {
      await page.keyboard.press('g');
      await page.locator('.group-choice').first().waitFor();
    },
  ],
  [
    'a menu',
    `/trace/${TRACE_ID}`,
    async (page) => {
      await page.locator('.found').waitFor();
      await page.keyboard.press('c');
      await page.locator('.menu-list:popover-open').waitFor();
    },
  ],
];

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(`{ const module = undefined; const exports = undefined; ${axe.source} }`);
  const { violations: found } = await page.evaluate<axe.AxeResults>(`window.axe.run(document, {
    resultTypes: ['violations'],
  })`);
  return found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join('\n')}`);
}

/** Screen readers, keyboards, narrow screens, dark rooms. */
export function describeForEverybody(world: PageWorld): void {
  describe('for everybody', () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [name, path, prepare] of VIEWS) {
        it(`axe finds nothing to complain of: ${name}, ${colorScheme}`, async () => {
          // axe itself does what the page's policy forbids.
          const page = await world.open(path, { colorScheme, bypassCSP: true, reducedMotion: 'reduce' });
          await prepare(page);
          expect(await violations(page)).to.deep.equal([]);
        });
      }
    }

    for (const width of [360, 768, 2560]) {
      it(`nothing has to be scrolled aside at ${width} pixels`, async () => {
        for (const [name, path, prepare] of VIEWS) {
          const page = await world.open(path, { viewport: { width, height: 800 }, hasTouch: width === 360 });
          await prepare(page);
          const [whole, seen] = await page.evaluate<[number, number]>(
            '[Math.max(document.documentElement.scrollWidth, document.body.scrollWidth), innerWidth]',
          );
          expect(whole, name).to.be.at.most(seen);
          await world.endTest();
        }
      });
    }

    it('is used by keyboard alone: search, a record, a menu, a lane', async () => {
      const page = await world.open('/');
      await page.keyboard.press('/');
      await page.keyboard.insertText(TRACE_ID);
      await page.keyboard.press('Enter');
      await page.locator('.found').waitFor();
      await page.keyboard.press('j');
      expect(await focused(page)).to.contain('mark');
      await page.keyboard.press('Enter');
      await page.locator('.c-details').waitFor();
      await page.keyboard.press('c');
      await page.locator('.menu-item:focus').waitFor();
      await page.keyboard.press('ArrowDown');
      expect(await focused(page)).to.contain('menu-item');
      await page.keyboard.press('Escape');
      // Back to where one was.
      expect(await focused(page)).to.contain('mark');
      await page.keyboard.press(']');
      await page.keyboard.press(']');
      await page.waitForURL(/span=/);
      expect(await page.getByRole('treeitem', { selected: true }).count()).to.equal(1);
    });

    it('opens its filters by a button where there is little room', async () => {
      const page = await world.openFound(`/trace/${TRACE_ID}`, { viewport: { width: 360, height: 740 } });
      const level = page.getByRole('button', { name: /^level/ });
      expect(await level.isVisible()).to.equal(false);
      await page.getByRole('button', { name: /^filters/ }).click();
      await choose(page, /^level/, 'ERROR');
      await page.getByRole('button', { name: 'filters: 1', expanded: true }).click();
      expect(await level.isVisible()).to.equal(false);
    });

    it('prints the list', async () => {
      const page = await world.openFound(`/trace/${TRACE_ID}`);
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('.records').isVisible()).to.equal(true);
      expect(await page.locator('.filter-bar').isVisible()).to.equal(false);
    });

    it('announces politely what has changed', async () => {
      const page = await world.openFound(`/trace/${TRACE_ID}`);
      expect(await page.locator('#announcements').getAttribute('aria-live')).to.equal('polite');
      await choose(page, /^level/, 'ERROR');
      await page.locator('#announcements', { hasText: '6 records' }).waitFor({ state: 'attached' });
    });
  });
}
