import { randomBytes } from 'node:crypto';
import { logStreamNameProblem } from '../cloudwatch/names.js';
import { type Destination, type LogEntity } from '../delivery/encoded-event.js';

/** Where records go whose back end knows one place alone. */
export const DEFAULT_DESTINATION = 'default';

/**
 * The destinations of one back end, as delivery knows them: it has two names for each, of which the first says whose back end's
 * it is. Files of a spool hold both, so that what another back end has left there is known as its.
 */
export class Places {
  /** The first name. */
  readonly group: string;
  readonly #known = new Map<string, Destination>();
  readonly #process = randomBytes(8).toString('hex');
  #batches = 0;

  /** @param name - of the back end */
  constructor(name: string) {
    this.group = `back-end/${name}`;
  }

  /** @returns undefined for a key that can't be one */
  of(key: string): Destination | undefined {
    const known = this.#known.get(key);
    if (known) return known;
    if (!key.isWellFormed()) return undefined;
    const logStreamName = encodeURIComponent(key).replaceAll('*', '%2A');
    if (logStreamNameProblem(logStreamName) !== undefined) return undefined;
    const place = { logGroupName: this.group, logStreamName };
    // A back end that has a destination for each request must not fill the memory with them.
    if (this.#known.size >= 1_000) this.#known.clear();
    this.#known.set(key, place);
    return place;
  }

  isOwn({ logGroupName }: Destination): boolean {
    return logGroupName === this.group;
  }

  keyOf({ logStreamName }: Destination): string {
    try {
      return decodeURIComponent(logStreamName);
    } catch {
      // Written by somebody else: no key of ours.
      return logStreamName;
    }
  }

  /**
   * Delivery joins neighbours where they have one entity, up to CloudWatch's limits. Others are lower, so each batch has an
   * entity of its own.
   */
  ownEntity(): LogEntity {
    return { keyAttributes: { batch: `${this.#process}-${++this.#batches}` }, attributes: {} };
  }
}
