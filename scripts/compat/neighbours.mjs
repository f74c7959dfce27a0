/**
 * Applications that have another tracer, each installed with the packed package and run beside it: the table of
 * docs/set-ups.md, "Beside other tracers", whose rows are compared with what is run here. What a tracer sends to its own
 * service ends in a sink, in which its trace is looked for: those are the ids that its console would show.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';
import { gunzipSync, inflateSync } from 'node:zlib';
import {
  check,
  NPM,
  REGISTER,
  root,
  run,
  scratch,
  startLocal,
  twoAtATime,
  versionIn,
  versionOf,
  work,
} from './common.mjs';

/** As docs/register.md says. */
const LINE_3 = [
  '@opentelemetry/api',
  '@opentelemetry/sdk-logs',
  '@opentelemetry/auto-instrumentations-node',
  '@opentelemetry/winston-transport',
];
/** For neighbours that bring the 0.2xx line: the newest of what is named would be of the other one. */
const LINE_2 = ['@opentelemetry/auto-instrumentations-node@0.81', '@opentelemetry/winston-transport@0.34'];

/**
 * `older`: majors that are tried besides the newest version, and what is otherwise with them. `beside`: what is installed with the package.
 * `preload`: its own, for ES modules and for CommonJS; without it the application loads it in code.
 * `environment`: lets it start, and send to the sink alone. `isOpenTelemetry`: its ids come without `traceContext`.
 */
const NEIGHBOURS = [
  {
    name: 'sentry',
    package: '@sentry/node',
    // Beside the 3.x line npm gives it a copy of @opentelemetry/api of another version, and whichever is first shuts the
    // other one out.
    older: [{ version: '10', beside: ['@opentelemetry/sdk-logs@0.223', ...LINE_2] }],
    beside: LINE_3,
    preload: { mjs: ['--import', './sentry.mjs'], cjs: ['--import', './sentry.cjs'] },
    environment: ({ port }) => ({ SENTRY_DSN: `http://public@127.0.0.1:${port}/1` }),
  },
  {
    name: 'datadog',
    package: 'dd-trace',
    older: [{ version: '5' }],
    beside: LINE_3,
    preload: { mjs: ['--import', 'dd-trace/initialize.mjs'], cjs: ['--require', 'dd-trace/init'] },
    environment: ({ port }) => ({
      DD_TRACE_AGENT_URL: `http://127.0.0.1:${port}`,
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_REMOTE_CONFIGURATION_ENABLED: 'false',
    }),
  },
  {
    name: 'newrelic',
    package: 'newrelic',
    // Its loader for ES modules brings an import-in-the-middle 1, which hides pino from OpenTelemetry's.
    older: [{ version: '13', preload: { mjs: ['--require', 'newrelic'], cjs: ['--require', 'newrelic'] } }],
    beside: LINE_2,
    preload: {
      mjs: ['--import', 'newrelic/esm-loader.mjs', '--require', 'newrelic'],
      cjs: ['--require', 'newrelic'],
    },
    environment: ({ securePort }) => ({
      NEW_RELIC_NO_CONFIG_FILE: 'true',
      NEW_RELIC_APP_NAME: 'orders',
      NEW_RELIC_LICENSE_KEY: '0'.repeat(40),
      NEW_RELIC_HOST: '127.0.0.1',
      NEW_RELIC_PORT: String(securePort),
      NEW_RELIC_LOG_ENABLED: 'false',
    }),
  },
  {
    name: 'elastic',
    package: 'elastic-apm-node',
    beside: LINE_3,
    preload: {
      mjs: ['--import', 'elastic-apm-node/start.js'],
      cjs: ['--require', 'elastic-apm-node/start.js'],
    },
    environment: ({ port }) => ({
      ELASTIC_APM_SERVER_URL: `http://127.0.0.1:${port}`,
      ELASTIC_APM_CENTRAL_CONFIG: 'false',
      ELASTIC_APM_CLOUD_PROVIDER: 'none',
    }),
  },
  {
    name: 'xray',
    package: 'aws-xray-sdk-core',
    beside: LINE_3,
    environment: ({ udpPort }) => ({ AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${udpPort}` }),
  },
  {
    name: 'vercel',
    package: '@vercel/otel',
    beside: LINE_2,
    preload: { mjs: ['--import', './vercel.mjs'], cjs: ['--require', './vercel.cjs'] },
    isOpenTelemetry: true,
    environment: ({ port }) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }),
  },
  {
    name: 'azure',
    package: '@azure/monitor-opentelemetry',
    beside: LINE_2,
    preload: { mjs: ['--import', './azure.mjs'], cjs: ['--require', './azure.cjs'] },
    isOpenTelemetry: true,
    environment: ({ securePort }) => ({
      APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=https://127.0.0.1:${securePort}`,
      APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
      // Five traces a second are its own, and requests of the start are among them.
      OTEL_TRACES_SAMPLER: 'always_on',
    }),
  },
  {
    name: 'aws',
    package: '@aws/aws-distro-opentelemetry-node-autoinstrumentation',
    beside: ['@opentelemetry/winston-transport'],
    preload: {
      mjs: ['--import', '@aws/aws-distro-opentelemetry-node-autoinstrumentation/register'],
      cjs: ['--require', '@aws/aws-distro-opentelemetry-node-autoinstrumentation/register'],
    },
    isOpenTelemetry: true,
    environment: ({ port }) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    }),
  },
];

/**
 * The services of all neighbours, over HTTP, HTTPS and, for X-Ray's daemon, UDP. It keeps what is sent, and knows whether
 * a trace is among that.
 */
class Sink {
  #received = [];
  #server = createServer((request, response) => this.#take(request, response));
  #secure;
  #socket = createSocket('udp4', (datagram) => this.#received.push(datagram));

  constructor(certificate) {
    this.#secure = createSecureServer(certificate, (request, response) => this.#take(request, response));
  }

  static async start(certificate) {
    const sink = new Sink(certificate);
    for (const server of [sink.#server, sink.#secure]) {
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
    await new Promise((resolve) => sink.#socket.bind(0, '127.0.0.1', resolve));
    return sink;
  }

  get port() {
    return this.#server.address().port;
  }

  get securePort() {
    return this.#secure.address().port;
  }

  get udpPort() {
    return this.#socket.address().port;
  }

  #take(request, response) {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.once('end', () => {
      this.#received.push(unpacked(Buffer.concat(chunks)));
      const method = new URL(request.url, 'http://127.0.0.1').searchParams.get('method');
      response.setHeader('content-type', request.headers['content-type'] ?? 'application/json');
      response.end(
        request.headers['content-type']?.includes('protobuf') ? '' : JSON.stringify(this.#answer(method)),
      );
    });
  }

  /** @param method - of New Relic's protocol; the others ask for nothing that is in it */
  #answer(method) {
    if (method === 'preconnect') return { return_value: { redirect_host: `127.0.0.1:${this.securePort}` } };
    if (method !== 'connect') return { return_value: null, itemsReceived: 1, itemsAccepted: 1, errors: [] };
    const account = { account_id: '1', primary_application_id: '1', trusted_account_key: '1' };
    return { return_value: { agent_run_id: '1', ...account } };
  }

  /** As hex digits, in X-Ray's form, as bytes, or as the number of its lower half, which Datadog sends. */
  hasTrace(traceId) {
    const bytes = Buffer.from(traceId, 'hex');
    const forms = [traceId, `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`, bytes, bytes.subarray(8)];
    return this.#received.some((body) => forms.some((form) => body.includes(form)));
  }

  stop() {
    for (const server of [this.#server, this.#secure]) {
      server.close();
      server.closeAllConnections();
    }
    this.#socket.close();
  }
}

/** Of the sink, for agents that speak HTTPS alone; their processes are told to trust it. */
async function makeCertificate() {
  const [keyFile, file] = [join(scratch, 'sink.key'), join(scratch, 'sink.crt')];
  const made = await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=sink', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', file],
  ]);
  if (made.code !== 0) throw new Error(`openssl makes no certificate: ${made.output}`);
  return { file, key: readFileSync(keyFile), cert: readFileSync(file) };
}

function unpacked(body) {
  for (const unpack of [gunzipSync, inflateSync]) {
    try {
      return unpack(body);
    } catch {
      // It is not packed that way.
    }
  }
  return body;
}

/** Environment of an application, without what would change its telemetry. */
function environmentWith(more) {
  const others = Object.entries(process.env).filter(
    ([name]) =>
      !/^(?:OTEL_|AWS_|NODE_OPTIONS$|DD_|NEW_RELIC_|ELASTIC_|SENTRY_|APPLICATIONINSIGHTS_)/.test(name),
  );
  return { ...Object.fromEntries(others), ...more };
}

/** Runs an application to its end, a minute at the most. */
function runApplication(args, { cwd, node, env }) {
  return new Promise((resolve) => {
    const child = spawn(node, args, {
      cwd,
      env: environmentWith(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.once('close', (code, signal) => resolve({ code: code ?? signal, stdout, stderr }));
  });
}

/** Modules, order of preloads and logger: all that one neighbour is run with. */
function waysOf({ preload }) {
  const ways = [];
  for (const kind of ['mjs', 'cjs']) {
    const own = preload?.[kind] ?? [];
    const ours = [own[0] ?? { mjs: '--import', cjs: '--require' }[kind], REGISTER];
    for (const args of preload
      ? [
          [...ours, ...own],
          [...own, ...ours],
        ]
      : [ours]) {
      for (const logger of ['pino', 'winston']) ways.push({ args: [...args, `application.${kind}`], logger });
    }
  }
  return ways;
}

/** Runs an application one way. @returns what is wrong, one text each */
async function problemsOf(neighbour, way, { directory, node, local, certificate }) {
  const sink = await Sink.start(certificate);
  const logGroupName = `/neighbours/${randomBytes(8).toString('hex')}`;
  // An endpoint of this service alone: what neighbours send elsewhere is not for it.
  const { AWS_ENDPOINT_URL: AWS_ENDPOINT_URL_CLOUDWATCH_LOGS, ...access } = local.env;
  const result = await runApplication(way.args, {
    cwd: directory,
    node,
    env: {
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS,
      ...access,
      OTEL_SERVICE_NAME: 'orders',
      OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: logGroupName,
      // A request in flight at the end is sent once more (docs/exit.md): on a slow machine the timer would begin one.
      OTEL_BLRP_SCHEDULE_DELAY: '60000',
      ...(neighbour.isOpenTelemetry ? {} : { OTEL_EXPORTER_CLOUDWATCH_LOGS_TRACE_CONTEXT: neighbour.name }),
      NODE_EXTRA_CA_CERTS: certificate.file,
      NEIGHBOUR: neighbour.name,
      LOGGER: way.logger,
      ...neighbour.environment(sink),
    },
  });
  // A datagram may be there that has not been read.
  await new Promise(setImmediate);
  // A logger may write what standard output did not take at once after it.
  const line = result.stdout.split('\n').findLast((text) => text.startsWith('{"traceId"'));
  const shown = JSON.parse(line ?? '{}');
  const traceId = shown.traceId?.replace(/^1-(.{8})-/, '$1') ?? '';
  const records = local.records(logGroupName);
  const idsOf = (body) =>
    records
      .filter((record) => record.body === body)
      .map(({ trace_id, span_id }) => `${trace_id} ${span_id}`)
      .join(', ');
  const problems = [
    [result.code === 0, `it ends with ${result.code}`],
    [/^[0-9a-f]{32}$/.test(traceId), `its own trace id is ${shown.traceId}`],
    [idsOf('outside') === 'undefined undefined', `outside of a trace: ${idsOf('outside') || 'no record'}`],
    [
      idsOf('within') === `${traceId} ${shown.spanId}`,
      `within ${traceId} ${shown.spanId}: ${idsOf('within') || 'no record'}`,
    ],
    [traceId !== '' && sink.hasTrace(traceId), 'its own service has not got that trace'],
  ].flatMap(([right, problem]) => (right ? [] : [problem]));
  sink.stop();
  if (problems.length === 0) return [];
  return [`${way.args.join(' ')}, ${way.logger}: ${problems.join('; ')}\n${result.stderr.slice(0, 1000)}`];
}

/** Installs a neighbour as an application has it, then the package beside it. @returns its folder */
async function install({ name, package: itsPackage, beside, version }, tarball, node) {
  const directory = join(work, 'neighbours', `${name}-${version}`);
  // From nothing: npm would keep what an earlier run has decided.
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'package.json'),
    '{ "name": "orders", "version": "1.0.0", "private": true, "type": "module" }\n',
  );
  const loggers = ['pino@10', 'winston@3'];
  for (const packages of [
    [`${itsPackage}@${version}`, ...loggers],
    [tarball, ...beside],
  ]) {
    const { code, output } = await run('npm', ['install', ...NPM, ...packages], { cwd: directory, node });
    if (code !== 0 || output.includes('ERESOLVE')) return { directory, output };
  }
  cpSync(join(root, 'test/fixtures/neighbours'), directory, { recursive: true });
  return { directory };
}

const DOCS = 'docs/set-ups.md';

/** Compares the row of the docs with what has been run. */
function checkRow({ name, package: itsPackage, preload, isOpenTelemetry, beside }, version) {
  const [, section = ''] = readFileSync(join(root, DOCS), 'utf8').split('\n## Beside other tracers\n');
  const major = /^(?:0\.)?\d+/.exec(version)[0];
  const row = section
    .split('\n## ')[0]
    .split('\n')
    .find((line) => line.startsWith(`| \`${itsPackage}\` ${major} `));
  const cells = row?.split('|').map((cell) => cell.trim()) ?? [];
  const wanted = [
    `\`${itsPackage}\` ${major}`,
    beside === LINE_3 ? 'newest' : beside.includes(LINE_2[0]) ? '0.2xx' : 'its own',
    preload?.mjs
      .filter((argument) => !argument.startsWith('--'))
      .map((file) => (file.startsWith('./') ? 'your file' : `\`${file}\``))
      .join(', ') ?? 'in code',
    isOpenTelemetry ? 'none' : `\`${name}\``,
  ];
  const right = wanted.every((cell, index) => cells[index + 1] === cell);
  check(
    right,
    `${itsPackage} ${major} has its row in ${DOCS}`,
    `It should begin with: | ${wanted.join(' | ')} |\nIt is: ${row ?? 'not there'}`,
  );
}

function olderOf({ older = [], ...neighbour }) {
  return older.map((different) => ({ ...neighbour, ...different }));
}

/** The part `neighbours`. @param node - a Node.js that the newest of them run on */
export async function neighbours(tarball, node) {
  console.log(`\nNeighbours, on Node.js ${await versionOf(node)}`);
  const [local, certificate] = await Promise.all([startLocal(), makeCertificate()]);
  for (const neighbour of NEIGHBOURS) {
    for (const tried of [{ ...neighbour, version: 'latest' }, ...olderOf(neighbour)]) {
      const { directory, output } = await install(tried, tarball, node);
      const version = output === undefined ? versionIn(directory, tried.package) : tried.version;
      const title = `${tried.package} ${version}`;
      check(output === undefined, `${title} installs beside the package`, output);
      if (output !== undefined) continue;
      const problems = [];
      const ways = waysOf(tried);
      await twoAtATime(ways, async (way) => {
        problems.push(...(await problemsOf(tried, way, { directory, node, local, certificate })));
      });
      check(
        problems.length === 0,
        `${title}: in ${ways.length} ways each record once, with the ids that its own service has`,
        problems.join('\n'),
      );
      checkRow(tried, version);
    }
  }
  await local.stop();
}
