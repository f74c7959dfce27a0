/** Events of which the mean is taken, give or take a mark's distance. */
const RECENT_EVENTS = 1_000_000;
/** Events between two marks. */
const MARK_EVENTS = 100_000;

interface Mark {
  readonly events: number;
  readonly bytes: number;
}

/** The mean size of about the last million delivered events, so that a change shows in a process that runs for weeks. */
export class RecentEventBytes {
  /** Totals at times past, the oldest first; the mean is of what came after the first. */
  readonly #marks: Mark[] = [{ events: 0, bytes: 0 }];
  #last: Mark = this.#marks[0]!;

  /** @param events - delivered so far @param bytes - billed for them */
  count(events: number, bytes: number): void {
    this.#last = { events, bytes };
    if (events - this.#marks.at(-1)!.events >= MARK_EVENTS) this.#marks.push(this.#last);
    while (events - (this.#marks[1]?.events ?? events) >= RECENT_EVENTS) this.#marks.shift();
  }

  /** Billed bytes of an event; undefined before the first. */
  get mean(): number | undefined {
    const { events, bytes } = this.#marks[0]!;
    return this.#last.events === events
      ? undefined
      : (this.#last.bytes - bytes) / (this.#last.events - events);
  }
}
