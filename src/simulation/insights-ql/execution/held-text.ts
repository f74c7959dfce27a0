import { type QueryableEvent } from '../event-source.js';
import { type Row } from './row.js';

/**
 * UTF-16 units of text that one command of a query holds, or its result. Not documented; past it the query
 * fails, because a part of the answer would be a wrong one, and the process would run out of memory.
 */
export const MAX_HELD_TEXT = 256 * 1024 * 1024;

/** Counts the text that a command holds. */
export class HeldText {
  #length = 0;
  #lastEvent: QueryableEvent | undefined;

  /** @throws RangeError past {@link MAX_HELD_TEXT} */
  add(length: number): void {
    this.#length += length;
    if (this.#length > MAX_HELD_TEXT) {
      throw new RangeError(`the query holds more than ${MAX_HELD_TEXT} characters of text`);
    }
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
    this.#length = 0;
    for (const row of rows) {
      const { event } = row;
      this.add(row.madeTextLength() + (event === undefined || events.has(event) ? 0 : event.message.length));
      if (event !== undefined) events.add(event);
    }
  }
}
