import { createHash } from 'node:crypto';
import { type FoundEvent } from '../../insights/look-up/correlated-event.js';

/** Contents that are remembered for a live view; the oldest go first. */
const MAX_LIVE_CONTENTS = 20_000;

/**
 * Gives each event an id that is the same in every answer: of where it lies and what it says, and of how many
 * alike came before it.
 */
export class EventIds {
  readonly #times = new Map<string, number>();

  idOf(event: FoundEvent): string {
    const hash = createHash('sha256')
      .update(`${event.logGroup}\n${event.logStream}\n${event.timestampMillis}\n`)
      .update(event.message)
      .digest('hex')
      .slice(0, 24);
    const times = this.#times.get(hash) ?? 0;
    this.#times.set(hash, times + 1);
    return times === 0 ? hash : `${hash}-${times}`;
  }
}

/**
 * Gives events that have no id of the service, as those of live tail, one that is the same in every view: a view that
 * is taken up again begins with the newest events, which it may have shown already.
 */
export class LiveEventIds {
  readonly #times = new Map<string, number>();

  idOf(event: FoundEvent): string {
    if (event.eventId !== undefined) return event.eventId;
    const { logGroup, logStream, timestampMillis, ingestionMillis, message } = event;
    const hash = createHash('sha256')
      .update(JSON.stringify([logGroup, logStream, timestampMillis, ingestionMillis, message]))
      .digest('base64url')
      .slice(0, 20);
    const times = this.#times.get(hash) ?? 0;
    this.#times.set(hash, times + 1);
    if (this.#times.size > MAX_LIVE_CONTENTS) this.#times.delete(this.#times.keys().next().value!);
    return times === 0 ? hash : `${hash}-${times}`;
  }
}
