import { spawnSync } from 'node:child_process';

/*
 * Runs the benchmarks of what the package costs an application, one after another: on a machine that does nothing else,
 * in about half an hour.
 *
 *   npm run bench [-- --page] [-- --node PATH] [-- --only wire]
 *
 * --page writes their tables into docs/performance.md.
 */

const BENCHMARKS = {
  wire: 'wire/run.js',
  export: 'export/run.js',
  growth: 'export/growth.js',
  memory: 'wire/memory.js',
  'event-loop': 'exporter-event-loop.js',
};
const WITHOUT_PAGE = ['event-loop'];

const args = process.argv.slice(2);
const only = args.includes('--only') ? args.splice(args.indexOf('--only'), 2)[1] : undefined;
if (only !== undefined && !(only in BENCHMARKS)) {
  console.error(`--only ${only} is no benchmark; there are ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exit(2);
}
for (const [name, file] of Object.entries(BENCHMARKS)) {
  if (only !== undefined && only !== name) continue;
  console.log(`\n${name}`);
  const own = WITHOUT_PAGE.includes(name) ? [] : args;
  const { status } = spawnSync(process.execPath, ['--no-warnings', `build/bench/${file}`, ...own], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
