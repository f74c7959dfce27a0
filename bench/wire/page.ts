import { tableOf, writeSection } from '../page/sections.js';
import { type Sample } from './application.js';

/** The medians of one way at one rate. */
export interface WireRow extends Sample {
  readonly name: string;
  readonly recordsPerSecond: number;
  /** Of the records logged, from 0 to 1; undefined where they are not counted. */
  readonly arrived: number | undefined;
  readonly isFloor: boolean;
}

/** Writes the tables from log call to wire in docs/performance.md. */
export function writeWireTables(
  rows: readonly WireRow[],
  run: { readonly node: string; readonly rounds: number; readonly secondsAt: (rate: number) => number },
): void {
  const rates = [...new Set(rows.map(({ recordsPerSecond }) => recordsPerSecond))];
  const tables = rates.map((rate) => {
    const ofRate = rows.filter(({ recordsPerSecond, isFloor }) => recordsPerSecond === rate && !isFloor);
    return (
      `${rate.toLocaleString('en-US')} records a second, for ${run.secondsAt(rate)} s:\n\n` +
      tableOf(['', 'CPU, µs', 'thread, µs', 'loop p99, ms', 'memory, MiB', 'arrived'], ofRate.map(cellsOf))
    );
  });
  writeSection(
    'wire',
    `${tables.join('\n\n')}\n\nNode.js ${run.node}, medians of ${run.rounds} processes each.`,
  );
}

function cellsOf({ name, cpuMicros, threadMicros, p99Millis, maxRssMiB, arrived }: WireRow): string[] {
  return [
    name,
    cpuMicros.toFixed(1),
    threadMicros.toFixed(1),
    p99Millis.toFixed(1),
    maxRssMiB.toFixed(0),
    arrived === undefined ? 'not counted' : `${(arrived * 100).toFixed(0)} %`,
  ];
}
