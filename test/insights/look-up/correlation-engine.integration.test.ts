import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutIndexPolicyCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { OptionError } from '../../../src/cloudwatch/errors.js';
import {
  CorrelationEngine,
  type CorrelationEngineOptions,
} from '../../../src/insights/look-up/correlation-engine.js';
import { type CorrelationResult } from '../../../src/insights/look-up/correlation-result.js';
import { LogEventBuilder } from '../../../src/insights/messages/log-event-builder.js';
import { itNeeds } from '../../endpoint/it-needs.js';
import { ServiceUnderTest } from '../../endpoint/service-under-test.js';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const XRAY_ID = '1-5b8efff7-98038103d269b633813fc60c';
const OTHER_ID = 'f'.repeat(32);
const HOUR = 3_600_000;

const logged = (body: string, traceId = TRACE_ID, spanId = 'a'.repeat(16)): LogEventBuilder =>
  new LogEventBuilder().body(body).trace(traceId, spanId);
const texts = (result: CorrelationResult): string[] => result.events.map((event) => event.text);

describe('CorrelationEngine over HTTP', () => {
  let service: ServiceUnderTest;

  beforeEach(async () => {
    service = await ServiceUnderTest.start({ ownClock: true });
  });
  afterEach(() => service.stop());

  const engineOf = (options: Partial<CorrelationEngineOptions> = {}): CorrelationEngine =>
    new CorrelationEngine({
      client: service.client,
      clock: () => service.time,
      firstPollMillis: 1,
      spans: !service.isShared,
      ...options,
      logGroups: (options.logGroups ?? ['/apps/*']).map((path) => service.name(path)),
    });

  /** Makes a group, indexed by the fields, an hour before the clock. */
  async function group(path: string, ...indexed: string[]): Promise<void> {
    service.time -= HOUR;
    await service.createStream(path);
    if (indexed.length > 0) {
      const logGroupIdentifier = service.name(path);
      const policyDocument = JSON.stringify({ Fields: indexed });
      await service.client.send(new PutIndexPolicyCommand({ logGroupIdentifier, policyDocument }));
    }
    service.time += HOUR;
  }

  const put = (path: string, ...messages: [number, string][]): Promise<void> => service.put(path, messages);
  /** A log group by the name that the test gave it. */
  const pathOf = (logGroup: string): string => logGroup.slice(service.name('').length);

  it('finds a trace over log groups of all writers, in time order', async () => {
    await group('/apps/gateway');
    await group('/apps/orders');
    await group('/apps/lambda');
    await put(
      '/apps/gateway',
      [-3000, logged('in').build().message],
      [-100, logged('out').build('otlp').message],
    );
    await put(
      '/apps/orders',
      [-2000, logged('order').severity('ERROR').build().message],
      [-1500, logged('other', OTHER_ID).build().message],
    );
    await put(
      '/apps/lambda',
      [-1000, logged('charge').build('lambda').message],
      [-900, logged('paid').build('powertools').message],
    );
    const result = await engineOf().correlateByTrace(TRACE_ID);
    expect(texts(result)).to.deep.equal(['in', 'order', 'charge', 'paid', 'out']);
    expect(result.events[1]).to.include({ logStream: 'stream', isError: true });
    expect(pathOf(result.events[1]!.logGroup)).to.equal('/apps/orders');
    expect(result.traces.map((trace) => [trace.traceId, trace.hasError])).to.deep.equal([[TRACE_ID, true]]);
    expect(result).to.deep.include({ leftOut: [], isComplete: true, notes: [] });
    expect(result.logGroups.map(pathOf)).to.deep.equal(['/apps/gateway', '/apps/lambda', '/apps/orders']);
  });

  it('finds the same by the X-Ray form', async () => {
    await group('/apps/a');
    await put('/apps/a', [-2, logged('w3c').build().message], [-1, logged('xray').build('lambda').message]);
    expect(texts(await engineOf().correlateByTrace(XRAY_ID))).to.deep.equal(['w3c', 'xray']);
    expect(texts(await engineOf().correlateByTrace(TRACE_ID.toUpperCase()))).to.deep.equal(['w3c', 'xray']);
  });

  it('finds every writer’s spelling by every form of the id, without full text', async () => {
    await group('/apps/a');
    const span = 'a'.repeat(16);
    const json = (members: object): string => JSON.stringify({ message: 'm', ...members });
    const messages = [
      json({ trace_id: TRACE_ID }),
      json({ trace_id: TRACE_ID.toUpperCase() }),
      json({ 'trace.id': TRACE_ID }),
      json({ trace: { id: TRACE_ID } }),
      json({ otelTraceID: TRACE_ID }),
      json({ TraceId: TRACE_ID }),
      json({ traceID: TRACE_ID }),
      json({ 'dd.trace_id': TRACE_ID }),
      json({ dd: { trace_id: BigInt(`0x${TRACE_ID.slice(16)}`).toString() } }),
      json({ mdc: { trace_id: TRACE_ID } }),
      json({ xray_trace_id: XRAY_ID }),
      json({ 'X-Amzn-Trace-Id': `Root=${XRAY_ID};Parent=${span};Sampled=1` }),
      json({ traceparent: `00-${TRACE_ID}-${span}-01` }),
      `INFO traceId: ${XRAY_ID}@${span} charged`,
      `2026-11-26 INFO [trace_id=${TRACE_ID} span_id=${span}] charged`,
      `traceparent: 00-${TRACE_ID}-${span}-01`,
    ];
    const others = [
      json({ trace_id: OTHER_ID }),
      `nothing but ${TRACE_ID} in it`,
      json({ note: `see ${XRAY_ID}` }),
      `trace_id=${TRACE_ID}0`,
    ];
    await put(
      '/apps/a',
      ...[...messages, ...others].map((message, n): [number, string] => [n - 1_000_000, message]),
    );
    const forms = [
      TRACE_ID,
      XRAY_ID,
      TRACE_ID.toUpperCase(),
      ` ${TRACE_ID} `,
      `00-${TRACE_ID}-${span}-01`,
      `Root=${XRAY_ID};Parent=${span}`,
      '5b8efff7-9803-8103-d269-b633813fc60c',
    ];
    for (const form of forms) {
      const result = await engineOf().correlateByTrace(form);
      expect(
        result.events.map((event) => event.message),
        form,
      ).to.deep.equal(messages);
      // FilterLogEvents, which sees fresh events, finds the same.
      const fresh = await engineOf({ freshMillis: HOUR }).correlateByTrace(form);
      expect(fresh.events).to.have.lengthOf(messages.length);
      expect(fresh.steps.find(({ step }) => step === 'fresh')?.events, form).to.equal(messages.length);
    }
    const bySpan = await engineOf().correlateBySpan(span.toUpperCase());
    expect(bySpan.events.map((event) => event.message)).to.deep.equal([messages[14]]);
  });

  it('finds spans, requests and fields', async () => {
    await group('/apps/a');
    await put(
      '/apps/a',
      [-5, logged('span').build().message],
      [-4, logged('x', OTHER_ID, 'b'.repeat(16)).request('r-1').build().message],
      [-3, new LogEventBuilder().body('y').request('r-1').build('lambda').message],
      [-2, new LogEventBuilder().body('z').attribute('order-id', 7).build().message],
      [-1, new LogEventBuilder().body('s').service('orders').build().message],
    );
    const engine = engineOf();
    expect(texts(await engine.correlateBySpan('A'.repeat(16)))).to.deep.equal(['span']);
    expect(texts(await engine.correlateByRequest('r-1'))).to.deep.equal(['x', 'y']);
    expect(texts(await engine.correlateBy('order-id', 7))).to.deep.equal(['z']);
    expect(texts(await engine.correlateBy('service.name', 'orders'))).to.deep.equal(['s']);
    expect(texts(await engine.correlateBy('@logStream', 'stream'))).to.have.lengthOf(5);
  });

  it('finds true and false, as JSON and as words, by queries and among fresh events', async () => {
    await group('/apps/a');
    const messages = [{ paid: true }, { attributes: { paid: 'true' } }, { paid: false }, { paid: 1 }];
    await put('/apps/a', ...messages.map((one, n): [number, string] => [n - 10, JSON.stringify(one)]));
    for (const more of [{ freshMillis: 0 }, {}]) {
      const found = async (value: boolean): Promise<unknown[]> =>
        (await engineOf(more).correlateBy('paid', value)).events.map(({ json }) => json);
      // A number that is 1 is not told from true by a query.
      expect(await found(true)).to.deep.equal([messages[0], messages[1], messages[3]]);
      expect(await found(false)).to.deep.equal([messages[2]]);
    }
  });

  it('takes further spellings', async () => {
    await group('/apps/a');
    await put('/apps/a', [-1, JSON.stringify({ dd_trace: TRACE_ID, message: 'm' })]);
    expect(texts(await engineOf().correlateByTrace(TRACE_ID))).to.deep.equal([]);
    expect(texts(await engineOf({ traceIdFields: ['dd_trace'] }).correlateByTrace(TRACE_ID))).to.deep.equal([
      'm',
    ]);
  });

  it('reads no more than the index where one answers', async () => {
    await group('/apps/a', 'trace_id');
    const noise = Array.from({ length: 500 }, (_, n): [number, string] => [
      n - 2000,
      logged(`noise ${n}`, OTHER_ID).build().message,
    ]);
    await put('/apps/a', ...noise, [-1, logged('found').build().message]);
    // Where the clock can't stand still, the policy is a little younger than its group.
    const from = service.time - HOUR / 2;
    const result = await engineOf({ freshMillis: 0 }).correlateByTrace(TRACE_ID, { from });
    expect(texts(result)).to.deep.equal(['found']);
    expect(result.steps.map(({ step, field }) => [step, field])).to.deep.include(['index', 'trace_id']);
    expect(result.steps.map(({ step }) => step)).to.not.include('filter');
    expect(result.statistics.bytesScanned).to.be.below(5_000);
    const thorough = await engineOf({ freshMillis: 0 }).correlateByTrace(TRACE_ID, {
      from,
      thorough: true,
    });
    expect(thorough.statistics.bytesScanned).to.be.above(50_000);
    expect(texts(thorough)).to.deep.equal(['found']);
    expect(thorough.estimatedCostUsd).to.be.closeTo((thorough.statistics.bytesScanned / 1e9) * 0.005, 1e-12);
  });

  itNeeds('clock', 'scans what is older than its index', async () => {
    await group('/apps/a');
    service.time -= 30 * 60_000;
    await put('/apps/a', [0, logged('before the policy').build().message]);
    service.time += 10 * 60_000;
    const policyDocument = '{"Fields":["trace_id"]}';
    await service.client.send(
      new PutIndexPolicyCommand({ logGroupIdentifier: service.name('/apps/a'), policyDocument }),
    );
    service.time += 20 * 60_000;
    await put('/apps/a', [-1000, logged('after it').build().message]);
    const result = await engineOf().correlateByTrace(TRACE_ID);
    expect(texts(result)).to.deep.equal(['before the policy', 'after it']);
  });

  it('asks for indexes once', async () => {
    await group('/apps/a', 'trace_id');
    const client = service.newClient();
    const asked: string[] = [];
    client.middlewareStack.add(
      (next, context) => (args) => {
        asked.push(String((context as { commandName?: string }).commandName));
        return next(args);
      },
      { step: 'initialize', name: 'count' },
    );
    const engine = engineOf({ client });
    await engine.correlateByTrace(TRACE_ID);
    await engine.correlateByTrace(OTHER_ID);
    for (const name of ['DescribeIndexPoliciesCommand', 'DescribeFieldIndexesCommand']) {
      expect(
        asked.filter((one) => one === name),
        name,
      ).to.have.lengthOf(1);
    }
  });

  it('finds ids in text only when asked', async () => {
    await group('/apps/a', 'trace_id');
    await put('/apps/a', [-2, `plain trace ${TRACE_ID}`], [-1, `header Root=${XRAY_ID};Sampled=1`]);
    expect(texts(await engineOf().correlateByTrace(TRACE_ID))).to.deep.equal([]);
    const result = await engineOf().correlateByTrace(TRACE_ID, { fullText: true });
    expect(result.events).to.have.lengthOf(2);
    expect(result.steps.map(({ step }) => step)).to.include('text');
  });

  itNeeds('clock', 'leaves missing and young groups out and names them', async () => {
    await group('/apps/a');
    await put('/apps/a', [-40 * 60_000, logged('old').build().message]);
    await service.createStream('/apps/young');
    const result = await engineOf({ logGroups: ['/apps/*', '/gone', '/none/*'] }).correlateByTrace(TRACE_ID, {
      from: service.time - HOUR,
      to: service.time - 60_000,
    });
    expect(texts(result)).to.deep.equal(['old']);
    expect(result.leftOut.map(({ logGroup, reason }) => [logGroup, reason])).to.deep.equal([
      ['/gone', 'missing'],
      ['/none/*', 'missing'],
      ['/apps/young', 'younger_than_range'],
    ]);
  });

  itNeeds(
    'faults',
    'goes on without indexes, fresh events and the list of groups where they are denied',
    async () => {
      await group('/apps/a', 'trace_id');
      await put('/apps/a', [-1, logged('found').build().message]);
      const denied = [
        'DescribeIndexPolicies',
        'DescribeFieldIndexes',
        'FilterLogEvents',
        'DescribeLogGroups',
      ];
      service.local.faults.add({ kind: 'deny', operations: denied });
      const result = await engineOf({ logGroups: ['/apps/a', '/apps/gone', '/other/*'] }).correlateByTrace(
        TRACE_ID,
      );
      expect(texts(result)).to.deep.equal(['found']);
      expect(result.leftOut.map(({ logGroup, reason }) => [logGroup, reason])).to.deep.equal([
        ['/other/*', 'denied'],
        ['/apps/gone', 'missing'],
      ]);
      expect(result.notes.join('\n')).to.contain('as if it had no index').and.to.contain('fresh events');
    },
  );

  itNeeds(
    'faults',
    'goes on at an endpoint that has neither indexes nor fields of groups: HTTP 501',
    async () => {
      for (let n = 0; n < 8; n++) await group(`/apps/${n}`);
      await put('/apps/3', [-1, logged('found').build().message]);
      service.local.faults.add({
        kind: 'error',
        operations: ['DescribeIndexPolicies', 'DescribeFieldIndexes'],
        status: 501,
        code: 'InternalFailure',
      });
      const engine = engineOf();
      const result = await engine.correlateByTrace(TRACE_ID);
      expect(texts(result)).to.deep.equal(['found']);
      expect(result.notes.join('\n')).to.contain('as if it had no index');
      // Asked once for all groups, and no reason to hold calls back.
      expect(engine.status()).to.deep.include({ errorsByType: { InternalFailure: 2 }, breaker: 'closed' });
    },
  );

  itNeeds('faults', 'fails where nothing at all may be read', async () => {
    await group('/apps/a');
    service.local.faults.add({ kind: 'deny', operations: ['StartQuery'] });
    const error = await engineOf()
      .correlateByTrace(TRACE_ID)
      .catch((one: unknown) => one);
    expect(error).to.have.property('code', 'ERR_ACCESS_DENIED');
  });

  it('counts twin events as often as they are stored', async () => {
    await group('/apps/a', 'trace_id');
    const { message } = logged('twin').build();
    await put('/apps/a', [-5, message], [-5, message], [-4, message]);
    expect(texts(await engineOf().correlateByTrace(TRACE_ID, { thorough: true }))).to.deep.equal([
      'twin',
      'twin',
      'twin',
    ]);
  });

  it('asks more than 50 groups in several queries', async () => {
    service.time -= HOUR;
    for (let n = 0; n < 53; n++) {
      const logGroupName = service.name(`/apps/g${String(n).padStart(2, '0')}`);
      await service.client.send(new CreateLogGroupCommand({ logGroupName }));
      await service.client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'stream' }));
    }
    service.time += HOUR;
    for (const n of ['00', '49', '50', '52']) await put(`/apps/g${n}`, [-1, logged(n).build().message]);
    const result = await engineOf({ freshMillis: 0 }).correlateByTrace(TRACE_ID);
    expect(texts(result).sort()).to.deep.equal(['00', '49', '50', '52']);
    expect(result.statistics.queries).to.be.at.least(2);
  });

  it('shows the newest events of a limit, and says so', async () => {
    await group('/apps/a');
    await put(
      '/apps/a',
      [-4, logged('1').build().message],
      [-3, logged('2').build().message],
      [-2, logged('3').build().message],
    );
    const result = await engineOf({ freshMillis: 0 }).correlateByTrace(TRACE_ID, { limit: 2 });
    expect(texts(result)).to.deep.equal(['2', '3']);
    expect(result.isComplete).to.equal(false);
    expect(result.notes.join()).to.contain('newest 2');
  });

  itNeeds('clock', 'reads events that queries do not answer yet', async () => {
    // Events from before their group's creation stand for them: FilterLogEvents alone shows those.
    await service.createStream('/apps/a');
    await put(
      '/apps/a',
      [-30_000, logged('fresh').build().message],
      [-20_000, logged('x', OTHER_ID).build().message],
    );
    const result = await engineOf().correlateByTrace(TRACE_ID);
    expect(texts(result)).to.deep.equal(['fresh']);
    expect(texts(await engineOf({ freshMillis: 0 }).correlateByTrace(TRACE_ID))).to.deep.equal([]);
  });

  it('brings spans and logs together in one tree', async () => {
    await group('/apps/a');
    await group('/apps/spans');
    await put('/apps/a', [-50, logged('in the child', TRACE_ID, 'b'.repeat(16)).build().message]);
    const nano = (offset: number): string => String(BigInt(service.time + offset) * 1_000_000n);
    const spanOf = (id: string, start: number, more: object): string =>
      JSON.stringify({
        traceId: TRACE_ID,
        spanId: id.repeat(16),
        name: `span ${id}`,
        kind: 'SERVER',
        startTimeUnixNano: nano(start),
        endTimeUnixNano: nano(-10),
        ...more,
      });
    await put(
      '/apps/spans',
      [-10, spanOf('b', -60, { parentSpanId: 'a'.repeat(16), status: { code: 'ERROR' } })],
      [-10, spanOf('a', -100, { status: { code: 'UNSET' } })],
    );
    const result = await engineOf().correlateByTrace(TRACE_ID);
    expect(texts(result)).to.deep.equal(['span a', 'span b', 'in the child']);
    const [root] = result.traces[0]!.roots;
    expect(root).to.include({ name: 'span a', hasError: false });
    expect(root!.children[0]).to.include({ name: 'span b', hasError: true });
    expect(root!.children[0]!.events.map((event) => event.text)).to.deep.equal(['in the child']);
  });

  it('finds only the value, whatever characters it has', async () => {
    await group('/apps/a');
    const values = [
      '"',
      "'",
      '\\',
      '` or 1=1',
      '" or trace_id like ""',
      "x' | limit 1 #",
      'a\nb',
      '\u{1f600}é',
      '*',
      '/x/',
    ];
    await put(
      '/apps/a',
      ...values.map((value, n): [number, string] => [
        n - 100,
        JSON.stringify({ request_id: value, message: String(n) }),
      ]),
    );
    const engine = engineOf();
    for (const [n, value] of values.entries()) {
      expect(texts(await engine.correlateByRequest(value)), value).to.deep.equal([String(n)]);
      expect(texts(await engine.correlateByRequest(value, { fullText: true })), value).to.include(String(n));
    }
  });

  it('stops where the bytes are spent, with what it has', async () => {
    await group('/apps/a', 'trace_id');
    await group('/apps/b');
    await put('/apps/a', [-2, logged('indexed').build().message]);
    await put('/apps/b', [-1, logged('scanned').build().message]);
    const engine = engineOf({ freshMillis: 0 });
    // The index step spends it all, so that nothing is scanned.
    const result = await engine.correlateByTrace(TRACE_ID, { maxBytesScanned: 1 });
    expect(texts(result)).to.deep.equal(['indexed']);
    expect(result.isComplete).to.equal(false);
    expect(result.notes.join()).to.contain('maxBytesScanned');
    expect(texts(await engine.correlateByTrace(TRACE_ID))).to.deep.equal(['indexed', 'scanned']);
  });

  it('rejects with the reason when it is aborted', async () => {
    await group('/apps/a');
    const reason = new Error('enough');
    const error = await engineOf()
      .correlateByTrace(TRACE_ID, { signal: AbortSignal.abort(reason) })
      .catch((one: unknown) => one);
    expect(error).to.equal(reason);
  });

  it('refuses wrong options', async () => {
    for (const logGroups of [[], [''], ['a b'], ['/a/*/b']]) {
      const make = (): CorrelationEngine => new CorrelationEngine({ client: service.client, logGroups });
      expect(make, JSON.stringify(logGroups)).to.throw(OptionError);
    }
    expect(() => engineOf({ freshMillis: -1 })).to.throw(OptionError);
    const engine = engineOf();
    const bad: (() => Promise<unknown>)[] = [
      () => engine.correlateByTrace(''),
      () => engine.correlateByTrace(7 as unknown as string),
      () => engine.correlateBy('', 'x'),
      () => engine.correlateBy('a`b', 'x'),
      () => engine.correlateByTrace('x', { from: 2, to: 1 }),
      () => engine.correlateByTrace('x', { from: NaN }),
      () => engine.correlateByTrace('x', { limit: 0 }),
      () => engine.correlateByTrace('x', { maxBytesScanned: NaN }),
      () => engine.correlateByTrace('x', { logGroups: [] }),
    ];
    for (const one of bad) {
      const error = await one().catch((thrown: unknown) => thrown);
      expect(error, String(one)).to.be.instanceOf(OptionError);
    }
  });

  it('reads beyond one answer, each event once', async () => {
    await group('/apps/a');
    const events = Array.from({ length: 25 }, (_, n) => ({
      timestamp: service.time - 50_000 + n * 700,
      message: logged(`e${n}`).build().message,
    }));
    await service.client.send(
      new PutLogEventsCommand({
        logGroupName: service.name('/apps/a'),
        logStreamName: 'stream',
        logEvents: events,
      }),
    );
    const result = await engineOf({ freshMillis: 0, rowsOfQuery: 6 }).correlateByTrace(TRACE_ID);
    expect(texts(result)).to.deep.equal(events.map((_, n) => `e${n}`));
    expect(result.statistics.queries).to.be.above(4);
    const overfull = await engineOf({ freshMillis: 0, rowsOfQuery: 1 }).correlateByTrace(TRACE_ID);
    expect(overfull.isComplete).to.equal(false);
    expect(overfull.notes.join()).to.contain('in the second');
  });
});
