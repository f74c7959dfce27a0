/**
 * The table of set-ups: frameworks x loggers x how OpenTelemetry starts x both of its lines x module systems. A warning that an
 * application logs while it answers a request is found by the request's trace id, once. Of the combinations a covering
 * selection runs: every two values that can go together meet in one cell at least. Next.js and pnpm's strict folders
 * have cells of their own.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import {
  check,
  environmentOn,
  installInto,
  nameOf,
  NPM,
  REGISTER,
  root,
  run,
  scratch,
  startLocal,
  twoAtATime,
  versionIn,
  work,
} from './common.mjs';
import { coveringCells } from './pairs.mjs';

const FIXTURES = join(root, 'test/fixtures/setups');
const MILLIS_TO_START = 60_000;

/** What each is called in docs/set-ups.md, and what is installed for it; the major of the first package stands there too. */
const FRAMEWORKS = {
  http: { title: 'Node.js `http`', packages: [] },
  express: { title: 'Express', packages: ['express@5'] },
  fastify: { title: 'Fastify', packages: ['fastify@5'] },
  hapi: { title: 'hapi', packages: ['@hapi/hapi@21', 'hapi-pino@13'] },
  koa: { title: 'Koa', packages: ['koa@3'] },
  nest: {
    title: 'Nest',
    packages: [
      '@nestjs/core@12',
      '@nestjs/common@12',
      '@nestjs/platform-express@12',
      'rxjs@7',
      'reflect-metadata@0.2',
    ],
  },
};
const LOGGERS = { pino: ['pino@10'], winston: ['winston@3'], bunyan: ['bunyan@1'], console: [] };
const LINES = {
  '0.2xx': [
    ...['api@1.9', 'sdk-logs@0.223', 'sdk-node@0.223', 'auto-instrumentations-node@0.81'],
    ...['instrumentation@0.223', 'winston-transport@0.34'],
  ],
  '3.x': [
    ...['api@1.10', 'sdk-logs@3', 'sdk-node@0.301', 'auto-instrumentations-node@0.82'],
    ...['instrumentation@0.301', 'winston-transport@0.34'],
  ],
};
const DIMENSIONS = {
  framework: Object.keys(FRAMEWORKS),
  logger: Object.keys(LOGGERS),
  start: ['--import', '--require', 'code'],
  line: Object.keys(LINES),
  form: ['ESM', 'CJS', 'bundled ESM', 'bundled CJS'],
};

/** Console capture is an option of `register`. */
function isPossible({ logger, start }) {
  return logger !== 'console' || start !== 'code';
}

/** What a bundle leaves out: loggers, that they can be patched, and what loads them; what Nest asks for and is not there. */
const LEFT_OUT = [
  'pino',
  'winston',
  'bunyan',
  'hapi-pino',
  'fastify',
  '@nestjs/*',
  'rxjs',
  'reflect-metadata',
];
const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Writes the application of a cell, of one file. @returns its path */
async function writeApplication({ framework, logger, form }, directory) {
  const own = `frameworks/${framework}-${logger}.mjs`;
  const entry = existsSync(join(FIXTURES, own)) ? own : `frameworks/${framework}.mjs`;
  const isBundled = form.startsWith('bundled');
  const isModule = form.endsWith('ESM');
  const outfile = join(
    directory,
    'applications',
    `${framework}-${logger}-${form.replace(' ', '-')}.${isModule ? 'mjs' : 'cjs'}`,
  );
  await build({
    entryPoints: [join(FIXTURES, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: isModule ? 'esm' : 'cjs',
    logLevel: 'error',
    alias: { '#logger': join(FIXTURES, `loggers/${logger}.mjs`) },
    // Without the bundle's packages this makes one file of a framework and a logger, as somebody would write it.
    ...(isBundled
      ? { external: LEFT_OUT, nodePaths: [join(directory, 'node_modules')] }
      : { packages: 'external' }),
    ...(isBundled && isModule ? { banner: { js: BANNER } } : {}),
  });
  return outfile;
}

/** Starts a server, asks it once within a trace, and ends it by SIGTERM. @returns the trace id, and what it wrote */
async function askOnce(args, { cwd, node, env, path = '/orders/7', port: known }) {
  const child = spawn(node, args, { cwd, env: environmentOn(node, env) });
  let output = '';
  const ended = new Promise((resolve) => child.once('close', resolve));
  let onPort;
  const isListening = new Promise((resolve) => (onPort = resolve));
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      const port =
        known === undefined ? /^\{"port":(\d+)\}$/m.exec(output)?.[1] : /Ready in/.test(output) && known;
      if (port) onPort(Number(port));
    });
  const tooLate = setTimeout(() => child.kill('SIGKILL'), MILLIS_TO_START);
  const port = await Promise.race([isListening, ended.then(() => undefined)]);
  const traceId = randomBytes(16).toString('hex');
  if (port !== undefined) {
    const headers = { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
    await new Promise((resolve) => {
      get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) =>
        response.resume().once('close', resolve),
      ).once('error', resolve);
    });
    child.kill('SIGTERM');
  }
  await ended;
  clearTimeout(tooLate);
  return { traceId, output };
}

function isTheWarning(records) {
  return (
    records.length === 1 &&
    String(records[0].severity_text).toLowerCase() === 'warn' &&
    records[0].body === 'order asked for'
  );
}

export async function setups(tarball, newNode) {
  const service = await startLocal();
  const others = {
    OTEL_EXPORTER_OTLP_ENDPOINT: service.endpoint,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_NODE_RESOURCE_DETECTORS: 'none',
  };
  const local = { ...service, env: { ...service.env, ...others } };
  try {
    const cells = coveringCells(DIMENSIONS, isPossible);
    console.log(`\nSet-ups: ${cells.length} cells, in which every two values meet that can`);
    const titles = {};
    for (const line of Object.keys(LINES)) {
      const directory = join(work, `setups-${line}`);
      await installInto(directory, [
        tarball,
        ...LINES[line].map((name) => `@opentelemetry/${name}`),
        ...Object.values(FRAMEWORKS).flatMap(({ packages }) => packages),
        ...Object.values(LOGGERS).flat(),
      ]);
      for (const [framework, { title, packages }] of Object.entries(FRAMEWORKS)) {
        const [major] = packages.length > 0 ? versionIn(directory, nameOf(packages[0])).split('.') : [];
        titles[framework] = [title, major].filter(Boolean).join(' ');
      }
      cpSync(join(FIXTURES, 'telemetry.mjs'), join(directory, 'telemetry.mjs'));
      rmSync(join(directory, 'applications'), { recursive: true, force: true });
      const node = line === '3.x' ? newNode : process.execPath;
      const ofLine = cells.filter((cell) => cell.line === line);
      await twoAtATime(ofLine, (cell) => tryCell(cell, directory, node, local));
      await firstSnippet(line, directory, node, local);
    }
    await pnpm(tarball, local);
    await nextJs(tarball, local);
    checkTable(cells, titles);
  } finally {
    await local.stop();
  }
}

async function tryCell(cell, directory, node, local) {
  const { framework, logger, start, line, form } = cell;
  const name = `${framework}, ${logger}, ${start}, ${line}, ${form}`;
  const logGroupName = `/setups/${[framework, logger, start, line, form].join('/').replaceAll(' ', '-')}`;
  let application;
  try {
    application = await writeApplication(cell, directory);
  } catch (error) {
    check(false, name, String(error));
    return;
  }
  const byCode = start === 'code';
  const { traceId, output } = await askOnce(
    [...(byCode ? ['--import', './telemetry.mjs'] : [start, REGISTER]), application],
    {
      cwd: directory,
      node,
      env: {
        ...local.env,
        OTEL_SERVICE_NAME: 'orders',
        ...(byCode
          ? { LOG_GROUP: logGroupName }
          : {
              OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: logGroupName,
              OTEL_EXPORTER_CLOUDWATCH_LOGS_CONSOLE: String(logger === 'console'),
            }),
      },
    },
  );
  const records = await local.find(logGroupName, traceId);
  check(isTheWarning(records), name, `${output}\n${JSON.stringify(records, undefined, 1)}`);
}

/** The README's first snippet: what OpenTelemetry's own API and a patched logger make is found by its query. */
async function firstSnippet(line, directory, node, local) {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const [, program] = /^```js\n([^]*?)^```/m.exec(text);
  const group = `/setups/readme/${line}`;
  writeFileSync(join(directory, 'first.mjs'), program.replace("'/apps/orders'", `'${group}'`));
  const ran = await run(node, ['first.mjs'], { cwd: directory, env: local.env });
  const command = ['query', 'fields body', '--log-group', group];
  const asked = await run(process.execPath, [join(root, 'dist/esm/cli/main.js'), ...command], {
    env: local.env,
  });
  check(
    asked.output.includes('order 42 is paid') && asked.output.includes('the card expires soon'),
    `the README's first snippet, ${line}: both records found`,
    `${ran.output}\n${asked.output}`,
  );
}

/** pnpm's folders, in which a package finds only what it names itself. */
async function pnpm(tarball, local) {
  const directory = join(work, 'setups-pnpm');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(directory, 'applications'), { recursive: true });
  const tool = join(work, 'pnpm');
  await installInto(tool, ['pnpm@10']);
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
  writeFileSync(join(directory, '.npmrc'), 'node-linker=isolated\nhoist=false\n');
  const wanted = [
    tarball,
    '@opentelemetry/api@1.9',
    '@opentelemetry/sdk-logs@0.223',
    '@opentelemetry/auto-instrumentations-node@0.81',
    'pino@10',
  ];
  const installed = await run(
    process.execPath,
    [join(tool, 'node_modules/pnpm/bin/pnpm.cjs'), 'add', '--ignore-scripts', ...wanted],
    { cwd: directory },
  );
  check(installed.code === 0, 'pnpm add', installed.output);
  for (const form of ['ESM', 'CJS']) {
    const application = await writeApplication({ framework: 'http', logger: 'pino', form }, directory);
    const logGroupName = `/setups/pnpm/${form}`;
    const { traceId, output } = await askOnce(['--import', REGISTER, application], {
      cwd: directory,
      node: process.execPath,
      env: { ...local.env, OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: logGroupName },
    });
    const records = await local.find(logGroupName, traceId);
    const version = versionIn(tool, 'pnpm');
    check(isTheWarning(records), `pnpm ${version}, strict folders, pino, --import, ${form}`, output);
  }
}

/** Next.js: what `next build` makes, under `next start` and as a standalone server; by register, and in code. */
async function nextJs(tarball, local) {
  const directory = join(work, 'setups-next');
  const dependencies = {
    'opentelemetry-cloudwatch-logs': 'file:package.tgz',
    '@opentelemetry/api': '1.9',
    '@opentelemetry/api-logs': '0.223',
    '@opentelemetry/sdk-logs': '0.223',
    '@opentelemetry/resources': '2',
    '@opentelemetry/sdk-trace-node': '2',
    '@opentelemetry/auto-instrumentations-node': '0.81',
    pino: '10',
    next: '16',
    react: '19',
    'react-dom': '19',
  };
  cpSync(join(FIXTURES, 'next'), directory, { recursive: true });
  cpSync(tarball, join(directory, 'package.tgz'));
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies }));
  // It has the package of the run before.
  rmSync(join(directory, 'package-lock.json'), { force: true });
  rmSync(join(directory, 'node_modules/opentelemetry-cloudwatch-logs'), { recursive: true, force: true });
  const installed = await run('npm', ['install', ...NPM], { cwd: directory });
  check(installed.code === 0, 'npm install of an application of Next.js', installed.output);
  const version = versionIn(directory, 'next');
  const next = 'node_modules/next/dist/bin/next';
  const env = { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' };
  for (const isStandalone of ['false', 'true']) {
    const built = await run(process.execPath, [next, 'build'], {
      cwd: directory,
      env: { ...env, STANDALONE: isStandalone },
    });
    check(built.code === 0, `next build${isStandalone === 'true' ? ', standalone' : ''}`, built.output);
  }
  const standalone = join(scratch, 'standalone');
  cpSync(join(directory, 'built-standalone/standalone'), standalone, { recursive: true });
  // As docs/guides/web-frameworks.md says: it has only what the application imports.
  for (const file of ['package.tgz', 'package.json', 'package-lock.json'])
    cpSync(join(directory, file), join(standalone, file));
  const added = await run('npm', ['ci', '--omit=dev', ...NPM], { cwd: standalone });
  check(added.code === 0, 'npm ci in the standalone folder', added.output);

  const start = async (name, cwd, args, path, more) => {
    const port = await freePort();
    const logGroupName = `/setups/next/${name.replaceAll(/[^a-z]+/gi, '-')}`;
    const { traceId, output } = await askOnce(args(port), {
      cwd,
      node: process.execPath,
      path,
      port,
      env: { ...local.env, ...env, PORT: String(port), HOSTNAME: '127.0.0.1', ...more(logGroupName) },
    });
    const records = await local.find(logGroupName, traceId);
    check(
      isTheWarning(records),
      `Next.js ${version}, ${name}`,
      `${output}\n${JSON.stringify(records, undefined, 1)}`,
    );
  };
  const byRegister = (logGroupName) => ({ OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: logGroupName });
  const inCode = (logGroupName) => ({ LOG_GROUP: logGroupName, NEXT_MANUAL_SIG_HANDLE: 'true' });
  const starts = (port) => [next, 'start', '--port', String(port), '--hostname', '127.0.0.1'];
  await start(
    'next start, pino, --import',
    directory,
    (port) => ['--import', REGISTER, ...starts(port)],
    '/orders',
    byRegister,
  );
  await start('next start, its instrumentation.js', directory, starts, '/by-api', inCode);
  await start(
    'standalone, pino, --import',
    standalone,
    () => ['--import', REGISTER, 'server.js'],
    '/orders',
    byRegister,
  );
  await start('standalone, its instrumentation.js', standalone, () => ['server.js'], '/by-api', inCode);
}

async function freePort() {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The rows of docs/set-ups.md: with which loggers a framework was started how. */
function rowsOf(cells, titles) {
  return DIMENSIONS.framework.map((framework) => {
    const ofFramework = cells.filter((cell) => cell.framework === framework);
    const columns = DIMENSIONS.start.map((start) => {
      const found = ofFramework.filter((cell) => cell.start === start);
      return found.map(({ logger, line, form }) => `${logger} (${line}, ${form})`).join(', ');
    });
    return `| ${titles[framework]} | ${columns.join(' | ')} |`;
  });
}

function checkTable(cells, titles) {
  const text = readFileSync(join(root, 'docs/set-ups.md'), 'utf8');
  const rows = rowsOf(cells, titles);
  console.log(`\n${rows.join('\n')}`);
  for (const row of rows) check(text.includes(row), `docs/set-ups.md has the row: ${row.slice(0, 40)}…`);
}
