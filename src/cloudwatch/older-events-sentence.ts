/** A log group that holds events from before it was made. */
export interface YoungLogGroup {
  /** Its name or ARN. */
  readonly logGroup: string;
  /** Milliseconds since 1970. */
  readonly creationMillis: number;
}

/**
 * Says that queries do not show what is older than its log group, and the remedy.
 * @param isLocal - the service is the local one, which has a remedy of its own
 * @param found - events that were read in another way; without it the range is known to hold some
 */
export function olderEventsSentence(
  { logGroup, creationMillis }: YoungLogGroup,
  isLocal: boolean,
  found?: number,
): string {
  const made = new Date(creationMillis).toISOString();
  const read =
    found === undefined
      ? `it holds events of the range from before, which queries do not show`
      : `${found === 1 ? '1 event is' : `${found} events are`} from before, which queries do not show; FilterLogEvents did`;
  const remedy = isLocal
    ? 'the local service answers them with --answer-older-events (in code answerOlderEvents: true)'
    : 'make the log group before the first record (await processor.prepare(resource), or ahead), or read them with FilterLogEvents';
  return `${logGroup} was made at ${made}, and ${read}; ${remedy}`;
}
