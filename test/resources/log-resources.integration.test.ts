import { expect } from 'chai';
import { OptionError } from '../../src/cloudwatch/errors.js';
import { LogResources, ResourceError } from '../../src/resources/index.js';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function failureOf(work: Promise<unknown>): Promise<ResourceError> {
  try {
    await work;
  } catch (error) {
    expect(error).to.be.an.instanceOf(ResourceError);
    return error as ResourceError;
  }
  throw new Error('it did not fail');
}

describe('LogResources against the local service', () => {
  let local: LocalCloudWatchLogs;
  let resources: LogResources;

  beforeEach(async () => {
    local = await LocalCloudWatchLogs.start();
    resources = new LogResources({
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    });
  });
  afterEach(async () => {
    resources.close();
    await local.stop();
  });

  describe('log groups', () => {
    it('are listed over all pages, by prefix and by text', async () => {
      const names = Array.from({ length: 120 }, (_, index) => `/apps/${String(index).padStart(3, '0')}`);
      for (const logGroupName of names) await resources.logGroups.create({ logGroupName });
      await resources.logGroups.create({ logGroupName: '/other' });
      const listed = async (options: object): Promise<string[]> =>
        (await collect(resources.logGroups.list(options))).map(({ logGroupName }) => logGroupName);
      expect(await listed({})).to.deep.equal([...names, '/other']);
      expect(await listed({ prefix: '/apps/11' })).to.deep.equal(names.slice(110));
      expect(await listed({ pattern: 'the' })).to.deep.equal(['/other']);
    });

    it('are made, found and deleted', async () => {
      await resources.logGroups.create({
        logGroupName: '/apps/orders',
        retentionInDays: 30,
        logGroupClass: 'INFREQUENT_ACCESS',
        tags: { team: 'orders' },
      });
      const group = await resources.logGroups.get('/apps/orders');
      expect(group).to.deep.include({
        logGroupName: '/apps/orders',
        logGroupArn: 'arn:aws:logs:us-east-1:000000000000:log-group:/apps/orders',
        retentionInDays: 30,
        logGroupClass: 'INFREQUENT_ACCESS',
        storedBytes: 0,
        metricFilterCount: 0,
        kmsKeyId: undefined,
      });
      expect(await resources.logGroups.tags('/apps/orders')).to.deep.equal({ team: 'orders' });
      expect(await resources.logGroups.delete('/apps/orders')).to.equal(true);
      expect(await resources.logGroups.delete('/apps/orders')).to.equal(false);
      expect(await resources.logGroups.get('/apps/orders')).to.equal(undefined);
    });

    it('are not found by a prefix of their name', async () => {
      await resources.logGroups.create({ logGroupName: '/apps/orders' });
      expect(await resources.logGroups.get('/apps/order')).to.equal(undefined);
    });

    it('are brought in line, and only where they differ', async () => {
      const spec = { logGroupName: '/apps/orders', retentionInDays: 7 as const, tags: { team: 'orders' } };
      expect(await resources.logGroups.ensure(spec)).to.deep.equal({ created: true, changed: [] });
      expect(await resources.logGroups.ensure(spec)).to.deep.equal({ created: false, changed: [] });
      expect(
        await resources.logGroups.ensure({
          ...spec,
          retentionInDays: null,
          tags: { team: 'logs', x: 'y' },
        }),
      ).to.deep.equal({ created: false, changed: ['retentionInDays', 'tags'] });
      expect((await resources.logGroups.get('/apps/orders'))?.retentionInDays).to.equal(undefined);
      expect(await resources.logGroups.tags('/apps/orders')).to.deep.equal({ team: 'logs', x: 'y' });
      await resources.logGroups.untag('/apps/orders', ['x']);
      await resources.logGroups.tag('/apps/orders', { z: '1' });
      expect(await resources.logGroups.tags('/apps/orders')).to.deep.equal({ team: 'logs', z: '1' });
    });

    it('keep their class', async () => {
      await resources.logGroups.create({ logGroupName: '/apps/orders' });
      const ensured = resources.logGroups.ensure({
        logGroupName: '/apps/orders',
        logGroupClass: 'INFREQUENT_ACCESS',
      });
      await ensured.then(
        () => expect.fail(),
        (error: unknown) =>
          expect(error).to.be.an.instanceOf(OptionError).with.property('option', 'logGroupClass'),
      );
    });

    it('fail with the name and request id of the AWS error', async () => {
      await resources.logGroups.create({ logGroupName: '/apps/orders' });
      const error = await failureOf(resources.logGroups.create({ logGroupName: '/apps/orders' }));
      expect(error).to.include({
        operation: 'CreateLogGroup',
        awsErrorName: 'ResourceAlreadyExistsException',
        httpStatusCode: 400,
      });
      expect(error.requestId).to.be.a('string');
      expect(error.code).to.equal('ERR_RESOURCE');
      expect((await failureOf(resources.logGroups.tags('/missing'))).awsErrorName).to.equal(
        'ResourceNotFoundException',
      );
    });

    it('name the permission that is denied', async () => {
      local.faults.add({ kind: 'deny' });
      const error = await failureOf(resources.logGroups.delete('/apps/orders'));
      expect(error.message).to.match(
        /DeleteLogGroup failed: AccessDeniedException.*allow logs:DeleteLogGroup to the role/,
      );
    });

    it('stop being listed when the signal says so', async () => {
      const controller = new AbortController();
      controller.abort(new Error('enough'));
      await collect(resources.logGroups.list({ signal: controller.signal })).then(
        () => expect.fail(),
        (error: unknown) => expect((error as Error).message).to.equal('enough'),
      );
    });
  });

  it('makes, lists and deletes log streams', async () => {
    await resources.logGroups.create({ logGroupName: '/apps/orders' });
    const names = Array.from({ length: 60 }, (_, index) => `stream-${String(index).padStart(2, '0')}`);
    for (const name of names) expect(await resources.logStreams.ensure('/apps/orders', name)).to.equal(true);
    expect(await resources.logStreams.ensure('/apps/orders', names[0]!)).to.equal(false);
    const listed = await collect(resources.logStreams.list('/apps/orders', { descending: true }));
    expect(listed.map(({ logStreamName }) => logStreamName)).to.deep.equal([...names].reverse());
    expect(await collect(resources.logStreams.list('/apps/orders', { prefix: 'stream-5' }))).to.have.lengthOf(
      10,
    );
    expect(await resources.logStreams.delete('/apps/orders', names[0]!)).to.equal(true);
    expect(await resources.logStreams.delete('/apps/orders', names[0]!)).to.equal(false);
    expect(() =>
      resources.logStreams.list('/apps/orders', { prefix: 'a', orderBy: 'LastEventTime' }),
    ).to.throw(OptionError);
  });

  it('sets, extends and deletes field indexes', async () => {
    await resources.logGroups.create({ logGroupName: '/apps/orders' });
    expect(await resources.fieldIndexes.policy('/apps/orders')).to.equal(undefined);
    expect(await resources.fieldIndexes.ensure('/apps/orders', ['trace_id'])).to.equal(true);
    expect(await resources.fieldIndexes.ensure('/apps/orders', ['span_id'], ['severity_text'])).to.equal(
      true,
    );
    expect(await resources.fieldIndexes.ensure('/apps/orders', ['trace_id', 'severity_text'])).to.equal(
      false,
    );
    const { logGroupArn } = (await resources.logGroups.get('/apps/orders'))!;
    expect(await resources.fieldIndexes.policy(`${logGroupArn}:*`)).to.deep.equal({
      source: 'LOG_GROUP',
      fields: ['trace_id', 'span_id'],
      facets: ['severity_text'],
    });
    const indexes = await collect(resources.fieldIndexes.list(['/apps/orders']));
    expect(indexes.map(({ fieldName }) => fieldName)).to.include.members([
      'trace_id',
      'span_id',
      'severity_text',
    ]);
    expect(await resources.fieldIndexes.delete('/apps/orders')).to.equal(true);
  });
});
