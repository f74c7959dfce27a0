import { writeFileSync } from 'node:fs';
import { tableOf, writeSection } from '../page/sections.js';

/** One way to export, measured: milliseconds for a batch, and how many times ours that is. */
export interface Row {
  readonly name: string;
  readonly cpuMillis: number;
  readonly threadMillis: number;
  readonly cpuRatio: number;
  readonly threadRatio: number;
  /** Ours with other options. */
  readonly isVariant: boolean;
}

const CHART = new URL('../../../docs/performance.svg', import.meta.url);
const BAR = { left: 260, width: 380, height: 11, row: 34 };
const HEADS = ['', 'CPU, ms', 'thread, ms', 'CPU ratio', 'thread ratio'];

/** Writes the tables of `export()` in docs/performance.md, and the chart. */
export function writePage(
  rows: readonly Row[],
  run: { readonly node: string; readonly rounds: number; readonly processes: number },
): void {
  const others = rows.filter(({ isVariant }) => !isVariant);
  writeFileSync(CHART, chartOf(others));
  const medians = `Node.js ${run.node}, medians of ${run.processes} processes of each, of ${run.rounds} rounds a process.`;
  writeSection('export', `${tableOf(HEADS, others.map(cellsOf))}\n\n${medians}`);
  const variants = rows.filter(({ isVariant }) => isVariant);
  writeSection('options', tableOf(HEADS, variants.map(cellsOf)));
}

function cellsOf({ name, cpuMillis, threadMillis, cpuRatio, threadRatio }: Row): string[] {
  return [name, ...[cpuMillis, threadMillis, cpuRatio, threadRatio].map((cell) => cell.toFixed(2))];
}

function chartOf(rows: readonly Row[]): string {
  const most = Math.max(...rows.flatMap(({ cpuRatio, threadRatio }) => [cpuRatio, threadRatio]));
  const bar = (ratio: number, y: number, fill: string, what: string): string => {
    const width = (ratio / most) * BAR.width;
    return (
      `<rect x="${BAR.left}" y="${y}" width="${width.toFixed(1)}" height="${BAR.height}" fill="${fill}"/>` +
      `<text x="${(BAR.left + width + 6).toFixed(1)}" y="${y + 10}">${ratio.toFixed(2)} ${what}</text>`
    );
  };
  const body = rows.map(({ name, cpuRatio, threadRatio }, index) => {
    const y = 8 + index * BAR.row;
    const label = `<text x="${BAR.left - 8}" y="${y + 15}" text-anchor="end">${name}</text>`;
    return label + bar(cpuRatio, y, '#2a6db0', 'CPU') + bar(threadRatio, y + 13, '#e08a2e', 'thread');
  });
  const height = 16 + rows.length * BAR.row;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 740 ${height}" font-family="sans-serif" font-size="11" role="img" aria-label="CPU time of one batch, as a multiple of ours">
<rect width="740" height="${height}" fill="#fff"/>
${body.join('\n')}
</svg>
`;
}
