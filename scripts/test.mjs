/**
 * `npm test`: every check of the project in two lanes side by side, one for sources and package, one for the
 * tests; each step's output in one piece. Closes with a line `N passed, N failed` that counts tests and steps.
 *
 *   npm test                 all
 *   npm test -- unit lint    only the steps whose name has one of the words, after the build that they need
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
let passed = 0;
let failed = 0;
const failures = [];

/**
 * Tests that start applications and wait for their ends. Nothing of them runs in the tests' own process, so that
 * measuring coverage would only slow them down; beside the other lane they take half the time.
 */
const WHOLE_PROCESSES = [
  'build/test/chaos/**/*.test.js',
  'build/test/soak/**/*.test.js',
  'build/test/register/same-end.process.test.js',
  'build/test/register/exit.process.test.js',
];

/** Says whether a step is wanted: by one of its words, whole, so that `lint` is not `publint`. The build always is. */
function isAsked(name) {
  const isBuild = name.startsWith('build') || name.startsWith('types');
  return words.length === 0 || isBuild || name.split(/[^\w-]+/).some((word) => words.includes(word));
}

/** Runs a command and prints its output when it has ended. */
function step(name, command, args, { quiet = false } = {}) {
  if (!isAsked(name)) return Promise.resolve(true);
  const start = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, FORCE_COLOR: '0' } });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => (output += `${error}\n`));
    child.on('close', (code, signal) => {
      const tests = /^ *(\d+) passing/m.exec(output);
      const failing = /^ *(\d+) failing/m.exec(output);
      if (tests) passed += Number(tests[1]);
      if (failing) failed += Number(failing[1]);
      const right = code === 0;
      if (right) passed++;
      else if (!failing) failed++;
      if (!right) failures.push(name);
      const seconds = ((Date.now() - start) / 1000).toFixed(1);
      const body = right && quiet ? '' : output.trimEnd();
      console.log(
        `${body ? `\n${body}\n` : ''}${right ? 'ok  ' : 'FAIL'} ${name} (${seconds} s${signal ? `, ${signal}` : ''})`,
      );
      resolve(right);
    });
  });
}

const npx = (name, bin, args, options) =>
  step(name, process.execPath, [`node_modules/${bin}`, ...args], options);
const script = (name, file, args = [], options) =>
  step(name, process.execPath, [`scripts/${file}`, ...args], options);

async function sourcesAndPackage() {
  await npx('lint: eslint', 'eslint/bin/eslint.js', ['--max-warnings', '0', '.']);
  await npx('format: prettier', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);
  await npx('import arrows: dependency-cruiser', 'dependency-cruiser/bin/dependency-cruise.mjs', [
    'src',
    '--config',
    '.dependency-cruiser.cjs',
  ]);
  await npx('unused code: knip', 'knip/bin/knip.js', ['--no-progress']);
  await script("docs: tables are the code's", 'readme-tables.mjs', ['--check']);
  await script('API reports', 'api-reports.mjs');
  await npx('API reference: typedoc', 'typedoc/bin/typedoc', [], { quiet: true });
  await script('package: publint, types, dependencies, size, install', 'check-package.mjs');
  await script('examples', 'run-examples.mjs');
  await script('register and OpenTelemetry lines', 'compat.mjs', ['--short']);
  await npx('tests of whole processes: kills, outages, ends, soak', 'mocha/bin/mocha.js', [
    '--no-config',
    '--forbid-only',
    '--fail-zero',
    '--timeout=60000',
    '--enable-source-maps',
    '--reporter=dot',
    ...WHOLE_PROCESSES,
  ]);
}

async function tests() {
  await npx('unit, integration, property and fuzz tests with coverage', 'c8/bin/c8.js', [
    'node',
    'node_modules/mocha/bin/mocha.js',
    '--reporter',
    'dot',
    ...WHOLE_PROCESSES.map((files) => `--ignore=${files}`),
  ]);
  await script('coverage by folder', 'check-coverage.mjs');
}

const built = await Promise.all([
  script('build: ES modules and CommonJS', 'build.mjs'),
  npx('types: sources, tests, benchmarks', 'typescript/bin/tsc', ['-p', 'tsconfig.test.json']),
  script('build: the trace page, for the tests', 'build-page.mjs'),
]);
if (built.every(Boolean)) await Promise.all([sourcesAndPackage(), tests()]);

if (failures.length > 0) console.log(`\nFailed: ${failures.join('; ')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || failures.length > 0 ? 1 : 0;
