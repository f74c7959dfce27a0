/**
 * `npm test`: every check of the project in two lanes side by side, one for sources and package, one for the
 * tests; each step's output in one piece. Closes with a line `N passed, N failed` that counts tests and steps.
 *
 *   npm test                 all
 *   npm test -- unit lint    only the steps whose name holds one of the words
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
let passed = 0;
let failed = 0;
const failures = [];

/** Runs a command and prints its output when it has ended. */
function step(name, command, args, { quiet = false } = {}) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) return Promise.resolve(true);
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
  await script("README: option tables are the code's", 'readme-tables.mjs', ['--check']);
  await script('API reports', 'api-reports.mjs');
  await script('package: publint, types, dependencies, size, install', 'check-package.mjs');
  await script('examples', 'run-examples.mjs');
  await script('register and OpenTelemetry lines', 'compat.mjs', ['--short']);
}

async function tests() {
  await npx('unit, integration, property and fuzz tests with coverage', 'c8/bin/c8.js', [
    'node',
    'node_modules/mocha/bin/mocha.js',
    '--reporter',
    'dot',
  ]);
  await script('coverage by folder', 'check-coverage.mjs');
}

const built = await Promise.all([
  script('build: ES modules and CommonJS', 'build.mjs'),
  npx('types: sources, tests, benchmarks', 'typescript/bin/tsc', ['-p', 'tsconfig.test.json']),
]);
if (built.every(Boolean)) await Promise.all([sourcesAndPackage(), tests()]);

if (failures.length > 0) console.log(`\nFailed: ${failures.join('; ')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || failures.length > 0 ? 1 : 0;
