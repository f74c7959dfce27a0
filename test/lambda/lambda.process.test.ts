import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { readGroup } from '../register/read-group.js';
import { Connections } from './connections.js';
import { RuntimeApi } from './runtime-api.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const taskRoot = join(root, 'test/fixtures/lambda');
const PREFIX = 'OTEL_EXPORTER_CLOUDWATCH_LOGS_';

/** A process that is frozen in the moment in which it posts its response: what is not delivered then, waits. */
describe('a Lambda function', function () {
  this.timeout(180_000);
  let local: LocalCloudWatchLogs;
  let lambda: RuntimeApi;
  let logGroupName: string;
  let groups = 0;

  before(async () => {
    local = await LocalCloudWatchLogs.start();
  });
  after(() => local.stop());
  beforeEach(async () => {
    lambda = await RuntimeApi.start();
    logGroupName = `/lambda/${groups++}`;
  });
  afterEach(async () => {
    local.faults.clear();
    await lambda.stop();
  });

  function start(handler: string, environment: Record<string, string> = {}): void {
    lambda.startRuntime(join(taskRoot, 'runtime.mjs'), root, {
      PATH: process.env.PATH,
      NODE_OPTIONS: '--no-warnings --import opentelemetry-cloudwatch-logs/register',
      AWS_LAMBDA_FUNCTION_NAME: 'test',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      LAMBDA_TASK_ROOT: taskRoot,
      _HANDLER: handler,
      AWS_ENDPOINT_URL: local.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      [`${PREFIX}LOG_GROUP_NAME`]: logGroupName,
      // What a timer would send must not hide that the end of the invocation sends it. A machine may be slow.
      OTEL_BLRP_SCHEDULE_DELAY: '600000',
      [`${PREFIX}FLUSH_TIMEOUT_MILLIS`]: '20000',
      ...environment,
    });
  }

  const stored = async (): Promise<unknown[]> =>
    (await readGroup(local.endpoint, logGroupName)).map((record) => record.body);

  const handlers: readonly { handler: string; what: string; kind?: string; logs: readonly string[] }[] = [
    { handler: 'module.logs', what: 'an async handler of an ES module', logs: ['begin', 'end'] },
    { handler: 'module.rejects', what: 'a rejected promise', kind: 'error', logs: ['begin'] },
    { handler: 'module.streams', what: 'a streaming handler', logs: ['begin', 'end'] },
    { handler: 'script.logs', what: 'an async handler of a CommonJS module', logs: ['begin'] },
    { handler: 'script.callsBack', what: 'a handler that calls back', logs: ['begin', 'end'] },
    {
      handler: 'script.callsBackAtOnce',
      what: 'a handler that does not wait for its timers',
      logs: ['begin'],
    },
    { handler: 'script.succeeds', what: 'context.succeed', logs: ['begin'] },
    { handler: 'script.throws', what: 'a handler that throws', kind: 'error', logs: ['begin'] },
    { handler: 'script.nested.api.logs', what: 'a handler inside an object', logs: ['begin'] },
    { handler: 'bundled.logs', what: 'a handler that a bundler exports', logs: ['begin'] },
  ];
  for (const { handler, what, kind = 'response', logs } of handlers) {
    it(`has delivered all records when it answers, once each: ${what}`, async () => {
      // OpenTelemetry's instrumentation of Lambda does not know handlers inside objects, and says so.
      start(handler, handler.includes('nested') ? { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'aws-lambda' } : {});
      const expected: string[] = [];
      for (const id of ['one', 'two', 'three']) {
        const invocation = await lambda.invoke({ id });
        expected.push(...logs.map((log) => `${log} ${id}`));
        expect(invocation.kind, lambda.stderr).to.equal(kind);
        expect((await stored()).filter((body) => body !== 'init')).to.deep.equal(expected);
      }
      expect(lambda.stderr).to.equal('');
    });
  }

  it('keeps what a handler returns, throws and streams', async () => {
    start('module.logs');
    expect(await lambda.invoke({ id: 1 })).to.deep.equal({ kind: 'response', body: { id: 1 } });
    await lambda.shutDown();
    start('module.rejects');
    const error = { errorType: 'RangeError', errorMessage: 'out of range' };
    expect(await lambda.invoke({ id: 1 })).to.deep.equal({ kind: 'error', body: error });
    await lambda.shutDown();
    start('module.streams');
    expect(await lambda.invoke({ id: 1 })).to.deep.equal({ kind: 'response', body: 'streamed' });
  });

  it('gives records the trace of their invocation, with the instrumentation of Lambda', async () => {
    start('module.logs');
    await lambda.invoke({ id: 1 });
    const records = await readGroup(local.endpoint, logGroupName);
    const [begin, end] = records.slice(-2);
    expect(begin!.trace_id).to.match(/^[0-9a-f]{32}$/);
    expect(end!.trace_id).to.equal(begin!.trace_id);
  });

  it('gives records the request id of their invocation, and the service the name of the function', async () => {
    const all = { [`${PREFIX}RESOURCE_ATTRIBUTES`]: 'all', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512' };
    for (const handler of ['module.logs', 'script.callsBack', 'module.streams']) {
      start(handler, all);
      await lambda.invoke({ id: 1 });
      await lambda.invoke({ id: 2 });
      await lambda.shutDown();
    }
    const records = await readGroup(local.endpoint, logGroupName);
    const idsOf = (body: string): unknown[] =>
      records
        .filter((record) => record.body === body)
        .map(({ attributes }) => attributes?.['faas.invocation_id']);
    expect(idsOf('init').every((id) => id === undefined)).to.equal(true);
    for (const of of [1, 2]) {
      const [begin, end] = [idsOf(`begin ${of}`), idsOf(`end ${of}`)];
      expect(begin).to.have.lengthOf(3);
      expect(end).to.deep.equal(begin);
      for (const id of begin) expect(id).to.be.a('string').and.not.equal('');
    }
    expect(idsOf('begin 1')).to.not.deep.equal(idsOf('begin 2'));
    expect(records[0]!.resource).to.include({
      'service.name': 'test',
      'faas.name': 'test',
      'faas.max_memory': 512 * 1024 * 1024,
      'cloud.platform': 'aws_lambda',
    });
  });

  it('works without register, where the handler is wrapped', async () => {
    start('wrapped.logs', { NODE_OPTIONS: '--no-warnings' });
    for (const id of [1, 2]) {
      expect(await lambda.invoke({ id })).to.deep.equal({ kind: 'response', body: { id } });
    }
    expect(await stored()).to.deep.equal(['begin 1', 'begin 2']);
  });

  it('says so when there is no handler to wrap', async () => {
    start('run.sh', { _HANDLER: 'run.sh', LAMBDA_TASK_ROOT: taskRoot });
    expect(await lambda.invoke({})).to.deep.equal({ kind: 'exit' });
    expect(lambda.stderr).to.contain('no handler is found for _HANDLER "run.sh". Wrap the handler with');
  });

  it('loses and doubles nothing when its connections are gone after a thaw', async () => {
    const connections = await Connections.to(local.endpoint);
    try {
      start('script.logs', { AWS_ENDPOINT_URL: connections.endpoint });
      const expected: string[] = [];
      for (const id of [1, 2, 3, 4]) {
        expect((await lambda.invoke({ id })).kind).to.equal('response');
        expected.push(`begin ${id}`);
        expect(await stored()).to.deep.equal(expected);
        expect(connections.resetAll()).to.be.greaterThan(0);
      }
    } finally {
      await connections.stop();
    }
  });

  it('does not give up a request that was answered while the process was frozen', async () => {
    start('script.logs', {
      [`${PREFIX}FLUSH_TIMEOUT_MILLIS`]: '100',
      [`${PREFIX}REQUEST_TIMEOUT_MILLIS`]: '3000',
    });
    await lambda.invoke({ id: 1 });
    local.faults.add({ kind: 'delay', delayMillis: 1500, operations: ['PutLogEvents'] });
    await lambda.invoke({ id: 2 });
    // Frozen until the request's time has long been over.
    await wait(6000);
    local.faults.clear();
    expect(await stored()).to.deep.equal(['begin 1', 'begin 2']);
    await lambda.invoke({ id: 3 });
    await lambda.invoke({ id: 4 });
    expect(await stored()).to.deep.equal(['begin 1', 'begin 2', 'begin 3', 'begin 4']);
  });

  it('answers all the same when the service hangs, and delivers with a later invocation', async () => {
    start('script.logs', {
      [`${PREFIX}FLUSH_TIMEOUT_MILLIS`]: '300',
      [`${PREFIX}REQUEST_TIMEOUT_MILLIS`]: '1000',
    });
    await lambda.invoke({ id: 1 });
    local.faults.add({ kind: 'hang' });
    expect(await lambda.invoke({ id: 2 })).to.deep.equal({ kind: 'response', body: { id: 2 } });
    local.faults.clear();
    for (let id = 3; !(await stored()).includes('begin 2'); id++) await lambda.invoke({ id });
    const bodies = await stored();
    expect(bodies).to.deep.equal([...new Set(bodies)]);
  });

  it('has delivered what it logged when its timeout kills it', async () => {
    start('module.hangs');
    expect(await lambda.invoke({ id: 1 }, { timeoutMillis: 6000 })).to.deep.equal({ kind: 'timeout' });
    expect(await stored()).to.deep.equal(['init', 'begin 1']);
  });

  describe('at the shutdown of its environment', () => {
    /** One record that its invocation could not deliver. */
    const leaveOneBehind = async (): Promise<void> => {
      start('script.logs', {
        [`${PREFIX}FLUSH_TIMEOUT_MILLIS`]: '100',
        [`${PREFIX}SHUTDOWN_TIMEOUT_MILLIS`]: '10000',
      });
      local.faults.add({ kind: 'error', operations: ['PutLogEvents'] });
      await lambda.invoke({ id: 1 });
      expect(await stored()).to.deep.equal([]);
    };

    it('delivers what is left on SIGTERM, which it gets where an extension is registered', async () => {
      const extension = `http://${lambda.address}/2020-01-01/extension`;
      await fetch(`${extension}/register`, { method: 'POST', body: '{"events":["SHUTDOWN"]}' });
      const event = fetch(`${extension}/event/next`);
      await leaveOneBehind();
      // Not before: a request of the frozen process may still be on its way.
      local.faults.clear();
      expect(await lambda.shutDown()).to.equal('SIGTERM');
      expect(await (await event).json()).to.include({ eventType: 'SHUTDOWN' });
      expect(await stored()).to.deep.equal(['begin 1']);
    });

    it('gets no signal without an extension: what is left is lost', async () => {
      await leaveOneBehind();
      expect(await lambda.shutDown()).to.equal('SIGKILL');
      expect(await stored()).to.deep.equal([]);
    });
  });

  describe('that crashes', () => {
    let directory: string;
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'lambda-'));
    });
    afterEach(() => rm(directory, { recursive: true, force: true }));

    it('loses nothing that is written ahead: the next process of the environment sends it', async () => {
      const environment = { [`${PREFIX}WRITE_AHEAD_DIRECTORY`]: directory };
      start('module.crashes', environment);
      local.faults.add({ kind: 'error', operations: ['PutLogEvents'] });
      expect(await lambda.invoke({ id: 1 })).to.include({ kind: 'error' });
      local.faults.clear();
      await lambda.shutDown();
      start('script.logs', environment);
      await lambda.invoke({ id: 2 });
      expect(await stored()).to.have.members(['init', 'begin 1', 'begin 2']);
    });
  });
});
