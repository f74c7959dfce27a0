import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { median } from './processes.js';
import { GCProfiler } from 'node:v8';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { createLookupHandler } from '../src/dashboards/index.js';
import { CorrelationEngine } from '../src/insights/index.js';
import { AwsJsonClient } from './aws-json-client.js';

/*
 * What a look-up costs: its time and the bytes that its queries scan, with and without an index of the trace id,
 * against the number of events and of log groups; and one trace of very many events, whole, through engine and
 * handler, with the memory that this takes. The local service is a process of its own, and each reader of the whole
 * trace too, so that none has the other's memory.
 *
 *   node build/bench/look-ups.js [--events 10000,100000] [--groups 1,10,50] [--trace 200000]
 */

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000,100000' },
    groups: { type: 'string', default: '1,10,50' },
    trace: { type: 'string', default: '200000' },
    // What the processes that read a whole trace are told.
    reader: { type: 'string' },
    endpoint: { type: 'string' },
    from: { type: 'string' },
  },
});

const HOUR = 3_600_000;
const EVENTS_OF_TRACE = 12;
const EVENTS_OF_BATCH = 3_000;
const WHOLE_TRACE_GROUPS = 4;
const REPEATS = 5;
/**
 * By itself the collector lets garbage grow to several times what is in use, before it looks: the figure would be chance.
 */
const OFTEN_COLLECTED = '--heap-growing-percent=15';

function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
const numbers = (text: string): number[] => text.split(',').map(Number);
const traceIdOf = (index: number): string => (index + 1).toString(16).padStart(32, '5');

/** A local service with its own thread, ended with {@link stop}. */
class Service {
  readonly client: CloudWatchLogsClient;
  readonly endpoint: string;
  readonly #json: AwsJsonClient;
  readonly #process: ReturnType<typeof fork>;

  private constructor(endpoint: string, process: ReturnType<typeof fork>) {
    this.#process = process;
    this.endpoint = endpoint;
    this.#json = new AwsJsonClient(endpoint);
    this.client = clientOf(endpoint);
  }

  static async start(): Promise<Service> {
    const child = fork(new URL('./local-service-process.js', import.meta.url));
    const [{ endpoint }] = (await once(child, 'message')) as [{ endpoint: string }];
    return new Service(endpoint, child);
  }

  /** Makes a log group that is older than all that is put into it: queries show nothing older. */
  async createGroup(logGroupName: string, isIndexed: boolean): Promise<void> {
    await this.#setClock(-3 * HOUR);
    await this.#makeGroup(logGroupName, isIndexed);
    await this.#setClock(0);
  }

  async #setClock(offsetMillis: number): Promise<void> {
    this.#process.send(offsetMillis);
    await once(this.#process, 'message');
  }

  async #makeGroup(logGroupName: string, isIndexed: boolean): Promise<void> {
    await this.#json.send('CreateLogGroup', { logGroupName });
    await this.#json.send('CreateLogStream', { logGroupName, logStreamName: 's' });
    if (!isIndexed) return;
    const policyDocument = JSON.stringify({ Fields: ['trace_id'] });
    await this.#json.send('PutIndexPolicy', { logGroupIdentifier: logGroupName, policyDocument });
  }

  async put(logGroupName: string, logEvents: readonly object[]): Promise<void> {
    for (let index = 0; index < logEvents.length; index += EVENTS_OF_BATCH) {
      const batch = logEvents.slice(index, index + EVENTS_OF_BATCH);
      await this.#json.send('PutLogEvents', { logGroupName, logStreamName: 's', logEvents: batch });
    }
  }

  stop(): void {
    this.client.destroy();
    this.#process.kill();
  }
}

function clientOf(endpoint: string): CloudWatchLogsClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new CloudWatchLogsClient({ endpoint, region: 'us-east-1', credentials });
}

function event(index: number, timestamp: number, traceId: string): object {
  const message = JSON.stringify({
    body: `order ${index} was worked on`,
    severity_text: 'INFO',
    severity_number: 9,
    trace_id: traceId,
    span_id: (index + 1).toString(16).padStart(16, '0'),
    attributes: { marker: index, customer: `c-${index % 97}` },
    resource: { 'service.name': `service-${index % 5}` },
  });
  return { timestamp, message };
}

function engineOf(client: CloudWatchLogsClient): CorrelationEngine {
  return new CorrelationEngine({
    client,
    logGroups: ['/bench/*'],
    firstPollMillis: 2,
    spans: false,
  });
}

async function measureLookUp(events: number, groups: number, isIndexed: boolean): Promise<string> {
  const service = await Service.start();
  try {
    const now = Date.now();
    // Older than what is read without a query, since no query shows it yet.
    const range = { from: now - 2 * HOUR, to: now - HOUR };
    for (let group = 0; group < groups; group++) {
      const name = `/bench/group-${group}`;
      await service.createGroup(name, isIndexed);
      const own = Array.from({ length: Math.ceil(events / groups) }, (_, index) => {
        const place = index * groups + group;
        const at = range.from + Math.floor((place / events) * HOUR);
        return event(place, at, traceIdOf(Math.floor(place / EVENTS_OF_TRACE)));
      });
      await service.put(name, own);
    }
    const engine = engineOf(service.client);
    const millis: number[] = [];
    let bytes = 0;
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const start = performance.now();
      const traceId = traceIdOf(Math.floor(events / EVENTS_OF_TRACE / 2) + repeat);
      const { events: found, statistics } = await engine.correlateByTrace(traceId, range);
      millis.push(performance.now() - start);
      bytes = statistics.bytesScanned;
      if (found.length !== EVENTS_OF_TRACE) throw new Error(`${found.length} events of ${EVENTS_OF_TRACE}`);
    }
    const cells = [events, groups, isIndexed ? 'index' : 'none', `${median(millis).toFixed(0)} ms`, bytes];
    return cells.map((cell) => String(cell).padStart(12)).join('');
  } finally {
    service.stop();
  }
}

/** The memory that a process has taken since this was made. */
class MemoryPeak {
  readonly #profiler = new GCProfiler();

  constructor() {
    this.#profiler.start();
  }

  end(): string {
    const { statistics } = this.#profiler.stop();
    // Before each collection, whatever the program is doing then: no timer fires in the middle of its work.
    const heap = statistics.reduce(
      (most, { beforeGC }) => Math.max(most, beforeGC.heapStatistics.usedHeapSize),
      0,
    );
    const rss = mib(process.resourceUsage().maxRSS * 1024);
    return `heap at most ${mib(heap)}, rss ${rss}`;
  }
}

/** @throws Error where an event is missing, or there twice */
function checkWhole(name: string, markers: readonly number[], events: number): void {
  if (new Set(markers).size !== events || markers.length !== events) {
    throw new Error(
      `${name}: ${markers.length} events, ${new Set(markers).size} of them different, not ${events}`,
    );
  }
}

const markerOf = (message: string): number =>
  (JSON.parse(message) as { attributes: { marker: number } }).attributes.marker;

/** Where each format has the body of an event, once. */
const BODIES: Readonly<Record<string, RegExp>> = {
  json: /"text":"order (\d+) was worked on"/g,
  ndjson: /"text":"order (\d+) was worked on"/g,
  logs: /"body":"order (\d+) was worked on"/g,
  trace: /"key":"message","value":"order (\d+) was worked on"/g,
};
const BODY_CHARACTERS = 80;

async function measureWholeTrace(events: number): Promise<void> {
  const service = await Service.start();
  try {
    const now = Date.now();
    const from = now - 2 * HOUR;
    for (let group = 0; group < WHOLE_TRACE_GROUPS; group++) {
      const name = `/bench/group-${group}`;
      await service.createGroup(name, true);
      const own: object[] = [];
      for (let index = group; index < events; index += WHOLE_TRACE_GROUPS) {
        own.push(event(index, from + Math.floor((index / events) * HOUR), traceIdOf(0)));
      }
      await service.put(name, own);
    }
    for (const reader of ['engine', 'json', 'ndjson', 'logs', 'trace']) {
      await readInChild(service.endpoint, reader, from, events);
    }
  } finally {
    service.stop();
  }
}

async function readInChild(endpoint: string, reader: string, from: number, events: number): Promise<void> {
  const told = [
    '--endpoint',
    endpoint,
    '--reader',
    reader,
    '--from',
    String(from),
    '--trace',
    String(events),
  ];
  const child = fork(new URL(import.meta.url), told, { execArgv: [OFTEN_COLLECTED] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${reader}: the process ended with ${code}`);
}

/** Reads the whole trace in one of the ways, in a process that does nothing else. */
async function readWholeTrace(reader: string, endpoint: string, from: number, events: number): Promise<void> {
  const client = clientOf(endpoint);
  const engine = engineOf(client);
  const start = performance.now();
  const peak = new MemoryPeak();
  const note = await (reader === 'engine' ? byEngine() : byHandler());
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  print(`${reader}: ${events} events, each once, ${seconds} s, ${peak.end()}, ${note}`);
  client.destroy();

  async function byEngine(): Promise<string> {
    const { events: found, statistics, isComplete } = await engine.correlateByTrace(traceIdOf(0), { from });
    checkWhole(
      reader,
      found.map(({ message }) => markerOf(message)),
      events,
    );
    return `${statistics.queries} queries, complete: ${isComplete}`;
  }

  async function byHandler(): Promise<string> {
    const handler = createLookupHandler({ engine, maxEvents: events + 1, timeoutMillis: 10 * 60_000 });
    const query = `format=${reader}&from=${from}`;
    const answer = await handler(new Request(`http://localhost/api/trace/${traceIdOf(0)}?${query}`), {
      address: '127.0.0.1',
    });
    // By each body's number, which every shape holds: as text, so that no reader keeps the whole answer.
    const markers: number[] = [];
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of answer.body!) {
      const text = rest + decoder.decode(chunk as Uint8Array, { stream: true });
      rest = text.slice(-BODY_CHARACTERS);
      for (const [, marker] of text.matchAll(BODIES[reader]!)) markers.push(Number(marker));
      rest = rest.slice(rest.lastIndexOf('worked on"') + 1);
    }
    checkWhole(reader, markers, events);
    return `complete: ${String(answer.headers.get('x-look-up-complete'))}`;
  }
}

if (values.reader !== undefined) {
  await readWholeTrace(values.reader, values.endpoint!, Number(values.from), Number(values.trace));
} else {
  await measureAll();
}

async function measureAll(): Promise<void> {
  print(['events', 'groups', 'index', 'time', 'bytes'].map((cell) => cell.padStart(12)).join(''));
  for (const events of numbers(values.events)) {
    for (const groups of numbers(values.groups)) {
      for (const isIndexed of [true, false]) print(await measureLookUp(events, groups, isIndexed));
    }
  }
  print();
  await measureWholeTrace(Number(values.trace));
}
