import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { expect } from 'chai';
import {
  CorrelationEngine,
  LogEventBuilder,
  QueryRunner,
  runOverLogGroups,
} from '../../../src/insights/index.js';
import { itNeeds } from '../../endpoint/it-needs.js';
import { ServiceUnderTest } from '../../endpoint/service-under-test.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const HOUR = 3_600_000;

describe('spans of look-ups', () => {
  const exporter = new InMemorySpanExporter();
  let provider: NodeTracerProvider;
  let service: ServiceUnderTest;

  before(async () => {
    provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(provider);
    service = await ServiceUnderTest.start({ ownClock: true });
    service.time -= HOUR;
    for (const name of ['/apps/a', '/apps/b']) await service.createStream(name);
    service.time += HOUR;
    const { message } = new LogEventBuilder().trace(TRACE_ID).body('secret-7').build();
    await service.put('/apps/a', [[-2_000, message]]);
  });
  afterEach(() => {
    exporter.reset();
  });
  after(async () => {
    await service.stop();
    trace.disable();
    context.disable();
    await provider.shutdown();
  });

  const spans = (): ReadableSpan[] => exporter.getFinishedSpans();
  const engineOf = (): CorrelationEngine =>
    new CorrelationEngine({
      client: service.client,
      logGroups: [service.name('/apps/*')],
      spans: !service.isShared,
      clock: () => service.time,
    });

  it('is one, with groups, bytes and rows, however many queries it takes', async () => {
    const result = await engineOf().correlateByTrace(TRACE_ID, { thorough: true });
    expect(spans()).to.have.lengthOf(1);
    const [{ name, attributes, status }] = spans() as [ReadableSpan];
    expect(name).to.equal('cloudwatch_logs look-up trace');
    expect(status.code).to.equal(SpanStatusCode.UNSET);
    expect(attributes).to.deep.equal({
      'cloudwatch_logs.look_up.kind': 'trace',
      'aws.log.group.names': [service.name('/apps/a'), service.name('/apps/b')],
      'cloudwatch_logs.look_up.log_groups': 2,
      'cloudwatch_logs.look_up.queries': result.statistics.queries,
      'cloudwatch_logs.look_up.scanned': result.statistics.bytesScanned,
      'cloudwatch_logs.look_up.rows': 1,
      'cloudwatch_logs.look_up.is_complete': true,
    });
  });

  it('is the child of the span that the application is in, and the parent of its requests', async () => {
    const tracer = trace.getTracer('application');
    await tracer.startActiveSpan('request', async (parent) => {
      await engineOf().correlateBy('order', '7');
      parent.end();
    });
    const [lookUp, request] = spans();
    expect(lookUp!.parentSpanContext?.spanId).to.equal(request!.spanContext().spanId);
  });

  itNeeds('faults', 'tells that it failed, and nothing of what was looked for', async () => {
    service.local.faults.add({ kind: 'deny', operations: ['StartQuery'] });
    await engineOf()
      .correlateByRequest('secret-7')
      .catch(() => undefined);
    service.local.faults.clear();
    const [span] = spans() as [ReadableSpan];
    expect(span.status).to.deep.equal({ code: SpanStatusCode.ERROR });
    expect(span.attributes).to.deep.include({ 'error.type': 'ERR_ACCESS_DENIED' });
    expect(JSON.stringify([span.name, span.attributes, span.events])).to.not.contain('secret-7');
  });

  it('is made of a query alone, and of one over any number of log groups', async () => {
    const runner = new QueryRunner({ client: service.client });
    const query = {
      query: 'fields @message',
      logGroups: [service.name('/apps/*')],
      from: service.time - HOUR,
      to: service.time,
    };
    await runOverLogGroups({ client: service.client, runner }, query);
    await runner.run({ ...query, logGroups: [service.name('/apps/b')] });
    expect(spans().map(({ name }) => name)).to.deep.equal(Array(2).fill('cloudwatch_logs look-up query'));
    expect(spans().map(({ attributes }) => attributes['cloudwatch_logs.look_up.rows'])).to.deep.equal([1, 0]);
  });
});
