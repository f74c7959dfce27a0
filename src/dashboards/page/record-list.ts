import { alikeGroups } from '../model/alike.js';
import { formatDuration, formatOffset, formatTime } from '../model/format.js';
import { gapBefore } from '../model/gaps.js';
import { laneKeyOf } from '../model/filters.js';
import { levelOf } from '../model/level.js';
import { type PageState, toggled } from '../model/page-state.js';
import { recordKey, recordsOfKeys, shortHash } from '../model/record-key.js';
import { type LogRecord } from '../model/records.js';
import { shownText } from '../model/shown-text.js';
import { type TraceModel } from '../model/trace-model.js';
import { announce, button, h } from './dom.js';
import { LEVEL_WORDS } from './icons.js';
import {
  hasExceptionLine,
  levelCell,
  recordRow,
  type RowEvents,
  serviceCell,
  shorten,
} from './record-row.js';
import { RowWindow } from './row-window.js';

/** What happens when the list is used. */
export type ListEvents = Omit<RowEvents, 'onToggle'> & {
  /** Another record is marked, or something was opened or closed. */
  readonly onMarks: (marks: Partial<Marks>) => void;
};

/** What of the state is the list's. */
type Marks = Pick<PageState, 'at' | 'open' | 'unfolded'>;

type Item =
  | {
      readonly kind: 'record';
      readonly record: LogRecord;
      readonly previous: LogRecord | undefined;
      /** The log record before, whose attributes are not repeated. */
      readonly previousLog: LogRecord | undefined;
    }
  | { readonly kind: 'gap'; readonly millis: number }
  | { readonly kind: 'alike'; readonly key: string; readonly records: readonly LogRecord[] };

/** Records that are in the document at once without a window. */
const PLAIN_ROWS = 10_000;
const LINE_HEIGHT = 24;
const STACKED_HEIGHT = 46;

/** The records of all groups in one list. */
export class RecordList {
  readonly element: HTMLElement;
  readonly #model: TraceModel;
  readonly #events: RowEvents & ListEvents;
  readonly #list = h('div', { class: 'records', role: 'table', 'aria-label': 'Log records' });
  readonly #window: RowWindow;
  readonly #open = new Set<number>();
  /** Of the state, as they were drawn last. */
  #marks: Marks = { at: undefined, open: [], unfolded: [] };
  #items: readonly Item[] = [];
  /** Places of records among the items. */
  #places = new Map<number, number>();
  #current: LogRecord | undefined;
  #visible: readonly LogRecord[] = [];
  #lit: string | undefined;

  constructor(model: TraceModel, events: ListEvents) {
    this.#model = model;
    this.#events = { ...events, onToggle: (record) => this.toggle(record) };
    this.element = h('div', { class: 'record-scroll', tabindex: -1 }, this.#list);
    this.#window = new RowWindow(this.#list, this.element, (index) => this.#row(index), PLAIN_ROWS);
    this.update();
  }

  /** The records that pass the filters. */
  get visible(): readonly LogRecord[] {
    return this.#visible;
  }

  get current(): LogRecord | undefined {
    return this.#current;
  }

  /** Draws what the model says now. */
  update(): void {
    this.#visible = this.#model.visible;
    this.#items = this.#itemsOf(this.#visible);
    this.#places = new Map();
    this.#items.forEach((item, place) => {
      if (item.kind === 'record') this.#places.set(item.record.index, place);
    });
    this.#readMarks();
    this.#list.setAttribute('aria-rowcount', String(this.#items.length));
    const isNarrow = matchMedia('(max-width: 899px)').matches;
    this.#window.show(this.#items.map((item) => heightOf(item, isNarrow)));
  }

  /** Draws what the model's state says of single records now. */
  updateMarks(): void {
    const { at, open, unfolded } = this.#model.state;
    const before = this.#marks;
    if (before.unfolded !== unfolded) this.update();
    if (before.at === at && before.open === open) return;
    const touched = new Set([this.#current?.index, ...this.#open]);
    this.#readMarks();
    for (const index of [this.#current?.index, ...this.#open]) touched.add(index);
    for (const index of touched) if (index !== undefined) this.#refresh(this.#model.records[index]!);
  }

  /** Brings the record that the address names into sight, once the list is in the document. */
  showMarked(): void {
    const { at } = this.#model.state;
    if (at === undefined) return;
    const record = recordsOfKeys([at], this.#model.records).get(at);
    const place = record && this.#placeOf(record);
    if (place !== undefined) this.#window.reveal(place);
  }

  /** Goes to the next record, or the one before. */
  step(by: 1 | -1, isWanted: (record: LogRecord) => boolean = () => true): void {
    const wanted = this.#visible.filter((record) => isWanted(record));
    if (wanted.length === 0) return;
    const at = this.#current?.index ?? (by === 1 ? -1 : Infinity);
    const next =
      by === 1 ? wanted.find(({ index }) => index > at) : wanted.findLast(({ index }) => index < at);
    if (!next) return;
    this.goTo(next);
    if (wanted.length !== this.#visible.length) {
      announce(`error ${wanted.indexOf(next) + 1} of ${wanted.length}`);
    }
  }

  /** Makes a record the current one and shows it. */
  goTo(record: LogRecord): void {
    const place = this.#placeOf(record);
    if (place === undefined) return;
    this.#window.reveal(place);
    this.#events.onMarks({ at: this.#keyOf(record) });
    this.#window.elementAt(place)?.querySelector<HTMLElement>('.mark')?.focus({ preventScroll: true });
  }

  /** Opens or closes a record. */
  toggle(record: LogRecord | undefined = this.#current): void {
    if (!record) return;
    const at = this.#keyOf(record);
    this.#events.onMarks({ at, open: toggled(this.#model.state.open, at) });
    this.showMarked();
    this.#rowOf(record)?.querySelector<HTMLElement>('.mark')?.focus({ preventScroll: true });
  }

  /** Lights up the records of a lane, or none. */
  light(key: string | undefined): void {
    if (this.#lit === key) return;
    this.#lit = key;
    for (const [index, place] of this.#places) {
      const element = this.#window.elementAt(place);
      if (!element) continue;
      const record = this.#model.records[index]!;
      element.classList.toggle('is-lit', key !== undefined && laneKeyOf(record) === key);
    }
  }

  destroy(): void {
    this.#window.destroy();
  }

  #itemsOf(records: readonly LogRecord[]): Item[] {
    if (this.#model.state.alike) return this.#alikeItems(records);
    const { whole } = this.#model;
    const length = whole.toMillis - whole.fromMillis;
    const items: Item[] = [];
    let previous: LogRecord | undefined;
    let previousLog: LogRecord | undefined;
    for (const record of records) {
      const millis = gapBefore(record.timeMillis, previous?.timeMillis, length);
      if (millis !== undefined) items.push({ kind: 'gap', millis });
      items.push({ kind: 'record', record, previous, previousLog });
      previous = record;
      if (!record.span) previousLog = record;
    }
    return items;
  }

  #alikeItems(records: readonly LogRecord[]): Item[] {
    return alikeGroups(records).flatMap(({ key, records: alike }): Item[] => {
      if (alike.length === 1) return [alone(alike[0]!)];
      const head: Item = { kind: 'alike', key, records: alike };
      if (!this.#model.state.unfolded.includes(shortHash(key))) return [head];
      return [head, ...alike.map(alone)];
    });
  }

  #row(place: number): HTMLElement {
    const item = this.#items[place]!;
    switch (item.kind) {
      case 'gap':
        return h(
          'div',
          { class: 'gap', role: 'row' },
          h('span', { role: 'cell' }, `${formatDuration(item.millis)} without a record`),
        );
      case 'alike':
        return this.#alikeRow(item);
      case 'record':
        return this.#recordRow(item, place);
    }
  }

  #alikeRow({ key, records }: Item & { kind: 'alike' }): HTMLElement {
    const isOpen = this.#model.state.unfolded.includes(shortHash(key));
    const first = records[0]!;
    const last = records.at(-1)!;
    const level = levelOf(first);
    const toggle = (): void => {
      this.#events.onMarks({ unfolded: toggled(this.#model.state.unfolded, shortHash(key)) });
    };
    return h(
      'div',
      {
        class: `row is-alike${level && !first.span ? ` lv-${level}` : ''}`,
        role: 'row',
        on: { click: toggle },
      },
      h(
        'div',
        { class: 'c-mark', role: 'cell' },
        button(
          {
            class: 'mark',
            'aria-expanded': String(isOpen),
            'aria-label': `${records.length} records alike: ${first.text.slice(0, 200)}`,
          },
          isOpen ? '▾' : '▸',
        ),
      ),
      h(
        'div',
        { class: 'c-time', role: 'cell', title: `${this.#timeOf(first)} to ${this.#timeOf(last)}` },
        this.#timeOf(first),
      ),
      serviceCell(first, this.#model.lookOf(first.service, first.logGroup)),
      levelCell(first.span ? 'SPAN' : level ? LEVEL_WORDS[level] : ''),
      h(
        'div',
        { class: 'c-text', role: 'cell' },
        h('span', { class: 'times' }, `${records.length}×`),
        h('span', { class: 'text' }, shorten(shownText(first))),
      ),
    );
  }

  #recordRow({ record, previous, previousLog }: Item & { kind: 'record' }, place: number): HTMLElement {
    const element = recordRow({
      record,
      previousLog,
      time: this.#timeOf(record, previous),
      look: this.#model.lookOf(record.service, record.logGroup),
      zone: this.#model.state.zone,
      isOpen: this.#open.has(record.index),
      isCurrent: this.#current === record,
      isTabStop: this.#current ? this.#current === record : place === 0,
      events: this.#events,
    });
    if (this.#lit !== undefined && laneKeyOf(record) === this.#lit) element.classList.add('is-lit');
    return element;
  }

  #timeOf(record: LogRecord, previous?: LogRecord): string {
    const { timeBase, zone, alike } = this.#model.state;
    // What stands before a line of many is not what was logged before them.
    const base = alike && timeBase === 'previous' ? 'trace' : timeBase;
    const origin = this.#model.originOf(record, previous, base);
    return origin === undefined
      ? formatTime(record.timeMillis, zone)
      : formatOffset(record.timeMillis - origin);
  }

  #placeOf(record: LogRecord): number | undefined {
    const place = this.#places.get(record.index);
    if (place !== undefined || !this.#model.state.alike) return place;
    const group = this.#items.find((item) => item.kind === 'alike' && item.records.includes(record));
    if (group?.kind !== 'alike') return undefined;
    this.#events.onMarks({ unfolded: [...this.#model.state.unfolded, shortHash(group.key)] });
    return this.#places.get(record.index);
  }

  /** Reads from the state which records are marked and open; a record that a filter hides is neither. */
  #readMarks(): void {
    const { at, open, unfolded } = this.#model.state;
    this.#marks = { at, open, unfolded };
    const named = recordsOfKeys(at === undefined ? open : [at, ...open], this.#model.records);
    const current = at === undefined ? undefined : named.get(at);
    this.#current = current && this.#places.has(current.index) ? current : undefined;
    this.#open.clear();
    for (const key of open) {
      const record = named.get(key);
      if (record) this.#open.add(record.index);
    }
  }

  #keyOf(record: LogRecord): string {
    return recordKey(record, this.#model.records);
  }

  #rowOf(record: LogRecord): HTMLElement | undefined {
    const place = this.#places.get(record.index);
    return place === undefined ? undefined : this.#window.elementAt(place);
  }

  #refresh(record: LogRecord): void {
    const place = this.#places.get(record.index);
    if (place !== undefined) this.#window.refresh(place);
  }
}

function alone(record: LogRecord): Item {
  return { kind: 'record', record, previous: undefined, previousLog: undefined };
}

function heightOf(item: Item, isNarrow: boolean): number {
  if (item.kind === 'gap') return LINE_HEIGHT;
  if (isNarrow) return STACKED_HEIGHT;
  return item.kind === 'record' && hasExceptionLine(item.record) ? STACKED_HEIGHT : LINE_HEIGHT;
}
