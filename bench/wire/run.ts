import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ask, eventsAt, median, startProgram, startSink, versionOf } from '../processes.js';
import { type Phase, type Sample } from './application.js';
import { type WireRow, writeWireTables } from './page.js';
import { installPeers } from './peers.js';
import { APPLICATION, FLOOR_OF, FLOORS } from './ways.js';

/*
 * What logging costs an application from the log call to the wire, at steady rates: microseconds of CPU a record above
 * the same logger that sends nothing, of all threads and of the application's own. Each sample is a process of its
 * own, in turn, and sends to one that answers at once.
 *
 *   node build/bench/wire/run.js [--node PATH] [--rates 1000,10000,50000] [--rounds 3] [--seconds 3] [--only NAME] [--page]
 */

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: process.execPath },
    rates: { type: 'string', default: '1000,10000,50000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true },
    page: { type: 'boolean', default: false },
  },
});

/** What warms the compiler up; at no higher rate than what follows, lest what is late then is counted with it. */
const WARM_MILLIS = 3000;
const WARM_RECORDS_PER_SECOND = 10_000;
/** At a low rate it takes longer until a program is compiled, and what a record takes varies more. */
const MIN_WARM_RECORDS = 10_000;
const MIN_RECORDS = 8_000;
const secondsAt = (recordsPerSecond: number): number =>
  Math.max(Number(values.seconds), MIN_RECORDS / recordsPerSecond);

const peers = installPeers();
const sink = await startSink(values.node, true);

async function measure(name: string, phase: Phase): Promise<Sample & { arrived: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-wire-'));
  const settings = { endpoint: sink.endpoint, directory, peers };
  const application = await startProgram(APPLICATION, values.node, { name, settings });
  try {
    const warmRate = Math.min(phase.recordsPerSecond, WARM_RECORDS_PER_SECOND);
    const warmMillis = Math.max(WARM_MILLIS, (MIN_WARM_RECORDS / warmRate) * 1000);
    await ask<Sample>(application, { recordsPerSecond: warmRate, millis: warmMillis } satisfies Phase);
    const before = await eventsAt(sink);
    const sample = await ask<Sample>(application, phase);
    return { ...sample, arrived: ((await eventsAt(sink)) - before) / sample.records };
  } finally {
    application.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

const ways = Object.keys(FLOOR_OF).filter(
  (name) => !values.only || values.only.some((one) => name.includes(one)),
);
const names = [...FLOORS.filter((floor) => ways.some((name) => FLOOR_OF[name] === floor)), ...ways];
const rows: WireRow[] = [];
for (const recordsPerSecond of values.rates.split(',').map(Number)) {
  const samples = new Map<string, (Sample & { arrived: number })[]>();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const name of names) {
      const sample = await measure(name, { recordsPerSecond, millis: secondsAt(recordsPerSecond) * 1000 });
      samples.set(name, [...(samples.get(name) ?? []), sample]);
    }
  }
  for (const [name, list] of samples) {
    const of = (key: Exclude<keyof Sample, 'dropped'> | 'arrived'): number =>
      median(list.map((sample) => sample[key]));
    const floor = samples.get(FLOOR_OF[name] ?? name)!;
    const above = (key: 'cpuMicros' | 'threadMicros'): number =>
      median(list.map((sample, round) => sample[key] - (name in FLOOR_OF ? floor[round]![key] : 0)));
    const row: WireRow = {
      name,
      recordsPerSecond,
      records: of('records'),
      cpuMicros: above('cpuMicros'),
      threadMicros: above('threadMicros'),
      p99Millis: of('p99Millis'),
      maxRssMiB: of('maxRssMiB'),
      arrived: name.startsWith('OTLP') || !(name in FLOOR_OF) ? undefined : of('arrived'),
      isFloor: !(name in FLOOR_OF),
    };
    rows.push(row);
    const cells = [row.cpuMicros, row.threadMicros, row.p99Millis, row.maxRssMiB];
    process.stdout.write(
      `${String(recordsPerSecond).padStart(6)} ${name.padEnd(46)}${cells.map((cell) => cell.toFixed(1).padStart(8)).join('')}` +
        `${row.arrived === undefined ? '' : `${(row.arrived * 100).toFixed(0)} %`.padStart(8)}\n`,
    );
  }
}
if (values.page) {
  const node = versionOf(values.node);
  writeWireTables(rows, { node, rounds: Number(values.rounds), secondsAt });
}
sink.child.disconnect();
