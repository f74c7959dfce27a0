import { writeFileSync } from 'node:fs';

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

const DOCS = new URL('../../../docs/', import.meta.url);
const BAR = { left: 260, width: 380, height: 11, row: 34 };

/** Writes docs/performance.md and the chart in it. */
export function writePage(
  rows: readonly Row[],
  run: { readonly node: string; readonly rounds: number },
): void {
  const others = rows.filter(({ isVariant }) => !isVariant);
  writeFileSync(new URL('performance.svg', DOCS), chartOf(others));
  writeFileSync(
    new URL('performance.md', DOCS),
    `# Performance

Written by \`node build/bench/export/run.js --page\`, Node.js ${run.node}: medians of ${run.rounds} rounds, in which each takes its turn with eight
batches of 2,500 records of 517 bytes, against a server that answers at once. On a machine that others use too, only the
ratios within one run mean something.

![CPU time of one batch, as a multiple of ours](performance.svg)

## \`export()\` of full batches

CPU is that of all threads, gzip and garbage collection included; thread is the application's own. The ratio is the other's
time by ours: above 1 ours takes less.

${tableOf(others)}

The floor stringifies ready objects once, compresses and sends the finished body, signed: it knows no limits, layouts,
losses or retries. The 20-line exporter stringifies each record and uses the SDK's command.

## Ours with other options

Here a ratio is that of the option to the defaults.

${tableOf(rows.filter(({ isVariant }) => isVariant))}

## What is left, and why

Aimed at are ratios of 1.6 (CPU) and 2.2 (thread) for the 20-line exporter, 1.7 and 1.4 for OTLP protobuf, and at least
0.9 for the floor. From \`emit\` to the wire, memory and growth have no rows yet.

Of what remains, compression takes the most and is zlib's; signing and sending are the AWS SDK's. A layout that is a
function goes through the careful writer, since nothing is known of what it returns. Importing the package is measured by
\`bench/import-time.ts\`, what logging does to an event loop by \`bench/exporter-event-loop.ts\`.
`,
  );
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ name, cpuMillis, threadMillis, cpuRatio, threadRatio }) =>
      `| ${name} | ${cpuMillis.toFixed(2)} | ${threadMillis.toFixed(2)} | ${cpuRatio.toFixed(2)} | ${threadRatio.toFixed(2)} |`,
  );
  return [
    '| | CPU, ms | thread, ms | CPU ratio | thread ratio |',
    '|---|---:|---:|---:|---:|',
    ...lines,
  ].join('\n');
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
