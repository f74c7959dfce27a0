// Compiles the services and runs their test, as `npm test` does. See README.md.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
for (const args of [
  [compiler, '-p', import.meta.dirname],
  ['--test', `${import.meta.dirname}/dist/test/app.test.js`],
]) {
  const { status } = spawnSync(process.execPath, args, { cwd: import.meta.dirname, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
