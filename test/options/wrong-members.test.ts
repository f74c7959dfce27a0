import { expect } from 'chai';
import * as main from '../../src/index.js';
import * as insights from '../../src/insights/index.js';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';

const ACCOUNT = {
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const DESTINATION = { logGroupName: '/g', logStreamName: 's', provision: 'none' } as const;

/** What JavaScript may hand over, whatever the types say. */
const wrong = (more: object = {}): never => ({ ...more, nonsense: 1 }) as never;

/** The error's code and the option that it names, whether it is thrown or a promise rejects with it. */
async function refusal(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return 'nothing was refused';
  } catch (error) {
    return error instanceof main.OptionError ? error.option : error;
  }
}

describe('a wrong member of options', () => {
  const exporter = new main.CloudWatchLogExporter({ ...DESTINATION, ...ACCOUNT });
  const processor = new main.CloudWatchLogRecordProcessor({ ...DESTINATION, ...ACCOUNT });
  const client = createCloudWatchLogsClient(ACCOUNT);
  const engine = new insights.CorrelationEngine({ ...ACCOUNT, logGroups: ['/g'] });
  const runner = new insights.QueryRunner({ client });
  const traceId = '0af7651916cd43dd8448eb211c80319c';

  after(() => Promise.all([exporter.shutdown(), processor.shutdown()]));

  const calls: Record<string, () => unknown> = {
    'new CloudWatchLogExporter': () => new main.CloudWatchLogExporter(wrong({ ...DESTINATION, ...ACCOUNT })),
    'new CloudWatchLogRecordProcessor': () =>
      new main.CloudWatchLogRecordProcessor(wrong({ ...DESTINATION, ...ACCOUNT })),
    'exporter.healthCheck': () => exporter.healthCheck(wrong()),
    'processor.healthCheck': () => processor.healthCheck(wrong()),
    flushAfterInvocation: () => main.flushAfterInvocation(() => 1, wrong({ provider: processor })),
    'LocalCloudWatchLogs.start': () => LocalCloudWatchLogs.start(wrong()),
    'new CorrelationEngine': () => new insights.CorrelationEngine(wrong({ ...ACCOUNT, logGroups: ['/g'] })),
    'engine.correlateByTrace': () => engine.correlateByTrace(traceId, wrong()),
    'engine.correlateBySpan': () => engine.correlateBySpan('b7ad6b7169203331', wrong()),
    'engine.correlateByRequest': () => engine.correlateByRequest('r', wrong()),
    'engine.correlateBy': () => engine.correlateBy('field', 'value', wrong()),
    'engine.recentErrors': () => engine.recentErrors(wrong()),
    'engine.newestEvents': () => engine.newestEvents(wrong()),
    'engine.listLogGroups': () => engine.listLogGroups(wrong()),
    'new QueryRunner': () => new insights.QueryRunner({ client }, wrong()),
    'runner.run': () => runner.run(wrong({ query: 'fields @message', logGroups: ['/g'], from: 0, to: 1 })),
    explainNothing: () => insights.explainNothing(engine.calls, { events: [1] } as never, wrong()),
    explainEmptyQuery: () =>
      insights.explainEmptyQuery(engine.calls, {} as never, { rows: [1] } as never, wrong()),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`is refused by ${name}`, async () => {
      expect(await refusal(call)).to.equal('nonsense');
    });
  }

  it('is named with the object that it is in', async () => {
    expect(await refusal(() => new insights.QueryRunner(wrong({ client })))).to.equal('parts.nonsense');
    expect(await refusal(() => new insights.CorrelationEngine(undefined as never))).to.equal('options');
  });

  it('counts for less than a wrong value of a right one', async () => {
    for (const timeoutMillis of [0, -1, NaN, '5'] as never[]) {
      expect(await refusal(() => exporter.healthCheck({ timeoutMillis }))).to.equal('timeoutMillis');
    }
    expect(await refusal(() => exporter.healthCheck({ signal: {} as never }))).to.equal('signal');
    expect(await refusal(() => processor.forceFlush({ timeoutMillis: 'soon' as never }))).to.equal(
      'timeoutMillis',
    );
    expect(await refusal(() => main.bridgeLogsApis({} as never))).to.equal('provider');
  });

  it('does not keep a processor from a flush, whatever a newer SDK hands over', async () => {
    await processor.forceFlush(wrong({ timeoutMillis: 100 }));
  });
});
