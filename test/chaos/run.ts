/**
 * `npm run chaos -- [--records 1000000] [--senders 4] [--seed 1] [--mode memory] [--disk quota] [--verbose]`: runs every
 * mode, or one, and fails where a record is lost, or dropped though there is room for it.
 */
import { parseArgs } from 'node:util';
import { runChaos } from './chaos.js';
import { describeReport, faultsIn } from './describe-report.js';
import { CHAOS_MODES, isChaosMode } from './modes.js';
import { OUTAGE_MODES } from './outage-modes.js';
import { describeOutage, faultsInOutage, runOutage } from './outage.js';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    senders: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    mode: { type: 'string' },
    disk: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const names = [...Object.keys(CHAOS_MODES), ...Object.keys(OUTAGE_MODES)];
if (values.mode !== undefined && !names.includes(values.mode)) {
  throw new Error(`--mode must be one of ${names.join(', ')}; it is ${values.mode}`);
}
const { disk } = values;
if (disk !== undefined && disk !== 'tmpfs' && disk !== 'quota') {
  throw new Error(`--disk must be tmpfs or quota; it is ${disk}`);
}
const chosen = values.mode === undefined ? names : [values.mode];
for (const mode of chosen.filter(isChaosMode).map((name) => CHAOS_MODES[name])) {
  const startedAt = performance.now();
  print(`\n${mode.title} (seed ${values.seed})`);
  const report = await runChaos({
    ...mode.settings,
    seed: Number(values.seed),
    senders: Number(values.senders),
    records: Number(values.records),
    disk,
    ...(values.verbose && { log: print }),
  });
  for (const line of describeReport(report)) print(line);
  print(`  ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  const faults = faultsIn(report);
  fail(faults);
}
for (const [name, { title, runs }] of Object.entries(OUTAGE_MODES)) {
  if (!chosen.includes(name)) continue;
  print(`\n${title}`);
  for (const run of runs) {
    print(`${run.name}:`);
    const report = await runOutage(run);
    for (const line of describeOutage(report)) print(`  ${line}`);
    fail(faultsInOutage(report));
  }
}

function fail(faults: readonly string[]): void {
  for (const fault of faults) print(`  FAILED: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
