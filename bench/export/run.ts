import { type ChildProcess } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ask, median, startProgram, startSink, versionOf } from '../processes.js';
import {
  CONTESTANT,
  FLOOR,
  OTLP_JSON,
  OTLP_PROTOBUF,
  OURS,
  TWENTY_LINES,
  TWO_STRINGIFIES,
  VARIANTS,
} from './contestants.js';
import { writePage } from './page.js';

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: process.execPath },
    rounds: { type: 'string', default: '15' },
    only: { type: 'string', multiple: true },
    /** Writes docs/performance.md and its chart. */
    page: { type: 'boolean', default: false },
  },
});

const ROUND_BATCHES = 8;
const WARM_ROUNDS = 4;
const NAMES = [OURS, FLOOR, TWO_STRINGIFIES, TWENTY_LINES, OTLP_PROTOBUF, OTLP_JSON, ...VARIANTS];

interface Sample {
  readonly processMillis: number;
  readonly threadMillis: number;
  readonly wallMillis: number;
  readonly failed: number;
}

const { child: sink, endpoint } = await startSink(values.node);
const children = new Map<string, ChildProcess>();
for (const name of NAMES) {
  if (values.only && !values.only.some((one) => name.includes(one))) continue;
  children.set(name, await startProgram(CONTESTANT, values.node, { name, endpoint, records: 2500 }));
}
const samples = new Map<string, Sample[]>();
for (let round = -WARM_ROUNDS; round < Number(values.rounds); round++) {
  for (const [name, child] of children) {
    const sample = await ask<Sample>(child, ROUND_BATCHES);
    if (round >= 0) samples.set(name, [...(samples.get(name) ?? []), sample]);
  }
}
const medianOf = (name: string, key: keyof Sample): number =>
  median(samples.get(name)!.map((sample) => sample[key]));
const rows = [...samples.keys()].map((name) => {
  const [cpuMillis, threadMillis] = [medianOf(name, 'processMillis'), medianOf(name, 'threadMillis')];
  return {
    name,
    cpuMillis,
    threadMillis,
    // Of the medians that stand beside them: whoever divides these finds the same.
    cpuRatio: cpuMillis / medianOf(OURS, 'processMillis'),
    threadRatio: threadMillis / medianOf(OURS, 'threadMillis'),
    isVariant: VARIANTS.includes(name),
  };
});
for (const { name, cpuMillis, threadMillis, cpuRatio, threadRatio } of rows) {
  const cells = [cpuMillis, threadMillis, cpuRatio, threadRatio];
  process.stdout.write(`${name.padEnd(40)}${cells.map((cell) => cell.toFixed(2).padStart(8)).join('')}\n`);
}
if (values.page) {
  const node = versionOf(values.node);
  writePage(rows, { node, rounds: Number(values.rounds) });
}
for (const child of children.values()) child.disconnect();
sink.disconnect();
