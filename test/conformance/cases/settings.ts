import {
  AssociateKmsKeyCommand,
  DeleteDataProtectionPolicyCommand,
  DeleteMetricFilterCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
  DisassociateKmsKeyCommand,
  GetDataProtectionPolicyCommand,
  ListLogGroupsCommand,
  ListTagsForResourceCommand,
  ListTagsLogGroupCommand,
  DeleteLogGroupCommand,
  PutBearerTokenAuthenticationCommand,
  PutDataProtectionPolicyCommand,
  PutLogGroupDeletionProtectionCommand,
  PutMetricFilterCommand,
  PutRetentionPolicyCommand,
  TagLogGroupCommand,
  TagResourceCommand,
  UntagLogGroupCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { type Bench, documented, operation, recorded, refused } from '../conformance-case.js';

async function describe({ client }: Bench, logGroupNamePrefix: string) {
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
  return logGroups![0]!;
}

const EMAIL = 'arn:aws:dataprotection::aws:data-identifier/EmailAddress';
const MASKING = JSON.stringify({
  Name: 'conformance',
  Version: '2021-06-01',
  Statement: [
    { Sid: 'audit', DataIdentifier: [EMAIL], Operation: { Audit: { FindingsDestination: {} } } },
    { Sid: 'mask', DataIdentifier: [EMAIL], Operation: { Deidentify: { MaskConfig: {} } } },
  ],
});

const metricFilter = (logGroupName: string, filterName: string) =>
  new PutMetricFilterCommand({
    logGroupName,
    filterName,
    filterPattern: 'ERROR',
    metricTransformations: [{ metricName: 'm', metricNamespace: 'conformance', metricValue: '1' }],
  });

export const settingCases = [
  ...operation('ListLogGroups', {
    'finds a group by a part of its name': documented(async (bench) => {
      const logGroupName = await bench.group();
      const { logGroups } = await bench.client.send(
        new ListLogGroupsCommand({ logGroupNamePattern: logGroupName.slice(-10) }),
      );
      expect(logGroups!.map((group) => group.logGroupName)).to.deep.equal([logGroupName]);
      expect(logGroups![0]!.logGroupArn).to.match(/:log-group:[^*]+$/);
    }),
  }),
  ...operation('DeleteRetentionPolicy', {
    'removes the member': recorded(async (bench) => {
      const logGroupName = await bench.group();
      await bench.client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 7 }));
      expect((await describe(bench, logGroupName)).retentionInDays).to.equal(7);
      await bench.client.send(new DeleteRetentionPolicyCommand({ logGroupName }));
      expect(await describe(bench, logGroupName)).not.to.have.property('retentionInDays');
    }),
    'refuses a group that does not exist': recorded(async (bench) => {
      await refused(
        bench.client.send(new DeleteRetentionPolicyCommand({ logGroupName: bench.groupName() })),
        'ResourceNotFoundException',
        'The specified log group does not exist.',
      );
    }),
  }),
  ...operation('TagLogGroup', {
    'writes the tags that both generations read': recorded(async (bench) => {
      const logGroupName = await bench.group();
      await bench.client.send(new TagLogGroupCommand({ logGroupName, tags: { a: '1', b: '2' } }));
      const { logGroupArn: resourceArn } = await describe(bench, logGroupName);
      const { tags } = await bench.client.send(new ListTagsForResourceCommand({ resourceArn }));
      expect(tags).to.deep.equal({ a: '1', b: '2' });
    }),
  }),
  ...operation('UntagLogGroup', {
    'takes tags away, those that are not there too': documented(async (bench) => {
      const logGroupName = await bench.group();
      await bench.client.send(new TagLogGroupCommand({ logGroupName, tags: { a: '1', b: '2' } }));
      await bench.client.send(new UntagLogGroupCommand({ logGroupName, tags: ['a', 'none'] }));
      const { tags } = await bench.client.send(new ListTagsLogGroupCommand({ logGroupName }));
      expect(tags).to.deep.equal({ b: '2' });
    }),
  }),
  ...operation('ListTagsLogGroup', {
    'answers an empty set for a group without tags': recorded(async (bench) => {
      const { tags } = await bench.client.send(
        new ListTagsLogGroupCommand({ logGroupName: await bench.group() }),
      );
      expect(tags).to.deep.equal({});
    }),
  }),
  ...operation('ListTagsForResource', {
    'refuses a group that does not exist': documented(async (bench) => {
      const { logGroupArn } = await describe(bench, await bench.group());
      await refused(
        bench.client.send(new ListTagsForResourceCommand({ resourceArn: `${logGroupArn!}-none` })),
        'ResourceNotFoundException',
      );
    }),
  }),
  ...operation('UntagResource', {
    'takes a tag away': documented(async (bench) => {
      const { logGroupArn: resourceArn } = await describe(bench, await bench.group());
      await bench.client.send(new TagResourceCommand({ resourceArn, tags: { a: '1', b: '2' } }));
      await bench.client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
      const { tags } = await bench.client.send(new ListTagsForResourceCommand({ resourceArn }));
      expect(tags).to.deep.equal({ b: '2' });
    }),
  }),
  ...operation('DescribeMetricFilters', {
    'finds by the beginning of the name, in order, and counts on the group': documented(async (bench) => {
      const logGroupName = await bench.group();
      for (const name of ['b', 'ab', 'aa']) await bench.client.send(metricFilter(logGroupName, name));
      const { metricFilters } = await bench.client.send(
        new DescribeMetricFiltersCommand({ logGroupName, filterNamePrefix: 'a' }),
      );
      expect(metricFilters!.map(({ filterName }) => filterName)).to.deep.equal(['aa', 'ab']);
      expect((await describe(bench, logGroupName)).metricFilterCount).to.equal(3);
    }),
    'gives pages': documented(async (bench) => {
      const logGroupName = await bench.group();
      for (const name of ['a', 'b', 'c']) await bench.client.send(metricFilter(logGroupName, name));
      const names: (string | undefined)[] = [];
      let nextToken: string | undefined;
      do {
        const page = await bench.client.send(
          new DescribeMetricFiltersCommand({ logGroupName, limit: 2, nextToken }),
        );
        expect(page.metricFilters!.length).to.be.at.most(2);
        names.push(...page.metricFilters!.map(({ filterName }) => filterName));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      expect(names).to.deep.equal(['a', 'b', 'c']);
    }),
  }),
  ...operation('PutLogGroupDeletionProtection', {
    'keeps a group from being deleted': documented(async (bench) => {
      const logGroupName = await bench.group();
      const protect = (deletionProtectionEnabled: boolean) =>
        bench.client.send(
          new PutLogGroupDeletionProtectionCommand({
            logGroupIdentifier: logGroupName,
            deletionProtectionEnabled,
          }),
        );
      await protect(true);
      expect((await describe(bench, logGroupName)).deletionProtectionEnabled).to.equal(true);
      await refused(bench.client.send(new DeleteLogGroupCommand({ logGroupName })), [
        'ValidationException',
        'InvalidOperationException',
        'OperationAbortedException',
      ]);
      await protect(false);
      await bench.client.send(new DeleteLogGroupCommand({ logGroupName }));
    }),
  }),
  ...operation('PutBearerTokenAuthentication', {
    'is shown on the group': documented(async (bench) => {
      const logGroupIdentifier = await bench.group();
      await bench.client.send(
        new PutBearerTokenAuthenticationCommand({
          logGroupIdentifier,
          bearerTokenAuthenticationEnabled: true,
        }),
      );
      expect((await describe(bench, logGroupIdentifier)).bearerTokenAuthenticationEnabled).to.equal(true);
    }),
  }),
  ...operation('DeleteMetricFilter', {
    'refuses a filter that does not exist': documented(async (bench) => {
      await refused(
        bench.client.send(
          new DeleteMetricFilterCommand({ logGroupName: await bench.group(), filterName: 'none' }),
        ),
        'ResourceNotFoundException',
      );
    }),
  }),
  ...operation('AssociateKmsKey', {
    'shows the key on the group': documented(async (bench) => {
      bench.notAtAws('it needs a key of the account');
      const logGroupName = await bench.group();
      const kmsKeyId = 'arn:aws:kms:us-east-1:000000000000:key/0f1e2d3c-0000-0000-0000-000000000000';
      await bench.client.send(new AssociateKmsKeyCommand({ logGroupName, kmsKeyId }));
      expect((await describe(bench, logGroupName)).kmsKeyId).to.equal(kmsKeyId);
    }),
    'refuses a group that does not exist': documented(async (bench) => {
      await refused(
        bench.client.send(
          new AssociateKmsKeyCommand({
            logGroupName: bench.groupName(),
            kmsKeyId: 'arn:aws:kms:us-east-1:000000000000:key/0f1e2d3c-0000-0000-0000-000000000000',
          }),
        ),
        ['ResourceNotFoundException', 'InvalidParameterException'],
      );
    }),
  }),
  ...operation('DisassociateKmsKey', {
    'leaves a group without a key as it is': documented(async (bench) => {
      const logGroupName = await bench.group();
      await bench.client.send(new DisassociateKmsKeyCommand({ logGroupName }));
      expect(await describe(bench, logGroupName)).not.to.have.property('kmsKeyId');
    }),
  }),
  ...operation('PutDataProtectionPolicy', {
    'stores the document': documented(async (bench) => {
      const logGroupIdentifier = await bench.group();
      await bench.client.send(
        new PutDataProtectionPolicyCommand({ logGroupIdentifier, policyDocument: MASKING }),
      );
      const { policyDocument } = await bench.client.send(
        new GetDataProtectionPolicyCommand({ logGroupIdentifier }),
      );
      expect(JSON.parse(policyDocument!)).to.deep.equal(JSON.parse(MASKING));
    }),
    'refuses what is no JSON': documented(async (bench) => {
      await refused(
        bench.client.send(
          new PutDataProtectionPolicyCommand({
            logGroupIdentifier: await bench.group(),
            policyDocument: '{',
          }),
        ),
        'InvalidParameterException',
      );
    }),
  }),
  ...operation('GetDataProtectionPolicy', {
    'answers no document for a group without': documented(async (bench) => {
      const answer = await bench.client.send(
        new GetDataProtectionPolicyCommand({ logGroupIdentifier: await bench.group() }),
      );
      expect(answer.policyDocument).to.equal(undefined);
    }),
    'refuses the ARN with a star at its end': documented(async (bench) => {
      const { arn } = await describe(bench, await bench.group());
      await refused(
        bench.client.send(new GetDataProtectionPolicyCommand({ logGroupIdentifier: arn! })),
        'ValidationException',
        /at 'logGroupIdentifier' failed to satisfy constraint: Member must satisfy regular expression pattern/,
      );
    }),
  }),
  ...operation('DeleteDataProtectionPolicy', {
    'takes the policy away': documented(async (bench) => {
      const logGroupIdentifier = await bench.group();
      await bench.client.send(
        new PutDataProtectionPolicyCommand({ logGroupIdentifier, policyDocument: MASKING }),
      );
      await bench.client.send(new DeleteDataProtectionPolicyCommand({ logGroupIdentifier }));
      const answer = await bench.client.send(new GetDataProtectionPolicyCommand({ logGroupIdentifier }));
      expect(answer.policyDocument).to.equal(undefined);
    }),
  }),
];
