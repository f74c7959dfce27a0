/**
 * Every logger of the table in docs/set-ups.md, under `register`: what it has logged in a request is found by the request's
 * trace id, each record once. The bridges that it runs with are the code blocks of docs/guides/loggers.md.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  check,
  installInto,
  nameOf,
  PEERS,
  REGISTER,
  root,
  run,
  startLocal,
  twoAtATime,
  versionIn,
  work,
} from './common.mjs';

const TELEMETRY = [
  ...['http@0.223', 'pino@0.69', 'winston@0.67', 'bunyan@0.68'].map((name) => `instrumentation-${name}`),
  ...['winston-transport@0.34', 'context-async-hooks@2.12', 'resources@2.12', 'sdk-trace-node@2.12'],
].map((name) => `@opentelemetry/${name}`);

const HAS_STACK = ({ attributes: fields }) => fields['exception.stacktrace'].includes('RangeError: too far');
const IS_EXCEPTION = ({ attributes: fields }) =>
  fields['exception.message'] === 'too far' && HAS_STACK({ attributes: fields });
/** As the logger's own serializer makes it of the error in this field. */
const isSerializedIn = (name) => (record) =>
  record.attributes[name]?.message === 'too far' &&
  record.attributes[name].stack.includes('RangeError: too far');
const HAS_FIELD = ({ body, attributes }) => body === 'hello' && attributes.order === 7;
const IS_IN_TEXT = ({ body }) => body.startsWith('hello') && /order: .*7/.test(body);

/**
 * `field`: how the fields arrive, `error`: how errors do. `levels`: of a warning and of an error, as the logger says them.
 * `captured`: console capture makes the records; otherwise they are the same with and without it.
 */
const LOGGERS = [
  { name: 'pino', packages: ['pino@10'], error: IS_EXCEPTION },
  { name: 'winston', packages: ['winston@3'], error: IS_EXCEPTION },
  { name: 'bunyan', packages: ['bunyan@1'], error: IS_EXCEPTION },
  { name: 'fastify', packages: ['fastify@5'], error: IS_EXCEPTION },
  { name: 'hapi', packages: ['@hapi/hapi@21', 'hapi-pino@13'], error: IS_EXCEPTION },
  {
    name: 'nestjs',
    packages: ['@nestjs/common@12', 'rxjs@7', 'reflect-metadata@0.2'],
    error: HAS_STACK,
  },
  { name: 'nestjs-console', packages: ['@nestjs/common@12'], error: HAS_STACK },
  { name: 'log4js', packages: ['log4js@6'], error: IS_EXCEPTION },
  { name: 'consola', packages: ['consola@3'], error: IS_EXCEPTION },
  { name: 'tslog', packages: ['tslog@5'], error: IS_EXCEPTION },
  {
    name: 'logtape',
    packages: ['@logtape/logtape@2', '@logtape/otel@2'],
    error: IS_EXCEPTION,
    levels: ['warning', 'error'],
  },
  { name: 'roarr', packages: ['roarr@7'], error: isSerializedIn('error') },
  { name: 'signale', packages: ['signale@1'], error: IS_EXCEPTION },
  { name: 'debug', packages: ['debug@4'], error: IS_EXCEPTION, levels: ['debug', 'debug'] },
  { name: 'loglevel', packages: ['loglevel@1'], error: IS_EXCEPTION, field: IS_IN_TEXT, captured: true },
  { name: 'console', packages: [], error: IS_EXCEPTION, field: IS_IN_TEXT, captured: true },
];

/** The code blocks of a document that begin with a comment that names their file. */
function filesIn(document) {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```js\n\/\/ (\S+\.mjs)\n([^]*?)^```/gm)].map(([, name, code]) => ({
    name,
    code,
  }));
}

export async function loggers(tarball) {
  console.log('\nLoggers');
  const directory = join(work, 'loggers');
  await installInto(directory, [
    tarball,
    ...PEERS,
    ...TELEMETRY,
    ...new Set(LOGGERS.flatMap(({ packages }) => packages)),
  ]);
  const applications = join(directory, 'applications');
  cpSync(join(root, 'test/fixtures/loggers'), applications, { recursive: true });
  mkdirSync(join(applications, 'bridges'), { recursive: true });
  for (const { name, code } of filesIn('docs/guides/loggers.md'))
    writeFileSync(join(applications, 'bridges', name), code);

  const local = await startLocal();
  const table = readFileSync(join(root, 'docs/set-ups.md'), 'utf8');
  await twoAtATime(LOGGERS, async (logger) => {
    for (const capture of logger.captured ? ['true'] : ['false', 'true']) await tryLogger(logger, capture);
  });
  await local.stop();

  async function tryLogger(
    { name, packages, error, field = HAS_FIELD, levels = ['warn', 'error'] },
    capture,
  ) {
    const logGroupName = `/loggers/${name}/${capture}`;
    const traceId = Buffer.from(name.padEnd(16, '-')).toString('hex');
    const result = await run(process.execPath, ['--import', REGISTER, join(applications, `${name}.mjs`)], {
      cwd: directory,
      env: {
        ...local.env,
        DEBUG: 'orders',
        ROARR_LOG: 'true',
        OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: logGroupName,
        OTEL_EXPORTER_CLOUDWATCH_LOGS_CONSOLE: capture,
        TRACEPARENT: `00-${traceId}-0000000000000001-01`,
      },
    });
    const records = await local.find(logGroupName, traceId);
    const [warning, failure] = records;
    const version = packages.length > 0 ? versionIn(directory, nameOf(packages[0])) : process.versions.node;
    const isRight = attempt(
      () =>
        records.length === 2 &&
        records.map((record) => record.severity_text.toLowerCase()).join() === levels.join() &&
        field(warning) &&
        String(failure.body).startsWith('failed') &&
        error(failure),
    );
    check(
      result.code === 0 && isRight,
      `${name} ${version}, console ${capture === 'true' ? 'captured' : 'not captured'}: each record once by its trace id, with level, text, field and error`,
      `${result.output}\n${JSON.stringify(records, undefined, 1)}`,
    );
    const [major, minor] = version.split('.');
    if (packages.length > 0)
      check(
        new RegExp(`\\| .*${nameOf(packages[0])}.* ${major}\\.${minor} `).test(table),
        `${name} ${major}.${minor} stands in the table`,
      );
  }
}

function attempt(work) {
  try {
    return work();
  } catch {
    return false;
  }
}
