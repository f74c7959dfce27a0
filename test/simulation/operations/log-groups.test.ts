import {
  CreateLogGroupCommand,
  type CreateLogGroupCommandInput,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  type DescribeLogGroupsCommandInput,
  DescribeLogStreamsCommand,
  type DescribeLogStreamsCommandInput,
  ListLogGroupsCommand,
  type ListLogGroupsCommandInput,
  ListTagsForResourceCommand,
  PutIndexPolicyCommand,
  PutLogGroupDeletionProtectionCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { DAY, failure, LocalService, START } from '../local-service.js';

const ARN = 'arn:aws:logs:us-east-1:000000000000:log-group:';

describe('log groups and streams', () => {
  let service: LocalService;

  beforeEach(async () => {
    service = await LocalService.start();
  });
  afterEach(() => service.stop());

  const create = (logGroupName: string, more: Partial<CreateLogGroupCommandInput> = {}) =>
    service.client.send(new CreateLogGroupCommand({ logGroupName, ...more }));
  const createStream = (logGroupName: string, logStreamName: string) =>
    service.client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const describe_ = (input: DescribeLogGroupsCommandInput = {}) =>
    service.client.send(new DescribeLogGroupsCommand(input));
  const names = async (input: DescribeLogGroupsCommandInput = {}) =>
    (await describe_(input)).logGroups!.map(({ logGroupName }) => logGroupName);

  describe('CreateLogGroup', () => {
    it('makes a group with the members that the service shows', async () => {
      await create('/app', { tags: { team: 'a' } });
      expect((await describe_()).logGroups).to.deep.equal([
        {
          arn: `${ARN}/app:*`,
          creationTime: START,
          deletionProtectionEnabled: false,
          logGroupArn: `${ARN}/app`,
          logGroupClass: 'STANDARD',
          logGroupName: '/app',
          metricFilterCount: 0,
          storedBytes: 0,
        },
      ]);
    });

    it('refuses a group that exists', async () => {
      await create('/app');
      expect(await failure(create('/app'))).to.deep.equal({
        name: 'ResourceAlreadyExistsException',
        message: 'The specified log group already exists',
      });
    });

    it('takes a name of 512 characters and not one more', async () => {
      await create('a'.repeat(512));
      const name = 'a'.repeat(513);
      expect(await failure(create(name))).to.deep.equal({
        name: 'InvalidParameterException',
        message: 'Invalid LogGroup or LogStream, both must have length less than or equal to 512.',
      });
    });

    it('refuses tags that only AWS may set', async () => {
      expect((await failure(create('/app', { tags: { 'aws:x': 'y' } }))).name).to.equal(
        'InvalidParameterException',
      );
    });

    it('refuses other characters, an unknown class, an unknown key and the names of AWS', async () => {
      expect((await failure(create('a b'))).message).to.equal(
        "1 validation error detected: Value at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
      );
      expect((await failure(create('/app', { logGroupClass: 'CHEAP' as 'STANDARD' }))).message).to.equal(
        "1 validation error detected: Value 'CHEAP' at 'logGroupClass' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, INFREQUENT_ACCESS, ESSENTIALS, DELIVERY]",
      );
      expect(await failure(create('/app', { kmsKeyId: 'key' }))).to.deep.equal({
        name: 'InvalidParameterException',
        message: "The specified KMS Key Id could not be found. '/app'",
      });
      expect((await failure(create('aws/app'))).name).to.equal('InvalidParameterException');
      expect(await names()).to.deep.equal([]);
    });

    it('joins what is wrong', async () => {
      const { message } = await failure(create('', { tags: {} }));
      expect(message).to.match(/^3 validation errors detected: .*; .*; .*at 'tags'/);
    });
  });

  describe('DeleteLogGroup', () => {
    it('takes streams, events and filters along', async () => {
      await service.createStream('/app');
      await service.put('/app', [[0, 'x']]);
      await service.client.send(new DeleteLogGroupCommand({ logGroupName: '/app' }));
      await create('/app');
      const { logStreams } = await service.client.send(
        new DescribeLogStreamsCommand({ logGroupName: '/app' }),
      );
      expect(logStreams).to.deep.equal([]);
      expect((await describe_()).logGroups![0]!.storedBytes).to.equal(0);
    });

    it('refuses a missing group', async () => {
      const missing = service.client.send(new DeleteLogGroupCommand({ logGroupName: '/app' }));
      expect((await failure(missing)).name).to.equal('ResourceNotFoundException');
    });

    it('refuses a protected group and its streams until the protection is off', async () => {
      await create('/app', { deletionProtectionEnabled: true });
      await createStream('/app', 's');
      const remove = () => service.client.send(new DeleteLogGroupCommand({ logGroupName: '/app' }));
      expect((await failure(remove())).name).to.equal('ValidationException');
      const removeStream = new DeleteLogStreamCommand({ logGroupName: '/app', logStreamName: 's' });
      expect((await failure(service.client.send(removeStream))).name).to.equal('ValidationException');
      await service.client.send(
        new PutLogGroupDeletionProtectionCommand({
          logGroupIdentifier: `${ARN}/app`,
          deletionProtectionEnabled: false,
        }),
      );
      await remove();
      expect(await names()).to.deep.equal([]);
    });
  });

  describe('DescribeLogGroups', () => {
    beforeEach(async () => {
      for (const name of ['b', 'B', 'a/1', 'a/2', 'a-1']) await create(name);
      await create('rare', { logGroupClass: 'INFREQUENT_ACCESS' });
      await create('cheap', { logGroupClass: 'ESSENTIALS' });
    });

    it('sorts by ASCII and selects by prefix, pattern, class and identifier', async () => {
      expect(await names()).to.deep.equal(['B', 'a-1', 'a/1', 'a/2', 'b', 'cheap', 'rare']);
      expect(await names({ logGroupNamePrefix: 'a/' })).to.deep.equal(['a/1', 'a/2']);
      expect(await names({ logGroupNamePattern: '1' })).to.deep.equal(['a-1', 'a/1']);
      expect(await names({ logGroupClass: 'INFREQUENT_ACCESS' })).to.deep.equal(['cheap', 'rare']);
      expect(await names({ logGroupClass: 'STANDARD' })).to.have.length(5);
      expect(await names({ logGroupIdentifiers: [`${ARN}b`, 'B', 'none'] })).to.deep.equal(['B', 'b']);
    });

    it('shows by pattern neither sizes nor settings, and a token after everything', async () => {
      const { logGroups, nextToken } = await describe_({ logGroupNamePattern: '1' });
      expect(logGroups![0]).to.deep.equal({
        arn: `${ARN}a-1:*`,
        creationTime: START,
        logGroupArn: `${ARN}a-1`,
        logGroupClass: 'STANDARD',
        logGroupName: 'a-1',
        metricFilterCount: 0,
      });
      const end = await describe_({ logGroupNamePattern: '1', nextToken });
      expect([end.logGroups, end.nextToken]).to.deep.equal([[], undefined]);
    });

    it('refuses prefix and pattern together', async () => {
      expect(await failure(describe_({ logGroupNamePrefix: 'a', logGroupNamePattern: 'a' }))).to.deep.equal({
        name: 'InvalidParameterException',
        message: 'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
      });
    });

    it('pages, and refuses tokens that are not its own', async () => {
      const found: (string | undefined)[] = [];
      let nextToken: string | undefined;
      do {
        const page = await describe_({ limit: 3, nextToken });
        found.push(...page.logGroups!.map(({ logGroupName }) => logGroupName));
        nextToken = page.nextToken;
      } while (nextToken);
      expect(found).to.deep.equal(await names());
      const token = (await describe_({ limit: 1 })).nextToken!;
      for (const wrong of ['x', `${token}=`, token.slice(1), token.replace(/.$/, '!')]) {
        expect((await failure(describe_({ nextToken: wrong }))).message).to.equal(
          'The specified nextToken is invalid.',
        );
      }
      const ofOthers = describe_({ nextToken: token, logGroupNamePrefix: 'a' });
      expect((await failure(ofOthers)).name).to.equal('InvalidParameterException');
      service.time += DAY + 1;
      expect((await failure(describe_({ nextToken: token }))).name).to.equal('InvalidParameterException');
    });

    it('takes a limit from 1 to 50', async () => {
      await describe_({ limit: 50 });
      expect((await failure(describe_({ limit: 51 }))).message).to.equal(
        "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50",
      );
      expect((await failure(describe_({ limit: 0 }))).message).to.contain('greater than or equal to 1');
    });

    it('counts the bytes of a group with 26 an event', async () => {
      await createStream('b', 's');
      await service.put(
        'b',
        [
          [0, 'é'],
          [0, 'xyz'],
        ],
        's',
      );
      expect((await describe_({ logGroupNamePrefix: 'b' })).logGroups![0]!.storedBytes).to.equal(57);
    });
  });

  describe('ListLogGroups', () => {
    const list = async (input: ListLogGroupsCommandInput = {}) =>
      (await service.client.send(new ListLogGroupsCommand(input))).logGroups!.map(
        ({ logGroupName }) => logGroupName,
      );

    it('selects by regular expression, class, index and tag', async () => {
      await create('/aws/lambda/one', { tags: { stage: 'prod-eu' } });
      await create('discovery', { logGroupClass: 'INFREQUENT_ACCESS', tags: { stage: 'test' } });
      await create('my/aws/lambda');
      await service.client.send(
        new PutIndexPolicyCommand({
          logGroupIdentifier: 'my/aws/lambda',
          policyDocument: '{"Fields":["trace_id"]}',
        }),
      );
      expect(await list({ logGroupNamePattern: '^/aws/lambda|discovery' })).to.deep.equal([
        '/aws/lambda/one',
        'discovery',
      ]);
      expect(await list({ logGroupNamePattern: 'aws' })).to.have.length(2);
      expect(await list({ logGroupClass: 'INFREQUENT_ACCESS' })).to.deep.equal(['discovery']);
      expect(await list({ fieldIndexNames: ['trace_id'] })).to.deep.equal(['my/aws/lambda']);
      expect(await list({ logGroupTags: [{ key: 'stage', values: ['prod*'] }] })).to.deep.equal([
        '/aws/lambda/one',
      ]);
      expect(await list({ logGroupTags: [{ key: 'stage', values: ['!test'] }] })).to.deep.equal([
        '/aws/lambda/one',
      ]);
      expect(await list({ logGroupTags: [{ key: 'stage' }] })).to.have.length(2);
      for (const value of ['PROD*', '*-EU', '*Od-*']) {
        expect(await list({ logGroupTags: [{ key: 'stage', values: [value] }] })).to.have.length(1);
      }
      expect(await list({ logGroupTags: [{ key: 'stage', values: ['PROD-EU'] }] })).to.have.length(0);
      expect((await failure(list({ logGroupNamePattern: 'a' }))).name).to.equal('InvalidParameterException');
    });
  });

  describe('CreateLogStream', () => {
    beforeEach(() => create('/app'));

    it('refuses a stream that exists, a missing group, a colon, and names over 512 characters', async () => {
      await createStream('/app', 'a [x]/ö');
      expect(await failure(createStream('/app', 'a [x]/ö'))).to.deep.equal({
        name: 'ResourceAlreadyExistsException',
        message: 'The specified log stream already exists',
      });
      expect((await failure(createStream('/none', 's'))).message).to.equal(
        'The specified log group does not exist.',
      );
      expect((await failure(createStream('/app', 'a:b'))).message).to.equal(
        "1 validation error detected: Value at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*",
      );
      await createStream('/app', 's'.repeat(512));
      expect(await failure(createStream('/app', 's'.repeat(513)))).to.deep.equal({
        name: 'InvalidParameterException',
        message: 'Invalid LogGroup or LogStream, both must have length less than or equal to 512.',
      });
    });

    it('is undone by DeleteLogStream, events too', async () => {
      await createStream('/app', 'stream');
      await service.put('/app', [[0, 'x']]);
      const remove = () =>
        service.client.send(new DeleteLogStreamCommand({ logGroupName: '/app', logStreamName: 'stream' }));
      await remove();
      expect((await failure(remove())).message).to.equal('The specified log stream does not exist.');
      expect((await describe_()).logGroups![0]!.storedBytes).to.equal(0);
    });
  });

  describe('DescribeLogStreams', () => {
    const describeStreams = (input: Partial<DescribeLogStreamsCommandInput> = {}) =>
      service.client.send(new DescribeLogStreamsCommand({ logGroupName: '/app', ...input }));
    const streams = async (input: Partial<DescribeLogStreamsCommandInput> = {}) =>
      (await describeStreams(input)).logStreams!.map(({ logStreamName }) => logStreamName);

    beforeEach(async () => {
      await create('/app');
      for (const name of ['a', 'b', 'c', 'ab']) await createStream('/app', name);
      await service.put(
        '/app',
        [
          [-5000, 'first'],
          [-1000, 'last'],
        ],
        'a',
      );
      await service.put('/app', [[-2000, 'x']], 'c');
    });

    it('shows times once events came', async () => {
      const { logStreams } = await describeStreams();
      expect(logStreams![0]).to.deep.include({
        arn: `${ARN}/app:log-stream:a`,
        creationTime: START,
        firstEventTimestamp: START - 5000,
        lastEventTimestamp: START - 1000,
        lastIngestionTime: START,
        logStreamName: 'a',
        storedBytes: 0,
      });
      expect(Object.keys(logStreams![2]!)).to.have.members([
        'arn',
        'creationTime',
        'logStreamName',
        'storedBytes',
      ]);
      expect(logStreams![0]!.uploadSequenceToken).to.match(/^\d{56}$/);
    });

    it('orders by name and by last event, both ways, and selects by prefix', async () => {
      expect(await streams()).to.deep.equal(['a', 'ab', 'b', 'c']);
      expect(await streams({ descending: true })).to.deep.equal(['c', 'b', 'ab', 'a']);
      expect(await streams({ logStreamNamePrefix: 'a' })).to.deep.equal(['a', 'ab']);
      expect(await streams({ orderBy: 'LastEventTime' })).to.deep.equal(['ab', 'b', 'c', 'a']);
      expect(await streams({ orderBy: 'LastEventTime', descending: true, limit: 2 })).to.deep.equal([
        'a',
        'c',
      ]);
      expect((await failure(streams({ orderBy: 'LastEventTime', logStreamNamePrefix: 'a' }))).name).to.equal(
        'InvalidParameterException',
      );
      expect((await failure(streams({ orderBy: 'sth' as 'LogStreamName' }))).message).to.equal(
        "1 validation error detected: Value 'sth' at 'orderBy' failed to satisfy constraint: Member must satisfy enum value set: [LogStreamName, LastEventTime]",
      );
    });

    for (const input of [{}, { descending: true }, { orderBy: 'LastEventTime' as const }]) {
      it(`pages in the order of ${JSON.stringify(input)}`, async () => {
        const found: (string | undefined)[] = [];
        let nextToken: string | undefined;
        do {
          const page = await describeStreams({ ...input, limit: 3, nextToken });
          found.push(...page.logStreams!.map(({ logStreamName }) => logStreamName));
          nextToken = page.nextToken;
        } while (nextToken);
        expect(found).to.deep.equal(await streams(input));
      });
    }

    it('takes a name or an identifier, never both and never none', async () => {
      const byIdentifier = (logGroupIdentifier: string) =>
        streams({ logGroupName: undefined, logGroupIdentifier });
      expect(await byIdentifier(`${ARN}/app`)).to.have.length(4);
      expect(await byIdentifier('/app')).to.have.length(4);
      expect(
        (await failure(byIdentifier(`${ARN.replace('000000000000', '1'.repeat(12))}/app`))).name,
      ).to.equal('ResourceNotFoundException');
      expect(await failure(streams({ logGroupIdentifier: '/app' }))).to.deep.equal({
        name: 'ValidationException',
        message: 'LogGroup name and LogGroup ARN are mutually exclusive parameters.',
      });
      expect((await failure(streams({ logGroupName: undefined }))).name).to.equal(
        'InvalidParameterException',
      );
    });
  });

  describe('retention', () => {
    const retain = (retentionInDays: number, logGroupName = '/app') =>
      service.client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));

    beforeEach(async () => {
      await service.createStream('/app');
    });

    it('removes events for good when their time is over', async () => {
      await service.put('/app', [
        [-DAY, 'old'],
        [0, 'new'],
      ]);
      await retain(1);
      expect((await describe_()).logGroups![0]).to.include({ retentionInDays: 1, storedBytes: 58 });
      service.time += 1;
      expect((await describe_()).logGroups![0]!.storedBytes).to.equal(29);
      await service.client.send(new DeleteRetentionPolicyCommand({ logGroupName: '/app' }));
      const group = (await describe_()).logGroups![0]!;
      expect(group.storedBytes).to.equal(29);
      expect(group).to.not.have.property('retentionInDays');
    });

    it('takes the listed days alone', async () => {
      for (const days of [1, 14, 2192, 3653]) await retain(days);
      for (const days of [0, 2, 4000, -1]) {
        expect((await failure(retain(days))).name).to.equal('InvalidParameterException');
      }
    });

    it('is a day in the Delivery class, and cannot be set there', async () => {
      await create('/delivery', { logGroupClass: 'DELIVERY' });
      expect((await describe_({ logGroupNamePrefix: '/delivery' })).logGroups![0]!.retentionInDays).to.equal(
        1,
      );
      expect((await failure(retain(7, '/delivery'))).name).to.equal('InvalidParameterException');
    });
  });

  describe('tags', () => {
    const resourceArn = `${ARN}/app`;
    // The SDK marks the older generation as deprecated: it is sent as it stands.
    const older = async (operation: string, members: object) =>
      (await service.raw(operation, JSON.stringify({ logGroupName: '/app', ...members }))).body;
    const current = async () =>
      (await service.client.send(new ListTagsForResourceCommand({ resourceArn }))).tags;
    const tag = (tags: Record<string, string>) =>
      service.client.send(new TagResourceCommand({ resourceArn, tags }));

    beforeEach(() => create('/app'));

    it('are one set for both generations of the API', async () => {
      expect(await current()).to.deep.equal({});
      await tag({ a: '1', b: '2' });
      await older('TagLogGroup', { tags: { b: '3', c: '' } });
      expect(await older('ListTagsLogGroup', {})).to.deep.equal({ tags: { a: '1', b: '3', c: '' } });
      await service.client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a', 'none'] }));
      await older('UntagLogGroup', { tags: ['b'] });
      expect(await current()).to.deep.equal({ c: '' });
    });

    it('are at most fifty, and not those of AWS', async () => {
      const many = (count: number) =>
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, 'x']));
      await tag(many(50));
      expect((await failure(tag({ more: 'x' }))).name).to.equal('TooManyTagsException');
      await tag({ key0: 'changed' });
      expect((await failure(tag({ 'aws:x': 'y' }))).name).to.equal('InvalidParameterException');
    });

    it('have keys of a letter to 128', async () => {
      expect((await failure(tag({ ['k'.repeat(129)]: 'x' }))).message).to.match(
        /^1 validation error detected: Value '\{k+=x\}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: \[Member must have length less than or equal to 128, Member must have length greater than or equal to 1, /,
      );
      expect((await failure(tag({ key: 'x'.repeat(257) }))).message).to.contain('Map value must satisfy');
    });

    it('are of a resource whose ARN has no star, as the service says of the ARN ending in one', async () => {
      for (const wrong of [`${resourceArn}:*`, '/app', 'arn:aws:logs:us-east-1:0:a b']) {
        const list = service.client.send(new ListTagsForResourceCommand({ resourceArn: wrong }));
        expect(await failure(list)).to.deep.equal({
          name: 'ValidationException',
          message: 'Invalid resourceArn',
        });
      }
    });

    it('need a resource that exists', async () => {
      const other = service.client.send(new ListTagsForResourceCommand({ resourceArn: `${ARN}/none` }));
      expect((await failure(other)).name).to.equal('ResourceNotFoundException');
    });
  });
});
