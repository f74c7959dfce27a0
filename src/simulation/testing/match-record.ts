/**
 * What a record has to hold: the members that are named, the others may be whatever they are. A regular expression
 * matches text, a function says so itself, an object is matched member by member; anything else must be equal.
 */
export type RecordPattern = Readonly<Record<string, unknown>>;

/** A stored event, with its message as JSON where it is. */
export interface StoredRecord {
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
  /** The members of a JSON message; none of a text. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Whether a record has what a pattern names, among its fields or as `message`, `logGroupName` and `logStreamName`. */
export function matchesRecord(record: StoredRecord, pattern: RecordPattern): boolean {
  return Object.entries(pattern).every(([name, wanted]) => matches(memberOf(record, name), wanted));
}

/** Members that a record lacks or has otherwise: the fewer, the nearer it is. */
export function mismatches(record: StoredRecord, pattern: RecordPattern): string[] {
  return Object.entries(pattern)
    .filter(([name, wanted]) => !matches(memberOf(record, name), wanted))
    .map(([name]) => name);
}

function memberOf(record: StoredRecord, name: string): unknown {
  if (Object.hasOwn(record.fields, name)) return record.fields[name];
  const { logGroupName, logStreamName, timestamp, message } = record;
  const own: Readonly<Record<string, unknown>> = { logGroupName, logStreamName, timestamp, message };
  return Object.hasOwn(own, name) ? own[name] : undefined;
}

function matches(actual: unknown, wanted: unknown): boolean {
  if (wanted instanceof RegExp) {
    // One with the flag g would begin where it ended the last time.
    wanted.lastIndex = 0;
    return typeof actual === 'string' && wanted.test(actual);
  }
  if (typeof wanted === 'function') return (wanted as (value: unknown) => unknown)(actual) === true;
  if (typeof wanted !== 'object' || wanted === null) return Object.is(actual, wanted);
  if (typeof actual !== 'object' || actual === null) return false;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(actual) &&
      actual.length === wanted.length &&
      wanted.every((one, index) => matches(actual[index], one))
    );
  }
  return Object.entries(wanted).every(
    ([name, one]) =>
      (Object.hasOwn(actual, name) || one === undefined) &&
      matches((actual as Readonly<Record<string, unknown>>)[name], one),
  );
}
