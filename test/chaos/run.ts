/**
 * `npm run chaos -- [--records 1000000] [--senders 4] [--seed 1] [--mode memory] [--verbose]`: runs every
 * mode, or one, and fails where a record is lost.
 */
import { parseArgs } from 'node:util';
import { runChaos } from './chaos.js';
import { CHAOS_MODES, isChaosMode } from './modes.js';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    senders: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    mode: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
if (values.mode !== undefined && !isChaosMode(values.mode)) {
  throw new Error(`--mode must be one of ${Object.keys(CHAOS_MODES).join(', ')}; it is ${values.mode}`);
}
const modes = values.mode === undefined ? Object.values(CHAOS_MODES) : [CHAOS_MODES[values.mode]];
for (const mode of modes) {
  const startedAt = performance.now();
  print(`\n${mode.title} (seed ${values.seed})`);
  const report = await runChaos({
    ...mode.settings,
    seed: Number(values.seed),
    senders: Number(values.senders),
    records: Number(values.records),
    ...(values.verbose && { log: print }),
  });
  const { emitted, delivered, duplicates, dropped, lost } = report;
  print(`emitted ${emitted} delivered ${delivered} duplicates ${duplicates} dropped ${dropped} lost ${lost}`);
  for (const [reason, count] of Object.entries(report.droppedByReason)) print(`  dropped ${reason} ${count}`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  print(
    `  kills ${report.kills}, delivered without a promise ${report.unpromised}, requests ${report.requests}, ` +
      `retries ${report.retries}, group deleted ${report.groupDeletions} times, service restarted ` +
      `${report.restarts} times, ${seconds} s`,
  );
  if (lost !== 0 || dropped !== 0) process.exitCode = 1;
}
