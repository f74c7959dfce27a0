import { AggregationTemporality, InMemoryMetricExporter } from '@opentelemetry/sdk-metrics';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { OptionError } from '../../../src/cloudwatch/errors.js';
import {
  CircuitOpenError,
  CorrelationEngine,
  QueryRunner,
  ReadCalls,
  type ReadCallsSettings,
} from '../../../src/insights/index.js';
import { ScriptedClient, serviceError } from '../scripted-client.js';

const { client } = new ScriptedClient(() => ({}));
const network = (): Error => Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
const fault = (): Error =>
  serviceError('InternalServerException', 'x', { $metadata: { httpStatusCode: 500 } });

/** Calls with a clock that the test sets, and no retries. */
function callsOf(settings: ReadCallsSettings = {}): {
  calls: ReadCalls;
  clock: { now: number };
  fails: (error?: Error) => Promise<unknown>;
  answers: (signal?: AbortSignal) => Promise<unknown>;
} {
  const clock = { now: 0 };
  const calls = new ReadCalls(
    { client, monotonicMillis: () => clock.now, epochMillis: () => 1_000 + clock.now },
    settings,
  );
  return {
    calls,
    clock,
    fails: (error = network()) => calls.once(() => Promise.reject(error)).catch((one: unknown) => one),
    answers: (signal) => calls.once(() => Promise.resolve('answer'), { signal }).catch((one: unknown) => one),
  };
}

/** Lets the breaker's library load, and what waits for it go on. */
async function untilState(calls: ReadCalls, state: string): Promise<void> {
  while (calls.status().breaker !== state) await new Promise(setImmediate);
}

describe('ReadCalls', () => {
  it('opens after failures in a row, makes no call for a while, then probes', async () => {
    const { calls, clock, fails, answers } = callsOf({
      circuitBreaker: { failures: 3, probeAfterMillis: 1_000 },
    });
    for (let n = 0; n < 3; n++) expect(await fails()).to.have.property('code', 'ECONNREFUSED');
    await untilState(calls, 'open');
    const held = await answers();
    expect(held).to.be.instanceOf(CircuitOpenError);
    expect(held).to.deep.include({ code: 'ERR_CIRCUIT_OPEN', retryAfterMillis: 1_000 });
    expect((held as Error).cause).to.have.property('code', 'ECONNREFUSED');
    expect(calls.status()).to.deep.equal({
      calls: 3,
      errors: 3,
      errorsByType: { Error: 3 },
      heldBack: 1,
      breaker: 'open',
      lastError: 'Error',
      lastErrorAtMillis: 1_000,
    });

    clock.now = 999;
    expect(await answers()).to.be.instanceOf(CircuitOpenError);
    clock.now = 1_000;
    // The probe fails: it stays open as long again.
    expect(await fails()).to.have.property('code', 'ECONNREFUSED');
    clock.now = 1_999;
    expect(await answers()).to.be.instanceOf(CircuitOpenError);
    clock.now = 2_000;
    expect(await answers()).to.equal('answer');
    expect(calls.status().breaker).to.equal('closed');
  });

  it('counts failures in a row only, and only those of the service as a whole', async () => {
    const { calls, fails, answers } = callsOf({ circuitBreaker: { failures: 2 } });
    await fails();
    await answers();
    await fails(fault());
    // What is refused, denied, missing or throttled shows that the service is up.
    for (const name of ['AccessDeniedException', 'ResourceNotFoundException', 'ThrottlingException']) {
      await fails(serviceError(name));
    }
    await new Promise(setImmediate);
    expect(calls.status()).to.deep.include({ breaker: 'closed', calls: 6, errors: 5 });
    await fails(fault());
    await fails(fault());
    await untilState(calls, 'open');
  });

  it('lets calls wait for the probe of another, unless they are aborted', async () => {
    const { calls, clock, fails, answers } = callsOf({
      circuitBreaker: { failures: 1, probeAfterMillis: 100 },
    });
    await fails();
    await untilState(calls, 'open');
    clock.now = 100;
    let endProbe: (answer: string) => void = () => undefined;
    const probe = calls.once(() => new Promise<string>((resolve) => (endProbe = resolve)));
    expect(calls.status().breaker).to.equal('half_open');
    const waiting = answers();
    const abort = new AbortController();
    const aborted = answers(abort.signal);
    abort.abort(new Error('enough'));
    expect(await aborted).to.have.property('message', 'enough');
    endProbe('up');
    expect([await probe, await waiting]).to.deep.equal(['up', 'answer']);
    // What was aborted while it waited was not made later.
    expect(calls.status().calls).to.equal(3);
  });

  it('stays open where the probe is aborted, and counts an aborted call as no error', async () => {
    const { calls, clock, fails } = callsOf({ circuitBreaker: { failures: 1, probeAfterMillis: 100 } });
    await fails();
    await untilState(calls, 'open');
    clock.now = 100;
    const abort = new AbortController();
    const probe = calls
      .once(
        () => new Promise((_, reject) => abort.signal.addEventListener('abort', () => reject(network()))),
        {
          signal: abort.signal,
        },
      )
      .catch((error: unknown) => error);
    abort.abort(new Error('enough'));
    await probe;
    await untilState(calls, 'open');
    expect(calls.status().errors).to.equal(1);
  });

  it('never opens where none is wanted', async () => {
    const { calls, fails } = callsOf({ circuitBreaker: false });
    for (let n = 0; n < 20; n++) await fails();
    expect(calls.status()).to.deep.include({ breaker: 'closed', calls: 20, heldBack: 0 });
  });

  it('refuses settings that mean nothing', () => {
    for (const [circuitBreaker, option] of [
      [{ failures: 0 }, 'circuitBreaker.failures'],
      [{ failures: 1.5 }, 'circuitBreaker.failures'],
      [{ probeAfterMillis: 99 }, 'circuitBreaker.probeAfterMillis'],
      [{ failure: 3 }, 'circuitBreaker.failure'],
      [true, 'circuitBreaker'],
    ] as const) {
      expect(() => callsOf({ circuitBreaker: circuitBreaker as never }))
        .to.throw(OptionError)
        .with.property('option', option);
    }
  });

  it('is shared: what fails for a query runner holds an engine back too', async () => {
    const script = new ScriptedClient(() => {
      throw network();
    });
    const runner = new QueryRunner({ client: script.client }, { circuitBreaker: { failures: 2 } });
    const engine = new CorrelationEngine({ calls: runner.calls, logGroups: ['/a'] });
    const query = { query: 'fields @message', logGroups: ['/a'], from: 0, to: 1 };
    for (let n = 0; n < 2; n++) await runner.run(query).catch(() => undefined);
    await untilState(runner.calls, 'open');
    const error = await engine.correlateByTrace('x').catch((one: unknown) => one);
    expect(error).to.have.property('code', 'ERR_CIRCUIT_OPEN');
    expect(script.calls).to.have.lengthOf(2);
    expect(engine.status()).to.deep.include({ breaker: 'open', calls: 2, lookUps: 1, lookUpsFailed: 1 });
    expect(runner.status()).to.deep.include({ breaker: 'open', calls: 2, lookUps: 2, lookUpsFailed: 2 });
  });

  it('refuses calls of another client, and a second circuit breaker', () => {
    const other = new ScriptedClient(() => ({}));
    const { calls } = callsOf();
    const make =
      (options: object): (() => unknown) =>
      () =>
        new CorrelationEngine({ logGroups: ['/a'], ...options });
    expect(make({ client: other.client, calls })).to.throw(OptionError, 'calls must be made with the same');
    expect(make({ calls, circuitBreaker: false })).to.throw(OptionError, 'circuitBreaker must not be given');
    expect(make({ calls })).to.not.throw();
  });
});

describe('metrics of reads', () => {
  it('tell calls, errors, the breaker and what look-ups took, scanned and found', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const meterProvider = new MeterProvider({ readers: [reader] });
    let status = 'Complete';
    const script = new ScriptedClient(({ operation }) => {
      if (operation === 'StartQuery') return { queryId: 'q' };
      if (operation === 'StopQuery') return {};
      return {
        status,
        results: [[{ field: 'n', value: '1' }]],
        statistics: { bytesScanned: 2_000 },
      };
    });
    const runner = new QueryRunner({ client: script.client }, { meterProvider, firstPollMillis: 1 });
    const query = { query: 'stats count()', logGroups: ['/a'], from: 0, to: 1 };
    await runner.run(query);
    status = 'Failed';
    await runner.run(query).catch(() => undefined);
    await runner.calls.once(() => Promise.reject(serviceError('ThrottlingException'))).catch(() => undefined);

    await meterProvider.forceFlush();
    const points = new Map(
      exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
        .map(({ descriptor, dataPoints }) => [
          descriptor.name,
          (dataPoints as { attributes: object; value: unknown }[]).map(({ attributes, value }) => ({
            ...attributes,
            value: typeof value === 'object' ? (value as { count: number }).count : value,
            sum: (value as { sum?: number }).sum,
          })),
        ]),
    );
    await meterProvider.shutdown();
    const kind = { 'cloudwatch_logs.look_up.kind': 'query' };
    expect(points.get('cloudwatch_logs.read.calls')?.[0]).to.include({ value: 5 });
    expect(points.get('cloudwatch_logs.read.errors')?.[0]).to.include({
      'error.type': 'ThrottlingException',
      value: 1,
    });
    expect(points.get('cloudwatch_logs.read.breaker.open')?.[0]).to.include({ value: 0 });
    expect(points.get('cloudwatch_logs.look_up.scanned')).to.deep.equal([{ ...kind, value: 1, sum: 2_000 }]);
    expect(points.get('cloudwatch_logs.look_up.rows')).to.deep.equal([{ ...kind, value: 1, sum: 1 }]);
    expect(
      points.get('cloudwatch_logs.look_up.duration')?.map((point) => ({ ...point, sum: undefined })),
    ).to.deep.equal([
      { ...kind, value: 1, sum: undefined },
      { ...kind, 'error.type': 'ERR_QUERY_FAILED', value: 1, sum: undefined },
    ]);
  });
});
