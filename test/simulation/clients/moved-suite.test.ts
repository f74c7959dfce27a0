import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DeleteSubscriptionFilterCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  DescribeMetricFiltersCommand,
  DescribeSubscriptionFiltersCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  GetQueryResultsCommand,
  ListTagsForResourceCommand,
  ListTagsLogGroupCommand,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutRetentionPolicyCommand,
  PutSubscriptionFilterCommand,
  StartQueryCommand,
  TagLogGroupCommand,
  TagResourceCommand,
  UntagLogGroupCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { LocalCloudWatchLogs } from '../../../src/simulation/index.js';

/** As a suite looks that was written for LocalStack, moto or MiniStack: by endpoint alone, with keys that are none. */
describe('a suite that was written for another emulator', () => {
  let local: LocalCloudWatchLogs;
  let client: CloudWatchLogsClient;
  const logGroupName = '/ecs/shop-api';
  const logStreamName = 'app/web/0123456789';

  before(async () => {
    local = await LocalCloudWatchLogs.start();
    client = new CloudWatchLogsClient({
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  });

  beforeEach(async () => {
    const answer = await fetch(new URL('/moto-api/reset', local.endpoint), { method: 'POST' });
    expect(answer.ok).to.equal(true);
    await client.send(new CreateLogGroupCommand({ logGroupName, tags: { env: 'test' } }));
    await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  });

  after(async () => {
    client.destroy();
    await local.stop();
  });

  async function put(...messages: string[]): Promise<number> {
    const first = Date.now() - 60_000;
    const logEvents = messages.map((message, index) => ({ timestamp: first + index * 10, message }));
    const answer = await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    expect(answer.$metadata.httpStatusCode).to.equal(200);
    expect(answer.nextSequenceToken).to.be.a('string');
    expect(answer.rejectedLogEventsInfo).to.equal(undefined);
    return first;
  }

  async function nameOf(call: Promise<unknown>): Promise<string> {
    return call.then(
      () => 'no error',
      (error: unknown) => (error as Error).name,
    );
  }

  it('tells that logs is running, where LocalStack does', async () => {
    const answer = await fetch(new URL('/_localstack/health', local.endpoint));
    expect(await answer.json()).to.have.nested.property('services.logs', 'running');
  });

  it('describes groups, in pages and by prefix', async () => {
    for (const name of ['/ecs/a', '/ecs/b', '/other'])
      await client.send(new CreateLogGroupCommand({ logGroupName: name }));
    const names: (string | undefined)[] = [];
    const pages = paginateDescribeLogGroups({ client, pageSize: 2 }, { logGroupNamePrefix: '/ecs/' });
    for await (const page of pages) names.push(...(page.logGroups ?? []).map((group) => group.logGroupName));
    expect(names).to.deep.equal(['/ecs/a', '/ecs/b', logGroupName]);
    const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/other' }));
    expect(logGroups?.[0]).to.include({
      arn: 'arn:aws:logs:us-east-1:000000000000:log-group:/other:*',
      metricFilterCount: 0,
      storedBytes: 0,
    });
  });

  it('refuses what is there and what is missing', async () => {
    expect(await nameOf(client.send(new CreateLogGroupCommand({ logGroupName })))).to.equal(
      'ResourceAlreadyExistsException',
    );
    expect(await nameOf(client.send(new CreateLogStreamCommand({ logGroupName, logStreamName })))).to.equal(
      'ResourceAlreadyExistsException',
    );
    const gone = { logGroupName: 'gone' };
    for (const call of [
      client.send(new DeleteLogGroupCommand(gone)),
      client.send(new DescribeLogStreamsCommand(gone)),
      client.send(new FilterLogEventsCommand(gone)),
      client.send(new PutRetentionPolicyCommand({ ...gone, retentionInDays: 7 })),
      client.send(new DeleteLogStreamCommand({ logGroupName, logStreamName: 'gone' })),
    ]) {
      expect(await nameOf(call)).to.equal('ResourceNotFoundException');
    }
    expect(
      await nameOf(client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 8 }))),
    ).to.equal('InvalidParameterException');
  });

  it('gets events forwards and backwards, with tokens that end by repeating', async () => {
    const first = await put('one', 'two', 'three');
    const one = await client.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, limit: 2, startFromHead: true }),
    );
    expect(one.events?.map(({ message }) => message)).to.deep.equal(['one', 'two']);
    expect(one.events?.[0]).to.have.keys('timestamp', 'message', 'ingestionTime');
    expect(one.events?.[0]?.timestamp).to.equal(first);
    const next = await client.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, nextToken: one.nextForwardToken }),
    );
    expect(next.events?.map(({ message }) => message)).to.deep.equal(['three']);
    const end = await client.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, nextToken: next.nextForwardToken }),
    );
    expect(end.events).to.deep.equal([]);
    expect(end.nextForwardToken).to.equal(next.nextForwardToken);
    const newest = await client.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: 1 }));
    expect(newest.events?.map(({ message }) => message)).to.deep.equal(['three']);
    const { logStreams } = await client.send(
      new DescribeLogStreamsCommand({ logGroupName, orderBy: 'LastEventTime', descending: true }),
    );
    expect(logStreams?.[0]).to.include({ logStreamName, firstEventTimestamp: first, storedBytes: 0 });
  });

  it('filters events by pattern, stream and time, in pages', async () => {
    const first = await put(
      '{"level":"ERROR","ms":5}',
      'GET /health 200',
      '{"level":"ERROR","ms":50}',
      'ERROR plain',
    );
    const found = async (input: object): Promise<(string | undefined)[]> => {
      const messages: (string | undefined)[] = [];
      const pages = paginateFilterLogEvents({ client, pageSize: 1 }, { logGroupName, ...input });
      for await (const page of pages) messages.push(...(page.events ?? []).map(({ message }) => message));
      return messages;
    };
    expect(await found({ filterPattern: '{ $.level = "ERROR" && $.ms > 10 }' })).to.have.length(1);
    expect(await found({ filterPattern: 'ERROR' })).to.have.length(3);
    expect(await found({ filterPattern: '[verb=GET, path, status=2*]' })).to.deep.equal(['GET /health 200']);
    expect(await found({ startTime: first + 10, endTime: first + 20 })).to.have.length(2);
    expect(await found({ logStreamNamePrefix: 'app/' })).to.have.length(4);
    expect(await found({ logStreamNames: [logStreamName], interleaved: true })).to.have.length(4);
  });

  it('sets and removes retention and tags, by both generations of calls', async () => {
    await client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 14 }));
    const read = async () => (await client.send(new DescribeLogGroupsCommand({}))).logGroups?.[0];
    expect((await read())?.retentionInDays).to.equal(14);
    await client.send(new DeleteRetentionPolicyCommand({ logGroupName }));
    expect(await read()).to.not.have.property('retentionInDays');
    const resourceArn = (await read())?.logGroupArn;
    await client.send(new TagLogGroupCommand({ logGroupName, tags: { team: 'shop' } }));
    await client.send(new TagResourceCommand({ resourceArn, tags: { cost: '1' } }));
    await client.send(new UntagLogGroupCommand({ logGroupName, tags: ['env'] }));
    expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).to.deep.equal({
      team: 'shop',
      cost: '1',
    });
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['team', 'cost'] }));
    expect((await client.send(new ListTagsLogGroupCommand({ logGroupName }))).tags).to.deep.equal({});
  });

  it('stores metric and subscription filters', async () => {
    const destinationArn = 'arn:aws:lambda:us-east-1:000000000000:function:sink';
    await client.send(
      new PutMetricFilterCommand({
        logGroupName,
        filterName: 'errors',
        filterPattern: 'ERROR',
        metricTransformations: [{ metricName: 'Errors', metricNamespace: 'Shop', metricValue: '1' }],
      }),
    );
    const { metricFilters } = await client.send(
      new DescribeMetricFiltersCommand({ metricName: 'Errors', metricNamespace: 'Shop' }),
    );
    expect(metricFilters).to.have.length(1);
    const filter = { logGroupName, filterName: 'sink' };
    await client.send(new PutSubscriptionFilterCommand({ ...filter, filterPattern: '', destinationArn }));
    const describe = new DescribeSubscriptionFiltersCommand({ logGroupName });
    expect((await client.send(describe)).subscriptionFilters?.[0]).to.include({
      destinationArn,
      distribution: 'ByLogStream',
      filterPattern: '',
    });
    await client.send(new DeleteSubscriptionFilterCommand(filter));
    expect((await client.send(describe)).subscriptionFilters).to.deep.equal([]);
  });

  it('answers a query, of events that came behind the group', async () => {
    const logEvents = [1, 2].map((n) => ({ timestamp: Date.now(), message: JSON.stringify({ n }) }));
    await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    const now = Math.floor(Date.now() / 1000);
    const { queryId } = await client.send(
      new StartQueryCommand({
        logGroupName,
        startTime: now - 3_600,
        endTime: now + 60,
        queryString: 'filter n > 1 | fields @message, n',
      }),
    );
    let answer;
    do {
      answer = await client.send(new GetQueryResultsCommand({ queryId }));
    } while (answer.status === 'Running' || answer.status === 'Scheduled');
    expect(answer.status).to.equal('Complete');
    expect(
      answer.results?.map((row) => row.map(({ field, value }) => [field, value]).slice(0, 2)),
    ).to.deep.equal([
      [
        ['@message', '{"n":2}'],
        ['n', '2'],
      ],
    ]);
  });

  it('deletes streams and groups', async () => {
    await client.send(new DeleteLogStreamCommand({ logGroupName, logStreamName }));
    expect((await client.send(new DescribeLogStreamsCommand({ logGroupName }))).logStreams).to.deep.equal([]);
    await client.send(new DeleteLogGroupCommand({ logGroupName }));
    expect((await client.send(new DescribeLogGroupsCommand({}))).logGroups).to.deep.equal([]);
  });
});
