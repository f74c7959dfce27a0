import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Where distributions put Chromium and Chrome. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

let browser: Promise<Browser | undefined> | undefined;
let why = '';

/**
 * A headless Chromium: one that is installed, else the one of the npm package. Started once for all tests.
 * Where none can start, the tests are skipped and say so; with CI set that is a failure.
 */
export async function browserOrSkip(context: Mocha.Context): Promise<Browser> {
  browser ??= start();
  const started = await browser;
  if (started) return started;
  const message = `NOT RUN: no browser can start here (${why})`;
  if (process.env.CI === 'true') throw new Error(message);
  process.stderr.write(`${message}\n`);
  return context.skip();
}

/** Ends the browser. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

async function start(): Promise<Browser | undefined> {
  // The package of npm takes programs for Lambda apart; one that is installed starts in a moment.
  for (const path of [process.env.CHROMIUM_PATH, ...installed()]) {
    if (path === undefined || path === '') continue;
    try {
      return await launch(path);
    } catch (error) {
      why = String(error);
    }
  }
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    return await launch(await packed.executablePath());
  } catch (error) {
    why = String(error);
    return undefined;
  }
}

function installed(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).filter(existsSync);
}

function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // As root, in containers without a sandbox and a graphics card.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
    timeout: 60_000,
  });
}

/** A page, and all that its console and policy complain of. */
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Opens a page that notes every error, every violation of its policy, and every request elsewhere. */
export async function openPage(
  of: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await of.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || /content security policy|trusted/i.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`asked ${request.url()}`);
  });
  await page.addInitScript({
    content: `document.addEventListener('securitypolicyviolation', (event) => {
      console.error('content security policy: ' + event.violatedDirective + ' ' + event.blockedURI);
    });`,
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

/** Builds the page's files where the compiled handler looks for them. */
export async function buildPage(): Promise<void> {
  const script = pathToFileURL(join(process.cwd(), 'scripts/build-page.mjs')).href;
  const { buildPageForTests } = (await import(script)) as { buildPageForTests: () => Promise<void> };
  await buildPageForTests();
}
