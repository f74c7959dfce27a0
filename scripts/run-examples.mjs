/**
 * Runs the demo, and every example as its README says (`node examples/<name>/main.mjs`); each checks itself by its
 * exit code. One that needs packages which are not installed here gets them in a folder of its own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { name: ownName } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const env = { ...process.env };
// The examples start their own local service unless they are given one; a developer's AWS settings stay out.
for (const name of Object.keys(env)) if (/^(AWS_|OTEL_)/.test(name)) delete env[name];

/** The folder itself, or, where it is a package of its own, a copy beside what it needs. */
function prepared(folder) {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) return folder;
  const { dependencies, devDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
  const others = Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) => name !== ownName);
  const scratch = mkdtempSync(join(tmpdir(), 'otel-cwlogs-example-'));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  if (others.some(([name]) => !existsSync(join(root, 'node_modules', name)))) {
    cpSync(folder, scratch, { recursive: true, filter: (path) => !path.endsWith('package.json') });
    cpSync(join(root, '.npmrc'), join(scratch, '.npmrc'));
    const ranges = others.map(([name, range]) => `${name}@${range}`);
    execFileSync('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...ranges], {
      cwd: scratch,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } else {
    cpSync(folder, scratch, { recursive: true });
    for (const [name] of others) link(name, join(root, 'node_modules', name), scratch);
  }
  link(ownName, root, scratch);
  return scratch;
}

function link(name, target, folder) {
  const path = join(folder, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'dir');
}

let wrong = 0;
let run = 0;
const only = process.argv[2];
for (const name of readdirSync(join(root, 'examples')).sort()) {
  const folder = join(root, 'examples', name);
  if (!existsSync(join(folder, 'main.mjs')) || (only !== undefined && name !== only)) continue;
  if (!existsSync(join(folder, 'README.md'))) {
    console.log(`FAIL ${name}: no README.md`);
    wrong++;
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(prepared(folder), 'main.mjs')], {
    cwd: root,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  run++;
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} examples/${name}`);
  if (status !== 0) {
    wrong++;
    console.log(stdout + stderr);
  }
}
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
if (run === 0) throw new Error('no example was found');
process.exitCode = wrong > 0 ? 1 : 0;
