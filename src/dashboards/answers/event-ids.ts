import { createHash } from 'node:crypto';
import { type FoundEvent } from '../../insights/look-up/correlated-event.js';

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
