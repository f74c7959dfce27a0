/**
 * `npm test`: every check of the project. First comes what the others need built, then one queue of all steps, the
 * longest first, in one lane more than the machine has processors; each step's output in one piece. The tests are
 * several steps, since a file of tests leaves a processor idle while it waits; their raw coverage lands in one folder,
 * of which one report is made at the end. Closes with a line `N passed, N failed` that counts tests and steps.
 *
 *   npm test                 all
 *   npm test -- unit lint    only the steps whose name has one of the words, after the build that they need
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
/** One more than processors, as tests often wait. */
const LANES = Math.min(4, availableParallelism() + 1);
let passed = 0;
let failed = 0;
const failures = [];

/**
 * The parts in which the tests run: what their files' names begin with, and about how many seconds they take. A file
 * belongs to the part with the longest beginning. The seconds only decide which part starts first.
 */
const PARTS = [
  ['dashboards/trace-page', 190],
  ['dashboards/', 80],
  ['register/', 100],
  ['exporter/', 130],
  ['simulation/', 180],
  ['base/', 110],
  ['cli/', 40],
  ['insights/', 50],
  ['delivery/', 35],
  ['tail/', 30],
  ['', 220],
];

/**
 * The same of the tests that start applications and wait for their ends. Next to nothing of them runs in the tests' own
 * process, and measuring the coverage of each application would make them slower by half.
 */
const PARTS_OF_PROCESSES = [
  ['chaos/', 110],
  ['soak/', 30],
  ['register/register.', 110],
  ['register/same-end.', 150],
  ['register/exit.', 120],
  ['register/threads.', 60],
  ['register/', 90],
  ['', 140],
];
const startsProcesses = (file) => file.endsWith('.process.test.js') || /^(?:chaos|soak)\//.test(file);

/** Says whether a step is wanted: by one of its words, whole, so that `lint` is not `publint`. The build always is. */
function isAsked(name) {
  return (
    words.length === 0 ||
    name.startsWith('build') ||
    name.split(/[^\w-]+/).some((word) => words.includes(word))
  );
}

/** Runs a command and prints its output when it has ended. Resolves with whether it went well. */
function run({ name, args, quiet = false, env = {} }) {
  const start = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: '0', ...env },
    });
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

/** Runs those of the steps that are asked for, the longest first. Resolves with whether all went well. */
async function runAll(steps) {
  const queue = steps
    .filter(({ name }) => isAsked(name))
    .sort((one, other) => (other.seconds ?? 0) - (one.seconds ?? 0));
  let allRight = true;
  const lane = async () => {
    for (let step = queue.shift(); step; step = queue.shift()) allRight = (await run(step)) && allRight;
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return allRight;
}

const bin = (name, file, args, more) => ({ name, args: [`node_modules/${file}`, ...args], ...more });
const script = (name, file, args = [], more) => ({ name, args: [`scripts/${file}`, ...args], ...more });

/** Gives one step for each part that has files: mocha with the configuration's options, but not its files. */
function testSteps() {
  const flags = Object.entries(JSON.parse(readFileSync(`${root}.mocharc.json`, 'utf8')))
    .filter(([name]) => name !== 'spec')
    .map(([name, value]) => (value === true ? `--${name}` : `--${name}=${value}`));
  const files = readdirSync(`${root}build/test`, { recursive: true })
    .filter((file) => file.endsWith('.test.js'))
    .sort();
  const stepsOf = (kind, table, ofKind, more, env) => {
    const parts = table.map(([beginning, seconds]) => ({ beginning, seconds, files: [] }));
    parts.sort((one, other) => other.beginning.length - one.beginning.length);
    for (const file of ofKind) parts.find(({ beginning }) => file.startsWith(beginning)).files.push(file);
    return parts
      .filter((part) => part.files.length > 0)
      .map((part) =>
        bin(
          `${kind}: ${part.beginning || 'the rest'}`,
          'mocha/bin/mocha.js',
          [
            '--no-config',
            ...flags,
            ...more,
            '--reporter=dot',
            ...part.files.map((file) => `build/test/${file}`),
          ],
          { seconds: part.seconds, env },
        ),
      );
  };
  return [
    ...stepsOf(
      'unit, integration, property and fuzz tests',
      PARTS,
      files.filter((file) => !startsProcesses(file)),
      ['--require=./scripts/coverage-of-itself.cjs'],
      { NODE_V8_COVERAGE: `${root}coverage/tmp` },
    ),
    ...stepsOf('tests of processes', PARTS_OF_PROCESSES, files.filter(startsProcesses), []),
  ];
}

const checks = [
  script('lint: types of sources, tests, benchmarks; eslint', 'types-and-lint.mjs', [], { seconds: 240 }),
  bin('format: prettier', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.'], {
    seconds: 20,
  }),
  bin('import arrows: dependency-cruiser', 'dependency-cruiser/bin/dependency-cruise.mjs', [
    'src',
    '--config',
    '.dependency-cruiser.cjs',
  ]),
  bin('unused code: knip', 'knip/bin/knip.js', ['--no-progress']),
  script("docs: tables are the code's", 'readme-tables.mjs', ['--check']),
  script('API reports', 'api-reports.mjs'),
  // The types that it would check are those of the step of types.
  bin('API reference: typedoc', 'typedoc/bin/typedoc', ['--skipErrorChecking'], { quiet: true }),
  script('package: publint, types, dependencies, size, install', 'check-package.mjs', [], { seconds: 60 }),
  script('examples', 'run-examples.mjs', [], { seconds: 120 }),
  script('register and OpenTelemetry lines', 'compat.mjs', ['--short'], { seconds: 250 }),
];

rmSync(`${root}coverage`, { recursive: true, force: true });
const isBuilt = await runAll([
  script('build: ES modules and CommonJS', 'build.mjs'),
  // Types are checked by a step of their own, while the tests run.
  bin('build: tests, benchmarks', 'typescript/bin/tsc', ['-p', 'tsconfig.test.json', '--noCheck']),
  script('build: the trace page, for the tests', 'build-page.mjs'),
]);
if (isBuilt) {
  await runAll([...checks, ...testSteps()]);
  if (isAsked('unit coverage')) {
    await run(bin('coverage: report', 'c8/bin/c8.js', ['report'], { quiet: true }));
    await run(script('coverage by folder', 'check-coverage.mjs'));
  }
}

if (failures.length > 0) console.log(`\nFailed: ${failures.join('; ')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || failures.length > 0 ? 1 : 0;
