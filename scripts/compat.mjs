/**
 * Installs the packed package into applications on every supported OpenTelemetry and runs it there:
 *
 *   1. the table of application trees into which it installs without ERESOLVE,
 *   2. the exporter suite on the lines of test/compat/ (the root's own line, the newest 0.2xx, runs in `npm test`),
 *   3. `register` with every logger, module system and kind of preload on each line, and beside AWS's distro,
 *   4. the declarations under older TypeScript compilers,
 *   5. an application that webpack has bundled, as CommonJS and as ES modules (esbuild's is in `npm test`),
 *   6. exporter, spool, write-ahead log, look-ups and local service on Bun and Deno,
 *   7. applications that have another tracer (scripts/compat/neighbours.mjs),
 *   8. the loggers of the table in docs/set-ups.md (scripts/compat/loggers.mjs),
 *   9. frameworks, loggers, starts, lines and module systems together, Next.js and pnpm (scripts/compat/setups.mjs).
 *
 *   npm run compat              all
 *   npm run compat -- --short   the trees, lines and compilers that matter most (a step of npm test)
 *   npm run compat -- --only runtimes   one part: compilers, applications, lines, bundles, runtimes, neighbours, loggers,
 *                               setups
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  check,
  countTests,
  installInto,
  newerNode,
  NPM,
  pack,
  PEERS,
  report,
  root,
  run,
  said,
  scratch,
  startLocal,
  twoAtATime,
  versionIn,
  versionOf,
  work,
} from './compat/common.mjs';
import { loggers } from './compat/loggers.mjs';
import { neighbours } from './compat/neighbours.mjs';
import { setups } from './compat/setups.mjs';

const isShort = process.argv.includes('--short');
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
const PARTS = [
  'compilers',
  'applications',
  'lines',
  'bundles',
  'runtimes',
  'neighbours',
  'loggers',
  'setups',
];
if (only !== undefined && !PARTS.includes(only)) {
  throw new Error(`--only must be one of ${PARTS.join(', ')}; it is ${only}`);
}
/** Whether a part runs. @param inShort - of those that the short form has */
const runs = (part, inShort) => (only === undefined ? inShort || !isShort : only === part);

/** Installs a line of test/compat/ and the package into it; the line's packages only when its lock changes. */
async function installLine(name, tarball, node) {
  const directory = join(work, name);
  const source = join(root, 'test/compat', name);
  const lock = createHash('sha256')
    .update(readFileSync(join(source, 'package-lock.json')))
    .digest('hex');
  const marker = join(directory, '.installed');
  if (!existsSync(marker) || readFileSync(marker, 'utf8') !== lock) {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      cpSync(join(source, file), join(directory, file));
    const installed = await run('npm', ['ci', ...NPM], { cwd: directory, node });
    check(installed.code === 0, `${name}: npm ci`, installed.output);
    writeFileSync(marker, lock);
  }
  const added = await run('npm', ['install', '--no-save', ...NPM, tarball], { cwd: directory, node });
  check(
    added.code === 0 && !added.output.includes('ERESOLVE'),
    `${name}: the tarball installs`,
    added.output,
  );
  return directory;
}

/** Runs mocha and gives the counts that it prints. */
async function mocha(files, { node, env = {} }) {
  const args = [
    join(root, 'node_modules/mocha/bin/mocha.js'),
    '--no-config',
    '--check-leaks',
    '--reporter',
    'dot',
  ];
  const result = await run(node, [...args, '--timeout', '60000', ...files], { node, env });
  const passing = Number(/^ *(\d+) passing/m.exec(result.output)?.[1] ?? 0);
  const failing = Number(/^ *(\d+) failing/m.exec(result.output)?.[1] ?? (result.code === 0 ? 0 : 1));
  return { ...result, passing, failing, right: result.code === 0 && passing > 0 };
}

/** What the tests themselves need; it stands a folder above the lines, with nothing of OpenTelemetry. */
function linkTestPackages() {
  const folder = join(work, 'node_modules');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['chai', 'sinon', 'fast-check'])
    symlinkSync(realpathSync(join(root, 'node_modules', name)), join(folder, name), 'junction');
}

/** The exporter suite over the sources as compiled, with the line's OpenTelemetry. */
async function exporterSuite(name, directory, node, version) {
  const suite = join(directory, 'suite');
  rmSync(suite, { recursive: true, force: true });
  cpSync(join(root, 'build/src'), join(suite, 'src'), { recursive: true });
  cpSync(join(root, 'build/test'), join(suite, 'test'), { recursive: true });
  writeFileSync(join(suite, 'package.json'), '{ "type": "module" }\n');
  const folders = isShort ? ['exporter'] : ['encoding', 'exporter', 'options', 'write-ahead'];
  // In the short form without those that fill memory and queues, whatever OpenTelemetry is around them.
  const without = isShort ? ['outage-start', 'queue-bytes'] : [];
  const result = await mocha(
    [
      ...folders.map((folder) => `${suite}/test/${folder}/**/*.test.js`),
      ...without.flatMap((name) => ['--ignore', `${suite}/test/exporter/${name}.test.js`]),
    ],
    { node },
  );
  countTests(result);
  check(
    result.right,
    `${name}: exporter suite on sdk-logs ${version}, Node.js ${await versionOf(node)}: ${result.passing} tests`,
    result.output,
  );
}

async function matrix(tree) {
  const file = join(root, 'build/test/compat/register-matrix.js');
  const result = await mocha([file], {
    node: process.execPath,
    env: { COMPAT_TREES: JSON.stringify([tree]) },
  });
  countTests(result);
  check(result.right, `${tree.name}: register matrix: ${result.passing} cells`, result.output);
}

const LINE_2 = { '@opentelemetry/api': '^1.9.0', '@opentelemetry/sdk-logs': '^0.223.0' };
const LINE_3 = { '@opentelemetry/api': '^1.10.0', '@opentelemetry/sdk-logs': '^3.1.1' };
/** Application trees: what the application names itself. `matters`: also in `npm test`. */
const APPLICATIONS = [
  { name: 'empty folder', matters: true, dependencies: {} },
  { name: '0.2xx', dependencies: LINE_2 },
  { name: '0.2xx, core named', matters: true, dependencies: { ...LINE_2, '@opentelemetry/core': '^2.12.0' } },
  {
    name: '0.203.0, the floor',
    dependencies: { '@opentelemetry/api': '1.9.0', '@opentelemetry/sdk-logs': '0.203.0' },
  },
  {
    name: '0.219.0',
    dependencies: { '@opentelemetry/api': '1.9.1', '@opentelemetry/sdk-logs': '0.219.0' },
  },
  {
    name: 'AWS distro 0.13.0',
    dependencies: { '@aws/aws-distro-opentelemetry-node-autoinstrumentation': '0.13.0' },
  },
  { name: '0.2xx, sdk-node', matters: true, dependencies: { '@opentelemetry/sdk-node': '^0.223.0' } },
  {
    name: '0.2xx, auto-instrumentations-node',
    matters: true,
    dependencies: { ...LINE_2, '@opentelemetry/auto-instrumentations-node': '^0.81.2' },
  },
  { name: '0.2xx, AWS SDK 3.600', dependencies: { ...LINE_2, '@aws-sdk/client-cloudwatch-logs': '3.600.0' } },
  { name: '3.x', dependencies: LINE_3 },
  { name: '3.x, core named', matters: true, dependencies: { ...LINE_3, '@opentelemetry/core': '^3.1.1' } },
  {
    name: '3.x, sdk-node',
    dependencies: { '@opentelemetry/api': '^1.10.0', '@opentelemetry/sdk-node': '^0.300.0' },
  },
  {
    name: '3.x, auto-instrumentations-node',
    matters: true,
    dependencies: { ...LINE_3, '@opentelemetry/auto-instrumentations-node': '^0.82.0' },
  },
];

const MILLIS_OF_A_DAY = 86_400_000;

/** Resolves an application's own packages; what npm made of them is kept for a day. @returns what failed */
async function resolveOwn(dependencies, directory, node) {
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies }));
  if (Object.keys(dependencies).length === 0) return undefined;
  const name = createHash('sha256').update(JSON.stringify(dependencies)).digest('hex');
  const [kept, lock] = [join(work, 'locks', `${name}.json`), join(directory, 'package-lock.json')];
  if (existsSync(kept) && Date.now() - statSync(kept).mtimeMs < MILLIS_OF_A_DAY) {
    copyFileSync(kept, lock);
    return undefined;
  }
  const resolved = await run('npm', ['install', '--package-lock-only', ...NPM], { cwd: directory, node });
  if (resolved.code !== 0) return resolved;
  mkdirSync(dirname(kept), { recursive: true });
  copyFileSync(lock, kept);
  return undefined;
}

/**
 * Adds the package to each tree as `npm install` does, without downloading: ERESOLVE comes from there.
 * The application's own packages are resolved first, as in an application that exists already.
 */
async function applicationTrees(tarball, node) {
  const rows = [];
  await twoAtATime(
    APPLICATIONS.filter((application) => application.matters || !isShort),
    async ({ name, dependencies }) => {
      const directory = mkdtempSync(join(scratch, 'application-'));
      const result =
        (await resolveOwn(dependencies, directory, node)) ??
        (await run('npm', ['install', '--package-lock-only', ...NPM, tarball], { cwd: directory, node }));
      const right = result.code === 0 && !result.output.includes('ERESOLVE');
      const lock = right
        ? JSON.parse(readFileSync(join(directory, 'package-lock.json'), 'utf8')).packages
        : {};
      const version = (of) => lock[`node_modules/@opentelemetry/${of}`]?.version ?? '';
      rows.push({ name, right, result, versions: ['sdk-logs', 'core', 'api'].map(version) });
    },
  );
  console.log(`\nApplications, on Node.js ${await versionOf(node)}`);
  const line = (cells) => cells.map((cell, index) => cell.padEnd([38, 10, 9, 8][index])).join(' ');
  console.log(`       ${line(['the application names', 'sdk-logs', 'core', 'api'])}`);
  for (const { name } of APPLICATIONS) {
    const row = rows.find((candidate) => candidate.name === name);
    if (row) check(row.right, line([row.name, ...row.versions]).trimEnd(), row.result.output);
  }
}

/** Compilers whose users read our declarations, strictly, under each way to resolve modules. */
const COMPILERS = [
  { version: '5.2', matters: true },
  { version: '5.4' },
  { version: '5.7' },
  { version: '5.9' },
  { version: '6.0' },
];

async function compilers(tarball) {
  console.log('\nTypeScript');
  const directory = join(work, 'typescript');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
  const wanted = COMPILERS.filter(({ matters }) => matters || !isShort);
  const aliases = wanted.map(({ version }) => `typescript-${version}@npm:typescript@~${version}.0`);
  const peers = ['@opentelemetry/api@1.9', '@opentelemetry/sdk-logs@0.223.1', '@types/node@20'];
  const installed = await run('npm', ['install', '--no-save', ...NPM, tarball, ...peers, ...aliases], {
    cwd: directory,
  });
  check(installed.code === 0, 'npm install', installed.output);
  const { name, exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const imports = Object.keys(entries)
    .filter((entry) => entry !== './package.json')
    .map(
      (entry, index) =>
        `import * as entry${index} from '${name}${entry.slice(1)}';\nexport { entry${index} };\n`,
    )
    .join('');
  for (const file of ['user.mts', 'user.cts', 'user.ts']) writeFileSync(join(directory, file), imports);
  const strict = [
    ...['--noEmit', '--strict', '--target', 'es2022', '--types', 'node'],
    // All declarations but the compiler's own. What it found in each is kept: most are the same in the next run.
    ...['--skipLibCheck', 'false', '--skipDefaultLibCheck', '--incremental'],
  ];
  const ways = [
    {
      name: 'nodenext',
      flags: ['--module', 'nodenext', '--exactOptionalPropertyTypes', 'user.mts', 'user.cts'],
    },
    { name: 'bundler', flags: ['--module', 'esnext', '--moduleResolution', 'bundler', 'user.mts'] },
    { name: 'node10', flags: ['--module', 'commonjs', '--moduleResolution', 'node10', 'user.ts'] },
  ];
  const programs = wanted.flatMap(({ version }) => ways.map((way) => ({ version, ...way })));
  // TypeScript 6 calls node10 deprecated and stops.
  const possible = programs.filter(({ version, name }) => name !== 'node10' || Number(version) < 6);
  await twoAtATime(possible, async ({ version, name, flags }) => {
    const tsc = join(directory, `node_modules/typescript-${version}/bin/tsc`);
    const kept = ['--tsBuildInfoFile', `${version}-${name}.tsbuildinfo`];
    const result = await run(process.execPath, [tsc, ...strict, ...kept, ...flags], { cwd: directory });
    check(result.code === 0, `TypeScript ${version}, ${name}`, result.output);
  });
}

async function bundles(tarball) {
  console.log('\nBundles');
  const directory = join(work, 'bundles');
  const telemetry = ['context-async-hooks@2.12', 'resources@2.12', 'sdk-trace-node@2.12', 'api-logs@0.223.1'];
  await installInto(directory, [
    tarball,
    ...PEERS,
    ...telemetry.map((name) => `@opentelemetry/${name}`),
    'webpack@5',
    'webpack-cli',
  ]);
  cpSync(join(root, 'test/fixtures/bundled/application.mjs'), join(directory, 'application.mjs'));
  cpSync(join(root, 'test/fixtures/bundled/webpack.config.cjs'), join(directory, 'webpack.config.cjs'));
  const outputs = join(scratch, 'bundles');
  const built = await run(process.execPath, ['node_modules/webpack-cli/bin/cli.js'], {
    cwd: directory,
    env: { OUTPUTS: outputs },
  });
  const name = `webpack ${versionIn(directory, 'webpack')}`;
  check(built.code === 0 && !built.output.includes('createRequire'), `${name} builds`, built.output);
  const local = await startLocal();
  for (const file of ['commonjs/application.cjs', 'modules/application.mjs']) {
    const result = await run(process.execPath, [file], {
      cwd: outputs,
      env: {
        ...local.env,
        LOG_GROUP: `/bundles/${dirname(file)}`,
        STATE_DIRECTORY: mkdtempSync(join(scratch, 'state-')),
      },
    });
    const { delivered, dropped, found } = said(result.output);
    check(
      delivered === 1 && dropped === 0 && found === 1,
      `${name}, ${dirname(file)}: a record found by its trace id`,
      result.output,
    );
  }
  await local.stop();
}

async function runtimes(tarball) {
  console.log('\nRuntimes');
  const directory = join(work, 'runtimes');
  await installInto(directory, [tarball, ...PEERS], ['bun@1', 'deno@2']);
  cpSync(join(root, 'test/fixtures/runtimes/application.mjs'), join(directory, 'application.mjs'));
  const permissions = ['net', 'env', 'sys', 'read', 'write'].map((name) => `--allow-${name}`);
  for (const [name, args] of [
    ['bun', []],
    ['deno', ['run', '--no-prompt', ...permissions]],
  ]) {
    const result = await run(join(directory, 'node_modules/.bin', name), [...args, 'application.mjs'], {
      cwd: directory,
    });
    const { found = [], dropped, spooled } = said(result.output);
    check(
      found.join() === 'memory,spool,write-ahead' && dropped === 0 && spooled === 1,
      `${name} ${versionIn(directory, name)}: memory, spool, write-ahead found by the trace id; an outage spooled`,
      result.output,
    );
  }
}

async function openTelemetryLines(tarball, node) {
  linkTestPackages();
  console.log('\nOpenTelemetry lines');
  const lines = [
    // Its suite takes as long as all other rows of the short form together.
    { name: 'otel-0.203', node: process.execPath, matters: true, hasNoSuite: isShort },
    { name: 'otel-0.219', node: process.execPath },
    { name: 'otel-aws', node: process.execPath, hasNoSuite: true },
    { name: 'otel-3', node, matters: true },
  ].filter(({ matters }) => matters || !isShort);
  const trees = [];
  await twoAtATime(lines, async (line) => {
    const directory = await installLine(line.name, tarball, line.node);
    const sdkLogs = join(directory, 'node_modules/@opentelemetry/sdk-logs/package.json');
    trees.push({ ...line, directory, version: JSON.parse(readFileSync(sdkLogs, 'utf8')).version });
  });
  // The suites first: each takes longer than a matrix.
  const suites = trees.filter(({ hasNoSuite }) => !hasNoSuite);
  const steps = [
    ...suites.map((tree) => () => exporterSuite(tree.name, tree.directory, tree.node, tree.version)),
    ...trees.map((tree) => () => matrix(tree)),
  ];
  await twoAtATime(steps, (step) => step());
}

try {
  const [tarball, node] = await Promise.all([pack(), newerNode()]);
  if (runs('compilers', true)) await compilers(tarball);
  if (runs('applications', true)) {
    await applicationTrees(tarball, node);
    if (!isShort && node !== process.execPath) await applicationTrees(tarball, process.execPath);
  }
  if (runs('lines', true)) await openTelemetryLines(tarball, node);
  if (runs('bundles', false)) await bundles(tarball);
  if (runs('runtimes', false)) await runtimes(tarball);
  if (runs('neighbours', false)) await neighbours(tarball, node);
  if (runs('loggers', false)) await loggers(tarball);
  if (runs('setups', false)) await setups(tarball, node);
} catch (error) {
  check(false, String(error));
}
process.exitCode = report();
