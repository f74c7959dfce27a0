import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { lineOf, SEGMENT_VERSION } from './segment-lines.js';

const { O_NOFOLLOW = 0 } = constants as { O_NOFOLLOW?: number };

/** So that each figure takes the place of the one before. */
const DIGITS = 10;

/** A write for each record would cost an application as much as the record. */
const COUNT_DELAY_MILLIS = 10;

const VERSION_LINE = Buffer.from(lineOf(JSON.stringify({ version: SEGMENT_VERSION })));

/** The figures of a segment's head. */
export interface HeadFigures {
  /** Events that were written: what is not there any more was lost, wherever the file was cut. */
  readonly count: number;
  /** Events below this number may be with the service, or be released, though no note says so: there was no room for it. */
  readonly unnotedBelow: number;
}

/** The first bytes of a new file. */
export function firstBytes(): Buffer {
  return Buffer.concat([VERSION_LINE, headLine({ count: 0, unnotedBelow: 0 })]);
}

/** Writes a segment's head in its place, for which there is room on a full disk too. */
export class SegmentHead {
  readonly #path: string;
  #descriptor: number | undefined;
  readonly #figures: { -readonly [Name in keyof HeadFigures]: HeadFigures[Name] };
  #isDue = false;

  constructor(path: string, figures: HeadFigures = { count: 0, unnotedBelow: 0 }) {
    this.#path = path;
    this.#figures = { ...figures };
  }

  get figures(): HeadFigures {
    return this.#figures;
  }

  /**
   * Counts, and writes it once for all that some milliseconds append: a process killed before has written more than it
   * says, which is no loss.
   */
  count(count: number): void {
    this.#figures.count = count;
    if (this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => this.#writeDue(), COUNT_DELAY_MILLIS).unref();
  }

  /** @returns whether it could be written; what can't is written with the next change */
  change(figures: Partial<HeadFigures>): boolean {
    Object.assign(this.#figures, figures);
    this.#isDue = false;
    const line = headLine(this.#figures);
    try {
      // A descriptor of its own: what goes through that of the events is appended, wherever it should go.
      this.#descriptor ??= openSync(this.#path, constants.O_WRONLY | O_NOFOLLOW);
      return writeSync(this.#descriptor, line, 0, line.length, VERSION_LINE.length) === line.length;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#writeDue();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #writeDue(): void {
    if (this.#isDue) this.change({});
  }
}

function headLine({ count, unnotedBelow }: HeadFigures): Uint8Array {
  return lineOf(`{"count":"${digits(count)}","unnotedBelow":"${digits(unnotedBelow)}"}`);
}

function digits(figure: number): string {
  return String(figure).padStart(DIGITS, '0');
}
