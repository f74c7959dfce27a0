/**
 * `npm run soak -- [--mode whole|tenth] [--hours 3] [--rate 500] [--streams 4] [--seed 1]`: an application that
 * logs through a long outage, by simulated time; every mode, or one. Fails where a record is lost or counted
 * wrongly, comes out of order, or memory grows.
 */
import { parseArgs } from 'node:util';
import { growth, isSoakMode, problemsOf, SOAK_MODES, spoolBound } from './modes.js';
import { runSoak, type SoakSample } from './soak.js';

const { values } = parseArgs({
  options: {
    mode: { type: 'string' },
    hours: { type: 'string', default: '3' },
    rate: { type: 'string', default: '500' },
    streams: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
  },
});
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
if (values.mode !== undefined && !isSoakMode(values.mode)) {
  throw new Error(`--mode must be one of ${Object.keys(SOAK_MODES).join(', ')}; it is ${values.mode}`);
}
const modes = values.mode === undefined ? Object.values(SOAK_MODES) : [SOAK_MODES[values.mode]];
const outageMillis = Number(values.hours) * 3_600_000;
const recordsPerSecond = Number(values.rate);

/** Of this machine, whatever the simulated time. */
const realNow = performance.now.bind(performance);

for (const mode of modes) {
  const startedAt = realNow();
  const seconds = (): string => ((realNow() - startedAt) / 1000).toFixed(0);
  const maxBytes = spoolBound(mode, { outageMillis, recordsPerSecond });
  print(`\n${mode.title}: ${values.hours} h at ${values.rate} records/s, bound ${mib(maxBytes)}`);
  const onSample = (sample: SoakSample): void => {
    print(
      `${sample.phase} ${(sample.millis / 60_000).toFixed(1)} min: kept ${sample.kept}, spool ${mib(sample.spoolBytes)} in ${sample.spoolBatches} ` +
        `batches, dropped ${sample.dropped}, heap ${mib(sample.heapBytes)}, rss ${mib(sample.rssBytes)} (${seconds()} s)`,
    );
  };
  const report = await runSoak({
    outageMillis,
    recordsPerSecond,
    streams: Number(values.streams),
    maxBytes,
    seed: Number(values.seed),
    sampleMillis: outageMillis / 18,
    onSample,
  });
  const { emitted, kept, delivered, dropped, duplicates, lost } = report;
  print(
    `emitted ${emitted} kept ${kept} delivered ${delivered} duplicates ${duplicates} dropped ${dropped} lost ${lost}`,
  );
  for (const [reason, count] of Object.entries(report.droppedByReason)) print(`  dropped ${reason} ${count}`);
  const { heapBytes, rssBytes } = growth(report);
  print(
    `  ${report.emittedInOutage} records in the outage, out of order ${report.outOfOrder}, spool at most ` +
      `${mib(report.peakSpoolBytes)} of ${mib(maxBytes)} in ${report.peakSpoolBatches} batches, heap grew by ` +
      `${mib(heapBytes)}, rss by ${mib(rssBytes)}, ${report.requests} requests, ${report.billedBytes} billed bytes, drained in ` +
      `${(report.drainMillis / 60_000).toFixed(1)} simulated min, ${seconds()} s`,
  );
  const problems = problemsOf(report, mode, maxBytes);
  for (const problem of problems) print(`  WRONG: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
