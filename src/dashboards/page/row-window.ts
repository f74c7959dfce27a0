import { h } from './dom.js';

/** Pixels above and below what is seen that are drawn too. */
const MARGIN = 400;
/** Milliseconds of building rows after which the browser gets a turn. */
const SLICE_MILLIS = 8;
const FIRST_ROWS = 120;
/** Rows that the browser skips together while they are out of sight: of thousands singly, each frame looks at all. */
const BLOCK_ROWS = 60;

/**
 * Shows rows in a list: up to a number all of them, which the browser can then search, print and read aloud; above
 * that a window of those that are seen.
 */
export class RowWindow {
  readonly #list: HTMLElement;
  readonly #scroller: HTMLElement;
  readonly #make: (index: number) => HTMLElement;
  readonly #plainRows: number;
  readonly #observer: ResizeObserver;
  readonly #onScroll: () => void;
  #heights: Float64Array = new Float64Array(0);
  /** The top of each row, and the bottom of the last. */
  #tops: Float64Array = new Float64Array(1);
  #elements = new Map<number, HTMLElement>();
  #isWindowed = false;
  #frame = 0;
  #building = 0;

  /**
   * @param list - the element that gets the rows
   * @param scroller - the element that scrolls, unless the page itself does
   * @param make - makes the row of an index
   * @param plainRows - up to so many all rows are in the document
   */
  constructor(
    list: HTMLElement,
    scroller: HTMLElement,
    make: (index: number) => HTMLElement,
    plainRows: number,
  ) {
    this.#list = list;
    this.#scroller = scroller;
    this.#make = make;
    this.#plainRows = plainRows;
    this.#onScroll = () => {
      if (this.#isWindowed && this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
    };
    this.#observer = new ResizeObserver((entries) => this.#measure(entries));
    scroller.addEventListener('scroll', this.#onScroll, { passive: true });
    addEventListener('scroll', this.#onScroll, { passive: true });
    addEventListener('resize', this.#onScroll);
  }

  /** Shows other rows. @param heights - of each row in pixels, as far as they are not measured */
  show(heights: readonly number[]): void {
    this.#heights = Float64Array.from(heights);
    this.#isWindowed = heights.length > this.#plainRows;
    this.#observer.disconnect();
    this.#elements.clear();
    this.#list.replaceChildren();
    this.#list.classList.toggle('is-windowed', this.#isWindowed);
    this.#building++;
    if (this.#isWindowed) {
      this.#sumUp();
      this.#draw();
    } else {
      this.#list.style.removeProperty('height');
      this.#build(this.#building);
    }
  }

  /** The row of an index, as far as it is in the document. */
  elementAt(index: number): HTMLElement | undefined {
    return this.#elements.get(index);
  }

  /** Makes the row of an index anew. */
  refresh(index: number): void {
    const old = this.#elements.get(index);
    if (!old) return;
    const row = this.#make(index);
    this.#place(row, index);
    old.replaceWith(row);
    this.#elements.set(index, row);
    if (this.#isWindowed) {
      this.#observer.unobserve(old);
      this.#observer.observe(row);
    }
  }

  /** Scrolls until a row is seen; it is in the document then. */
  reveal(index: number): void {
    if (this.#isWindowed) {
      const { top, height } = this.#view();
      const rowTop = this.#tops[index]!;
      const rowBottom = this.#tops[index + 1]!;
      if (rowTop < top) this.#scrollBy(rowTop - top);
      else if (rowBottom > top + height) this.#scrollBy(Math.min(rowBottom - top - height, rowTop - top));
      this.#draw();
    } else this.#buildUpTo(index);
    // One that was just opened is higher than it is known to be.
    this.#elements.get(index)?.scrollIntoView({ block: 'nearest' });
  }

  destroy(): void {
    this.#building++;
    cancelAnimationFrame(this.#frame);
    this.#observer.disconnect();
    this.#scroller.removeEventListener('scroll', this.#onScroll);
    removeEventListener('scroll', this.#onScroll);
    removeEventListener('resize', this.#onScroll);
  }

  /** Adds rows, some at once and the others bit by bit, so that nothing waits for the last. */
  #build(building: number): void {
    const count = this.#heights.length;
    this.#buildUpTo(Math.min(FIRST_ROWS, count) - 1);
    const goOn = (): void => {
      if (building !== this.#building || this.#elements.size >= count) return;
      const end = performance.now() + SLICE_MILLIS;
      while (this.#elements.size < count && performance.now() < end) {
        this.#buildUpTo(Math.min(this.#elements.size + BLOCK_ROWS / 2, count) - 1);
      }
      setTimeout(goOn);
    };
    if (this.#elements.size < count) setTimeout(goOn);
  }

  #buildUpTo(last: number): void {
    for (let index = this.#elements.size; index <= last; index++) {
      if (index % BLOCK_ROWS === 0) this.#list.append(this.#block(index));
      const row = this.#make(index);
      this.#elements.set(index, row);
      this.#list.lastElementChild!.append(row);
    }
  }

  /** What holds the rows from an index on; as high as they are thought to be, until they are seen. */
  #block(first: number): HTMLElement {
    const height = this.#heights.subarray(first, first + BLOCK_ROWS).reduce((sum, one) => sum + one, 0);
    const style = { 'contain-intrinsic-size': `auto ${height}px` };
    return h('div', { class: 'row-block', role: 'none', style });
  }

  #sumUp(): void {
    const tops = new Float64Array(this.#heights.length + 1);
    for (let index = 0; index < this.#heights.length; index++)
      tops[index + 1] = tops[index]! + this.#heights[index]!;
    this.#tops = tops;
    this.#list.style.setProperty('height', `${tops.at(-1)!}px`);
  }

  /** What is seen of the list, in its own pixels. */
  #view(): { top: number; height: number } {
    const list = this.#list.getBoundingClientRect();
    const scroller = this.#scrolls()
      ? this.#scroller.getBoundingClientRect()
      : { top: 0, bottom: innerHeight };
    const top = Math.max(scroller.top, 0);
    return { top: top - list.top, height: Math.max(0, Math.min(scroller.bottom, innerHeight) - top) };
  }

  #scrolls(): boolean {
    return this.#scroller.scrollHeight > this.#scroller.clientHeight && this.#scroller.clientHeight > 0
      ? getComputedStyle(this.#scroller).overflowY !== 'visible'
      : false;
  }

  #scrollBy(pixels: number): void {
    if (this.#scrolls()) this.#scroller.scrollTop += pixels;
    else scrollBy(0, pixels);
  }

  #draw(): void {
    this.#frame = 0;
    const { top, height } = this.#view();
    const first = this.#indexAt(top - MARGIN);
    const last = this.#indexAt(top + height + MARGIN);
    const focused = document.activeElement;
    for (const [index, element] of this.#elements) {
      // What has the focus stays: it would be lost with its row.
      if ((index < first || index > last) && !element.contains(focused)) {
        this.#observer.unobserve(element);
        element.remove();
        this.#elements.delete(index);
      }
    }
    // From the last to the first, so that each stands before its next: in the order of reading and of Tab.
    let next: HTMLElement | null = null;
    for (let index = Math.min(last, this.#heights.length - 1); index >= first; index--) {
      let row = this.#elements.get(index);
      if (!row) {
        row = this.#make(index);
        this.#place(row, index);
        this.#elements.set(index, row);
        this.#list.insertBefore(row, next);
        this.#observer.observe(row);
      }
      next = row;
    }
  }

  #place(row: HTMLElement, index: number): void {
    if (this.#isWindowed) row.style.setProperty('transform', `translateY(${this.#tops[index]!}px)`);
  }

  /** The row at a height of the list. */
  #indexAt(pixels: number): number {
    let low = 0;
    let high = Math.max(0, this.#heights.length - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#tops[middle]! <= pixels) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Takes the real heights of rows that are open, and moves those below. */
  #measure(entries: readonly ResizeObserverEntry[]): void {
    const changed = new Map<Element, number>();
    for (const { target, borderBoxSize } of entries) {
      const height = borderBoxSize[0]?.blockSize ?? 0;
      if (height > 0) changed.set(target, height);
    }
    let hasChanged = false;
    for (const [index, element] of this.#elements) {
      const height = changed.get(element);
      if (height === undefined || Math.abs(height - this.#heights[index]!) < 0.5) continue;
      this.#heights[index] = height;
      hasChanged = true;
    }
    if (!hasChanged) return;
    this.#sumUp();
    for (const [index, element] of this.#elements) this.#place(element, index);
    this.#onScroll();
  }
}
