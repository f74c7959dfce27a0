import {
  CreateLogGroupCommand,
  DeleteIndexPolicyCommand,
  DescribeFieldIndexesCommand,
  DescribeIndexPoliciesCommand,
  GetLogGroupFieldsCommand,
  PutIndexPolicyCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { type Bench, documented, eventually, operation, refused } from '../conformance-case.js';

async function indexedGroup(bench: Bench, ...fields: string[]): Promise<string> {
  const logGroupIdentifier = await bench.group();
  const policyDocument = JSON.stringify({ Fields: fields });
  await bench.client.send(new PutIndexPolicyCommand({ logGroupIdentifier, policyDocument }));
  return logGroupIdentifier;
}

export const indexCases = [
  ...operation('DescribeIndexPolicies', {
    'tells whose a policy is': documented(async (bench) => {
      const group = await indexedGroup(bench, 'trace_id');
      const { indexPolicies } = await bench.client.send(
        new DescribeIndexPoliciesCommand({ logGroupIdentifiers: [group] }),
      );
      expect(indexPolicies).to.have.length(1);
      expect(indexPolicies![0]).to.include({ source: 'LOG_GROUP' });
      expect(indexPolicies![0]!.logGroupIdentifier).to.contain(group);
    }),
    'refuses a group that does not exist': documented(async (bench) => {
      await refused(
        bench.client.send(new DescribeIndexPoliciesCommand({ logGroupIdentifiers: [bench.groupName()] })),
        'ResourceNotFoundException',
      );
    }),
  }),
  ...operation('DeleteIndexPolicy', {
    'takes the policy of a group away': documented(async (bench) => {
      const group = await indexedGroup(bench, 'trace_id');
      await bench.client.send(new DeleteIndexPolicyCommand({ logGroupIdentifier: group }));
      const { indexPolicies } = await bench.client.send(
        new DescribeIndexPoliciesCommand({ logGroupIdentifiers: [group] }),
      );
      expect(indexPolicies!.filter(({ source }) => source === 'LOG_GROUP')).to.deep.equal([]);
    }),
  }),
  ...operation('DescribeFieldIndexes', {
    'names the fields of the policy': documented(async (bench) => {
      const group = await indexedGroup(bench, 'trace_id', 'span_id');
      const { fieldIndexes } = await bench.client.send(
        new DescribeFieldIndexesCommand({ logGroupIdentifiers: [group] }),
      );
      expect(fieldIndexes!.map(({ fieldIndexName }) => fieldIndexName)).to.include.members([
        'trace_id',
        'span_id',
      ]);
    }),
  }),
  ...operation('PutIndexPolicy', {
    'refuses a group of the Infrequent Access class': documented(async (bench) => {
      const logGroupName = bench.groupName();
      await bench.client.send(
        new CreateLogGroupCommand({ logGroupName, logGroupClass: 'INFREQUENT_ACCESS' }),
      );
      await refused(
        bench.client.send(
          new PutIndexPolicyCommand({ logGroupIdentifier: logGroupName, policyDocument: '{"Fields":["a"]}' }),
        ),
        ['InvalidParameterException', 'OperationAbortedException', 'InvalidOperationException'],
      );
    }),
  }),
  ...operation('GetLogGroupFields', {
    'tells how many of the events have a field': documented(async (bench) => {
      const group = await bench.groupWith([]);
      const { logGroupFields } = await eventually(
        async () => {
          const logEvents = [{ timestamp: bench.now(), message: '{"level":"info"}' }];
          await bench.client.send(
            new PutLogEventsCommand({ logGroupName: group, logStreamName: 'stream', logEvents }),
          );
          return bench.client.send(new GetLogGroupFieldsCommand({ logGroupName: group }));
        },
        (answer) => answer.logGroupFields?.some(({ name }) => name === 'level') ?? false,
        { attempts: 120, delayMillis: 1000 },
      );
      expect(logGroupFields!.find(({ name }) => name === 'level')!.percent).to.equal(100);
      expect(logGroupFields!.map(({ name }) => name)).to.include.members(['@message', '@timestamp']);
    }),
  }),
];
