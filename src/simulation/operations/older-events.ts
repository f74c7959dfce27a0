import type { LogGroupDocument } from './collections.js';

/** What is done about events that are older than their log group, which queries of the service do not see. */
export class OlderEvents {
  /** Whether queries see them all the same. */
  readonly answered: boolean;
  readonly #tell: (line: string) => void;
  /** When the groups were made that were spoken of, by their names. */
  readonly #told = new Map<string, number>();

  /** @param tell - hears once of each group of which a query leaves events out */
  constructor(answered: boolean, tell: (line: string) => void) {
    this.answered = answered;
    this.#tell = tell;
  }

  /** A query left events of a group out, or was refused, because they are older than the group. */
  leftOut({ logGroupName, creationTime }: Pick<LogGroupDocument, 'logGroupName' | 'creationTime'>): void {
    if (this.#told.get(logGroupName) === creationTime) return;
    this.#told.set(logGroupName, creationTime);
    const made = new Date(creationTime).toISOString();
    this.#tell(
      `a query leaves out events of ${logGroupName} from before the group was made (${made}), as the service does; --answer-older-events (in code answerOlderEvents: true) has them answered`,
    );
  }
}

/** Milliseconds since 1970 of the first events of a group that queries see. */
export function firstQueriedTime(
  { olderEvents }: { readonly olderEvents: OlderEvents },
  { creationTime }: Pick<LogGroupDocument, 'creationTime'>,
): number {
  return olderEvents.answered ? 0 : creationTime;
}
