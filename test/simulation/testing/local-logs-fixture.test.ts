import { expect } from 'chai';
import { expectRecords, LocalCloudWatchLogs, localLogsFixture } from '../../../src/simulation/index.js';
import { createCloudWatchLogsClient } from '../../../src/cloudwatch/client.js';
import { QueryRunner } from '../../../src/insights/index.js';

const DAY = 86_400_000;
const event = { logGroupName: '/app', logStreamName: 's', timestamp: 1_000, message: 'm' };

describe('localLogsFixture', () => {
  const logs = localLogsFixture({ beforeAll: before, beforeEach, afterAll: after });
  const noHook = (): void => undefined;
  const early = (): unknown =>
    localLogsFixture({ beforeAll: noHook, beforeEach: noHook, afterAll: noHook }).local;

  it('starts a service for the suite', async () => {
    await logs.local.put([event]);
    await expectRecords(logs.local).toHaveCount(1);
  });

  it('empties it before each test', () => {
    expect(logs.local.events()).to.deep.equal([]);
  });

  it('says where it was read too early', () => {
    expect(early).to.throw('local must be read in tests and hooks');
  });
});

describe('put and events of LocalCloudWatchLogs', () => {
  let local: LocalCloudWatchLogs;
  beforeEach(async () => {
    local = await LocalCloudWatchLogs.start();
  });
  afterEach(() => local.stop());

  const countOf = async (): Promise<string | undefined> => {
    const runner = new QueryRunner({ client: createCloudWatchLogsClient({ endpoint: local.endpoint }) });
    const to = Date.now();
    const request = { query: 'stats count() as n', logGroups: ['/app'], from: to - 9 * DAY, to };
    return (await runner.run(request)).rows[0]?.n;
  };

  it('lets queries find what is older than today', async () => {
    const timestamp = Date.now() - 5 * DAY;
    await local.put([
      { ...event, timestamp },
      { ...event, timestamp: timestamp + 1 },
    ]);
    expect(await countOf()).to.equal('2');
  });

  it('keeps the order of time, and of arrival in one millisecond', async () => {
    const messages = ['c', 'a', 'b'].map((message, index) => ({
      ...event,
      message,
      timestamp: index === 0 ? 2 : 1,
    }));
    await local.put(messages);
    expect(local.events().map(({ message }) => message)).to.deep.equal(['a', 'b', 'c']);
    expect(local.events({ logGroupName: '/none' })).to.deep.equal([]);
    expect(local.events({ logStreamName: 's' })).to.have.length(3);
  });

  it('refuses what PutLogEvents would not take, and then stores nothing', async () => {
    const wrong = [
      { ...event, message: '' },
      { ...event, logStreamName: 'a:b' },
      { ...event, timestamp: -1 },
      { ...event, message: 'x'.repeat(1_048_576) },
    ];
    for (const one of wrong) {
      const error = await local.put([event, one]).catch((reason: unknown) => reason as Error);
      expect(error).to.have.property('option', 'events[1]');
    }
    expect(local.events()).to.deep.equal([]);
  });
});
