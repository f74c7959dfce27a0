import {
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
  StartLiveTailCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { CloudWatchLogExporter } from '../../../src/index.js';
import { CorrelationEngine, QueryRunner } from '../../../src/insights/index.js';
import { MockLogStream } from '../../../src/simulation/index.js';

describe('MockLogStream', () => {
  let stream: MockLogStream;

  beforeEach(async () => {
    stream = await MockLogStream.create();
  });
  afterEach(() => stream.close());

  const put = (message: string, timestamp = Date.now()): Promise<unknown> =>
    stream.client.send(new PutLogEventsCommand({ ...stream.place, logEvents: [{ timestamp, message }] }));

  it('takes what the exporter sends, gzipped or not', async () => {
    for (const compression of ['gzip', 'none'] as const) {
      const exporter = new CloudWatchLogExporter({ ...stream.place, client: stream.client, compression });
      const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
      const body = `${compression} ${'long '.repeat(500)}`;
      provider.getLogger('test').emit({ body, severityNumber: SeverityNumber.INFO });
      await provider.shutdown();
      expect(JSON.parse(stream.events().at(-1)!.message)).to.deep.include({ body });
    }
  });

  it('answers queries and look-ups', async () => {
    const traceId = '5b8efff798038103d269b633813fc60c';
    await put(JSON.stringify({ body: 'here', trace_id: traceId }));
    const engine = new CorrelationEngine({ client: stream.client, logGroups: ['*'] });
    expect((await engine.correlateByTrace(traceId)).events.map(({ text }) => text)).to.deep.equal(['here']);
    const result = await new QueryRunner({ client: stream.client }).run({
      query: 'stats count() as n',
      logGroups: [stream.logGroupName],
      from: Date.now() - 60_000,
      to: Date.now() + 60_000,
    });
    expect(result.rows[0]).to.deep.include({ n: '1' });
  });

  it('puts and shows events without a request, of any age', async () => {
    expect(
      await stream.put([
        { timestamp: 2_000, message: 'b' },
        { timestamp: 1_000, message: 'a' },
      ]),
    ).to.equal(2);
    expect(stream.events().map(({ message }) => message)).to.deep.equal(['a', 'b']);
    const { events } = await stream.client.send(
      new FilterLogEventsCommand({ logGroupName: stream.logGroupName, filterPattern: 'b' }),
    );
    expect(events!.map(({ message }) => message)).to.deep.equal(['b']);
    expect(stream.events({ logGroupName: '/elsewhere' })).to.deep.equal([]);
  });

  it('refuses as the service does', async () => {
    const error = await put('').then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    expect(error).to.have.property('name', 'InvalidParameterException');
    const missing = await stream.client
      .send(new DescribeLogStreamsCommand({ logGroupName: '/missing' }))
      .catch((reason: unknown) => reason as Error);
    expect(missing).to.have.property('name', 'ResourceNotFoundException');
    const tail = await stream.client
      .send(
        new StartLiveTailCommand({
          logGroupIdentifiers: ['arn:aws:logs:us-east-1:000000000000:log-group:/mock'],
        }),
      )
      .catch((reason: unknown) => reason as Error);
    expect(tail).to.have.property('name', 'UnknownOperationException');
  });

  const refusals = [
    ['throttle', 'ThrottlingException'],
    ['error', 'ServiceUnavailableException'],
    ['expired-token', 'ExpiredTokenException'],
    ['deny', 'AccessDeniedException'],
    ['reset-before', 'Error'],
    ['hang', 'Error'],
    ['reset-after', 'Error'],
    ['truncate', 'Error'],
  ] as const;
  for (const [kind, name] of refusals) {
    it(`meets the fault ${kind}`, async () => {
      stream.faults.add({ kind });
      const error = await put('x').catch((reason: unknown) => reason as Error);
      expect(error).to.have.property('name', name);
      const isStored = kind === 'reset-after' || kind === 'truncate';
      expect(stream.events().length > 0).to.equal(isStored);
    });
  }

  it('is sent again by the SDK what a passing fault struck', async () => {
    stream.faults.add({ kind: 'throttle', count: 1 });
    await put('x');
    expect(stream.events()).to.have.length(1);
  });

  it('waits where a fault delays', async () => {
    stream.faults.add({ kind: 'delay', delayMillis: 1 });
    await put('x');
    expect(stream.faults.list()[0]!.struck).to.equal(1);
  });

  it('is as at the start after a reset', async () => {
    await put('x');
    stream.faults.add({ kind: 'throttle' });
    await stream.reset();
    await put('y');
    expect(stream.events().map(({ message }) => message)).to.deep.equal(['y']);
  });

  it('has names, clock and faults by option', async () => {
    const other = await MockLogStream.create({
      logGroupName: '/g',
      logStreamName: 's',
      clock: () => 5_000,
      faults: [{ kind: 'throttle' }],
    });
    expect([other.place, other.clock.now(), other.faults.list().length]).to.deep.equal([
      { logGroupName: '/g', logStreamName: 's' },
      5_000,
      1,
    ]);
    await other.close();
    const wrong = await MockLogStream.create({ streamName: 'x' } as never).catch((e: unknown) => e as Error);
    expect(wrong).to.have.property('code', 'ERR_OPTION');
  });
});
