import { expect } from 'chai';
import { OptionError } from '../../src/cloudwatch/errors.js';
import { LogResources, ResourceError } from '../../src/resources/index.js';
import { itNeeds } from '../endpoint/it-needs.js';
import { ServiceUnderTest } from '../endpoint/service-under-test.js';

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

describe('LogResources against a service', () => {
  let service: ServiceUnderTest;
  let resources: LogResources;
  let orders: string;

  beforeEach(async () => {
    service = await ServiceUnderTest.start();
    orders = service.name('/apps/orders');
    resources = new LogResources({ ...service.connection, maxAttempts: 1 });
  });
  afterEach(async () => {
    resources.close();
    await service.stop();
  });

  describe('log groups', () => {
    it('are listed over all pages, by prefix and by text', async () => {
      const names = Array.from({ length: 120 }, (_, index) =>
        service.name(`/apps/${String(index).padStart(3, '0')}`),
      );
      for (const logGroupName of names) await resources.logGroups.create({ logGroupName });
      const other = service.name('/other');
      await resources.logGroups.create({ logGroupName: other });
      const listed = async (options: object): Promise<string[]> =>
        (await collect(resources.logGroups.list(options))).map(({ logGroupName }) => logGroupName);
      expect(await listed({ prefix: service.name('/') })).to.deep.equal([...names, other]);
      expect(await listed({ prefix: service.name('/apps/11') })).to.deep.equal(names.slice(110));
      expect(await listed({ pattern: service.name('/othe').slice(1) })).to.deep.equal([other]);
    });

    it('are made, found and deleted', async () => {
      await resources.logGroups.create({
        logGroupName: orders,
        retentionInDays: 30,
        logGroupClass: 'INFREQUENT_ACCESS',
        tags: { team: 'orders' },
      });
      const group = await resources.logGroups.get(orders);
      expect(group).to.deep.include({
        logGroupName: orders,
        retentionInDays: 30,
        logGroupClass: 'INFREQUENT_ACCESS',
        storedBytes: 0,
        metricFilterCount: 0,
        kmsKeyId: undefined,
      });
      expect(group!.logGroupArn)
        .to.match(/^arn:aws[\w-]*:logs:[\w-]+:\d{12}:log-group:[^*]+$/)
        .and.to.contain(orders);
      expect(await resources.logGroups.tags(orders)).to.deep.equal({ team: 'orders' });
      expect(await resources.logGroups.delete(orders)).to.equal(true);
      expect(await resources.logGroups.delete(orders)).to.equal(false);
      expect(await resources.logGroups.get(orders)).to.equal(undefined);
    });

    it('are not found by a prefix of their name', async () => {
      await resources.logGroups.create({ logGroupName: orders });
      expect(await resources.logGroups.get(orders.slice(0, -1))).to.equal(undefined);
    });

    it('are brought in line, and only where they differ', async () => {
      const spec = { logGroupName: orders, retentionInDays: 7 as const, tags: { team: 'orders' } };
      expect(await resources.logGroups.ensure(spec)).to.deep.equal({ created: true, changed: [] });
      expect(await resources.logGroups.ensure(spec)).to.deep.equal({ created: false, changed: [] });
      expect(
        await resources.logGroups.ensure({
          ...spec,
          retentionInDays: null,
          tags: { team: 'logs', x: 'y' },
        }),
      ).to.deep.equal({ created: false, changed: ['retentionInDays', 'tags'] });
      expect((await resources.logGroups.get(orders))?.retentionInDays).to.equal(undefined);
      expect(await resources.logGroups.tags(orders)).to.deep.equal({ team: 'logs', x: 'y' });
      await resources.logGroups.untag(orders, ['x']);
      await resources.logGroups.tag(orders, { z: '1' });
      expect(await resources.logGroups.tags(orders)).to.deep.equal({ team: 'logs', z: '1' });
    });

    it('keep their class', async () => {
      await resources.logGroups.create({ logGroupName: orders });
      const ensured = resources.logGroups.ensure({
        logGroupName: orders,
        logGroupClass: 'INFREQUENT_ACCESS',
      });
      await ensured.then(
        () => expect.fail(),
        (error: unknown) =>
          expect(error).to.be.an.instanceOf(OptionError).with.property('option', 'logGroupClass'),
      );
    });

    it('fail with the name and request id of the AWS error', async () => {
      await resources.logGroups.create({ logGroupName: orders });
      const error = await failureOf(resources.logGroups.create({ logGroupName: orders }));
      expect(error).to.include({
        operation: 'CreateLogGroup',
        awsErrorName: 'ResourceAlreadyExistsException',
        httpStatusCode: 400,
      });
      expect(error.requestId).to.be.a('string');
      expect(error.code).to.equal('ERR_RESOURCE');
      expect((await failureOf(resources.logGroups.tags(service.name('/missing')))).awsErrorName).to.equal(
        'ResourceNotFoundException',
      );
    });

    itNeeds('faults', 'name the permission that is denied', async () => {
      service.local.faults.add({ kind: 'deny' });
      const error = await failureOf(resources.logGroups.delete(orders));
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
    await resources.logGroups.create({ logGroupName: orders });
    const names = Array.from({ length: 60 }, (_, index) => `stream-${String(index).padStart(2, '0')}`);
    for (const name of names) expect(await resources.logStreams.ensure(orders, name)).to.equal(true);
    expect(await resources.logStreams.ensure(orders, names[0]!)).to.equal(false);
    const listed = await collect(resources.logStreams.list(orders, { descending: true }));
    expect(listed.map(({ logStreamName }) => logStreamName)).to.deep.equal([...names].reverse());
    expect(await collect(resources.logStreams.list(orders, { prefix: 'stream-5' }))).to.have.lengthOf(10);
    expect(await resources.logStreams.delete(orders, names[0]!)).to.equal(true);
    expect(await resources.logStreams.delete(orders, names[0]!)).to.equal(false);
    expect(() => resources.logStreams.list(orders, { prefix: 'a', orderBy: 'LastEventTime' })).to.throw(
      OptionError,
    );
  });

  it('sets, extends and deletes field indexes', async () => {
    await resources.logGroups.create({ logGroupName: orders });
    expect(await resources.fieldIndexes.policy(orders)).to.equal(undefined);
    expect(await resources.fieldIndexes.ensure(orders, ['trace_id'])).to.equal(true);
    expect(await resources.fieldIndexes.ensure(orders, ['span_id'], ['severity_text'])).to.equal(true);
    expect(await resources.fieldIndexes.ensure(orders, ['trace_id', 'severity_text'])).to.equal(false);
    const { logGroupArn } = (await resources.logGroups.get(orders))!;
    expect(await resources.fieldIndexes.policy(`${logGroupArn}:*`)).to.deep.equal({
      source: 'LOG_GROUP',
      fields: ['trace_id', 'span_id'],
      facets: ['severity_text'],
    });
    const indexes = await collect(resources.fieldIndexes.list([orders]));
    expect(indexes.map(({ fieldName }) => fieldName)).to.include.members([
      'trace_id',
      'span_id',
      'severity_text',
    ]);
    expect(await resources.fieldIndexes.delete(orders)).to.equal(true);
  });
});
