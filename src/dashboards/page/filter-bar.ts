import { formatCount, formatNumber } from '../model/format.js';
import { LEVELS, type Level } from '../model/level.js';
import { type PageState, type TimeBase } from '../model/page-state.js';
import { type LaneGrouping } from '../model/span-rows.js';
import { type TraceModel } from '../model/trace-model.js';
import { button, fill, h } from './dom.js';
import { LEVEL_SIGNS, LEVEL_WORDS } from './icons.js';
import { menu } from './menu.js';

/** What happens when filters are used. */
export interface FilterEvents {
  readonly onChange: (state: PageState) => void;
  readonly onError: (by: 1 | -1) => void;
}

const TEXT_DELAY_MILLIS = 150;

/** What limits the list, and how it is shown. */
export class FilterBar {
  readonly element: HTMLElement;
  readonly #model: TraceModel;
  readonly #events: FilterEvents;
  readonly #text: HTMLInputElement;
  readonly #count = h('span', { class: 'count', role: 'status' });
  readonly #chips = h('span', { class: 'filter-chips' });
  readonly #menus = h('span', { class: 'filter-menus', id: 'filter-menus' });
  /** Where there is little room, the menus open with it. */
  readonly #toggle = button({
    class: 'quiet filter-toggle',
    'aria-controls': 'filter-menus',
    'aria-expanded': 'false',
    on: { click: () => this.#toggleMenus() },
  });
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(model: TraceModel, events: FilterEvents) {
    this.#model = model;
    this.#events = events;
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
    const errors = model.errorCount + model.failedSpanCount;
    this.element = h(
      'div',
      { class: 'filter-bar', role: 'group', 'aria-label': 'Filters' },
      this.#toggle,
      this.#menus,
      this.#text,
      this.#chips,
      this.#count,
      errors > 0 &&
        h(
          'span',
          { class: 'error-steps' },
          button(
            {
              class: 'quiet',
              title: 'Previous error (p)',
              'aria-label': 'Previous error',
              on: { click: () => events.onError(-1) },
            },
            '‹',
          ),
          h('span', { class: 'error-text' }, `✗ ${errors}`),
          button(
            {
              class: 'quiet',
              title: 'Next error (n)',
              'aria-label': 'Next error',
              on: { click: () => events.onError(1) },
            },
            '›',
          ),
        ),
    );
  }

  /** Draws what the model says now. @param shown - records that pass */
  update(shown: number): void {
    const { filters } = this.#model.state;
    if (document.activeElement !== this.#text) this.#text.value = filters.text;
    const all = this.#model.records.length;
    this.#count.textContent =
      shown === all ? formatCount(all, 'record') : `${formatNumber(shown)} of ${formatCount(all, 'record')}`;
    this.#drawMenus();
    this.#drawChips();
    const set = this.#menus.querySelectorAll('.is-set').length;
    this.#toggle.textContent = set > 0 ? `filters: ${set}` : 'filters';
    this.#toggle.classList.toggle('is-set', set > 0);
  }

  destroy(): void {
    clearTimeout(this.#timer);
  }

  #toggleMenus(): void {
    const isOpen = this.element.classList.toggle('is-open');
    this.#toggle.setAttribute('aria-expanded', String(isOpen));
  }

  #drawMenus(): void {
    const { state, services, logGroups, eventNames } = this.#model;
    const { filters } = state;
    const counts = this.#model.countsFrom();
    fill(
      this.#menus,
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
            note: formatNumber(counts.get(level) ?? 0),
            isChosen: filters.level === level,
            choose: () => this.#setFilters({ level }),
          })),
        ],
      }),
      services.length > 1 &&
        this.#manyMenu('service', services, filters.services, (chosen) => ({ services: chosen })),
      logGroups.length > 1 &&
        this.#manyMenu('log group', logGroups, filters.logGroups, (chosen) => ({ logGroups: chosen })),
      eventNames.length > 0 &&
        this.#manyMenu('event', eventNames, filters.eventNames, (chosen) => ({ eventNames: chosen })),
      menu({
        label: TIME_WORDS[state.timeBase],
        title: 'What the times are relative to',
        choices: (Object.keys(TIME_WORDS) as TimeBase[]).map((timeBase) => ({
          label: TIME_WORDS[timeBase],
          isChosen: state.timeBase === timeBase,
          choose: () => this.#change({ timeBase }),
        })),
      }),
      menu({
        label: LANE_WORDS[this.#model.lanes],
        title: 'What the lanes are',
        choices: (Object.keys(LANE_WORDS) as LaneGrouping[]).map((lanes) => ({
          label: LANE_WORDS[lanes],
          isChosen: this.#model.lanes === lanes,
          choose: () => this.#change({ lanes, filters: { ...filters, span: undefined } }),
        })),
      }),
      button(
        {
          class: `quiet toggle${state.alike ? ' is-set' : ''}`,
          'aria-pressed': String(state.alike),
          title: 'Put records that say the same into one line',
          on: { click: () => this.#change({ alike: !state.alike }) },
        },
        'group alike',
      ),
      this.#model.records.some(({ span }) => span) &&
        button(
          {
            class: `quiet toggle${filters.withoutSpans ? ' is-set' : ''}`,
            'aria-pressed': String(filters.withoutSpans),
            title: 'Leave the records of the spans themselves out of the list',
            on: { click: () => this.#setFilters({ withoutSpans: !filters.withoutSpans }) },
          },
          'hide spans',
        ),
    );
  }

  #manyMenu(
    name: string,
    values: readonly string[],
    chosen: readonly string[],
    toFilters: (chosen: readonly string[]) => Partial<PageState['filters']>,
  ): HTMLElement {
    return menu({
      label: chosen.length === 0 ? name : `${name}: ${chosen.length === 1 ? chosen[0]! : chosen.length}`,
      isSet: chosen.length > 0,
      choices: [
        { label: `all`, isChosen: chosen.length === 0, choose: () => this.#setFilters(toFilters([])) },
        ...values.map((value) => ({
          label: value,
          isChosen: chosen.includes(value),
          choose: () =>
            this.#setFilters(
              toFilters(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]),
            ),
        })),
      ],
    });
  }

  #drawChips(): void {
    const { state, rows } = this.#model;
    const { span } = state.filters;
    const row = span === undefined ? undefined : rows.find((one) => one.key === span);
    fill(
      this.#chips,
      span !== undefined &&
        this.#chip(`span: ${row?.label ?? span}`, () => this.#setFilters({ span: undefined })),
      state.zoom !== undefined && this.#chip('zoomed', () => this.#change({ zoom: undefined })),
    );
  }

  #chip(label: string, remove: () => void): HTMLElement {
    return button(
      { class: 'filter-chip', title: 'Take this filter away (Esc)', on: { click: remove } },
      label.length > 40 ? `${label.slice(0, 39)}…` : label,
      h('span', { 'aria-hidden': 'true' }, ' ×'),
    );
  }

  #setFilters(filters: Partial<PageState['filters']>): void {
    this.#change({ filters: { ...this.#model.state.filters, ...filters } });
  }

  /** Of the state as it is when one chooses, which need not be that of when the choices were drawn. */
  #change(change: Partial<PageState>): void {
    this.#events.onChange({ ...this.#model.state, ...change });
  }
}

const TIME_WORDS: Readonly<Record<TimeBase, string>> = {
  trace: 'since begin of trace',
  span: 'since begin of span',
  previous: 'since previous',
  clock: 'time of day',
};

const LANE_WORDS: Readonly<Record<LaneGrouping, string>> = {
  spans: 'lanes: spans',
  services: 'lanes: services',
  groups: 'lanes: log groups',
};
