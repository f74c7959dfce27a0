import {
  type EventScan,
  type EventSource,
  type QueryableEvent,
  type ScanStatistics,
} from '../../../src/simulation/insights-ql/event-source.js';
import { parseQuery, QueryExecution, QuerySyntaxError } from '../../../src/simulation/insights-ql/index.js';
import { type ExecutionSettings } from '../../../src/simulation/insights-ql/query-execution.js';

/** 2026-09-03 14:00:00 UTC */
export const START = Date.UTC(2026, 8, 3, 14);

export type EventLike = string | (Partial<QueryableEvent> & { message: string });

/** Events one second apart, from {@link START} on; newest first when scanned. */
export function events(...messages: readonly EventLike[]): QueryableEvent[] {
  return messages.map((like, index) => {
    const given = typeof like === 'string' ? { message: like } : like;
    const timestamp = given.timestamp ?? START + index * 1000;
    return {
      timestamp,
      ingestionTime: timestamp + 5,
      logGroupName: '/app',
      logStreamName: 'stream',
      ptr: `ptr-${index}`,
      ...given,
    };
  });
}

/** Messages that are JSON objects. */
export function jsonEvents(...objects: readonly object[]): QueryableEvent[] {
  return events(...objects.map((object) => JSON.stringify(object)));
}

export interface FakeGroup {
  readonly logGroupName: string;
  readonly logGroupClass?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A source in memory, which keeps what was asked of it. */
export class FakeSource implements EventSource {
  readonly accountId = '111122223333';
  readonly region = 'eu-west-1';
  readonly scans: EventScan[] = [];
  readonly #events: readonly QueryableEvent[];
  readonly #groups: readonly FakeGroup[];
  readonly #chunkEvents: number;

  constructor(
    stored: readonly QueryableEvent[],
    { groups = [], chunkEvents = 2 }: { groups?: readonly FakeGroup[]; chunkEvents?: number } = {},
  ) {
    this.#events = stored.toSorted((left, right) => right.timestamp - left.timestamp);
    this.#groups = groups;
    this.#chunkEvents = chunkEvents;
  }

  logGroups() {
    return this.#groups.map((group) => ({ logGroupClass: 'STANDARD', tags: {}, ...group }));
  }

  *scan(scan: EventScan, statistics: ScanStatistics): Iterable<readonly QueryableEvent[]> {
    this.scans.push(scan);
    statistics.logGroupsScanned += scan.logGroupNames.length;
    const found = this.#events.filter(
      ({ timestamp, logGroupName }) =>
        scan.logGroupNames.includes(logGroupName) &&
        timestamp >= scan.startTimeMillis &&
        timestamp <= scan.endTimeMillis,
    );
    for (let at = 0; at < found.length; at += this.#chunkEvents) {
      const chunk = found.slice(at, at + this.#chunkEvents);
      statistics.recordsScanned += chunk.length;
      for (const { message } of chunk) statistics.bytesScanned += Buffer.byteLength(message);
      yield chunk;
    }
  }
}

export const SETTINGS: ExecutionSettings = {
  logGroupNames: ['/app'],
  startTimeMillis: START - 3_600_000,
  endTimeMillis: START + 3_600_000,
  nowMillis: START + 3_600_000,
};

export function execute(
  text: string,
  source: EventSource | readonly QueryableEvent[],
  settings: Partial<ExecutionSettings> = {},
): QueryExecution {
  const from = 'scan' in source ? source : new FakeSource(source);
  return new QueryExecution(parseQuery(text), from, { ...SETTINGS, ...settings });
}

/** The rows of a query as objects, without `@ptr`. */
export async function rowsOf(
  text: string,
  source: EventSource | readonly QueryableEvent[],
  settings: Partial<ExecutionSettings> = {},
): Promise<Record<string, string>[]> {
  const execution = execute(text, source, settings);
  await execution.run();
  if (execution.error) throw execution.error;
  return execution
    .rows()
    .map((row) =>
      Object.fromEntries(
        row.filter(({ field }) => field !== '@ptr').map(({ field, value }) => [field, value]),
      ),
    );
}

/** What is wrong with a query: its message and the text that it points to. */
export function refusal(text: string): { message: string; at: string } {
  try {
    execute(text, []);
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
    return { message: error.message, at: text.slice(error.startOffset, error.endOffset) };
  }
  throw new Error(`the query was accepted: ${text}`);
}
