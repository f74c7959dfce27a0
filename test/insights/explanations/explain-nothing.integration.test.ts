import { expect } from 'chai';
import {
  CorrelationEngine,
  type CorrelationResult,
  explainEmptyQuery,
  explainNothing,
  type Explanation,
  LogEventBuilder,
  QueryRunner,
  runOverLogGroups,
} from '../../../src/insights/index.js';
import { itNeeds } from '../../endpoint/it-needs.js';
import { ServiceUnderTest } from '../../endpoint/service-under-test.js';
import { ScriptedClient, serviceError } from '../scripted-client.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('explainNothing', () => {
  let service: ServiceUnderTest;
  let engine: CorrelationEngine;

  beforeEach(async () => {
    service = await ServiceUnderTest.start({ ownClock: true });
    service.time -= 20 * DAY;
    for (const name of ['/apps/orders', '/apps/gateway']) await service.createStream(name);
    service.time += 20 * DAY;
    engine = new CorrelationEngine({
      client: service.client,
      logGroups: [service.name('/apps/*')],
      spans: !service.isShared,
      clock: () => service.time,
    });
  });
  afterEach(() => service.stop());

  const put = (group: string, ...messages: object[]): Promise<void> =>
    service.put(
      group,
      messages.map((one, index): [number, string] => [index - 10_000, JSON.stringify(one)]),
    );
  const explained = async (looking: Promise<CorrelationResult>): Promise<Explanation[]> => {
    const result = await looking;
    expect(result.events).to.deep.equal([]);
    return explainNothing(engine.calls, result);
  };
  const reasons = (explanations: readonly Explanation[]): string[] =>
    explanations.map(({ reason }) => reason);

  it('names the field that is near, wherever a layout puts it', async () => {
    const order = new LogEventBuilder().body('order placed').attribute('order.id', 7).build().message;
    await put('/apps/orders', JSON.parse(order) as object, { orderTotal: 5 }, { 'customer-name': 'x' });
    for (const [asked, near] of [
      ['order_id', 'attributes.order.id'],
      ['orderId', 'attributes.order.id'],
      ['ORDER.ID', 'attributes.order.id'],
      ['order_total', 'orderTotal'],
      ['ordertotl', 'orderTotal'],
      ['customer.name', 'customer-name'],
    ] as const) {
      const [field] = await explained(engine.correlateBy(asked, '7'));
      expect(field?.suggestion, asked).to.deep.equal({ change: 'field', field: near, value: '7' });
      expect(field!.text)
        .to.contain(`no event that was looked at has the field ${asked}`)
        .and.to.contain(near);
    }
    const [none] = await explained(engine.correlateBy('zzz', '7'));
    expect(none).to.deep.include({ reason: 'field', text: 'no event that was looked at has the field zzz' });
  });

  it('says that the field is there, with other values', async () => {
    await put('/apps/orders', { item: 'a' }, { item: 'b' }, { other: 1 }, { other: 2 });
    const [field] = await explained(engine.correlateBy('item', 'c'));
    expect(field).to.deep.include({
      reason: 'field',
      text: `50 % of the events of ${service.name('/apps/orders')} have the field item, none of them this value`,
    });
  });

  it('finds the value in another case, and names what does not depend on it', async () => {
    await put('/apps/gateway', { severity_text: 'error', msg: 'pino' }, { attributes: { env: 'Prod' } });
    const severity = await explained(engine.correlateBy('severity_text', 'ERROR'));
    expect(severity[0]!.suggestion).to.deep.equal({
      change: 'field',
      field: 'severity_text',
      value: 'error',
    });
    expect(severity[1]!.suggestion).to.deep.equal({ change: 'kind', kind: 'errors', value: '' });
    const [other] = await explained(engine.correlateBy('env', 'PROD'));
    expect(other!.suggestion).to.deep.equal({
      change: 'field',
      field: 'attributes.env',
      value: 'Prod',
    });
  });

  itNeeds('clock', 'tells when the newest event is older than the range', async () => {
    await service.put('/apps/orders', [[-3 * DAY, '{"a":1}']]);
    await service.put('/apps/gateway', [[-5 * DAY, '{"a":1}']]);
    const [range] = await explained(engine.correlateByTrace('f'.repeat(32)));
    expect(range!.text).to.equal(
      'the newest event of the log groups (/apps/orders) is of 2026-02-26T12:00:00.000Z, before the range',
    );
    const { suggestion } = range!;
    expect(suggestion?.change).to.equal('range');
    const { fromMillis, toMillis } = suggestion as { fromMillis: number; toMillis: number };
    expect([fromMillis, toMillis].map((one) => one - service.time + 3 * DAY)).to.deep.equal([-HOUR, 60_000]);
  });

  itNeeds('clock', 'reads the time of an X-Ray id', async () => {
    await put('/apps/orders', { a: 1 });
    const yesterday = Math.floor((service.time - DAY) / 1000).toString(16);
    const [range] = await explained(engine.correlateByTrace(`1-${yesterday}-${'0'.repeat(24)}`));
    expect(range!.text).to.contain('began at 2026-02-28T12:00:00.000Z, outside of the range');
    // A random id says nothing.
    const random = await explained(engine.correlateByTrace('f'.repeat(32)));
    expect(reasons(random)).to.deep.equal(['text']);
  });

  it('knows ids of another kind', async () => {
    await put('/apps/orders', { a: 1 });
    const kindOf = async (looking: Promise<CorrelationResult>): Promise<unknown> => {
      const found = (await explained(looking)).find(({ reason }) => reason === 'kind');
      return found?.suggestion?.change === 'kind' ? found.suggestion.kind : found?.text;
    };
    expect(await kindOf(engine.correlateByTrace('a'.repeat(16)))).to.equal('span');
    expect(await kindOf(engine.correlateByRequest('f'.repeat(32)))).to.equal('trace');
    expect(await kindOf(engine.correlateBySpan('1-5b8efff7-98038103d269b633813fc60c'))).to.equal('trace');
    expect(await kindOf(engine.correlateByTrace('c6af9ac6-7b61-41e6-9a41-93e8deadbeef'))).to.equal('request');
    expect(await kindOf(engine.correlateByTrace('order 7'))).to.contain('is no trace id of W3C');
    expect(await kindOf(engine.correlateByRequest('order 7'))).to.equal(undefined);
  });

  itNeeds('alone', 'names log groups that are near, or those that there are', async () => {
    const looking = engine.correlateByTrace('f'.repeat(32), { logGroups: ['/apps/order'] });
    const [group] = await explained(looking);
    expect(group).to.deep.equal({
      reason: 'log_group',
      text: 'there is no log group /apps/order; did you mean the log group /apps/orders?',
      suggestion: { change: 'log_group', logGroup: '/apps/orders' },
    });
    const nope = await engine.correlateByTrace('f'.repeat(32), { logGroups: ['/nope/*'] });
    expect(nope.logGroups).to.deep.equal([]);
    expect((await explainNothing(engine.calls, nope))[0]!.text).to.equal(
      'no log group was searched; there are /apps/gateway, /apps/orders',
    );
  });

  it('suggests the full text last, unless it was searched', async () => {
    await put('/apps/orders', { a: 1 });
    expect((await explained(engine.correlateByRequest('r-1'))).at(-1)!.suggestion).to.deep.equal({
      change: 'text',
    });
    expect(await explained(engine.correlateByRequest('r-1', { fullText: true }))).to.deep.equal([]);
  });

  it('has nothing to say of a result with events, and asks nothing', async () => {
    await put('/apps/orders', { request_id: 'r-1' });
    const result = await engine.correlateByRequest('r-1');
    const before = engine.status().calls;
    expect(await explainNothing(engine.calls, result)).to.deep.equal([]);
    expect(engine.status().calls).to.equal(before);
  });

  itNeeds('faults', 'goes without what it may not ask, and ends when it is aborted', async () => {
    await put('/apps/orders', { orderId: 7 });
    const result = await engine.correlateBy('order_id', '7');
    const operations = ['GetLogGroupFields', 'DescribeLogStreams', 'FilterLogEvents', 'DescribeLogGroups'];
    service.local.faults.add({ kind: 'deny', operations });
    expect(reasons(await explainNothing(engine.calls, result))).to.deep.equal(['text']);
    const error = await explainNothing(engine.calls, result, {
      signal: AbortSignal.abort(new Error('enough')),
    })
      .then(() => undefined)
      .catch((one: unknown) => one);
    expect(error).to.have.property('message', 'enough');
  });

  describe('of a query', () => {
    const runner = (): QueryRunner => new QueryRunner({ client: service.client });
    const ofQuery = async (query: string, logGroups = ['/apps/*']): Promise<Explanation[]> => {
      const one = runner();
      const names = logGroups.map((path) => service.name(path));
      const request = { query, logGroups: names, from: service.time - HOUR, to: service.time };
      const result = await runOverLogGroups({ client: service.client, runner: one }, request);
      expect(result.rows).to.deep.equal([]);
      return explainEmptyQuery(one.calls, request, result);
    };

    it('explains its conditions as those of a look-up', async () => {
      await put('/apps/orders', { severity_text: 'error', attributes: { order: { id: 7 } }, level: 'warn' });
      const [written] = await ofQuery('fields @timestamp | filter severity_text = "ERROR" | limit 5');
      expect(written!.suggestion).to.deep.equal({
        change: 'field',
        field: 'severity_text',
        value: 'error',
      });
      const [listed] = await ofQuery("filter level in ['WARN', 'ERROR'] | stats count(*) by level");
      expect(listed!.suggestion).to.deep.equal({ change: 'field', field: 'level', value: 'warn' });
      const [near] = await ofQuery('filter order_id = "7"');
      expect(near!.suggestion).to.deep.include({ field: 'attributes.order.id' });
      const [quoted] = await ofQuery('filter `order-id` = "7"');
      expect(quoted!.text).to.contain('no event that was looked at has the field order-id');
    });

    itNeeds('clock', 'explains ranges and log groups', async () => {
      await service.put('/apps/orders', [[-DAY, '{"level":"info"}']]);
      const outside = await ofQuery('filter level = "INFO"');
      expect(reasons(outside)).to.deep.equal(['range']);
      expect((await ofQuery('fields @message', ['/app/*']))[0]!.text).to.equal(
        'no log group begins as /app/*; did you mean the log groups /apps/*?',
      );
    });

    it('has nothing to say of one with rows', async () => {
      await put('/apps/orders', { a: 1 });
      const one = runner();
      const request = {
        query: 'fields @message',
        logGroups: [service.name('/apps/*')],
        from: service.time - HOUR,
        to: service.time,
      };
      const result = await runOverLogGroups({ client: service.client, runner: one }, request);
      expect(await explainEmptyQuery(one.calls, request, result)).to.deep.equal([]);
    });
  });
});

describe('a selector that means no log group', () => {
  it('does not have the spans of the account searched in its place', async () => {
    const script = new ScriptedClient(({ operation, input }) => {
      if (operation !== 'DescribeLogGroups') throw serviceError('AccessDeniedException');
      const isSpans = input.logGroupNamePrefix === 'aws/spans';
      return { logGroups: isSpans ? [{ logGroupName: 'aws/spans', creationTime: 0 }] : [] };
    });
    const engine = new CorrelationEngine({ client: script.client, logGroups: ['/nope/*'] });
    const result = await engine.correlateByTrace('f'.repeat(32));
    expect(result.logGroups).to.deep.equal([]);
    expect(result.notes).to.deep.equal(['no log group was searched']);
    expect(script.inputs('StartQuery')).to.deep.equal([]);
  });
});
