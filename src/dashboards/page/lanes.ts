import { formatCount, formatDuration, formatOffset } from '../model/format.js';
import { toggled } from '../model/page-state.js';
import { type LogRecord } from '../model/records.js';
import { shownText } from '../model/shown-text.js';
import { type SpanRow, standInOf } from '../model/span-rows.js';
import { placeIn, type Stretch, ticks } from '../model/time-scale.js';
import { type TraceModel } from '../model/trace-model.js';
import { chipClass } from './chip.js';
import { button, fill, h } from './dom.js';
import { RowWindow } from './row-window.js';

/** What happens when lanes are used. */
export interface LaneEvents {
  /** A lane was chosen, or none. */
  readonly onSelect: (row: SpanRow | undefined) => void;
  /** The pointer or focus is on a lane, or left it. */
  readonly onHover: (row: SpanRow | undefined) => void;
  /** A part of the time was marked. */
  readonly onZoom: (stretch: Stretch) => void;
  readonly onOpenRecord: (record: LogRecord) => void;
  /** Other lanes hide their children. */
  readonly onFold: (folded: readonly string[]) => void;
}

const ROW_HEIGHT = 26;
/** Lanes that are in the document at once without a window. */
const PLAIN_ROWS = 400;
/** Places in a lane at which records are told apart. */
const DOT_PLACES = 200;
const TICKS = 6;
const NARROW_PIXELS = 500;
const DEEPEST_INDENT = 14;

/** The spans of a trace as lanes: names on the left, bars with the records on them on the right. */
export class Lanes {
  readonly element: HTMLElement;
  readonly #model: TraceModel;
  readonly #events: LaneEvents;
  readonly #axis = h('div', { class: 'lane-axis', 'aria-hidden': 'true' });
  readonly #tree = h('div', { class: 'lane-rows', role: 'tree', 'aria-label': 'Spans' });
  readonly #window: RowWindow;
  readonly #elements = new Map<string, HTMLElement>();
  #rows: readonly SpanRow[] = [];
  #current = 0;
  #lit: string | undefined;

  constructor(model: TraceModel, events: LaneEvents) {
    this.#model = model;
    this.#events = events;
    const scroller = h('div', { class: 'lane-scroll' }, this.#axis, this.#tree);
    this.element = h('section', { class: 'lanes', 'aria-label': 'Time line' }, scroller);
    this.#window = new RowWindow(this.#tree, scroller, (index) => this.#row(index), PLAIN_ROWS);
    this.#tree.addEventListener('keydown', (event) => this.#onKey(event));
    this.#markDrags();
    this.update();
    // Fewer words fit a window that became narrow.
    new ResizeObserver(() => this.#drawAxis()).observe(this.#axis);
  }

  /** Draws what the model says now. */
  update(): void {
    this.#drawAxis();
    this.#rows = this.#openRows();
    this.#elements.clear();
    this.#current = Math.min(this.#current, Math.max(0, this.#rows.length - 1));
    this.#window.show(this.#rows.map(() => ROW_HEIGHT));
    this.#tree.classList.toggle('is-empty', this.#rows.length === 0);
  }

  /** Lights up the lane of a record, or none. */
  light(key: string | undefined): void {
    if (this.#lit !== undefined) this.#elements.get(this.#lit)?.classList.remove('is-lit');
    this.#lit = key;
    if (key !== undefined) this.#elements.get(key)?.classList.add('is-lit');
  }

  /** Chooses the next lane, or the one before; from none, the first or last. */
  step(by: 1 | -1): void {
    const selected = this.#rows.findIndex((row) => row.key === this.#model.state.filters.span);
    const next = selected === -1 ? (by === 1 ? 0 : this.#rows.length - 1) : selected + by;
    const row = this.#rows[next];
    if (!row) return;
    this.#current = next;
    this.#events.onSelect(row);
    this.#window.reveal(next);
  }

  destroy(): void {
    this.#window.destroy();
  }

  /** Without what hangs under a lane that is folded up. */
  #openRows(): SpanRow[] {
    const hidden = new Set<string>();
    const folded = new Set(this.#model.state.folded);
    return this.#model.rows.filter((row) => {
      const { parentKey } = row;
      if (parentKey === undefined || !(hidden.has(parentKey) || folded.has(parentKey))) return true;
      hidden.add(row.key);
      return false;
    });
  }

  #drawAxis(): void {
    const { shown, whole } = this.#model;
    const isNarrow = innerWidth < NARROW_PIXELS;
    const marks = ticks(shown, whole.fromMillis, isNarrow ? TICKS / 2 : TICKS);
    fill(
      this.#axis,
      ...marks.map((at, index) => {
        if (isNarrow && index > 0 && index < marks.length - 1) return false;
        const place = placeIn(shown, at);
        // One near the end has its words before it.
        const isLate = place > (isNarrow ? 0.7 : 0.93);
        return h(
          'span',
          { class: `tick${isLate ? ' is-late' : ''}`, style: { left: percent(place) } },
          at === whole.fromMillis ? '0' : formatOffset(at - whole.fromMillis),
        );
      }),
    );
  }

  #row(index: number): HTMLElement {
    const row = this.#rows[index]!;
    const isSelected = this.#model.state.filters.span === row.key;
    const element = h(
      'div',
      {
        class: `lane is-${row.kind}${row.hasError ? ' has-error' : ''}${row.isOnErrorPath ? ' on-error-path' : ''}`,
        role: 'treeitem',
        'aria-level': row.depth + 1,
        'aria-selected': String(isSelected),
        'aria-expanded': row.hasChildren ? String(!this.#isFolded(row)) : undefined,
        tabindex: index === this.#current ? 0 : -1,
        on: {
          click: () => this.#select(index),
          mouseenter: () => this.#events.onHover(row),
          mouseleave: () => this.#events.onHover(undefined),
          focus: () => this.#events.onHover(row),
          blur: () => this.#events.onHover(undefined),
        },
      },
      this.#name(row),
      h(
        'div',
        { class: 'lane-time' },
        row.kind === 'loose'
          ? ''
          : `${row.kind === 'span' ? '' : '≥ '}${formatDuration(row.endMillis - row.startMillis)}`,
      ),
      this.#track(row),
      // Its name is what it shows, and what else one would see.
      h('span', { class: 'unseen' }, spokenFacts(row)),
    );
    element.classList.toggle('is-lit', this.#lit === row.key);
    this.#elements.set(row.key, element);
    return element;
  }

  #name(row: SpanRow): HTMLElement {
    const look = this.#model.lookOf(row.service, standInOf(row));
    const isFolded = this.#isFolded(row);
    const service = row.service ?? (row.kind === 'rebuilt' ? standInOf(row) : undefined);
    return h(
      'div',
      { class: 'lane-name', style: { '--depth': String(Math.min(row.depth, DEEPEST_INDENT)) } },
      row.hasChildren
        ? h('span', {
            class: `fold${isFolded ? ' is-folded' : ''}`,
            on: {
              click: (event: MouseEvent) => {
                event.stopPropagation();
                this.#fold(row);
              },
            },
          })
        : h('span', { class: 'fold is-leaf' }),
      h('span', { class: chipClass(look) }),
      service !== undefined && h('span', { class: 'lane-service' }, service),
      row.label !== service && h('span', { class: 'lane-label' }, row.label),
      row.hasError && h('span', { class: 'sign error-text', 'aria-hidden': 'true' }, '✗'),
    );
  }

  #track(row: SpanRow): HTMLElement {
    const { shown } = this.#model;
    const from = placeIn(shown, row.startMillis);
    const to = placeIn(shown, row.endMillis);
    const look = this.#model.lookOf(row.service, standInOf(row));
    const track = h('div', { class: 'lane-track' });
    if (to >= 0 && from <= 1) {
      const left = Math.max(0, from);
      const width = Math.max(0, Math.min(1, to) - left);
      track.append(
        h('div', {
          class: `bar ${chipClass(look)}${from < 0 ? ' goes-left' : ''}${to > 1 ? ' goes-right' : ''}`,
          style: { left: percent(left), width: percent(width) },
        }),
      );
    }
    track.append(...this.#dots(row));
    return track;
  }

  /** One dot for all records of a place: a thousand in one lane are still drawn at once. */
  #dots(row: SpanRow): HTMLElement[] {
    const { shown } = this.#model;
    const places = new Map<number, { at: number; hasError: boolean; record: LogRecord; count: number }>();
    for (const record of row.records) {
      const at = placeIn(shown, record.timeMillis);
      if (at < 0 || at > 1) continue;
      const place = Math.round(at * DOT_PLACES);
      const known = places.get(place);
      if (!known) places.set(place, { at, hasError: record.isError, record, count: 1 });
      else {
        known.count++;
        if (record.isError && !known.hasError) places.set(place, { ...known, hasError: true, record });
      }
    }
    return [...places.values()].map(({ at, hasError, record, count }) =>
      h('span', {
        class: `dot${hasError ? ' is-error' : ''}${count > 1 ? ' is-many' : ''}`,
        title:
          count > 1
            ? `${count} records, ${shownText(record).slice(0, 200)}`
            : shownText(record).slice(0, 200),
        style: { left: percent(at) },
        on: {
          click: (event: MouseEvent) => {
            event.stopPropagation();
            this.#events.onOpenRecord(record);
          },
        },
      }),
    );
  }

  #select(index: number): void {
    const row = this.#rows[index]!;
    this.#current = index;
    this.#events.onSelect(this.#model.state.filters.span === row.key ? undefined : row);
    this.#window.elementAt(index)?.focus({ preventScroll: true });
  }

  #fold(row: SpanRow): void {
    this.#events.onFold(toggled(this.#model.state.folded, row.key));
  }

  #isFolded({ key }: SpanRow): boolean {
    return this.#model.state.folded.includes(key);
  }

  #onKey(event: KeyboardEvent): void {
    const row = this.#rows[this.#current];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const isFolded = this.#isFolded(row);
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        this.#focus(this.#current + (event.key === 'ArrowDown' ? 1 : -1));
        break;
      case 'Home':
        this.#focus(0);
        break;
      case 'End':
        this.#focus(this.#rows.length - 1);
        break;
      case 'ArrowRight':
        if (row.hasChildren && isFolded) this.#refold(row);
        else if (row.hasChildren) this.#focus(this.#current + 1);
        break;
      case 'ArrowLeft':
        if (row.hasChildren && !isFolded) this.#refold(row);
        else this.#focus(this.#rows.findIndex((one) => one.key === row.parentKey));
        break;
      case 'Enter':
      case ' ':
        this.#select(this.#current);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #refold(row: SpanRow): void {
    this.#fold(row);
    this.#focus(this.#rows.indexOf(row));
  }

  #focus(index: number): void {
    if (!this.#rows[index]) return;
    this.#window.elementAt(this.#current)?.setAttribute('tabindex', '-1');
    this.#current = index;
    this.#window.reveal(index);
    const element = this.#window.elementAt(index);
    element?.setAttribute('tabindex', '0');
    element?.focus({ preventScroll: true });
  }

  /** Marks a part of the time by dragging over the tracks. */
  #markDrags(): void {
    let start: number | undefined;
    const mark = h('div', { class: 'drag-mark', hidden: true });
    this.element.append(mark);
    const placeOf = (event: PointerEvent): number | undefined => {
      const box = this.#axis.getBoundingClientRect();
      const at = (event.clientX - box.left) / box.width;
      return at >= 0 && at <= 1 ? at : undefined;
    };
    const draw = (a: number, b: number): void => {
      const box = this.#axis.getBoundingClientRect();
      const outer = this.element.getBoundingClientRect();
      mark.style.setProperty('left', `${box.left - outer.left + Math.min(a, b) * box.width}px`);
      mark.style.setProperty('width', `${Math.abs(b - a) * box.width}px`);
      mark.hidden = false;
    };
    this.element.addEventListener('pointerdown', (event) => {
      if (event.button === 0 && event.pointerType !== 'touch') start = placeOf(event);
    });
    const onMove = (event: PointerEvent): void => {
      const at = start === undefined ? undefined : placeOf(event);
      if (at !== undefined && Math.abs(at - start!) > 0.01) draw(start!, at);
    };
    const onUp = (event: PointerEvent): void => {
      const at = start === undefined || mark.hidden ? undefined : placeOf(event);
      if (at !== undefined && Math.abs(at - start!) > 0.01) {
        const { shown } = this.#model;
        const length = shown.toMillis - shown.fromMillis;
        const [from, to] = [Math.min(start!, at), Math.max(start!, at)];
        this.#events.onZoom({
          fromMillis: shown.fromMillis + from * length,
          toMillis: shown.fromMillis + to * length,
        });
        // The end of a drag is no click on a lane.
        this.element.addEventListener('click', (click) => click.stopPropagation(), {
          capture: true,
          once: true,
        });
      }
      start = undefined;
      mark.hidden = true;
    };
    this.element.addEventListener('pointermove', onMove);
    this.element.addEventListener('pointerup', onUp);
    this.element.addEventListener('pointerleave', () => {
      start = undefined;
      mark.hidden = true;
    });
  }
}

function spokenFacts({ records, hasError }: SpanRow): string {
  return `, ${formatCount(records.length, 'record')}${hasError ? ', with an error' : ''}`;
}

function percent(part: number): string {
  return `${(part * 100).toFixed(3)}%`;
}

/** Buttons to zoom without a pointer. */
export function zoomButtons(on: { in: () => void; out: () => void; reset: () => void }): HTMLElement {
  return h(
    'span',
    { class: 'zoom-buttons', role: 'group', 'aria-label': 'Zoom' },
    button({ class: 'quiet', title: 'Zoom in (+)', 'aria-label': 'Zoom in', on: { click: on.in } }, '+'),
    button({ class: 'quiet', title: 'Zoom out (-)', 'aria-label': 'Zoom out', on: { click: on.out } }, '−'),
    button({ class: 'quiet', title: 'Whole trace (0)', on: { click: on.reset } }, 'whole'),
  );
}
