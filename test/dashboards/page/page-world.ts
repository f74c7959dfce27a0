import { expect } from 'chai';
import { type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { type LookupHandler } from '../../../src/dashboards/index.js';
import { type LocalService } from '../../simulation/local-service.js';
import { browserOrSkip, buildPage, closeBrowser, openPage, type WatchedPage } from '../browser.js';
import { handlerFor, HandlerServer } from '../handler-for.js';
import { startStory } from '../story.js';

/** The story's logs, served to one browser; what a test opens ends with it. */
export class PageWorld {
  #browser: Browser | undefined;
  #service: LocalService | undefined;
  #server: HandlerServer | undefined;
  #pages: WatchedPage[] = [];
  #endings: (() => Promise<void>)[] = [];

  get service(): LocalService {
    return this.#service!;
  }

  /** Starts all, or skips where no browser can start. */
  async start(context: Mocha.Context): Promise<void> {
    this.#browser = await browserOrSkip(context);
    await buildPage();
    this.#service = await startStory();
    this.#server = await HandlerServer.start(handlerFor(this.#service));
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    await this.#service?.stop();
    await closeBrowser();
  }

  /** Opens a path in a context of its own. */
  async open(path: string, options: BrowserContextOptions = {}, url = this.#server!.url): Promise<Page> {
    const watched = await openPage(this.#browser!, url + path, options);
    this.#pages.push(watched);
    return watched.page;
  }

  /** Opens a look-up and waits for what it finds. */
  async openFound(path: string, options: BrowserContextOptions = {}, url?: string): Promise<Page> {
    const page = await this.open(path, options, url);
    await page.locator('.found').waitFor();
    return page;
  }

  /** Serves a handler of a test's own. @returns its address */
  async serve(handler: LookupHandler): Promise<string> {
    const server = await HandlerServer.start(handler);
    this.atEnd(() => server.stop());
    return server.url;
  }

  /** Has something ended with the test. */
  atEnd(end: () => Promise<void>): void {
    this.#endings.push(end);
  }

  /** Ends what a test opened. @throws AssertionError where a page complained: of an error, or of its policy */
  async endTest(): Promise<void> {
    const pages = this.#pages.splice(0);
    const complaints = pages.flatMap((page) => page.complaints);
    for (const page of pages) await page.close();
    for (const end of this.#endings.splice(0).reverse()) await end();
    expect(complaints).to.deep.equal([]);
  }

  /** Waits for what the pages complain of, where a test expects it, and takes it. */
  async takeComplaints(areAllThere: (complaints: readonly string[]) => boolean): Promise<string[]> {
    const complaints: string[] = [];
    while (!areAllThere(complaints)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      complaints.push(...this.#pages.flatMap((page) => page.complaints.splice(0)));
    }
    return complaints;
  }
}

/** What the list of records says, line by line. */
export function rowTexts(page: Page): Promise<string[]> {
  return page.locator('.records .row .c-text .text').allTextContents();
}

/** An attribute of each element. */
export async function attributesOf(elements: Locator, name: string): Promise<(string | null)[]> {
  return Promise.all((await elements.all()).map((element) => element.getAttribute(name)));
}

/** Waits until the list has so many rows; the mocha timeout ends it. */
export async function untilRows(page: Page, isRight: number | ((count: number) => boolean)): Promise<void> {
  // From here: in the page, waiting would need the eval that its policy forbids.
  for (;;) {
    const count = await page.locator('.records .row').count();
    if (typeof isRight === 'number' ? count === isRight : isRight(count)) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** Takes a choice of the menu that a button opens. */
export async function choose(page: Page, menu: string | RegExp, choice: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: menu }).first().click();
  await page.locator('.menu-list:popover-open .menu-item').filter({ hasText: choice }).first().click();
}

/** The class of what has the focus. */
export function focused(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.className');
}
