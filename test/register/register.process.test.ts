import { rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { build } from 'esbuild';
import { toLogGroupName } from '../../src/cloudwatch/names.js';
import {
  AUTO,
  FEW_INSTRUMENTATIONS,
  REGISTER,
  describeLocalApplications,
  root,
} from './local-applications.js';
import { type ApplicationResult, type ApplicationRun } from './run-application.js';

const fixture = (name: string) => join(root, 'test/fixtures/register', name);
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
const TRACE_ID = /^[0-9a-f]{32}$/;

/** Runs the package that `npm run build` has made, on the newest 0.2xx line, which this repository holds. */
describe('register', function () {
  this.timeout(180_000);
  const applications = describeLocalApplications('/register', FEW_INSTRUMENTATIONS);

  function run(
    name: string,
    settings: Partial<ApplicationRun> & { flag?: string; preloads?: readonly string[] } = {},
  ): Promise<ApplicationResult> {
    const { flag = '--import', preloads = [REGISTER], file = name, ...rest } = settings;
    return applications.run(file, {
      nodeArguments: preloads.flatMap((preload) => [flag, preload]),
      ...rest,
    });
  }

  for (const application of ['pino.mjs', 'pino.cjs', 'winston.mjs', 'winston.cjs']) {
    for (const flag of ['--import', '--require']) {
      it(`brings the record of ${application} under ${flag}, once, with its trace id`, async () => {
        // With all that auto-instrumentations-node has.
        const environment = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: '' };
        const { exitCode, stderr, records } = await run(application, { flag, environment });
        expect(stderr).to.equal('');
        expect(exitCode).to.equal(0);
        expect(records.map((record) => record.body)).to.deep.equal(['hello']);
        expect(records[0]!.trace_id).to.match(TRACE_ID);
        expect(records[0]!.trace_flags).to.equal('01');
      });
    }
  }

  describe('loads of auto-instrumentations-node what OTEL_NODE_ENABLED_INSTRUMENTATIONS names', () => {
    const named = async (names: string) => {
      const { stderr, stdout, records } = await run('loaded-instrumentations.cjs', {
        environment: { OTEL_NODE_ENABLED_INSTRUMENTATIONS: names },
      });
      return { stderr, loaded: JSON.parse(stdout) as string[], bodies: records.map(({ body }) => body) };
    };

    it('and nothing else', async () => {
      expect(await named('http, pino')).to.deep.equal({
        stderr: '',
        loaded: ['instrumentation-http', 'instrumentation-pino'],
        bodies: ['hello'],
      });
    });

    it('all of it without the list, and to say what it does not know', async () => {
      for (const names of ['', 'pino,no-such-thing']) {
        const { loaded, bodies } = await named(names);
        expect(loaded).to.include.members(['auto-instrumentations-node', 'instrumentation-kafkajs']);
        expect(bodies).to.deep.equal(['hello']);
      }
    });
  });

  describe('says why the records of a logger are not exported', () => {
    const linesOf = (stderr: string): string[] => stderr.split('\n').filter((line) => line !== '');

    it('where its instrumentation is switched off', async () => {
      const enabled = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,express' };
      const { stderr } = await run('pino.mjs', { environment: enabled });
      expect(linesOf(stderr)).to.have.lengthOf(1);
      expect(stderr)
        .to.match(/OTEL_NODE_ENABLED_INSTRUMENTATIONS does not name pino.*add what/)
        .and.not.match(/npm/);
      const disabled = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'winston,bunyan,pino' };
      const off = await run('winston.cjs', { environment: disabled });
      expect(off.stderr).to.match(/OTEL_NODE_DISABLED_INSTRUMENTATIONS switches pino, winston, bunyan off/);
      const some = await run('pino.mjs', { environment: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'winston' } });
      expect({ stderr: some.stderr, records: some.records.length }).to.deep.equal({ stderr: '', records: 1 });
    });

    it('where it was loaded before', async () => {
      const { stderr, records, exitCode } = await run('import-first.mjs', { preloads: [] });
      expect({ exitCode, records }).to.deep.equal({ exitCode: 0, records: [] });
      expect(linesOf(stderr)).to.have.lengthOf(1);
      expect(stderr).to.match(
        /bunyan was loaded before this package.*node --import opentelemetry-cloudwatch-logs\/register/,
      );
      const winston = await run('import-first-winston.mjs', { preloads: [] });
      expect({ stderr: winston.stderr, records: winston.records.length }).to.deep.equal({
        stderr: '',
        records: 1,
      });
      const inTurn = await run('import-in-turn.mjs', { preloads: [] });
      expect({ stderr: inTurn.stderr, records: inTurn.records.length }).to.deep.equal({
        stderr: '',
        records: 1,
      });
    });

    for (const [application, logger] of [
      ['pino.cjs', 'pino'],
      ['winston.cjs', 'winston'],
      ['bunyan.cjs', 'bunyan'],
    ] as const) {
      it(`where ${logger} is bundled`, async () => {
        const file = join(root, 'build/bundled', application);
        await build({
          entryPoints: [fixture(application)],
          outfile: file,
          bundle: true,
          minify: true,
          platform: 'node',
          external: ['dtrace-provider', 'mv', 'safe-json-stringify'],
        });
        const { stderr, records } = await run(application, { file });
        expect(records).to.deep.equal([]);
        expect(linesOf(stderr)).to.have.lengthOf(1);
        expect(stderr).to.contain(`${logger} is bundled into ${file}`).and.contain(`--external:${logger}`);
      });
    }
  });

  it('says that a logger is bundled into a chunk', async () => {
    for (const format of ['esm', 'cjs'] as const) {
      // esbuild has no chunks in CommonJS; webpack's have numbers for names.
      const folder = join(root, 'build/bundled', `chunks-${format}`);
      rmSync(folder, { recursive: true, force: true });
      await build({
        entryPoints: format === 'esm' ? [fixture('chunks/main.mjs')] : { '17.main': fixture('winston.cjs') },
        outdir: folder,
        bundle: true,
        splitting: format === 'esm',
        minify: true,
        platform: 'node',
        format,
        banner: format === 'esm' ? { js: REQUIRE } : {},
      });
      if (format === 'cjs') writeFileSync(join(folder, 'main.js'), 'require(`./${17}.main.js`);\n');
      writeFileSync(
        join(folder, 'package.json'),
        format === 'esm' ? '{"type":"module"}' : '{"type":"commonjs"}',
      );
      const { stderr, records } = await run('chunks', { file: join(folder, 'main.js') });
      expect(records, stderr).to.deep.equal([]);
      expect(stderr).to.contain(`winston is bundled into ${join(folder, 'main.js')}`);
    }
  });

  describe('says once that no logger was ever patched', () => {
    const line = /no log record was made: no logger was loaded where an instrumentation/;

    it('where an application has run for a while and made no record', async () => {
      const { stderr, exitCode } = await run('logs-nothing.cjs');
      expect(exitCode).to.equal(0);
      expect(stderr.split('\n')).to.have.lengthOf(2);
      expect(stderr).to.match(line);
    });

    for (const [name, settings] of [
      ['it has loaded a logger', { environment: { LOADS: 'winston' } }],
      ['it logs by OpenTelemetry', { environment: { EMITS: 'yes' } }],
      ['console is captured', { environment: { OTEL_EXPORTER_CLOUDWATCH_LOGS_CONSOLE: 'true' } }],
      ['it ends soon', { environment: { ENDS_SOON: 'yes' } }],
      ['workers of a cluster do its work', { environment: { FORKS: 'yes' } }],
    ] as const) {
      it(`but not where ${name}`, async () => {
        expect((await run('logs-nothing.cjs', settings)).stderr).to.equal('');
      });
    }
  });

  describe('says how a service is called that nobody has named', () => {
    const unnamed = { OTEL_SERVICE_NAME: '' };
    // Without the path by which it was called, which OpenTelemetry takes.
    const service = `unknown_service:${basename(process.execPath, '.exe')}`;
    const line = (group: string): string =>
      `opentelemetry-cloudwatch-logs: OTEL_SERVICE_NAME is not set: the service is called ${service}, and its records go to the log group ${group}\n`;
    const LOG_GROUP_NAME = 'OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME';

    for (const flag of ['--import', '--require']) {
      it(`once, under ${flag}, with the log group`, async () => {
        const template = `/unnamed${flag}/{service.name}`;
        const logGroupName = toLogGroupName(`/unnamed${flag}/${service}`);
        const environment = { ...unnamed, [LOG_GROUP_NAME]: template };
        const { stderr, records } = await run('pino.cjs', { flag, environment, logGroupName });
        expect(stderr).to.equal(line(logGroupName));
        expect(records.map(({ resource }) => resource['service.name'])).to.deep.equal([service]);
      });
    }

    it('with a template, where a record decides on the log group', async () => {
      const template = "/unnamed/{attributes.tenant|'none'}";
      const { stderr } = await run('pino.cjs', { environment: { ...unnamed, [LOG_GROUP_NAME]: template } });
      expect(stderr).to.equal(line(template));
    });

    it('and not again in worker threads and workers of a cluster', async () => {
      for (const file of ['cluster.cjs', 'threads.cjs']) {
        const { stderr } = await run(file, { environment: unnamed, logGroupName: '/unnamed' });
        expect(stderr, file).to.equal(line('/unnamed'));
      }
    });

    it('once in instances of pm2, whose daemon has said nothing', async () => {
      const environment = { ...unnamed, [LOG_GROUP_NAME]: '/unnamed/pm2' };
      const { stderr, records } = await run('pm2/lib/Daemon.cjs', {
        preloads: [],
        environment,
        logGroupName: '/unnamed/pm2',
      });
      expect(stderr).to.equal(line('/unnamed/pm2'));
      expect(records).to.have.lengthOf(2);
    });

    for (const [name, environment] of [
      ['OTEL_RESOURCE_ATTRIBUTES names it', { OTEL_RESOURCE_ATTRIBUTES: 'service.name=orders' }],
      ['it is called so on purpose', { OTEL_SERVICE_NAME: 'unknown_service' }],
      ['nothing is exported', { OTEL_SDK_DISABLED: 'true' }],
    ] as const) {
      it(`but not where ${name}`, async () => {
        const { stderr } = await run('pino.cjs', { environment: { ...unnamed, ...environment } });
        expect(stderr).to.equal('');
      });
    }
  });

  for (const argument of ['an argument', '']) {
    it(`exports the records of node -e, which takes ${JSON.stringify(argument)} for no main file`, async () => {
      const text = "require('pino')({}, { write() {} }).info('hello')";
      const nodeArguments = ['--import', REGISTER, '-e', text, argument];
      const { stderr, records } = await run('pino.cjs', { nodeArguments });
      expect(stderr).to.equal('');
      expect(records.map(({ body }) => body)).to.deep.equal(['hello']);
    });
  }

  it('takes no value of winston for an exception, and loses none', async () => {
    const { records, stderr } = await run('winston-values.cjs', { preloads: [] });
    expect(stderr).to.equal('');
    const [text, object, error, values] = records.map(({ body, attributes = {} }) => ({ body, attributes }));
    expect(text).to.deep.equal({ body: 'from here to there', attributes: {} });
    expect(object!.attributes).not.to.include.keys('exception.type', 'exception.message');
    expect(error!.body).to.equal('try 3 failed');
    expect(error!.attributes).to.include({ 'exception.type': 'RangeError', 'exception.message': 'real' });
    expect(error!.attributes['exception.stacktrace']).to.contain('winston-values.cjs');
    expect(values!.attributes).to.deep.include({ at: '1970-01-01T00:00:00.000Z', total: '7', tags: ['a'] });
  });

  it('keeps all that pino and bunyan have under err', async () => {
    const { records, stderr } = await run('whole-errors.cjs', { preloads: [] });
    expect(stderr).to.equal('');
    const of = (body: string): Record<string, unknown>[] =>
      records.filter((record) => record.body === body).map(({ attributes = {} }) => attributes);
    for (const name of ['plain', 'nameless', 'real']) expect(of(name), name).to.have.lengthOf(3);
    for (const attributes of of('plain'))
      expect(attributes).to.include({ 'exception.message': 'no such order', 'err.status': 404 });
    for (const attributes of of('nameless')) {
      expect(attributes).to.include({ 'err.status': 404 }).and.not.include.keys('exception.message');
    }
    for (const attributes of of('real')) {
      expect(attributes).to.include({ 'exception.type': 'RangeError', 'exception.message': 'real' });
      expect(Object.keys(attributes).filter((name) => name.startsWith('err'))).to.deep.equal([]);
    }
  });

  it('describes the process', async () => {
    const environment = {
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.instance.id=one,team=shop',
    };
    const essential = {
      'service.name': 'register-test',
      'service.instance.id': 'one',
      'deployment.environment.name': 'test',
      team: 'shop',
    };
    const { records } = await run('pino.mjs', { environment });
    expect(records[0]!.resource).to.deep.equal({ ...essential, 'host.name': hostname() });
    const all = { ...environment, OTEL_EXPORTER_CLOUDWATCH_LOGS_RESOURCE_ATTRIBUTES: 'all' };
    const { resource } = (await run('pino.mjs', { environment: all })).records[0]!;
    expect(resource).to.include({ ...essential, 'telemetry.sdk.language': 'nodejs' });
    expect(resource).to.include.keys('host.name', 'process.pid', 'telemetry.sdk.version');
  });

  describe('on ECS', () => {
    let metadata: Server;
    let answers = true;
    before(async () => {
      metadata = createServer((request, response) => {
        if (!answers) return;
        const arn = (what: string): string => `arn:aws:ecs:eu-west-1:111122223333:${what}/shop/1`;
        const task = { TaskARN: arn('task'), Cluster: 'shop', Family: 'orders', Revision: '1' };
        response.end(JSON.stringify(request.url === '/task' ? task : { ContainerARN: arn('container') }));
      });
      await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
    });
    after(() => {
      metadata.closeAllConnections();
      metadata.close();
    });
    const onEcs = (environment: Record<string, string> = {}): Promise<ApplicationResult> =>
      run('pino.mjs', {
        environment: {
          ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${(metadata.address() as AddressInfo).port}`,
          ...environment,
        },
      });

    it('describes the task where that is wanted, and bills nobody for it else', async () => {
      const familiesOf = ({ records }: ApplicationResult): unknown[] =>
        records.map(({ resource }) => resource['aws.ecs.task.family']);
      let all: ApplicationResult;
      let times = 0;
      // Records wait two seconds for a task's description, within which a busy machine may not have come to ask for it.
      do all = await onEcs({ OTEL_EXPORTER_CLOUDWATCH_LOGS_RESOURCE_ATTRIBUTES: 'all' });
      while (familiesOf(all)[0] === undefined && ++times < 5);
      expect(all.stderr).to.equal('');
      expect(familiesOf(all)).to.deep.equal(['orders']);
      const { stderr, records } = await onEcs();
      expect(stderr).to.equal('');
      expect(Object.keys(records[0]!.resource).sort()).to.deep.equal([
        'host.name',
        'service.instance.id',
        'service.name',
      ]);
    });

    it('loses no record where the task answers never', async () => {
      answers = false;
      const { stderr, records } = await onEcs({ OTEL_EXPORTER_CLOUDWATCH_LOGS_RESOURCE_ATTRIBUTES: 'all' });
      expect(stderr).to.equal('');
      expect(records.map(({ body }) => body)).to.deep.equal(['hello']);
      expect(records[0]!.resource).to.include({ 'service.name': 'register-test' });
    });
  });

  it('marks traces as OTEL_TRACES_SAMPLER says', async () => {
    const { records } = await run('pino.mjs', { environment: { OTEL_TRACES_SAMPLER: 'always_off' } });
    expect(records[0]!.trace_id).to.match(TRACE_ID);
    expect(records[0]!.trace_flags).to.equal('00');
  });

  for (const flag of ['--import', '--require']) {
    it(`does not start a second exporter in a pino transport, under ${flag}`, async () => {
      const { stderr, records } = await run('pino-transport.mjs', {
        flag,
        environment: { OTEL_LOG_LEVEL: 'info' },
      });
      expect(stderr.match(/emitted \d+, delivered \d+/g)).to.deep.equal(['emitted 1, delivered 1']);
      expect(records).to.have.lengthOf(1);
    });
  }

  it('says nothing and does nothing with OTEL_SDK_DISABLED', async () => {
    const { exitCode, stderr, records } = await run('pino.mjs', {
      environment: { OTEL_SDK_DISABLED: 'true' },
    });
    expect({ exitCode, stderr, records }).to.deep.equal({ exitCode: 0, stderr: '', records: [] });
  });

  it('starts once when it is preloaded twice', async () => {
    const { records } = await run('pino.mjs', {
      nodeArguments: ['--require', REGISTER, '--import', REGISTER, '--import', REGISTER],
    });
    expect(records).to.have.lengthOf(1);
  });

  describe('beside another OpenTelemetry SDK', () => {
    const others = { OTEL_METRICS_EXPORTER: 'none', OTEL_NODE_RESOURCE_DETECTORS: 'none' };

    for (const [order, preloads] of [
      ['before', [AUTO, REGISTER]],
      ['after', [REGISTER, AUTO]],
    ] as const) {
      it(`brings every record once with auto-instrumentations-node/register ${order}`, async () => {
        const environment = { ...others, OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
        const { records, exitCode } = await run('pino.mjs', { preloads, environment });
        expect(exitCode).to.equal(0);
        expect(records).to.have.lengthOf(1);
        expect(records[0]!.trace_id).to.match(TRACE_ID);
      });
    }

    it('leaves the other its records and says so', async () => {
      const environment = { ...others, OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'console' };
      const { records, stdout, stderr } = await run('pino.mjs', { preloads: [AUTO, REGISTER], environment });
      expect(records).to.have.lengthOf(1);
      expect(stdout.match(/body: 'hello'/g)).to.have.lengthOf(1);
      expect(stderr).to.match(
        /another OpenTelemetry SDK has set a logger provider.*OTEL_LOGS_EXPORTER=none\n$/,
      );
    });

    it('gives way to an SDK that the application starts itself', async () => {
      const environment = { ...others, OTEL_TRACES_EXPORTER: 'console', OTEL_LOGS_EXPORTER: 'none' };
      const { records, stdout, stderr } = await run('own-sdk.mjs', { environment });
      expect(records).to.have.lengthOf(1);
      expect(stdout).to.contain(`traceId: '${records[0]!.trace_id!}'`);
      expect(stderr).to.contain('another OpenTelemetry SDK is being started');
    });

    it('gives way to a tracer provider that comes without instrumentations', async () => {
      const { records, stdout, stderr } = await run('own-provider.cjs');
      expect(records).to.have.lengthOf(1);
      expect(stdout).to.equal(`[ '${records[0]!.span_id!}' ]\n`);
      expect(stderr).to.contain('another OpenTelemetry SDK is being started');
    });

    it('gets the records of an SDK that clears the APIs before it starts, and leaves it its tracers', async () => {
      const { records, stdout, exitCode } = await run('clears-apis.cjs', { environment: others });
      expect(exitCode).to.equal(0);
      expect(records).to.have.lengthOf(1);
      expect(stdout).to.equal(`[ '${records[0]!.span_id!}' ]\n`);
    });
  });

  describe('at the end of the process', () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      it(`delivers what is queued and dies of ${signal} as it would have`, async () => {
        const result = await run('waits.cjs', { signal });
        expect(result.signal).to.equal(signal);
        expect(result.records.map((record) => record.body)).to.deep.equal(['hello']);
      });
    }

    it("leaves the signal to the application's own handler", async () => {
      const { exitCode, records } = await run('closes.mjs', { signal: 'SIGTERM' });
      expect(exitCode).to.equal(3);
      expect(records.map((record) => record.body)).to.deep.equal(['hello', 'closing']);
    });

    for (const ending of ['throws', 'rejects']) {
      it(`sends what is queued when an uncaught exception ends the process: ${ending}`, async () => {
        const { exitCode, stderr, records } = await run('throws.cjs', { environment: { ENDING: ending } });
        expect(exitCode).to.equal(1);
        expect(stderr).to.match(/\n\nTypeError: nobody catches this\n +at .*throws\.cjs/);
        expect(stderr).to.match(/\nNode\.js v\d/);
        expect(records.map((record) => record.body)).to.deep.equal(['hello']);
      });
    }

    it("leaves an uncaught exception to the application's own listener", async () => {
      const { exitCode, stderr, records } = await run('throws.cjs', { environment: { ENDING: 'listens' } });
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 5, stderr: '' });
      expect(records.map((record) => record.body)).to.deep.equal(['hello']);
    });

    it('delivers what process.exit() leaves behind', async () => {
      const { exitCode, stderr, records } = await run('exits.cjs');
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 3, stderr: '' });
      expect(records).to.have.lengthOf(1);
    });

    it('says how many records process.exit() leaves behind where they are not to be sent', async () => {
      const environment = { OTEL_EXPORTER_CLOUDWATCH_LOGS_SEND_AT_EXIT: 'false' };
      const { exitCode, stderr } = await run('exits.cjs', { environment });
      expect(exitCode).to.equal(3);
      expect(stderr).to.contain('emitted 1, delivered 0, not delivered by the end 1, dropped 0');
    });

    it('says what became of the records when asked to', async () => {
      const { stderr } = await run('pino.mjs', { environment: { OTEL_LOG_LEVEL: 'info' } });
      expect(stderr).to.contain('emitted 1, delivered 1, not delivered by the end 0, dropped 0');
    });
  });

  describe('when something is wrong', () => {
    it('lets the application run without a log group, and says how to name one', async () => {
      const { exitCode, stdout, stderr } = await run('plain.cjs', {
        environment: { OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: '' },
      });
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 0, stdout: 'ran\n' });
      expect(stderr.split('\n')).to.have.lengthOf(2);
      expect(stderr).to.contain('OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME');
    });

    it('names the ways to set a region that is missing', async () => {
      const { exitCode, stdout, stderr } = await run('plain.cjs', {
        environment: {
          AWS_REGION: '',
          AWS_ENDPOINT_URL: '',
          AWS_CONFIG_FILE: '/nonexistent',
          AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
          AWS_EC2_METADATA_DISABLED: 'true',
        },
      });
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 0, stdout: 'ran\n' });
      expect(stderr).to.match(/no logs are exported: .*region.*AWS_REGION/);
    });

    it('ignores a wrong variable and exports all the same', async () => {
      const { records, stderr } = await run('pino.mjs', {
        environment: { OTEL_BLRP_MAX_QUEUE_SIZE: 'many' },
      });
      expect(records).to.have.lengthOf(1);
      expect(stderr).to.match(/OTEL_BLRP_MAX_QUEUE_SIZE must be .*"many".*ignored\n$/);
    });

    it('says that it knows no such log level', async () => {
      const { records, stderr } = await run('pino.mjs', { environment: { OTEL_LOG_LEVEL: 'loud' } });
      expect(records).to.have.lengthOf(1);
      expect(stderr).to.match(
        /OTEL_LOG_LEVEL must be one of NONE, ERROR, .*ALL; it is "loud", and INFO is used/,
      );
    });

    it('says that the service does not answer, what was lost, and lets the process end', async () => {
      const { exitCode, stderr } = await run('pino.mjs', {
        environment: {
          AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
          OTEL_EXPORTER_CLOUDWATCH_LOGS_FLUSH_TIMEOUT_MILLIS: '1000',
        },
      });
      expect(exitCode).to.equal(0);
      expect(stderr).to.contain('127.0.0.1:9');
      expect(stderr).to.match(
        /emitted 1, delivered 0, not delivered by the end (?:1, dropped 0|0, dropped 1)/,
      );
    });
  });
});
