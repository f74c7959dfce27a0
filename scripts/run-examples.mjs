/**
 * Runs the demo, and every example as its README says (`node examples/<name>/main.mjs`); each checks itself by its
 * exit code. One that needs packages which are not installed here gets them in a folder of its own.
 *
 *   node scripts/run-examples.mjs                            all, and the demo
 *   node scripts/run-examples.mjs postgres                   one, with what it prints
 *   node scripts/run-examples.mjs postgres conformance.mjs   another program of it
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareExample } from './prepare-example.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const env = { ...process.env };
// The examples start their own local service unless they are given one; a developer's AWS settings stay out.
for (const name of Object.keys(env)) if (/^(AWS_|OTEL_)/.test(name)) delete env[name];

let wrong = 0;
let run = 0;
const [only, program = 'main.mjs'] = process.argv.slice(2);
for (const name of readdirSync(join(root, 'examples')).sort()) {
  const folder = join(root, 'examples', name);
  if (!existsSync(join(folder, program)) || (only !== undefined && name !== only)) continue;
  if (!existsSync(join(folder, 'README.md'))) {
    console.log(`FAIL ${name}: no README.md`);
    wrong++;
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(prepareExample(folder), program)], {
    cwd: root,
    env,
    encoding: 'utf8',
    timeout: program === 'main.mjs' ? 60_000 : 300_000,
  });
  run++;
  const skipped = /^skipped: .*$/m.exec(stdout)?.[0];
  const word = skipped === undefined ? 'ok  ' : 'skip';
  console.log(
    `${status === 0 ? word : 'FAIL'} examples/${name}${skipped === undefined ? '' : `: ${skipped.slice(9)}`}`,
  );
  if (status !== 0) wrong++;
  if (status !== 0 || only !== undefined) console.log(stdout + stderr);
}
if (run === 0) throw new Error(`no example has ${only ?? ''}/${program}`);
if (only === undefined) runDemo();
process.exitCode = wrong > 0 ? 1 : 0;

function runDemo() {
  const demo = spawnSync(process.execPath, [join(root, 'dist/esm/cli/main.js'), 'demo'], {
    cwd: root,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  const counts = /^emitted (\d+) exported \1 found \1$/m.exec(demo.stdout);
  const isWhole = demo.status === 0 && counts !== null && Number(counts[1]) > 0;
  console.log(`${isWhole ? 'ok  ' : 'FAIL'} demo: ${counts?.[0] ?? 'its counts differ'}`);
  if (!isWhole) {
    wrong++;
    console.log(demo.stdout + demo.stderr);
  }
}
