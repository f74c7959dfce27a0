/**
 * Makes the screenshots of the documentation from the demo's data: `node scripts/screenshots.mjs [folder]`,
 * after `node scripts/build.mjs`. A browser is taken from CHROMIUM_PATH, else from the npm package.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import packed from '@sparticuz/chromium';
import { chromium } from 'playwright-core';
import { shrinkPng } from './shrink-png.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = process.argv[2] ?? join(root, 'docs/images');
const MAX_BYTES = 150_000;

const SHOTS = [
  { name: 'trace-light', path: '/trace/{trace}', height: 690 },
  { name: 'trace-dark', path: '/trace/{trace}', height: 690, colorScheme: 'dark' },
  { name: 'trace-narrow', path: '/trace/{trace}', width: 360, height: 740 },
  {
    name: 'error-light',
    path: '/trace/{trace}?spans=false&lanes=services',
    prepare: async (page) => {
      await page.getByText('card declined').first().click();
      await page.locator('.c-details').waitFor();
    },
  },
  {
    name: 'compared-light',
    path: '/trace/{trace}',
    height: 560,
    prepare: async (page) => {
      await page.getByRole('button', { name: 'compare' }).click();
      await page.locator('.compared').waitFor();
      await page.locator('.toast.is-shown').waitFor({ state: 'detached' });
    },
  },
  { name: 'start-light', path: '/', height: 560 },
];

const demo = spawn(process.execPath, [join(root, 'dist/esm/cli/main.js'), 'demo', '--keep'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? (await packed.executablePath()),
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
});
try {
  const address = await addressOf(demo);
  const { origin, pathname } = new URL(address);
  const traceId = pathname.split('/').at(-1);
  mkdirSync(folder, { recursive: true });
  for (const { name, path, width = 1280, height = 800, colorScheme = 'light', prepare } of SHOTS) {
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
      deviceScaleFactor: width < 500 ? 2 : 1,
    });
    await page.goto(origin + path.replace('{trace}', traceId));
    await page.locator(path === '/' ? '.error-list' : '.found').waitFor();
    await prepare?.(page);
    await page.evaluate(withoutFolder, root.replace(/\/$/, ''));
    const png = shrinkPng(await page.screenshot());
    if (png.length > MAX_BYTES) throw new Error(`${name} has ${png.length} bytes, over ${MAX_BYTES}`);
    writeFileSync(join(folder, `${name}.png`), png);
    console.log(`${name}.png  ${(png.length / 1000).toFixed(0)} kB`);
    await page.close();
  }
} finally {
  await browser.close();
  demo.kill('SIGINT');
}

/* global document, NodeFilter */
/** In the page: stacks name the folder that this was made in, which is nobody's concern. */
function withoutFolder(folder) {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(folder, '/srv');
}

/** The address of the trace page that the demo ends with. */
async function addressOf(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /^\s+(http:\/\/\S+\/trace\/[0-9a-f]{32})$/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error('the demo ended without an address');
}
