import { CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type TailItem, type TailStatus } from '../../src/tail/index.js';
import { startTail } from '../../src/tail/tail-logs.js';
import { LocalService } from '../simulation/local-service.js';
import { CutProxy } from './cut-proxy.js';

/** What a run does. */
export interface TailRunOptions {
  readonly events: number;
  readonly source: 'live' | 'polling';
  /** Events of one PutLogEvents. */
  readonly batch: number;
  /** Batches between two disconnects of everything. */
  readonly batchesBetweenCuts: number;
}

/** What came of it. */
export interface TailRunFigures {
  readonly put: number;
  readonly shown: number;
  readonly missing: number;
  readonly twice: number;
  readonly late: number;
  readonly cuts: number;
  readonly gaps: number;
  readonly unfilledGaps: number;
  /** Seconds of which the service sent a part, and those of them that were read afterwards. */
  readonly sampled: number;
  readonly sampledFilled: number;
  readonly seconds: number;
  readonly heapMegabytes: number;
  readonly status: TailStatus;
}

const LOG_GROUPS = ['/run/a', '/run/b', '/run/c'];
/** Every so many batches is of events of minutes ago. */
const LATE_EVERY = 10;
const LATE_MILLIS = 4 * 60_000;

/**
 * Follows log groups while events come in that are late, that live tail samples, behind connections that are cut and a
 * service that drops and throttles requests.
 */
export async function tailRun(options: TailRunOptions): Promise<TailRunFigures> {
  const service = await LocalService.start({ clock: Date.now });
  const proxy = await CutProxy.start(service.local.endpoint);
  const client = clientOf(proxy.endpoint);
  const writer = clientOf(service.local.endpoint);
  for (const group of LOG_GROUPS) await service.createStream(group);
  // Whole answers that never come, and refusals: of what is read, not of what is written.
  for (const kind of ['reset-before', 'reset-after', 'throttle'] as const) {
    service.local.faults.add({ kind, operations: ['FilterLogEvents'], probability: 0.02 });
  }
  const tail = startTail(
    { client, logGroups: LOG_GROUPS, source: options.source, intervalMillis: 100, batchSize: 10_000 },
    { environment: {} },
  );
  const seen = new Uint8Array(options.events);
  const kinds = new Map<string, number>();
  const count = (kind: string): void => void kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  let shown = 0;
  let heap = 0;
  let begun = (): void => undefined;
  const beginning = new Promise<void>((resolve) => (begun = resolve));
  let allSeen = (): void => undefined;
  const end = new Promise<void>((resolve) => (allSeen = resolve));
  const note = (item: TailItem): void => {
    if (item.kind === 'session') begun();
    if (item.kind === 'gap') count(item.isFilled ? 'gap' : 'gap unfilled');
    if (item.kind === 'sampled') count(item.isFilled ? 'sampled' : 'sampled unfilled');
    if (item.kind !== 'event') return;
    const place = Number(item.event.text);
    if (seen[place] === 0) shown++;
    seen[place] = Math.min(255, seen[place]! + 1);
    if (shown % 10_000 === 0) heap = Math.max(heap, process.memoryUsage().heapUsed);
    if (shown === options.events) allSeen();
  };
  const reading = (async () => {
    for await (const item of tail) note(item);
  })();
  await beginning;
  const start = performance.now();
  const { late, cuts } = await write(writer, options, {
    // What was put before is heard, or sampled, before the streams break.
    async cut() {
      const { eventsSeen } = tail.status();
      await within(5_000, () => tail.status().eventsSeen > eventsSeen);
      proxy.cut();
    },
    isBack: () => within(20_000, () => tail.status().streamsActive === 1),
  });
  const writtenMillis = Date.now();
  // What is missing after a quiet time is lost: nothing more is under way.
  await Promise.race([
    end,
    quiet(
      () => tail.status().eventsSeen,
      () => shown === options.events,
    ),
  ]);
  // What was cut or sampled is said when it was read, behind its events.
  if (shown === options.events) {
    await within(120_000, () => tail.checkpoint().ingestedMillis > writtenMillis);
  }
  const seconds = (performance.now() - start) / 1000;
  const status = tail.status();
  await tail.close();
  await reading.catch(() => undefined);
  client.destroy();
  writer.destroy();
  await proxy.stop();
  await service.stop();
  return {
    put: options.events,
    shown,
    missing: seen.reduce((sum, times) => sum + (times === 0 ? 1 : 0), 0),
    twice: seen.reduce((sum, times) => sum + (times > 1 ? 1 : 0), 0),
    late,
    cuts,
    gaps: (kinds.get('gap') ?? 0) + (kinds.get('gap unfilled') ?? 0),
    unfilledGaps: kinds.get('gap unfilled') ?? 0,
    sampled: (kinds.get('sampled') ?? 0) + (kinds.get('sampled unfilled') ?? 0),
    sampledFilled: kinds.get('sampled') ?? 0,
    seconds,
    heapMegabytes: heap / 1e6,
    status,
  };
}

function clientOf(endpoint: string): CloudWatchLogsClient {
  return new CloudWatchLogsClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    disableHostPrefix: true,
  });
}

/** Puts all events, each with its number as its message. */
async function write(
  client: CloudWatchLogsClient,
  { events, batch, batchesBetweenCuts }: TailRunOptions,
  streams: { cut: () => Promise<void>; isBack: () => Promise<void> },
): Promise<{ late: number; cuts: number }> {
  let late = 0;
  let cuts = 0;
  for (let first = 0, index = 0; first < events; first += batch, index++) {
    const isLate = index % LATE_EVERY === LATE_EVERY - 1;
    const timestamp = Date.now() - (isLate ? LATE_MILLIS : 0);
    const length = Math.min(batch, events - first);
    await client.send(
      new PutLogEventsCommand({
        logGroupName: LOG_GROUPS[index % LOG_GROUPS.length],
        logStreamName: 'stream',
        logEvents: Array.from({ length }, (_, offset) => ({ timestamp, message: String(first + offset) })),
      }),
    );
    if (isLate) late += length;
    if (index % batchesBetweenCuts === batchesBetweenCuts - 1) {
      await streams.cut();
      cuts++;
    }
    // A batch is put while nobody listens, the next ones when somebody does again.
    if (index % batchesBetweenCuts === 0) await streams.isBack();
  }
  return { late, cuts };
}

/** Waits for a condition, but not for ever. */
async function within(millis: number, isSo: () => boolean): Promise<void> {
  const endMillis = performance.now() + millis;
  while (!isSo() && performance.now() < endMillis) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Ends when a number has not changed for a while. */
async function quiet(of: () => number, isOver: () => boolean): Promise<void> {
  const QUIET_MILLIS = 60_000;
  let last = of();
  let sinceMillis = performance.now();
  while (!isOver() && performance.now() - sinceMillis < QUIET_MILLIS) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (of() === last) continue;
    last = of();
    sinceMillis = performance.now();
  }
}
