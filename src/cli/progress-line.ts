import { type LookUpProgress } from '../insights/index.js';
import { type TextSink } from './command-io.js';
import { fitWidth } from './display-width.js';
import { formatBytes, formatCount } from './format-amounts.js';
import { terminalWidth } from './terminal-width.js';

/** Milliseconds between two drawings, at the least. */
const BETWEEN_MILLIS = 100;

/** One line on a terminal that says how far something is, and goes away. Elsewhere nothing. */
export class ProgressLine<Progress> {
  readonly #to: TextSink;
  readonly #text: (progress: Progress, columns: number) => string;
  readonly #monotonicMillis: () => number;
  #nextAt = 0;
  #isDrawn = false;

  /**
   * @param text - what the line says in so many columns; what matters first, as a narrow terminal cuts the end
   * @param monotonicMillis - a monotonic clock in milliseconds
   */
  constructor(
    to: TextSink,
    text: (progress: Progress, columns: number) => string,
    monotonicMillis: () => number = () => performance.now(),
  ) {
    this.#to = to;
    this.#text = text;
    this.#monotonicMillis = monotonicMillis;
  }

  readonly show = (progress: Progress): void => {
    if (!this.#to.isTTY || this.#monotonicMillis() < this.#nextAt) return;
    this.#nextAt = this.#monotonicMillis() + BETWEEN_MILLIS;
    this.#isDrawn = true;
    // One column stays free: a terminal that wraps would leave the line behind.
    const columns = terminalWidth(this.#to)! - 1;
    this.#to.write(`\r\u001b[K${fitWidth(this.#text(progress, columns), columns)}`);
  };

  /** Takes the line away. */
  clear(): void {
    if (this.#isDrawn) this.#to.write('\r\u001b[K');
    this.#isDrawn = false;
  }
}

/** How far a look-up is. */
export function lookUpProgressText(progress: LookUpProgress): string {
  const { logGroups, logGroupsDone, bytesScanned, recordsScanned, queriesRunning } = progress;
  return (
    `${logGroupsDone} of ${formatCount(logGroups, 'log group')}, ${formatBytes(bytesScanned)} scanned, ` +
    `${formatCount(recordsScanned, 'record')}, ${formatCount(queriesRunning, 'query', 'queries')} running; Ctrl-C stops`
  );
}
