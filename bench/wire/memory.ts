import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tableOf, writeSection } from '../page/sections.js';
import { ask, eventsAt, startProgram, startSink, versionOf } from '../processes.js';
import { type Phase, type Sample } from './application.js';
import { APPLICATION, OTLP, OURS, OURS_WRITE_AHEAD } from './ways.js';

/*
 * Whether memory stays flat: the resident memory of a process that logs many records, after each tenth of them.
 *
 *   node build/bench/wire/memory.js [--node PATH] [--records 20000000] [--rate 50000] [--only NAME] [--page]
 */

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: process.execPath },
    records: { type: 'string', default: '20000000' },
    rate: { type: 'string', default: '50000' },
    only: { type: 'string' },
    page: { type: 'boolean', default: false },
  },
});

const PARTS = 10;
const phase: Phase = {
  recordsPerSecond: Number(values.rate),
  millis: (Number(values.records) / PARTS / Number(values.rate)) * 1000,
};
const sink = await startSink(values.node, true);

const rows: string[][] = [];
for (const name of [OURS, OURS_WRITE_AHEAD, OTLP]) {
  if (values.only !== undefined && name !== values.only) continue;
  const directory = mkdtempSync(join(tmpdir(), 'bench-memory-'));
  const settings = { endpoint: sink.endpoint, directory, peers: '' };
  const application = await startProgram(APPLICATION, values.node, { name, settings });
  const before = await eventsAt(sink);
  const most: number[] = [];
  let dropped: number | undefined;
  for (let part = 0; part < PARTS; part++) {
    const sample = await ask<Sample>(application, phase);
    most.push(sample.maxRssMiB);
    ({ dropped } = sample);
  }
  const events = await eventsAt(sink);
  application.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
  const arrived = name === OTLP ? 'not counted' : String(events - before);
  rows.push([name, ...most.map((mib) => mib.toFixed(0)), arrived, String(dropped ?? 'not counted')]);
  process.stdout.write(`${rows.at(-1)!.join('  ')}\n`);
}
if (values.page) {
  const parts = Array.from({ length: PARTS }, (_, part) => `${part + 1}/${PARTS}`);
  const records = Number(values.records).toLocaleString('en-US');
  writeSection(
    'memory',
    `Resident memory in MiB, the most in each tenth of ${records} records at ${Number(values.rate).toLocaleString('en-US')} a second:\n\n` +
      `${tableOf(['', ...parts, 'arrived', 'dropped'], rows)}\n\nNode.js ${versionOf(values.node)}.`,
  );
}
sink.child.disconnect();
