import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build, type BuildOptions } from 'esbuild';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { type LogRecordMessage, readGroup } from '../register/read-group.js';
import { runApplication } from '../register/run-application.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Packages of CommonJS in an ES module ask for a `require`, which has to be made. */
const BANNER = {
  js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
};

/** What follows the guide's loggers. */
const USES_BRIDGES = `
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-node';
import { CloudWatchLogRecordProcessor } from 'opentelemetry-cloudwatch-logs';

context.setGlobalContextManager(new AsyncLocalStorageContextManager());
trace.setGlobalTracerProvider(new BasicTracerProvider());
const processor = new CloudWatchLogRecordProcessor({ logGroupName: process.env.LOG_GROUP });
const provider = new LoggerProvider({ processors: [processor] });
logs.setGlobalLoggerProvider(provider);
trace.getTracer('bundled').startActiveSpan('work', (span) => {
  logger.error('by winston', { order: 7 });
  pinoLogger.error({ order: 7 }, 'by pino');
  console.log('trace id ' + span.spanContext().traceId);
  span.end();
});
void provider.shutdown();
`;

/** What a bundle says of itself when it has run. */
interface Said {
  readonly traceId: string;
  readonly delivered: number;
  readonly dropped: number;
  readonly healthy: boolean;
  readonly found: number;
}

/** Runs the package that `npm run build` has made, as esbuild has put it into applications. */
describe('a bundled application', function () {
  this.timeout(180_000);
  let local: LocalCloudWatchLogs;
  let directory: string;

  before(async () => {
    local = await LocalCloudWatchLogs.start();
    // Outside of the repository: what is not in the bundle is not found.
    directory = mkdtempSync(join(tmpdir(), 'bundled-'));
  });
  after(async () => {
    rmSync(directory, { recursive: true, force: true });
    await local.stop();
  });

  describe('with this package in the bundle', () => {
    for (const [name, file, options] of [
      ['CommonJS', 'application.cjs', { format: 'cjs' }],
      ['ES module', 'application.mjs', { format: 'esm', banner: BANNER }],
      [
        'minified ES modules with chunks',
        'application.mjs',
        { format: 'esm', banner: BANNER, splitting: true, minify: true },
      ],
    ] as const satisfies [string, string, BuildOptions][]) {
      it(`finds its record by the trace id, from ${name}`, async () => {
        const folder = mkdtempSync(join(directory, 'application-'));
        const logGroupName = `/bundled/${name.replaceAll(' ', '-')}`;
        const { warnings } = await build({
          entryPoints: { application: join(root, 'test/fixtures/bundled/application.mjs') },
          outdir: folder,
          outExtension: { '.js': file.slice(-4) },
          bundle: true,
          platform: 'node',
          target: 'node20.19',
          logLevel: 'silent',
          ...options,
        });
        expect(warnings).to.deep.equal([]);

        const { stdout, stderr } = await run(join(folder, file), {
          LOG_GROUP: logGroupName,
          STATE_DIRECTORY: folder,
        });
        expect(stdout, stderr.slice(0, 2_000)).to.match(/^\{/);
        const { traceId, ...said } = JSON.parse(stdout) as Said;
        expect(said, stderr).to.deep.equal({ delivered: 1, dropped: 0, healthy: false, found: 1 });
        const records = await readGroup(local.endpoint, logGroupName);
        expect(records.map(({ body, trace_id }) => ({ body, trace_id }))).to.deep.equal([
          { body: 'hello', trace_id: traceId },
        ]);
      });
    }
  });

  it('finds the records of loggers in the bundle by the bridges of the guide', async () => {
    const guide = readFileSync(join(root, 'docs/guides/bundlers.md'), 'utf8');
    const bridges = /```js\n([^`]*pino\.multistream[^]*?)```/.exec(guide)![1]!;
    const folder = mkdtempSync(join(directory, 'bridges-'));
    const file = join(folder, 'application.cjs');
    await build({
      stdin: { contents: `${bridges}\n${USES_BRIDGES}`, resolveDir: root },
      outfile: file,
      bundle: true,
      platform: 'node',
      logLevel: 'silent',
    });
    const { stdout, stderr } = await run(file, { LOG_GROUP: '/bundled/bridges' });
    const records = await readGroup(local.endpoint, '/bundled/bridges');
    expect(records, stderr.slice(0, 2_000)).to.have.lengthOf(2);
    for (const [index, body] of ['by winston', 'by pino'].entries()) {
      const { severity_number, attributes, ...record } = records[index]! as LogRecordMessage & {
        severity_number: number;
      };
      expect(record.body).to.equal(body);
      expect(stdout).to.contain(`trace id ${record.trace_id}`);
      expect({ severity_number, order: attributes?.order }).to.deep.equal({ severity_number: 17, order: 7 });
    }
    expect(stdout).to.match(/^\{"level":50,.*"order":7,"msg":"by pino"\}/m);
  });

  describe('with the logger left out of the bundle, under register', () => {
    for (const [name, format] of [
      ['pino.cjs', 'cjs'],
      ['pino.mjs', 'esm'],
      ['winston.mjs', 'esm'],
    ] as const) {
      for (const flag of ['--import', '--require']) {
        it(`finds the record of ${name} under ${flag}`, async () => {
          const file = join(root, 'build/bundled', `external-${name}`);
          await build({
            entryPoints: [join(root, 'test/fixtures/register', name)],
            outfile: file,
            bundle: true,
            platform: 'node',
            format,
            external: ['pino', 'winston'],
            logLevel: 'silent',
          });
          const { records, stderr } = await runApplication({
            file,
            directory: root,
            endpoint: local.endpoint,
            logGroupName: `/bundled/external/${name}${flag}`,
            nodeArguments: [flag, 'opentelemetry-cloudwatch-logs/register'],
          });
          expect(stderr).to.equal('');
          expect(records.map(({ body }) => body)).to.deep.equal(['hello']);
          expect(records[0]!.trace_id).to.match(/^[0-9a-f]{32}$/);
        });
      }
    }
  });

  async function run(
    file: string,
    environment: Record<string, string>,
  ): Promise<{ stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [file], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: local.endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        ...environment,
      },
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    await new Promise((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    return output;
  }
});
