import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AwsJsonClient } from './aws-json-client.js';
import { expressionCases, usualCases, type Case } from './local-service-cases.js';
import { logLine, shortLogLine } from './log-lines.js';

/*
 * Measures the local service over HTTP, in a process of its own: storing events, and queries over them, with
 * grep and jq over the same lines as the floor.
 *
 *   node build/bench/local-service.js [--events 1000000] [--runs 3] [--expressions] [--only NAME]
 *
 * With --expressions it measures, at --events alone, expressions that ask much of a matcher and commands that take
 * each event apart, over lines of 130 bytes. With --only it measures the cases whose names hold one of
 * these texts, with semicolons between them.
 *
 * Sizes grow tenfold from 100,000 to --events; `--events 10000000` takes some minutes, 5 GB of memory and 4 GB
 * of disk under the temporary folder.
 */

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '3' },
    expressions: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const maxEvents = Number(values.events);
const runs = Number(values.runs);

const FIRST_SIZE = 100_000;
const EVENTS_PER_REQUEST = 2_500;
const REQUESTS_IN_FLIGHT = 4;

const logGroupName = 'bench';

/** Events lie within an hour behind their group's creation: earlier ones are invisible, later ones refused. */
const SPAN_MILLIS = 60 * 60 * 1000;

interface QueryAnswer {
  readonly status: string;
  readonly results: readonly (readonly { readonly field: string; readonly value: string }[])[];
  readonly statistics: { readonly recordsScanned: number; readonly bytesScanned: number };
}

interface Measurement {
  readonly millis: number;
  readonly bytesScanned: number;
}

function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  print(`Node.js ${process.version}, ${runs} runs each, the best counts`);
  if (values.expressions) return measureSize(maxEvents);
  for (let events = FIRST_SIZE; events <= maxEvents; events *= 10) await measureSize(events);
}

async function measureSize(events: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-local-service-'));
  const service = fork(new URL('./local-service-process.js', import.meta.url), {
    execArgv: ['--max-old-space-size=6144'],
  });
  try {
    const [{ endpoint }] = (await once(service, 'message')) as [{ endpoint: string }];
    const client = new AwsJsonClient(endpoint);
    const file = join(folder, 'lines.json');
    const start = await prepareGroup(client);
    const stored = await store(client, events, start, file);
    const { size } = statSync(file);
    print();
    print(`${count(events)} events, ${megabytes(size)} MB`);
    print(`  PutLogEvents, ${count(EVENTS_PER_REQUEST)} events a request: ${stored}`);
    print(`  memory of the service: ${megabytes(await memoryOf(service))} MB`);
    const cases = values.expressions ? expressionCases() : usualCases(events, SPAN_MILLIS);
    for (const each of cases) {
      if (values.only.split(';').some((part) => each.name.includes(part)))
        await measureCase(client, each, start, file);
    }
    client.close();
  } finally {
    service.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes the group, with an index of `trace_id` alone. @returns where the events begin, milliseconds */
async function prepareGroup(client: AwsJsonClient): Promise<number> {
  await client.send('CreateLogGroup', { logGroupName });
  await client.send('CreateLogStream', { logGroupName, logStreamName: 's' });
  const policyDocument = JSON.stringify({ Fields: ['trace_id'] });
  await client.send('PutIndexPolicy', { logGroupIdentifier: logGroupName, policyDocument });
  return Math.ceil(Date.now() / 300_000) * 300_000;
}

/** Puts the events into the group and into the file. @returns the rate */
async function store(client: AwsJsonClient, events: number, start: number, file: string): Promise<string> {
  const descriptor = openSync(file, 'w');
  let millis = 0;
  for (let first = 0; first < events; first += EVENTS_PER_REQUEST * REQUESTS_IN_FLIGHT) {
    const requests: { timestamp: number; message: string }[][] = [];
    for (let from = first; from < Math.min(events, first + EVENTS_PER_REQUEST * REQUESTS_IN_FLIGHT);) {
      const logEvents = [];
      for (const end = Math.min(events, from + EVENTS_PER_REQUEST); from < end; from++) {
        const timestamp = start + Math.floor((from * SPAN_MILLIS) / events);
        logEvents.push({ timestamp, message: lineOf(from, timestamp) });
      }
      requests.push(logEvents);
      writeSync(descriptor, `${logEvents.map(({ message }) => message).join('\n')}\n`);
    }
    const began = performance.now();
    await Promise.all(
      requests.map((logEvents) =>
        client.send('PutLogEvents', { logGroupName, logStreamName: 's', logEvents }),
      ),
    );
    millis += performance.now() - began;
  }
  closeSync(descriptor);
  return `${count(Math.round((events / millis) * 1000))} events/s`;
}

function lineOf(event: number, timestamp: number): string {
  return values.expressions ? shortLogLine(event) : logLine(event, timestamp);
}

async function measureCase(client: AwsJsonClient, each: Case, start: number, file: string): Promise<void> {
  const { size } = statSync(file);
  const ours = await best(() => query(client, each, start));
  const scanned =
    ours.bytesScanned < size / 2
      ? `${count(ours.bytesScanned)} bytes scanned`
      : `${rateOf(ours.bytesScanned, ours.millis)} MB/s scanned`;
  print(`  ${each.name.padEnd(20)} ${ours.millis.toFixed(1).padStart(9)} ms  ${scanned}`);
  for (const peer of each.peers) {
    const command = [peer[0], ...peer.slice(1).filter((arg) => /^-[EFPi]$/.test(arg))].join(' ');
    const millis = await peerMillis(peer, file);
    if (millis === undefined) {
      print(`    ${command.padEnd(18)} not installed`);
      continue;
    }
    const ratio = `ours takes ${(ours.millis / millis).toFixed(3)} of its time`;
    print(
      `    ${command.padEnd(18)} ${millis.toFixed(1).padStart(9)} ms  ${rateOf(size, millis)} MB/s; ${ratio}`,
    );
  }
}

async function best(measure: () => Promise<Measurement>): Promise<Measurement> {
  let found = await measure();
  for (let run = 1; run < runs; run++) {
    const next = await measure();
    if (next.millis < found.millis) found = next;
  }
  return found;
}

async function query(client: AwsJsonClient, each: Case, start: number): Promise<Measurement> {
  const began = performance.now();
  const { queryId } = await client.send<{ queryId: string }>('StartQuery', {
    logGroupName,
    startTime: Math.floor(start / 1000),
    endTime: Math.ceil((start + SPAN_MILLIS) / 1000),
    queryString: each.query,
  });
  for (;;) {
    const answer = await client.send<QueryAnswer>('GetQueryResults', { queryId });
    if (answer.status === 'Scheduled' || answer.status === 'Running') {
      // Each poll has the service print the rows so far: the more time a query takes, the less often it is asked.
      await new Promise((resolve) => setTimeout(resolve, Math.min(200, (performance.now() - began) / 20)));
      continue;
    }
    const millis = performance.now() - began;
    if (answer.status !== 'Complete' || answer.results.length !== (each.rows ?? answer.results.length)) {
      throw new Error(`${each.name}: ${answer.status}, ${answer.results.length} rows`);
    }
    return { millis, bytesScanned: answer.statistics.bytesScanned };
  }
}

/** @returns undefined when the command is not installed */
async function peerMillis(
  [command, ...args]: readonly [string, ...string[]],
  file: string,
): Promise<number | undefined> {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const { millis } = await best(() => {
    const began = performance.now();
    const { status, error } = spawnSync(command, [...args, file], {
      // Not to /dev/null: GNU grep would notice, and end at the first match.
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: Infinity,
      // Bytes are compared as they are: the fastest that grep can do.
      env: { ...process.env, LC_ALL: 'C' },
    });
    // grep ends with 1 where it finds nothing.
    if (error ?? status! > 1) throw new Error(`${command} ended with ${String(error ?? status)}`);
    return Promise.resolve({ millis: performance.now() - began, bytesScanned: 0 });
  });
  return millis;
}

async function memoryOf(service: ChildProcess): Promise<number> {
  service.send('memory');
  const [{ rssBytes }] = (await once(service, 'message')) as [{ rssBytes: number }];
  return rssBytes;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

function megabytes(bytes: number): string {
  return count(Math.round(bytes / 1e6));
}

function rateOf(bytes: number, millis: number): string {
  return count(Math.round(bytes / 1e6 / (millis / 1000)));
}

await main();
