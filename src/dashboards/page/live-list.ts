import { filterRecords } from '../model/filters.js';
import { formatCount, formatTime } from '../model/format.js';
import { LEVELS, type Level } from '../model/level.js';
import { lookUpState, type PageState, toggled } from '../model/page-state.js';
import { recordKey, recordsOfKeys } from '../model/record-key.js';
import { type LogRecord } from '../model/records.js';
import { serviceColors } from './colors.js';
import { button, fill, h } from './dom.js';
import { LEVEL_SIGNS, LEVEL_WORDS } from './icons.js';
import { menu } from './menu.js';
import { recordRow } from './record-row.js';
import { type Host } from './view.js';

/** Rows in the document; the oldest go first. */
const MOST_ROWS = 1_000;
const TEXT_DELAY_MILLIS = 150;
/** Pixels from its end at which a list still counts as being there. */
const AT_END = 40;

/** Every record as it arrives, the newest below, which stay in sight unless one looks elsewhere. */
export class LiveList {
  readonly element: HTMLElement;
  readonly #host: Host;
  readonly #rows = h('div', { class: 'records', role: 'table', 'aria-label': 'Log records' });
  readonly #scroller: HTMLElement;
  readonly #controls = h('span', { class: 'filter-menus' });
  readonly #text: HTMLInputElement;
  readonly #more: HTMLButtonElement;
  readonly #open = new Set<number>();
  #state: PageState;
  #records: LogRecord[] = [];
  #unseen = 0;
  #current: LogRecord | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.#state = host.state;
    this.#text = h('input', {
      type: 'search',
      class: 'filter-text',
      placeholder: 'filter by text',
      'aria-label': 'Filter the records by text',
      autocomplete: 'off',
      spellcheck: 'false',
      on: {
        input: () => {
          clearTimeout(this.#timer);
          this.#timer = setTimeout(() => this.#setFilters({ text: this.#text.value }), TEXT_DELAY_MILLIS);
        },
      },
    });
    this.#more = button({ class: 'more-below primary', on: { click: () => this.#toEnd() } });
    this.#more.hidden = true;
    this.#scroller = h(
      'div',
      { class: 'record-scroll live-scroll', tabindex: -1, on: { scroll: () => this.#onScroll() } },
      this.#rows,
    );
    this.element = h(
      'div',
      { class: 'live-list' },
      h('div', { class: 'filter-bar', role: 'group', 'aria-label': 'Filters' }, this.#controls, this.#text),
      this.#scroller,
      this.#more,
    );
    this.#drawControls();
  }

  /** Adds records that arrived. */
  add(added: readonly LogRecord[]): void {
    if (added.length === 0) return;
    this.#records = [...this.#records, ...added].slice(-MOST_ROWS * 5);
    const shown = filterRecords(added, this.#state.filters);
    const isAtEnd = this.#isAtEnd();
    const isMarked = this.#readMarks(added);
    this.#append(shown);
    if (isMarked) this.#rowOf(this.#current)?.scrollIntoView({ block: 'nearest' });
    else if (isAtEnd) this.#toEnd();
    else if (shown.length > 0) {
      this.#unseen += shown.length;
      this.#more.textContent = `${formatCount(this.#unseen, 'new record')} below`;
      this.#more.hidden = false;
    }
    this.#drawControls();
  }

  /** Draws another state. */
  update(state: PageState): void {
    const before = this.#state;
    this.#state = state;
    if (before.filters !== state.filters || before.zone !== state.zone) {
      this.#redraw();
      this.#drawControls();
    }
    if (before.at !== state.at || before.open !== state.open) this.#updateMarks();
    if (before.view !== state.view) requestAnimationFrame(() => this.#toEnd());
  }

  onKey(key: string): boolean {
    if (key !== 'j' && key !== 'k' && key !== 'n' && key !== 'p' && key !== 'e') return false;
    if (key === 'e') {
      if (this.#current) this.#toggle(this.#current);
      return true;
    }
    const all = this.#shown().filter(({ isError }) => isError || key === 'j' || key === 'k');
    const by = key === 'j' || key === 'n' ? 1 : -1;
    const at = this.#current === undefined ? -1 : all.indexOf(this.#current);
    const next = at === -1 ? all.at(by === 1 ? 0 : -1) : all[at + by];
    if (next) this.#focus(next);
    return true;
  }

  #shown(): LogRecord[] {
    return filterRecords(this.#records, this.#state.filters).slice(-MOST_ROWS);
  }

  #redraw(): void {
    this.#rows.replaceChildren();
    this.#append(this.#shown());
    this.#toEnd();
  }

  #append(records: readonly LogRecord[]): void {
    this.#rows.append(...records.slice(-MOST_ROWS).map((record) => this.#row(record)));
    while (this.#rows.childElementCount > MOST_ROWS) this.#rows.firstElementChild!.remove();
  }

  #row(record: LogRecord): HTMLElement {
    const look = serviceColors
      .looksOf([record.service ?? record.logGroup])
      .get(record.service ?? record.logGroup);
    const row = recordRow({
      record,
      previousLog: undefined,
      time: formatTime(record.timeMillis, this.#state.zone),
      look,
      zone: this.#state.zone,
      isOpen: this.#open.has(record.index),
      isCurrent: this.#current === record,
      isTabStop: true,
      events: {
        onToggle: (one) => this.#toggle(one),
        onHover: () => undefined,
        onSearch: (search) => this.#host.go(lookUpState(this.#state, search)),
        onSpan: ({ spanId }) => this.#host.go(lookUpState(this.#state, { kind: 'span', value: spanId! })),
        onCopy: (text, what) => void this.#host.copy(text, what),
      },
    });
    row.dataset.index = String(record.index);
    return row;
  }

  #toggle(record: LogRecord): void {
    this.#focus(record, toggled(this.#state.open, this.#keyOf(record)));
  }

  #focus(record: LogRecord, open = this.#state.open): void {
    this.#host.change({ ...this.#state, at: this.#keyOf(record), open });
    const row = this.#rowOf(record);
    row?.scrollIntoView({ block: 'nearest' });
    row?.querySelector<HTMLElement>('.mark')?.focus({ preventScroll: true });
  }

  /** Reads which records the state means. @returns whether the marked one is among those that were added */
  #readMarks(added: readonly LogRecord[]): boolean {
    const { at, open } = this.#state;
    const named = recordsOfKeys(at === undefined ? open : [at, ...open], this.#records);
    this.#current = at === undefined ? undefined : named.get(at);
    this.#open.clear();
    for (const key of open) {
      const record = named.get(key);
      if (record) this.#open.add(record.index);
    }
    return this.#current !== undefined && added.includes(this.#current);
  }

  #updateMarks(): void {
    const touched = new Set([this.#current, ...this.#records.filter(({ index }) => this.#open.has(index))]);
    this.#readMarks([]);
    touched.add(this.#current);
    for (const record of this.#records) if (this.#open.has(record.index)) touched.add(record);
    for (const record of touched) if (record) this.#rowOf(record)?.replaceWith(this.#row(record));
  }

  #rowOf(record: LogRecord | undefined): HTMLElement | null {
    return this.#rows.querySelector<HTMLElement>(`[data-index="${record?.index ?? ''}"]`);
  }

  #keyOf(record: LogRecord): string {
    return recordKey(record, this.#records);
  }

  #drawControls(): void {
    const { filters } = this.#state;
    const services = [...new Set(this.#records.flatMap(({ service }) => service ?? []))].sort();
    if (document.activeElement !== this.#text) this.#text.value = filters.text;
    // A menu that is open stays so.
    if (this.#controls.querySelector(':popover-open')) return;
    fill(
      this.#controls,
      menu({
        label: filters.level ? `level ≥ ${LEVEL_WORDS[filters.level]}` : 'level',
        isSet: filters.level !== undefined,
        choices: [
          {
            label: 'all levels',
            isChosen: filters.level === undefined,
            choose: () => this.#setFilters({ level: undefined }),
          },
          ...LEVELS.filter((level) => level !== 'trace').map((level: Level) => ({
            label: `${LEVEL_SIGNS[level]} ${LEVEL_WORDS[level]}`,
            isChosen: filters.level === level,
            choose: () => this.#setFilters({ level }),
          })),
        ],
      }),
      services.length > 1 &&
        menu({
          label: filters.services.length > 0 ? `service: ${filters.services.join(', ')}` : 'service',
          isSet: filters.services.length > 0,
          choices: [
            {
              label: 'all',
              isChosen: filters.services.length === 0,
              choose: () => this.#setFilters({ services: [] }),
            },
            ...services.map((service) => ({
              label: service,
              isChosen: filters.services.includes(service),
              choose: () => this.#setFilters({ services: [service] }),
            })),
          ],
        }),
    );
  }

  #setFilters(filters: Partial<PageState['filters']>): void {
    this.#host.change({ ...this.#state, filters: { ...this.#state.filters, ...filters } });
  }

  #isAtEnd(): boolean {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller;
    return scrollTop + clientHeight >= scrollHeight - AT_END;
  }

  #toEnd(): void {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#unseen = 0;
    this.#more.hidden = true;
  }

  #onScroll(): void {
    if (!this.#isAtEnd()) return;
    this.#unseen = 0;
    this.#more.hidden = true;
  }
}
