import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  ListTagsLogGroupCommand,
  PutRetentionPolicyCommand,
  TagLogGroupCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { type Bench, documented, operation, recorded, refused } from '../conformance-case.js';

async function describe({ client }: Bench, logGroupNamePrefix: string) {
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
  return logGroups ?? [];
}

export const logGroupCases = [
  ...operation('CreateLogGroup', {
    'makes a group that is described with both ARNs': recorded(async (bench) => {
      const logGroupName = await bench.group();
      const [group] = await describe(bench, logGroupName);
      expect(group).to.include({
        logGroupName,
        storedBytes: 0,
        metricFilterCount: 0,
        logGroupClass: 'STANDARD',
      });
      expect(group!.arn).to.match(/^arn:aws[\w-]*:logs:[\w-]+:\d{12}:log-group:.+:\*$/);
      expect(`${group!.logGroupArn!}:*`).to.equal(group!.arn);
      expect(group!.creationTime).to.be.closeTo(Date.now(), 300_000);
      expect(group).not.to.have.any.keys('retentionInDays', 'kmsKeyId');
    }),
    'refuses a name that exists': recorded(async (bench) => {
      const logGroupName = await bench.group();
      await refused(
        bench.client.send(new CreateLogGroupCommand({ logGroupName })),
        'ResourceAlreadyExistsException',
        'The specified log group already exists',
      );
    }),
    'refuses characters outside the model': recorded(async ({ client }) => {
      await refused(
        client.send(new CreateLogGroupCommand({ logGroupName: 'a b' })),
        'InvalidParameterException',
        /^1 validation error detected: Value .*at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: /,
      );
    }),
    'refuses 513 characters and takes 512': recorded(async (bench) => {
      const name = bench.groupName();
      await refused(
        bench.client.send(new CreateLogGroupCommand({ logGroupName: name.padEnd(513, 'x') })),
        'InvalidParameterException',
        'Invalid LogGroup or LogStream, both must have length less than or equal to 512.',
      );
      const longest = name.padEnd(512, 'x');
      await bench.client.send(new CreateLogGroupCommand({ logGroupName: longest }));
      await bench.client.send(new DeleteLogGroupCommand({ logGroupName: longest }));
    }),
    'keeps the tags that it was made with': recorded(async (bench) => {
      const logGroupName = bench.groupName();
      await bench.client.send(new CreateLogGroupCommand({ logGroupName, tags: { team: 'orders' } }));
      const { tags } = await bench.client.send(new ListTagsLogGroupCommand({ logGroupName }));
      expect(tags).to.deep.equal({ team: 'orders' });
    }),
    'takes a class': documented(async (bench) => {
      const logGroupName = bench.groupName();
      await bench.client.send(
        new CreateLogGroupCommand({ logGroupName, logGroupClass: 'INFREQUENT_ACCESS' }),
      );
      expect((await describe(bench, logGroupName))[0]!.logGroupClass).to.equal('INFREQUENT_ACCESS');
    }),
  }),
  ...operation('DeleteLogGroup', {
    'refuses a group that does not exist': recorded(async (bench) => {
      await refused(
        bench.client.send(new DeleteLogGroupCommand({ logGroupName: bench.groupName() })),
        'ResourceNotFoundException',
        'The specified log group does not exist.',
      );
    }),
    deletes: documented(async (bench) => {
      const logGroupName = await bench.group();
      await bench.client.send(new DeleteLogGroupCommand({ logGroupName }));
      expect(await describe(bench, logGroupName)).to.deep.equal([]);
    }),
  }),
  ...operation('DescribeLogGroups', {
    'shows nothing that is stored in another region': documented(async (bench) => {
      bench.notAtAws('a region has an address of its own');
      const logGroupName = await bench.group();
      const own = await bench.client.config.region();
      const elsewhere = new CloudWatchLogsClient({
        endpoint: bench.endpoint,
        region: own === 'eu-west-1' ? 'us-west-2' : 'eu-west-1',
        credentials: await bench.client.config.credentials(),
      });
      try {
        const found = await elsewhere.send(
          new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }),
        );
        expect(found.logGroups).to.deep.equal([]);
        // Nor does a name that is taken there keep anybody from using it here.
        await elsewhere.send(new CreateLogGroupCommand({ logGroupName }));
        await elsewhere.send(new DeleteLogGroupCommand({ logGroupName }));
      } finally {
        elsewhere.destroy();
      }
    }),
    'lists by prefix in ASCII order, in pages': documented(async (bench) => {
      const base = bench.groupName();
      const names = [`${base}/B`, `${base}/a`, `${base}/A`];
      for (const logGroupName of names) await bench.client.send(new CreateLogGroupCommand({ logGroupName }));
      try {
        const first = await bench.client.send(
          new DescribeLogGroupsCommand({ logGroupNamePrefix: `${base}/`, limit: 2 }),
        );
        expect(first.logGroups!.map((group) => group.logGroupName)).to.deep.equal([`${base}/A`, `${base}/B`]);
        const second = await bench.client.send(
          new DescribeLogGroupsCommand({
            logGroupNamePrefix: `${base}/`,
            limit: 2,
            nextToken: first.nextToken,
          }),
        );
        expect(second.logGroups!.map((group) => group.logGroupName)).to.deep.equal([`${base}/a`]);
        expect(second.nextToken).to.equal(undefined);
      } finally {
        for (const logGroupName of names)
          await bench.client.send(new DeleteLogGroupCommand({ logGroupName }));
      }
    }),
    'finds by a case-sensitive part of the name and answers three members': recorded(async (bench) => {
      const logGroupName = await bench.group();
      const pattern = logGroupName.slice(3);
      const { logGroups } = await bench.client.send(
        new DescribeLogGroupsCommand({ logGroupNamePattern: pattern }),
      );
      expect(logGroups).to.have.length(1);
      expect(logGroups![0]).to.include({ logGroupName, logGroupClass: 'STANDARD', metricFilterCount: 0 });
      expect(`${logGroups![0]!.logGroupArn!}:*`).to.equal(logGroups![0]!.arn);
      expect(logGroups![0]).not.to.have.any.keys('storedBytes', 'deletionProtectionEnabled');
      const { logGroups: none } = await bench.client.send(
        new DescribeLogGroupsCommand({ logGroupNamePattern: pattern.toUpperCase() }),
      );
      expect(none).to.deep.equal([]);
    }),
    'refuses a prefix beside a pattern': recorded(async ({ client }) => {
      await refused(
        client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: 'a', logGroupNamePattern: 'a' })),
        'InvalidParameterException',
        'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
      );
    }),
    'refuses a limit of 0 and of 51': recorded(async ({ client }) => {
      for (const limit of [0, 51]) {
        await refused(
          client.send(new DescribeLogGroupsCommand({ limit })),
          'InvalidParameterException',
          /'limit'/,
        );
      }
    }),
  }),
  ...operation('PutRetentionPolicy', {
    'sets the days, which deleting removes': recorded(async (bench) => {
      const logGroupName = await bench.group();
      await bench.client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 7 }));
      expect((await describe(bench, logGroupName))[0]!.retentionInDays).to.equal(7);
      await bench.client.send(new DeleteRetentionPolicyCommand({ logGroupName }));
      expect((await describe(bench, logGroupName))[0]).not.to.have.property('retentionInDays');
    }),
    'refuses days that are not offered': documented(async (bench) => {
      const logGroupName = await bench.group();
      await refused(
        bench.client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 8 })),
        'InvalidParameterException',
      );
    }),
    'refuses a group that does not exist': recorded(async (bench) => {
      await refused(
        bench.client.send(
          new PutRetentionPolicyCommand({ logGroupName: bench.groupName(), retentionInDays: 7 }),
        ),
        'ResourceNotFoundException',
        'The specified log group does not exist.',
      );
    }),
  }),
  ...operation('ListTagsForResource', {
    'refuses the ARN with a star at its end': documented(async (bench) => {
      const [group] = await describe(bench, await bench.group());
      await refused(
        bench.client.send(new ListTagsForResourceCommand({ resourceArn: group!.arn })),
        'ValidationException',
        'Invalid resourceArn',
      );
    }),
  }),
  ...operation('TagResource', {
    'writes the set that both generations read': recorded(async (bench) => {
      const logGroupName = await bench.group();
      const resourceArn = (await describe(bench, logGroupName))[0]!.logGroupArn!;
      await bench.client.send(new TagResourceCommand({ resourceArn, tags: { a: '1', b: '2' } }));
      await bench.client.send(new TagLogGroupCommand({ logGroupName, tags: { b: '3' } }));
      await bench.client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
      const { tags } = await bench.client.send(new ListTagsForResourceCommand({ resourceArn }));
      expect(tags).to.deep.equal({ b: '3' });
    }),
    'answers an empty set for a group without tags': recorded(async (bench) => {
      const logGroupName = await bench.group();
      const { tags } = await bench.client.send(new ListTagsLogGroupCommand({ logGroupName }));
      expect(tags).to.deep.equal({});
    }),
  }),
];
