import { type ChildProcess } from 'node:child_process';
import { parseArgs } from 'node:util';
import { tableOf, writeSection } from '../page/sections.js';
import { ask, median, startProgram, startSink, versionOf } from '../processes.js';
import { type SampleShape } from '../sample-records.js';
import { CONTESTANT, OURS, OURS_BY_TENANT } from './contestants.js';

/*
 * How the CPU time of `export()` grows with the size of a record, its attributes, the streams that a batch goes to, and
 * the processes that export at the same time. Each should be a straight line: what one more byte, attribute, stream or
 * process takes is the same all along.
 *
 *   node build/bench/export/growth.js [--node PATH] [--rounds 7] [--page]
 */

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: process.execPath },
    rounds: { type: 'string', default: '7' },
    page: { type: 'boolean', default: false },
  },
});

/** A batch is about as large whatever it holds, as delivery cuts it so. */
const BATCH_BYTES = 1_000_000;
const RECORD_BYTES = 517;
const WARM_ROUNDS = 2;
const BATCHES_A_ROUND = 4;

interface Series {
  readonly title: string;
  readonly unit: string;
  readonly points: readonly {
    readonly x: number;
    readonly contestant?: string;
    readonly records: number;
    readonly shape?: SampleShape;
    readonly processes?: number;
  }[];
}

function recordsOf(bytesOfRecord: number): number {
  return Math.max(10, Math.min(2500, Math.floor(BATCH_BYTES / bytesOfRecord)));
}

const SERIES: readonly Series[] = [
  {
    title: 'record size',
    unit: 'characters of the body',
    points: [100, 1000, 3000, 10_000, 30_000, 100_000].map((x) => ({
      x,
      records: recordsOf(RECORD_BYTES + x),
      shape: { bodyLength: x },
    })),
  },
  {
    title: 'attributes',
    unit: 'attributes beside five',
    points: [0, 10, 25, 50, 100, 200].map((x) => ({
      x,
      records: recordsOf(RECORD_BYTES + x * 40),
      shape: { attributes: x },
    })),
  },
  {
    title: 'streams',
    unit: 'streams that 2,500 records go to',
    points: [1, 10, 50, 100, 250, 500].map((x) => ({
      x,
      contestant: OURS_BY_TENANT,
      records: 2500,
      shape: { tenants: x },
    })),
  },
  {
    title: 'processes',
    unit: 'processes at the same time',
    points: [1, 2, 3, 4].map((x) => ({ x, records: 2500, processes: x })),
  },
];

const { child: sink, endpoint } = await startSink(values.node);

/** Microseconds of CPU a record; for processes, of all together for one record of each. */
async function measure(point: Series['points'][number]): Promise<number> {
  const { contestant = OURS, records, shape, processes = 1 } = point;
  const settings = { name: contestant, endpoint, records, shape };
  const children: ChildProcess[] = [];
  while (children.length < processes) children.push(await startProgram(CONTESTANT, values.node, settings));
  const rounds: number[] = [];
  for (let round = -WARM_ROUNDS; round < Number(values.rounds); round++) {
    const samples = await Promise.all(
      children.map(async (child) => {
        const { processMillis } = await ask<{ processMillis: number }>(child, BATCHES_A_ROUND);
        return (processMillis * 1000) / records;
      }),
    );
    if (round >= 0) rounds.push(samples.reduce((sum, sample) => sum + sample, 0));
  }
  for (const child of children) child.disconnect();
  return median(rounds);
}

/** The straight line with the least squares of relative errors. */
function lineThrough(points: readonly { x: number; y: number }[]): { at0: number; slope: number } {
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
  for (const { x, y } of points) {
    const weight = 1 / (y * y);
    w += weight;
    wx += weight * x;
    wy += weight * y;
    wxx += weight * x * x;
    wxy += weight * x * y;
  }
  const slope = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  return { at0: (wy - slope * wx) / w, slope };
}

const sections: string[] = [];
for (const { title, unit, points } of SERIES) {
  const measured: { x: number; y: number }[] = [];
  for (const point of points) measured.push({ x: point.x, y: await measure(point) });
  const { at0, slope } = lineThrough(measured);
  const rows = measured.map(({ x, y }) => {
    const line = at0 + slope * x;
    return [
      x.toLocaleString('en-US'),
      y.toFixed(2),
      line.toFixed(2),
      `${(((y - line) / line) * 100).toFixed(0)} %`,
    ];
  });
  process.stdout.write(`${title}: ${at0.toFixed(2)} + ${slope.toPrecision(3)} x\n`);
  for (const row of rows) process.stdout.write(`${row.map((cell) => cell.padStart(12)).join('')}\n`);
  sections.push(tableOf([unit, 'CPU a record, µs', 'straight line, µs', 'off by'], rows));
}
if (values.page) {
  writeSection(
    'growth',
    `${sections.join('\n\n')}\n\nNode.js ${versionOf(values.node)}, medians of ${values.rounds} rounds.`,
  );
}
sink.disconnect();
