import { standInOf } from '../model/span-rows.js';
import { placeIn, type Stretch, withRoom } from '../model/time-scale.js';
import { type TraceModel } from '../model/trace-model.js';
import { fill, h, svg } from './dom.js';

/** What happens when the map is used. */
export interface MinimapEvents {
  readonly onZoom: (stretch: Stretch | undefined) => void;
}

const WIDTH = 1000;
const HEIGHT = 40;
const BARS_HEIGHT = 24;
const BUCKETS = 200;
/** Bars that are drawn; of more spans every so manieth. */
const MOST_BARS = 600;

/** The whole trace in a small picture; a part that is marked in it is zoomed to. */
export class Minimap {
  readonly element: HTMLElement;
  readonly #model: TraceModel;
  readonly #picture = svg('svg', {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  });
  readonly #shown = h('div', { class: 'map-shown' });

  constructor(model: TraceModel, events: MinimapEvents) {
    this.#model = model;
    this.element = h(
      'div',
      { class: 'minimap', title: 'Drag to zoom, double-click for the whole trace' },
      this.#picture,
      this.#shown,
    );
    this.#markDrags(events);
    this.update();
  }

  /** Draws what the model says now. */
  update(): void {
    const outer = withRoom(this.#model.whole);
    fill(this.#picture, ...this.#bars(outer), ...this.#histogram(outer));
    const { shown } = this.#model;
    this.#shown.hidden = !this.#model.isZoomed;
    this.#shown.style.setProperty('left', `${placeIn(outer, shown.fromMillis) * 100}%`);
    this.#shown.style.setProperty(
      'width',
      `${((shown.toMillis - shown.fromMillis) / lengthOf(outer)) * 100}%`,
    );
  }

  #bars(outer: Stretch): SVGElement[] {
    const { rows } = this.#model;
    const step = Math.max(1, Math.ceil(rows.length / MOST_BARS));
    const drawn = rows.filter((_, index) => index % step === 0);
    const height = Math.min(4, BARS_HEIGHT / Math.max(1, drawn.length));
    const pathByClass = new Map<string, string>();
    drawn.forEach((row, index) => {
      const x = placeIn(outer, row.startMillis) * WIDTH;
      const width = Math.max(2, ((row.endMillis - row.startMillis) / lengthOf(outer)) * WIDTH);
      const look = this.#model.lookOf(row.service, standInOf(row));
      const name = row.kind === 'gap' ? 'map-gap' : `map-bar s${look?.color ?? 'none'}`;
      const bar = `M${x.toFixed(1)} ${(index * height).toFixed(2)}h${width.toFixed(1)}v${(height * 0.75).toFixed(2)}h${(-width).toFixed(1)}z`;
      pathByClass.set(name, (pathByClass.get(name) ?? '') + bar);
    });
    return [...pathByClass].map(([name, d]) => svg('path', { class: name, d }));
  }

  /** How many records there are at each time, errors among them. */
  #histogram(outer: Stretch): SVGElement[] {
    const all = new Uint32Array(BUCKETS);
    const errors = new Uint32Array(BUCKETS);
    for (const record of this.#model.records) {
      const place = placeIn(outer, record.timeMillis);
      const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor(place * BUCKETS)));
      all[bucket]!++;
      if (record.isError) errors[bucket]!++;
    }
    const most = all.reduce((a, b) => Math.max(a, b), 1);
    const path = (counts: Uint32Array): string => {
      let d = '';
      const width = WIDTH / BUCKETS;
      counts.forEach((count, bucket) => {
        if (count === 0) return;
        // A root, so that one error beside a thousand records is still seen.
        const height = Math.max(3, Math.sqrt(count / most) * (HEIGHT - BARS_HEIGHT - 2));
        d += `M${bucket * width} ${HEIGHT}v${-height}h${width * 0.8}v${height}z`;
      });
      return d;
    };
    return [
      svg('path', { class: 'map-records', d: path(all) }),
      svg('path', { class: 'map-errors', d: path(errors) }),
    ];
  }

  #markDrags(events: MinimapEvents): void {
    let start: number | undefined;
    const placeOf = (event: PointerEvent): number => {
      const box = this.element.getBoundingClientRect();
      return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    };
    this.element.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      start = placeOf(event);
      this.element.setPointerCapture(event.pointerId);
    });
    this.element.addEventListener('pointermove', (event) => {
      if (start === undefined) return;
      const at = placeOf(event);
      this.#shown.hidden = false;
      this.#shown.style.setProperty('left', `${Math.min(start, at) * 100}%`);
      this.#shown.style.setProperty('width', `${Math.abs(at - start) * 100}%`);
    });
    this.element.addEventListener('pointerup', (event) => {
      if (start === undefined) return;
      const [from, to] = [Math.min(start, placeOf(event)), Math.max(start, placeOf(event))];
      start = undefined;
      const outer = withRoom(this.#model.whole);
      if (to - from < 0.005) this.update();
      else {
        events.onZoom({
          fromMillis: outer.fromMillis + from * lengthOf(outer),
          toMillis: outer.fromMillis + to * lengthOf(outer),
        });
      }
    });
    this.element.addEventListener('dblclick', () => events.onZoom(undefined));
  }
}

function lengthOf({ fromMillis, toMillis }: Stretch): number {
  return toMillis - fromMillis;
}
