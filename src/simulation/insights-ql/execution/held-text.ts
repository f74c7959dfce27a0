import { type QueryableEvent } from '../event-source.js';
import { type Row } from './row.js';

/**
 * UTF-16 units of text that one command of a query holds, or its result. Not documented; past it the query
 * fails, because a part of the answer would be a wrong one, and the process would run out of memory.
 */
export const MAX_HELD_TEXT = 256 * 1024 * 1024;

/**
 * UTF-16 units of text that all queries which run at a time hold together. Not documented, as above: a query that
 * would hold more than is left fails.
 */
export const MAX_HELD_TEXT_OF_ALL = 2 * MAX_HELD_TEXT;

/** The text that the commands of one query hold while it runs. */
export class TextAccount {
  static #total = 0;
  /** Whose commands are being made. */
  static #current: TextAccount | undefined;
  #length = 0;
  #isClosed = false;

  /** What all running queries hold. */
  static get total(): number {
    return TextAccount.#total;
  }

  static get current(): TextAccount | undefined {
    return TextAccount.#current;
  }

  /** Makes commands whose texts count here. */
  making<T>(make: () => T): T {
    const outer = TextAccount.#current;
    TextAccount.#current = this;
    try {
      return make();
    } finally {
      TextAccount.#current = outer;
    }
  }

  /** @throws RangeError past {@link MAX_HELD_TEXT_OF_ALL} */
  change(by: number): void {
    if (this.#isClosed) return;
    this.#length += by;
    TextAccount.#total += by;
    if (by > 0 && TextAccount.#total > MAX_HELD_TEXT_OF_ALL) {
      throw new RangeError(
        `the queries that run together hold more than ${MAX_HELD_TEXT_OF_ALL} characters of text`,
      );
    }
  }

  /** The query has ended; its result is another's matter. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    TextAccount.#total -= this.#length;
  }
}

/** Counts the text that a command holds. */
export class HeldText {
  readonly #account = TextAccount.current;
  #length = 0;
  #lastEvent: QueryableEvent | undefined;

  /** @throws RangeError past {@link MAX_HELD_TEXT}, or {@link MAX_HELD_TEXT_OF_ALL} */
  add(length: number): void {
    this.#length += length;
    if (this.#length > MAX_HELD_TEXT) {
      throw new RangeError(`the query holds more than ${MAX_HELD_TEXT} characters of text`);
    }
    this.#account?.change(length);
  }

  /** Nothing is held any more. */
  clear(): void {
    this.#account?.change(-this.#length);
    this.#length = 0;
  }

  /** Counts a row; rows that `unnest` and the like make of one event share its message. */
  addRow(row: Row): void {
    const isNewEvent = row.event !== undefined && row.event !== this.#lastEvent;
    this.#lastEvent = row.event;
    this.add(row.madeTextLength() + (isNewEvent ? row.event.message.length : 0));
  }

  /** Counts anew what is still held. */
  recount(rows: Iterable<Row>): void {
    const events = new Set<QueryableEvent>();
    this.clear();
    for (const row of rows) {
      const { event } = row;
      this.add(row.madeTextLength() + (event === undefined || events.has(event) ? 0 : event.message.length));
      if (event !== undefined) events.add(event);
    }
  }
}
