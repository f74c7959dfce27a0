import { AssertionError } from 'node:assert';
import { inspect } from 'node:util';
import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkGivenTexts } from '../../cloudwatch/check-values.js';
import { OptionError } from '../../cloudwatch/errors.js';
import type { PlacedEvent, PlacedEventFilter } from '../placed-event.js';
import { matchesRecord, mismatches, type RecordPattern, type StoredRecord } from './match-record.js';

/** What records are read from: a local service, a mock stream, or events that are there already. */
export type RecordSource =
  | {
      /** What is there of it now. */
      events(filter?: PlacedEventFilter): readonly PlacedEvent[];
    }
  | readonly PlacedEvent[];

/** Which records are meant, and how long they are waited for. */
export interface ExpectRecordsOptions extends PlacedEventFilter {
  /** Milliseconds until an expectation fails that does not hold yet. Default 5000; 0 asks once. */
  readonly timeoutMillis?: number | undefined;
}

const MEMBERS = {
  logGroupName: true,
  logStreamName: true,
  timeoutMillis: true,
} as const satisfies Record<keyof ExpectRecordsOptions, true>;

/** Milliseconds between two looks at the source. */
const LOOK_EVERY_MILLIS = 20;

/** Records that a failed expectation shows. */
const SHOWN = 5;

/**
 * Begins an expectation about stored records, for any test runner: what does not hold throws Node's AssertionError.
 * @param source - `local`, a MockLogStream, or events
 * @example
 * await expectRecords(local).toContain({ body: 'order placed', attributes: { 'order.id': 4711 } });
 * await expectRecords(local, { logGroupName: '/apps/orders' }).toHaveCount(2, { severity_text: 'ERROR' });
 */
export function expectRecords(source: RecordSource, options: ExpectRecordsOptions = {}): RecordExpectation {
  return new RecordExpectation(source, options);
}

/** Made by {@link expectRecords}. Each method waits until it holds, or the time is over. */
export class RecordExpectation {
  readonly #source: RecordSource;
  readonly #filter: PlacedEventFilter;
  readonly #timeoutMillis: number;

  /** @throws OptionError for a wrong option */
  constructor(source: RecordSource, options: ExpectRecordsOptions) {
    checkMembers('', options, MEMBERS);
    if (
      !Array.isArray(source) &&
      typeof (source as { events?: unknown } | undefined)?.events !== 'function'
    ) {
      throw new OptionError('source', 'be a local service, a MockLogStream, or a list of events', source);
    }
    const { timeoutMillis = 5_000, ...filter } = options;
    checkGivenTexts(filter);
    if (!(typeof timeoutMillis === 'number' && timeoutMillis >= 0)) {
      throw new OptionError('timeoutMillis', 'be a number of milliseconds from 0', timeoutMillis);
    }
    this.#source = source;
    this.#filter = filter;
    this.#timeoutMillis = timeoutMillis;
  }

  /** There is such a record. @returns the first one */
  async toContain(pattern: RecordPattern): Promise<StoredRecord> {
    const [found] = await this.#until(
      (records) => records.filter((record) => matchesRecord(record, pattern)),
      (matching) => matching.length > 0,
      (records) => failure('a record that matches', pattern, records),
    );
    return found!;
  }

  /** There are exactly so many records of a kind, or in all. One too many fails at once. @returns them */
  async toHaveCount(count: number, pattern: RecordPattern = {}): Promise<readonly StoredRecord[]> {
    if (!Number.isInteger(count) || count < 0)
      throw new OptionError('count', 'be a whole number from 0', count);
    const what = count === 1 ? '1 record' : `${count} records`;
    const matching = await this.#until(
      (records) => records.filter((record) => matchesRecord(record, pattern)),
      (found) => found.length >= count,
      (records, found) => failure(what, pattern, records, `, and there are ${found.length}`),
    );
    if (matching.length === count) return matching;
    throw failure(what, pattern, matching, `, and there are ${matching.length}`);
  }

  /** There is no such record now. It does not wait: flush what is tested first. */
  toHaveNone(pattern: RecordPattern = {}): Promise<void> {
    const matching = this.records().filter((record) => matchesRecord(record, pattern));
    return matching.length === 0
      ? Promise.resolve()
      : Promise.reject(failure('no record', pattern, matching));
  }

  /** There are such records, one behind the other, whatever stands between them. @returns them */
  async inOrder(patterns: readonly RecordPattern[]): Promise<readonly StoredRecord[]> {
    return this.#until(
      (records) => firstInOrder(records, patterns),
      (found) => found.length === patterns.length,
      (records, found) =>
        failure(
          `record ${found.length + 1} of ${patterns.length} in this order`,
          patterns[found.length]!,
          records,
        ),
    );
  }

  /** What is there now, in the order of time. */
  records(): readonly StoredRecord[] {
    return ('events' in this.#source ? this.#source.events(this.#filter) : this.#given(this.#source)).map(
      toRecord,
    );
  }

  #given(events: readonly PlacedEvent[]): readonly PlacedEvent[] {
    const { logGroupName, logStreamName } = this.#filter;
    return events.filter(
      (event) =>
        (logGroupName ?? event.logGroupName) === event.logGroupName &&
        (logStreamName ?? event.logStreamName) === event.logStreamName,
    );
  }

  async #until<T>(
    read: (records: readonly StoredRecord[]) => T,
    holds: (found: T) => boolean,
    fail: (records: readonly StoredRecord[], found: T) => AssertionError,
  ): Promise<T> {
    const endAt = performance.now() + this.#timeoutMillis;
    for (;;) {
      const records = this.records();
      const found = read(records);
      if (holds(found)) return found;
      if (performance.now() >= endAt) throw fail(records, found);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLIS));
    }
  }
}

function firstInOrder(records: readonly StoredRecord[], patterns: readonly RecordPattern[]): StoredRecord[] {
  const found: StoredRecord[] = [];
  for (const record of records) {
    const wanted = patterns[found.length];
    if (wanted === undefined) break;
    if (matchesRecord(record, wanted)) found.push(record);
  }
  return found;
}

function toRecord(event: PlacedEvent): StoredRecord {
  return { ...event, fields: fieldsOf(event.message) };
}

function fieldsOf(message: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(message);
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

/** Says what was expected, and which records come nearest to it. */
function failure(
  what: string,
  pattern: RecordPattern,
  records: readonly StoredRecord[],
  but = '',
): AssertionError {
  const kind =
    Object.keys(pattern).length === 0 ? '' : ` ${inspect(pattern, { depth: 5, breakLength: Infinity })}`;
  const nearest = records
    .map((record) => ({ record, differs: mismatches(record, pattern) }))
    .sort((a, b) => a.differs.length - b.differs.length)
    .slice(0, SHOWN);
  const shown = nearest.map(
    ({ record, differs }) =>
      `  ${record.logGroupName} ${record.message.slice(0, 300)}${differs.length > 0 ? `  (differs: ${differs.join(', ')})` : ''}`,
  );
  const there =
    records.length === 0
      ? 'there is no record'
      : `of ${records.length}, the nearest are\n${shown.join('\n')}`;
  return new AssertionError({
    message: `expected ${what}${kind}${but}; ${there}`,
    actual: nearest.map(({ record }) => record),
    expected: pattern,
    operator: 'expectRecords',
  });
}
