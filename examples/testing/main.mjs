// Runs the same test in four runners. See README.md.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const bin = (path) => fileURLToPath(new URL(`./node_modules/${path}`, import.meta.url));
const RUNNERS = {
  'node:test': ['--test', 'orders.node-test.mjs'],
  mocha: [bin('mocha/bin/mocha.js'), 'orders.mocha.mjs'],
  vitest: [bin('vitest/vitest.mjs'), 'run'],
  jest: ['--experimental-vm-modules', bin('jest/bin/jest.js')],
};

let wrong = 0;
for (const [name, args] of Object.entries(RUNNERS)) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  if (status === 0) continue;
  wrong++;
  console.log(stdout + stderr);
}
process.exitCode = wrong > 0 ? 1 : 0;
