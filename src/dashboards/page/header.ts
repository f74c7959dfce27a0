import { readSearch } from '../model/search-text.js';
import { type PageState, START } from '../model/page-state.js';
import { BASE_PATH } from './api.js';
import { button, fill, h } from './dom.js';
import { keysDialog } from './keys-dialog.js';
import { groupPicker } from './group-picker.js';
import { rangePicker } from './range-picker.js';
import { searchWords } from './summary.js';
import { type Host } from './view.js';

/** Search, range, zone and live: on every view. */
export class Header {
  readonly element: HTMLElement;
  readonly #host: Host;
  readonly #input: HTMLInputElement;
  readonly #controls = h('div', { class: 'controls' });
  #shown = '';

  constructor(host: Host) {
    this.#host = host;
    this.#input = h('input', {
      type: 'search',
      id: 'search',
      placeholder: 'trace, span or request id, a header, field=value, or text',
      'aria-label': 'Search',
      autocomplete: 'off',
      spellcheck: 'false',
      autocapitalize: 'off',
    });
    this.element = h(
      'header',
      { class: 'top' },
      // The page has a heading in every view; where a view has one of its own, it comes second.
      h(
        'h1',
        { class: 'brand' },
        h(
          'a',
          {
            class: 'home',
            href: `${BASE_PATH}/`,
            title: 'Start page',
            on: {
              click: (event: MouseEvent) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
                event.preventDefault();
                host.go({ ...START, zone: host.state.zone, groups: host.state.groups });
              },
            },
          },
          h('span', { class: 'logo', 'aria-hidden': 'true' }),
          'logs',
        ),
      ),
      h(
        'form',
        {
          class: 'search',
          role: 'search',
          on: {
            submit: (event: SubmitEvent) => {
              event.preventDefault();
              this.#search();
            },
          },
        },
        this.#input,
      ),
      this.#controls,
    );
  }

  /** Draws what the state says now. */
  update(): void {
    const { state } = this.#host;
    const { view, search, typed, from, to, groups, zone } = state;
    const shown = JSON.stringify([view, search, typed, from, to, groups, zone]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (document.activeElement !== this.#input) {
      this.#input.value =
        state.view === 'search'
          ? (state.typed ?? '')
          : state.search
            ? state.search.kind === 'field'
              ? searchWords(state.search)
              : state.search.value
            : '';
    }
    fill(
      this.#controls,
      groupPicker(state.groups, (groups) => this.#host.go({ ...this.#host.state, groups, zoom: undefined })),
      rangePicker(state, state.zone, (range) =>
        this.#host.go({ ...this.#host.state, ...range, zoom: undefined }),
      ),
      button(
        {
          class: 'quiet zone',
          title: 'Show times in UTC or local time',
          on: {
            click: () =>
              this.#host.change({ ...this.#host.state, zone: state.zone === 'utc' ? 'local' : 'utc' }),
          },
        },
        state.zone === 'utc' ? 'UTC' : 'local',
      ),
      button(
        {
          class: 'quiet live-button',
          title: 'Live (l)',
          on: { click: () => this.#goLive() },
        },
        h('span', { 'aria-hidden': 'true' }, '● '),
        'live',
      ),
      button({ class: 'quiet', 'aria-label': 'Keys', title: 'Keys (?)', on: { click: keysDialog } }, '?'),
    );
  }

  onKey(key: string): boolean {
    if (key === '/') {
      this.#input.focus();
      this.#input.select();
      return true;
    }
    const { view } = this.#host.state;
    if (key === 'l' && view !== 'start' && view !== 'live') {
      this.#goLive();
      return true;
    }
    const opener = key === 't' ? '.range .menu-button' : key === 'g' ? '.groups .menu-button' : undefined;
    if (opener === undefined) return false;
    this.element.querySelector<HTMLElement>(opener)?.click();
    return true;
  }

  #goLive(): void {
    const { groups, zone } = this.#host.state;
    this.#host.go({ ...START, view: 'live', groups, zone });
  }

  #search(): void {
    const typed = this.#input.value.trim();
    const meanings = readSearch(typed);
    if (meanings.length === 0) return;
    this.#input.blur();
    const { from, to, groups, zone } = this.#host.state;
    const state: PageState = { ...START, from, to, groups, zone };
    this.#host.go(
      meanings.length === 1
        ? { ...state, view: 'look-up', search: meanings[0]! }
        : { ...state, view: 'search', typed },
    );
  }
}
