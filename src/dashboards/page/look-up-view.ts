import { formatBytes, formatCount, formatNumber } from '../model/format.js';
import { type PageState } from '../model/page-state.js';
import { readSearch, type Search } from '../model/search-text.js';
import { ApiError, lookUp, type LookUpAnswer, type LookUpProgress } from './api.js';
import { actionsMenu } from './actions.js';
import { CompareView } from './compare-view.js';
import { announce, button, fill, h } from './dom.js';
import { FoundView } from './found-view.js';
import { nothingFound } from './nothing-found.js';
import { searchWords } from './summary.js';
import { type Host, type View } from './view.js';

/** Nothing moves for what is there in a moment. */
const PATIENCE_MILLIS = 300;

/** The reason of an abort that the reader asked for: it is shown, where leaving the page is not. */
const STOPPED = new Error('stopped');

/** A look-up: while it runs, what it found, or why it did not. */
export class LookUpView implements View {
  readonly element = h('div', { class: 'look-up' });
  readonly #host: Host;
  readonly #stop = new AbortController();
  #state: PageState;
  #found: FoundView | CompareView | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.#state = host.state;
    void this.#run();
  }

  get title(): string {
    const { search, typed } = this.#state;
    return search ? searchWords(search) : (typed ?? '');
  }

  update(state: PageState): boolean {
    if (needsOther(this.#state, state)) return false;
    this.#state = state;
    this.#found?.update(state);
    return true;
  }

  onKey(key: string): boolean {
    return this.#found?.onKey(key) ?? false;
  }

  destroy(): void {
    this.#stop.abort();
    this.#found?.destroy();
  }

  async #run(): Promise<void> {
    const { view, typed, search } = this.#state;
    // What was typed may mean more than one thing: the next is tried where one finds nothing.
    const meanings = view === 'search' ? readSearch(typed ?? '') : search ? [search] : [];
    const waiting = new Waiting(() => this.#stop.abort(STOPPED));
    const timer = setTimeout(() => fill(this.element, waiting.element), PATIENCE_MILLIS);
    try {
      let answer: LookUpAnswer | undefined;
      let meant: Search | undefined;
      for (const meaning of meanings) {
        meant = meaning;
        waiting.begin(meaning);
        answer = await lookUp(meaning, this.#state, (progress) => waiting.show(progress), this.#stop.signal);
        if (answer.records.length > 0) break;
      }
      const { compare } = this.#state;
      const other =
        compare !== undefined && answer && answer.records.length > 0
          ? await this.#other(compare, waiting)
          : undefined;
      clearTimeout(timer);
      if (answer && meant) this.#show(answer, meant, other);
    } catch (error) {
      clearTimeout(timer);
      if (this.#stop.signal.aborted && this.#stop.signal.reason !== STOPPED) return;
      this.#showFailure(error);
    }
  }

  /** The trace to compare with: it may lie outside of the range of the first. */
  #other(traceId: string, waiting: Waiting): Promise<LookUpAnswer> {
    const search: Search = { kind: 'trace', value: traceId };
    waiting.begin(search);
    const range = { from: '7d', to: undefined };
    return lookUp(
      search,
      { ...this.#state, ...range },
      (progress) => waiting.show(progress),
      this.#stop.signal,
    );
  }

  #show(answer: LookUpAnswer, search: Search, other: LookUpAnswer | undefined): void {
    if (this.#state.view === 'search' && answer.records.length > 0) {
      // The address that a link is made of says what was found, not what was tried.
      this.#state = { ...this.#state, view: 'look-up', search, typed: undefined };
      this.#host.change(this.#state);
    }
    if (answer.records.length === 0) {
      fill(this.element, nothingFound(answer.summary, this.#host));
      announce('nothing found');
      return;
    }
    this.#found =
      other && other.records.length > 0
        ? new CompareView(this.#host, answer, other)
        : new FoundView(this.#host, answer, actionsMenu(this.#host, answer));
    if (other?.records.length === 0) this.#host.toast('The trace to compare with was not found');
    fill(this.element, this.#found.element);
    if (this.#found instanceof FoundView) this.#found.shown();
    announce(`${formatCount(answer.records.length, 'record')} found`);
  }

  #showFailure(error: unknown): void {
    const wasStopped = this.#stop.signal.aborted;
    const message = wasStopped
      ? 'You stopped the look-up; its queries were stopped on the service.'
      : error instanceof ApiError
        ? error.message
        : `Something in this page failed: ${String(error)}`;
    fill(
      this.element,
      h(
        'div',
        { class: 'notice', role: 'alert' },
        h('h1', {}, wasStopped ? 'Stopped' : 'No answer'),
        h('p', {}, message),
        h(
          'p',
          {},
          button(
            { class: 'primary', on: { click: () => this.#host.go({ ...this.#host.state }) } },
            'Try again',
          ),
        ),
      ),
    );
  }
}

/** Whether a state is not shown by what another has found. */
function needsOther(a: PageState, b: PageState): boolean {
  const asked = ({ view, search, typed, from, to, groups, fullText, compare }: PageState): string =>
    JSON.stringify([view, search, typed, from, to, groups, fullText, compare]);
  return asked(a) !== asked(b);
}

/** How far a look-up is, and the button that ends it. */
class Waiting {
  readonly element: HTMLElement;
  readonly #what = h('p', { class: 'mono' });
  readonly #progress = h('p', { role: 'status' }, 'asking the service');

  constructor(onStop: () => void) {
    this.element = h(
      'div',
      { class: 'notice waiting' },
      h('h1', {}, 'Searching'),
      this.#what,
      this.#progress,
      h('p', {}, button({ on: { click: onStop } }, 'Stop')),
      h('div', { class: 'skeleton', 'aria-hidden': 'true' }, ...Array.from({ length: 8 }, () => h('div'))),
    );
  }

  begin(search: Search): void {
    fill(this.#what, searchWords(search));
  }

  show({ queries, recordsScanned, bytesScanned, events }: LookUpProgress): void {
    this.#progress.textContent =
      events > 0
        ? `${formatNumber(events)} records have arrived`
        : `${formatCount(queries, 'query', 'queries')}, ${formatNumber(recordsScanned)} records and ${formatBytes(bytesScanned)} scanned`;
  }
}
