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
    rounds: { type: 'string', default: '5' },
    /** How often each is started anew: two processes of the same program differ by more than two rounds of one. */
    processes: { type: 'string', default: '7' },
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
const names = NAMES.filter((name) => !values.only || values.only.some((one) => name.includes(one)));
/** Of each process its own, since a median of all would be that of the most frequent kind of process. */
const samples = new Map<string, Sample[][]>(names.map((name) => [name, []]));
for (let process = 0; process < Number(values.processes); process++) {
  const children = new Map<string, ChildProcess>();
  for (const name of names) {
    children.set(name, await startProgram(CONTESTANT, values.node, { name, endpoint, records: 2500 }));
    samples.get(name)!.push([]);
  }
  for (let round = -WARM_ROUNDS; round < Number(values.rounds); round++) {
    for (const [name, child] of children) {
      const sample = await ask<Sample>(child, ROUND_BATCHES);
      if (round >= 0) samples.get(name)!.at(-1)!.push(sample);
    }
  }
  for (const child of children.values()) child.disconnect();
}
/** The middle of the processes, of each its median round. */
const medianOf = (name: string, key: keyof Sample): number =>
  median(samples.get(name)!.map((rounds) => median(rounds.map((sample) => sample[key]))));
const rows = names.map((name) => {
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
  writePage(rows, { node, rounds: Number(values.rounds), processes: Number(values.processes) });
}
sink.disconnect();
