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

  /** Notes a mark where it is time for one. @param events - delivered so far @param bytes - billed for them */
  count(events: number, bytes: number): void {
    if (events - this.#marks.at(-1)!.events >= MARK_EVENTS) this.#marks.push({ events, bytes });
    while (events - (this.#marks[1]?.events ?? events) >= RECENT_EVENTS) this.#marks.shift();
  }

  /**
   * Billed bytes of an event; undefined before the first.
   * @param events - delivered so far, as they were counted last @param bytes - billed for them
   */
  mean(events: number, bytes: number): number | undefined {
    const first = this.#marks[0]!;
    return events === first.events ? undefined : (bytes - first.bytes) / (events - first.events);
  }
}
