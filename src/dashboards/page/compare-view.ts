import { compareTraces, type ComparedRow } from '../model/compare.js';
import { formatCount, formatDuration, formatOffset } from '../model/format.js';
import { headlineOf } from '../model/headline.js';
import { levelOf } from '../model/level.js';
import { lookUpState, type PageState } from '../model/page-state.js';
import { type LogRecord } from '../model/records.js';
import { shownText } from '../model/shown-text.js';
import { spanRows } from '../model/span-rows.js';
import { TraceModel } from '../model/trace-model.js';
import { type LookUpAnswer } from './api.js';
import { chipClass } from './chip.js';
import { serviceColors } from './colors.js';
import { button, fill, h } from './dom.js';
import { LEVEL_SIGNS } from './icons.js';
import { Minimap } from './minimap.js';
import { shorten } from './record-row.js';
import { RowWindow } from './row-window.js';
import { type Host } from './view.js';

const KIND_WORDS: Readonly<Record<ComparedRow['kind'], string>> = {
  both: '',
  onlyHere: 'only here',
  onlyThere: 'missing here',
  slower: 'slower',
  worse: 'worse',
};

const PLAIN_ROWS = 5_000;
const ROW_HEIGHT = 26;

/** Two traces side by side: what is missing, new or slower in one of them. */
export class CompareView {
  readonly element: HTMLElement;
  readonly #here: TraceModel;
  readonly #there: TraceModel;
  readonly #window: RowWindow;
  readonly #rows: readonly ComparedRow[];
  readonly #toggle: HTMLButtonElement;
  readonly #end: () => void;
  #shown: readonly ComparedRow[] = [];
  #state: PageState;

  constructor(host: Host, here: LookUpAnswer, there: LookUpAnswer) {
    const { state } = host;
    this.#state = state;
    this.#end = () => host.go({ ...this.#state, compare: undefined, same: false });
    this.#here = new TraceModel(here.records, state, serviceColors);
    this.#there = new TraceModel(there.records, state, serviceColors);
    this.#rows = compareTraces(here.records, there.records);
    const list = h('div', { class: 'compared', role: 'table', 'aria-label': 'Both traces' });
    const scroller = h('div', { class: 'record-scroll', tabindex: -1 }, list);
    this.#window = new RowWindow(list, scroller, (index) => this.#row(this.#shown[index]!), PLAIN_ROWS);
    this.#toggle = button({
      class: 'quiet toggle',
      on: {
        click: () => host.change({ ...this.#state, same: !this.#state.same }),
      },
    });
    const longest = Math.max(lengthOf(this.#here), lengthOf(this.#there));
    this.element = h(
      'div',
      { class: 'found compare' },
      h(
        'div',
        { class: 'compare-heads' },
        this.#head('this trace', this.#here, state, host, longest),
        this.#head(
          'compared with',
          this.#there,
          lookUpState(state, { kind: 'trace', value: state.compare! }),
          host,
          longest,
        ),
      ),
      h(
        'div',
        { class: 'filter-bar' },
        ...this.#counts(),
        this.#toggle,
        button(
          { class: 'quiet', title: 'Only this trace (Esc)', on: { click: () => this.#end() } },
          'end comparing',
        ),
      ),
      scroller,
    );
    this.#draw();
  }

  /** Draws another state of the same traces. */
  update(state: PageState): void {
    const before = this.#state;
    this.#state = state;
    if (before.same !== state.same) this.#draw();
  }

  onKey(key: string): boolean {
    if (key !== 'Escape') return false;
    this.#end();
    return true;
  }

  destroy(): void {
    this.#window.destroy();
  }

  #draw(): void {
    const differing = this.#rows.filter(({ kind }) => kind !== 'both');
    const { same } = this.#state;
    this.#shown = same || differing.length === 0 ? this.#rows : differing;
    this.#toggle.textContent = same ? 'only what differs' : `all ${this.#rows.length}`;
    this.#toggle.hidden = differing.length === 0 || differing.length === this.#rows.length;
    this.#window.show(this.#shown.map(() => ROW_HEIGHT));
  }

  #head(title: string, model: TraceModel, open: PageState, host: Host, longest: number): HTMLElement {
    const headline = headlineOf(model.records, spanRows(model.records, 'spans'));
    const part = longest > 0 ? Math.max(0.02, lengthOf(model) / longest) : 1;
    return h(
      'section',
      { class: 'compare-head' },
      h('h2', { class: 'dim' }, title),
      h(
        'div',
        { class: 'headline' },
        h(
          'h1',
          {},
          h('span', { class: chipClass(model.lookOf(headline?.service)) }),
          h('span', { class: 'headline-service' }, headline?.service),
          h('span', { class: 'headline-name' }, shorten(headline?.name ?? '', 120)),
        ),
        headline &&
          h(
            'span',
            { class: `outcome ${headline.hasFailed ? 'error-text' : 'right-text'}` },
            `${headline.hasFailed ? '✗' : '✓'} ${headline.status ?? (headline.hasFailed ? 'failed' : 'no error')}`,
          ),
        h('strong', { class: 'duration' }, formatDuration(lengthOf(model))),
        h('span', { class: 'dim' }, formatCount(model.records.length, 'record')),
      ),
      button(
        { class: 'link mono', on: { click: () => host.go({ ...open, compare: undefined, same: false }) } },
        model.traceIds[0] ?? '',
      ),
      // Both in one scale: a longer line is a longer time.
      h(
        'div',
        { class: 'compare-map', style: { width: `${part * 100}%` } },
        new Minimap(model, { onZoom: () => undefined }).element,
      ),
    );
  }

  #counts(): HTMLElement[] {
    const count = (kind: ComparedRow['kind']): number => this.#rows.filter((row) => row.kind === kind).length;
    const counts = [
      [count('onlyThere'), 'missing here', 'is-onlyThere'],
      [count('onlyHere'), 'only here', 'is-onlyHere'],
      [count('slower'), 'slower here', 'is-slower'],
      [count('worse'), 'worse here', 'is-worse'],
      [count('both'), 'the same', 'dim'],
    ] as const;
    return counts
      .filter(([many]) => many > 0)
      .map(([many, word, name]) => h('span', { class: `compare-count ${name}` }, `${many} ${word}`));
  }

  #row({ kind, here, there, slowerByMillis }: ComparedRow): HTMLElement {
    return h(
      'div',
      { class: `compared-row is-${kind}`, role: 'row' },
      h(
        'div',
        { class: 'compare-kind', role: 'cell' },
        KIND_WORDS[kind],
        slowerByMillis !== undefined && ` ${formatOffset(slowerByMillis)}`,
      ),
      this.#cell(here, this.#here),
      this.#cell(there, this.#there),
    );
  }

  #cell(record: LogRecord | undefined, model: TraceModel): HTMLElement {
    const cell = h('div', { class: 'compare-cell', role: 'cell' });
    if (!record) {
      fill(cell, h('span', { class: 'unseen' }, 'none'));
      return cell;
    }
    const level = levelOf(record);
    fill(
      cell,
      h('span', { class: 'c-time' }, formatOffset(record.timeMillis - model.whole.fromMillis)),
      h('span', { class: chipClass(model.lookOf(record.service, record.logGroup)) }),
      h('span', { class: 'name' }, record.service ?? record.logGroup),
      h(
        'span',
        { class: `compare-sign${record.isError ? ' error-text' : ''}` },
        record.span ? '▬' : level ? LEVEL_SIGNS[level] : '',
      ),
      h('span', { class: `text${record.isError ? ' error-text' : ''}` }, shorten(shownText(record), 300)),
      record.span?.durationMillis !== undefined &&
        h('span', { class: 'dim' }, formatDuration(record.span.durationMillis)),
    );
    return cell;
  }
}

function lengthOf({ whole }: TraceModel): number {
  return whole.toMillis - whole.fromMillis;
}
