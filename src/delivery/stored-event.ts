import { type EncodedEvent } from './encoded-event.js';
import { messageJsonIn } from './event-frame.js';
import { freePageMemory, type PageMemory } from './page-memory.js';

/**
 * An event that stays where it was written, as it will stand in a request's body. Many share a piece of memory outside of
 * the heap: texts of which each lives for a second would be most of what garbage collection has to move.
 */
export class StoredEvent implements EncodedEvent {
  /** Where its keeper has it, noted here as an object for that alone would live as long as the event. */
  keptIn: object | undefined = undefined;
  /** Its number there. */
  keptAs = 0;
  #memory: PageMemory | undefined;

  /** @param start - where it begins, and where it ends with its comma */
  constructor(
    readonly timestamp: number,
    readonly messageBytes: number,
    memory: PageMemory,
    readonly start: number,
    readonly end: number,
  ) {
    memory.holders++;
    this.#memory = memory;
  }

  get stored(): this {
    return this;
  }

  /** Fails once it is freed, when others may write there. */
  get bytes(): Buffer {
    return this.#memory!.bytes;
  }

  get messageJson(): string {
    return messageJsonIn(this.bytes, this.start, this.end, this.timestamp);
  }

  /** Nobody will read it any more. */
  free(): void {
    if (this.#memory) freePageMemory(this.#memory);
    this.#memory = undefined;
  }
}
