import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { CloudWatchLogExporter } from '../../src/exporter/cloudwatch-log-exporter.js';
import { type ExporterStatus } from '../../src/exporter/exporter-status.js';
import { CorrelationEngine, parseMessage, QueryRunner } from '../../src/insights/index.js';
import { type Answer, type ReceivedRequest, StubService } from '../delivery/stub-service.js';
import { ScriptedClient, serviceError } from '../insights/scripted-client.js';
import { HOUR, LocalService } from '../simulation/local-service.js';

interface StructuredLog {
  log: object;
  parsed: object;
  exception?: object;
  attributes: object;
}

/** Answers and logs in the forms that documentation of CloudWatch Logs clients shows; the values are ours. */
const vectors = JSON.parse(readFileSync('test/fixtures/documented-vectors.json', 'utf8')) as {
  putLogEvents: Record<
    'success' | 'invalidSequenceToken' | 'dataAlreadyAccepted',
    { nextSequenceToken: string }
  >;
  errors: { retried: string[]; notRetried: string[]; texts: Record<string, string> };
  filterLogEvents: { events: { message: string; eventId: string }[] };
  insights: Record<'running' | 'complete', object>;
  structuredLogs: StructuredLog[];
  correlatedSequence: { message: string; service: string }[];
};

describe('documented answers of PutLogEvents', () => {
  let service: StubService;
  before(async () => {
    service = await StubService.start();
  });
  after(() => service.stop());
  beforeEach(() => {
    service.reset();
  });

  const puts = (): ReceivedRequest[] =>
    service.received.filter(({ operation }) => operation === 'PutLogEvents');

  /** Exports records to a stub that answers so, one answer a request, then with success. */
  async function exportTo(answers: readonly Answer[], bodies = ['order received']): Promise<ExporterStatus> {
    const left = [...answers];
    service.answer = ({ operation }) =>
      operation === 'PutLogEvents' ? (left.shift() ?? { json: vectors.putLogEvents.success }) : {};
    const exporter = new CloudWatchLogExporter({
      endpoint: service.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      logGroupName: '/aws/lambda/checkout',
      logStreamName: '2026/11/26/[$$LATEST]ab12',
      maxAttempts: 1,
      retry: { initialDelayMillis: 1, maxDelayMillis: 5 },
    });
    const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] });
    for (const body of bodies) provider.getLogger('x').emit({ body });
    await provider.forceFlush();
    const status = exporter.status();
    await provider.shutdown();
    return status;
  }
  const refused = (name: string, more: object = {}): Answer => ({
    status: name.startsWith('Service') ? 503 : name.startsWith('Internal') ? 500 : 400,
    json: { __type: name, message: vectors.errors.texts[name] ?? name, ...more },
  });

  it('delivers, with the members that the service asks for and a rejection that is null', async () => {
    expect(await exportTo([], ['one', 'two'])).to.include({ delivered: 2, dropped: 0 });
    const [{ body }] = puts() as [ReceivedRequest];
    expect(body.logGroupName).to.equal('/aws/lambda/checkout');
    expect(body.logEvents.map(({ timestamp, message }) => [typeof timestamp, typeof message])).to.deep.equal([
      ['number', 'string'],
      ['number', 'string'],
    ]);
  });

  it('sends again with the token that was expected', async () => {
    const answer: Answer = { status: 400, json: vectors.putLogEvents.invalidSequenceToken };
    expect(await exportTo([answer])).to.include({ delivered: 1, dropped: 0 });
    expect(puts().map(({ body }) => body.sequenceToken)).to.deep.equal([undefined, '700003']);
  });

  it('counts what was accepted already as delivered, and does not send it again', async () => {
    const answer: Answer = { status: 400, json: vectors.putLogEvents.dataAlreadyAccepted };
    expect(await exportTo([answer])).to.include({ delivered: 1, dropped: 0 });
    expect(puts()).to.have.length(1);
  });

  for (const name of vectors.errors.retried) {
    it(`sends again after ${name}`, async () => {
      expect(await exportTo([refused(name)])).to.include({ delivered: 1, dropped: 0, retries: 1 });
    });
  }

  for (const name of vectors.errors.notRetried) {
    it(`does not send again after ${name}`, async () => {
      const status = await exportTo([refused(name), refused(name)]);
      expect(status).to.include({ delivered: 0, dropped: 1, kept: 0 });
      expect(puts()).to.have.length(1);
    });
  }

  it('makes a log group that is missing, and tells of a limit', async () => {
    expect(await exportTo([refused('ResourceNotFoundException')])).to.include({ delivered: 1, dropped: 0 });
    const limited = await exportTo([refused('LimitExceededException')]);
    expect(limited.lastError?.name).to.equal('LimitExceededException');
    expect(limited.emitted).to.equal(limited.delivered + limited.kept + limited.dropped);
  });
});

describe('documented answers of queries', () => {
  it('are awaited while a query runs, and read when it is complete', async () => {
    let polls = 0;
    const script = new ScriptedClient(({ operation }) => {
      if (operation === 'StartQuery') return { queryId: 'q' };
      if (operation === 'GetQueryResults')
        return polls++ === 0 ? vectors.insights.running : vectors.insights.complete;
      throw serviceError('AccessDeniedException');
    });
    const result = await new QueryRunner({ client: script.client }).run({
      query: 'fields @timestamp, @message | filter @message like /ERROR/ | sort @timestamp desc | limit 100',
      logGroups: ['/aws/lambda/checkout', '/aws/ecs/orders'],
      from: 1795680000000,
      to: 1795766400000,
    });
    expect(result.rows).to.deep.equal([
      {
        '@timestamp': '2026-11-26 10:30:50.123',
        '@message': '{"level":"ERROR","message":"peer hung up"}',
        '@logStream': '2026/11/26/[$LATEST]ab12',
        '@ptr': 'CmQKIQpk',
      },
    ]);
    expect(result.statistics).to.include({ recordsMatched: 1, recordsScanned: 2000, bytesScanned: 1048576 });
    expect(script.inputs('StartQuery')[0]).to.deep.include({ startTime: 1795680000, endTime: 1795766400 });
  });

  it('and of FilterLogEvents are found by a look-up', async () => {
    const [event] = vectors.filterLogEvents.events;
    const { client } = new ScriptedClient(({ operation }) => {
      if (operation === 'FilterLogEvents') return vectors.filterLogEvents;
      if (operation === 'StartQuery') return { queryId: 'q' };
      if (operation === 'GetQueryResults') return { status: 'Complete', results: [] };
      if (operation === 'DescribeLogGroups')
        return { logGroups: [{ logGroupName: '/aws/lambda/checkout', creationTime: 1 }] };
      throw serviceError('AccessDeniedException');
    });
    const engine = new CorrelationEngine({
      client,
      logGroups: ['/aws/lambda/checkout'],
      clock: () => 1795680060000,
    });
    const { events } = await engine.correlateByTrace('pay-9');
    expect(events.map(({ message, text, isError }) => ({ message, text, isError }))).to.deep.equal([
      { message: event!.message, text: 'payment refused', isError: true },
    ]);
  });
});

describe('documented structured logs', () => {
  for (const { log, parsed, exception, attributes } of vectors.structuredLogs) {
    it(`are parsed: ${JSON.stringify(log).slice(0, 70)}`, () => {
      const message = parseMessage(JSON.stringify(log));
      expect(message).to.deep.include(parsed);
      expect(message.attributes).to.deep.include(attributes);
      if (exception) expect(message.exception).to.deep.include(exception);
      else expect(message.exception).to.equal(undefined);
    });
  }

  it('of a trace are found over their log groups, in order', async () => {
    const service = await LocalService.start();
    try {
      for (const group of ['/aws/lambda/gateway', '/aws/lambda/auth']) await service.createStream(group);
      for (const [index, log] of vectors.correlatedSequence.entries()) {
        await service.put(`/aws/lambda/${log.service}`, [[index * 1000, JSON.stringify(log)]]);
      }
      service.time += HOUR;
      const engine = new CorrelationEngine({
        client: service.client,
        logGroups: ['/aws/lambda/*'],
        clock: () => service.time,
      });
      const { events } = await engine.correlateByTrace('chain-5');
      expect(events.map(({ text }) => text)).to.deep.equal(
        vectors.correlatedSequence.map(({ message }) => message),
      );
      const byRequest = await engine.correlateByRequest('q-1');
      expect(byRequest.events).to.have.length(4);
    } finally {
      await service.stop();
    }
  });
});
