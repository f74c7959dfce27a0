/**
 * A million events through live tail and through polling, with drops, throttles, sampling, disconnects and late events:
 * `node build/test/tail/run.js [events] [live|polling]`. It fails where one is missing or shown twice.
 */
import { tailRun } from './tail-run.js';

const events = Number(process.argv[2] ?? 1_000_000);
const sources = process.argv[3] === undefined ? (['live', 'polling'] as const) : [process.argv[3] as 'live'];
for (const source of sources) {
  const figures = await tailRun({ events, source, batch: Math.min(10_000, events), batchesBetweenCuts: 10 });
  const { status, ...counts } = figures;
  const { calls, errors, eventsSeen, eventsDeduplicated, lastError } = status;
  process.stdout.write(
    `${JSON.stringify({ source, ...counts, calls, errors, eventsSeen, eventsDeduplicated, lastError })}\n`,
  );
  const isSaid = figures.missing === 0 || figures.unfilledGaps > 0 || figures.sampled > figures.sampledFilled;
  if (!isSaid || figures.twice > 0) process.exitCode = 1;
}
