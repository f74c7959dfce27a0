import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import {
  AssociateKmsKeyCommand,
  CreateLogStreamCommand,
  CancelExportTaskCommand,
  CreateExportTaskCommand,
  type CreateExportTaskCommandInput,
  CreateLogGroupCommand,
  DeleteAccountPolicyCommand,
  DeleteDataProtectionPolicyCommand,
  DeleteDestinationCommand,
  DeleteIndexPolicyCommand,
  DeleteLogGroupCommand,
  DeleteQueryDefinitionCommand,
  DeleteResourcePolicyCommand,
  DescribeAccountPoliciesCommand,
  DescribeDestinationsCommand,
  DescribeExportTasksCommand,
  DescribeFieldIndexesCommand,
  DescribeIndexPoliciesCommand,
  DescribeLogGroupsCommand,
  DescribeQueryDefinitionsCommand,
  DescribeResourcePoliciesCommand,
  DisassociateKmsKeyCommand,
  GetDataProtectionPolicyCommand,
  ListTagsForResourceCommand,
  PutAccountPolicyCommand,
  type PutAccountPolicyCommandInput,
  PutBearerTokenAuthenticationCommand,
  PutDataProtectionPolicyCommand,
  PutDestinationCommand,
  PutDestinationPolicyCommand,
  PutIndexPolicyCommand,
  PutQueryDefinitionCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { DAY, failure, LocalService, START } from '../local-service.js';

const GROUP = '/app';
const ARN = 'arn:aws:logs:us-east-1:000000000000:log-group:/app';
const KEY = 'arn:aws:kms:us-east-1:000000000000:key/0f1e2d3c';
const identifier = (name: string) => `arn:aws:dataprotection::aws:data-identifier/${name}`;
const EMAIL = identifier('EmailAddress');
/** A data protection policy for identifiers of these names. */
const masking = (audited = [EMAIL], masked = audited, maskConfig = {}, more = {}) =>
  JSON.stringify({
    Name: 'p',
    ...more,
    Statement: [
      { DataIdentifier: audited, Operation: { Audit: { FindingsDestination: {} } } },
      { DataIdentifier: masked, Operation: { Deidentify: { MaskConfig: maskConfig } } },
    ],
  });
const ROLE = 'arn:aws:iam::000000000000:role/logs';
const STATEMENT = {
  Effect: 'Allow',
  Principal: { Service: 'route53.amazonaws.com' },
  Action: 'logs:PutLogEvents',
  Resource: '*',
};
/** A policy with one statement, of these elements beside the usual ones. */
const allowing = (more: object = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ ...STATEMENT, ...more }] });
const NO_POLICY =
  'Error occurred while parsing accessPolicy. Please check if the accessPolicy has been constructed correctly using IAM grammar.';
const NO_PRINCIPAL = 'Could not convert to persistable policy.';

describe('policies and settings', () => {
  let service: LocalService;

  beforeEach(async () => {
    service = await LocalService.start();
    await service.createStream(GROUP);
  });
  afterEach(() => service.stop());

  const group = async () =>
    (await service.client.send(new DescribeLogGroupsCommand({ logGroupIdentifiers: [GROUP] })))
      .logGroups![0]!;

  describe('index policies', () => {
    const put = (policy: unknown, logGroupIdentifier = GROUP) =>
      service.client.send(
        new PutIndexPolicyCommand({
          logGroupIdentifier,
          policyDocument: typeof policy === 'string' ? policy : JSON.stringify(policy),
        }),
      );
    const policies = async () =>
      (await service.client.send(new DescribeIndexPoliciesCommand({ logGroupIdentifiers: [GROUP] })))
        .indexPolicies!;
    const indexes = async (indexCategories?: ('DEFAULT' | 'CUSTOM' | 'INACTIVE')[]) =>
      (
        await service.client.send(
          new DescribeFieldIndexesCommand({ logGroupIdentifiers: [GROUP], indexCategories }),
        )
      ).fieldIndexes!.map((index) => `${index.fieldIndexName!} ${index.indexCategory!} ${index.type!}`);

    it('tell the times of the first and the last event of a system field', async () => {
      const times = async () => {
        const { fieldIndexes } = await service.client.send(
          new DescribeFieldIndexesCommand({ logGroupIdentifiers: [GROUP] }),
        );
        const { firstEventTime, lastEventTime } = fieldIndexes!.find(
          ({ fieldIndexName }) => fieldIndexName === '@logStream',
        )!;
        return [firstEventTime, lastEventTime];
      };
      expect(await times()).to.deep.equal([undefined, undefined]);
      await service.client.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: 'timed' }));
      await service.put(
        GROUP,
        [
          [-5, 'first'],
          [3, 'last'],
        ],
        'timed',
      );
      expect(await times()).to.deep.equal([START - 5, START + 3]);
    });

    it('tell the times of the first and the last event of an indexed field', async () => {
      const times = async () => {
        const { fieldIndexes } = await service.client.send(
          new DescribeFieldIndexesCommand({ logGroupIdentifiers: [GROUP] }),
        );
        const shown = fieldIndexes!.map(
          ({ fieldIndexName, firstEventTime, lastEventTime }) =>
            [fieldIndexName!, [firstEventTime, lastEventTime]] as const,
        );
        return Object.fromEntries(shown);
      };
      await service.put(GROUP, [[-9, '{"n":1}']]);
      await put({ Fields: ['n', 'm'] });
      await service.put(GROUP, [
        [-8, 'no JSON'],
        [-7, '{"n":2}'],
        [-5, '{"n":3}'],
        [-4, '{"x":4,"traceId":"t"}'],
      ]);
      expect(await times()).to.deep.include({
        n: [START - 7, START - 5],
        m: [undefined, undefined],
        traceId: [START - 4, START - 4],
        '@data_format': [undefined, undefined],
        '@aws.region': [START - 9, START - 4],
      });
      await service.put(GROUP, [[-2, '{"n":5}']]);
      expect(await times()).to.deep.include({ n: [START - 7, START - 2] });
    });

    it('leave the index of a removed field inactive for 30 days, of account policies too', async () => {
      await put({ Fields: ['n'] });
      await put({ Fields: ['m'] });
      expect(await indexes(['INACTIVE'])).to.deep.equal(['n INACTIVE FIELD_INDEX']);
      service.time += 30 * DAY - 1;
      expect(await indexes(['INACTIVE'])).to.have.length(1);
      service.time += 1;
      expect(await indexes(['INACTIVE'])).to.deep.equal([]);
      await service.client.send(new DeleteIndexPolicyCommand({ logGroupIdentifier: ARN }));
      const account = { policyName: 'p', policyType: 'FIELD_INDEX_POLICY' as const };
      await service.client.send(
        new PutAccountPolicyCommand({ ...account, policyDocument: '{"Fields":["a"]}' }),
      );
      await service.client.send(new DeleteAccountPolicyCommand(account));
      expect(await indexes(['INACTIVE'])).to.have.members([
        'm INACTIVE FIELD_INDEX',
        'a INACTIVE FIELD_INDEX',
      ]);
    });

    it('refuse a token that is not theirs when they are described', async () => {
      const described = service.client.send(
        new DescribeIndexPoliciesCommand({ logGroupIdentifiers: [GROUP], nextToken: 'x' }),
      );
      expect((await failure(described)).message).to.equal('The specified nextToken is invalid.');
    });

    it('say which fields are indexed, besides the default ones', async () => {
      expect(await policies()).to.deep.equal([]);
      const { indexPolicy } = await put({ Fields: ['trace_id'], FieldsV2: { level: { type: 'FACET' } } });
      expect(indexPolicy).to.deep.include({
        logGroupIdentifier: ARN,
        lastUpdateTime: START,
        source: 'LOG_GROUP',
      });
      expect(await policies()).to.deep.equal([indexPolicy]);
      expect(await indexes(['CUSTOM'])).to.deep.equal(['trace_id CUSTOM FIELD_INDEX', 'level CUSTOM FACET']);
      expect(await indexes(['DEFAULT'])).to.include('traceId DEFAULT FIELD_INDEX');
      await service.client.send(new DeleteIndexPolicyCommand({ logGroupIdentifier: ARN }));
      expect(await policies()).to.deep.equal([]);
      expect(await indexes(['INACTIVE'])).to.deep.equal([
        'trace_id INACTIVE FIELD_INDEX',
        'level INACTIVE FIELD_INDEX',
      ]);
    });

    const fields = (count: number) => Array.from({ length: count }, (_, index) => `field${index}`);
    for (const wrong of [
      '{',
      '[]',
      'null',
      {},
      { Fields: [] },
      { Fields: 'a' },
      { Fields: [1] },
      { Fields: fields(21) },
      { Fields: ['x'.repeat(101)] },
      { Fields: ['a', 'a'] },
      { Fields: ['a'], FieldsV2: { a: { type: 'FACET' } } },
      { FieldsV2: { a: { type: 'OTHER' } } },
      { Fields: ['@message'] },
    ]) {
      it(`refuse ${JSON.stringify(wrong).slice(0, 60)}`, async () => {
        expect((await failure(put(wrong))).name).to.equal('InvalidParameterException');
      });
    }

    it('take 20 fields of 100 characters', async () => {
      await put({ Fields: fields(19).concat('x'.repeat(100)) });
    });

    it('are for the Standard class alone', async () => {
      await service.client.send(
        new CreateLogGroupCommand({ logGroupName: '/rare', logGroupClass: 'INFREQUENT_ACCESS' }),
      );
      expect((await failure(put({ Fields: ['a'] }, '/rare'))).name).to.equal('InvalidParameterException');
    });
  });

  describe('account policies', () => {
    const put = (input: Partial<PutAccountPolicyCommandInput>) =>
      service.client.send(
        new PutAccountPolicyCommand({
          policyName: 'policy',
          policyType: 'FIELD_INDEX_POLICY',
          policyDocument: '{"Fields":["request_id"]}',
          ...input,
        }),
      );
    const prefix = (text: string) => `LogGroupNamePrefix IN ["${text}"]`;

    it('index fields of groups that have no policy of their own', async () => {
      await put({ selectionCriteria: prefix('/a') });
      const described = async () =>
        (await service.client.send(new DescribeIndexPoliciesCommand({ logGroupIdentifiers: [GROUP] })))
          .indexPolicies!;
      expect((await described())[0]).to.include({ policyName: 'policy', source: 'ACCOUNT' });
      await service.client.send(
        new PutIndexPolicyCommand({ logGroupIdentifier: GROUP, policyDocument: '{"Fields":["own"]}' }),
      );
      expect((await described()).map(({ source }) => source)).to.deep.equal(['LOG_GROUP']);
    });

    it('are described by type and name, and deleted', async () => {
      const { accountPolicy } = await put({});
      expect(accountPolicy).to.deep.equal({
        policyName: 'policy',
        policyType: 'FIELD_INDEX_POLICY',
        policyDocument: '{"Fields":["request_id"]}',
        lastUpdatedTime: START,
        scope: 'ALL',
        accountId: '000000000000',
      });
      const described = (policyName?: string) =>
        service.client.send(
          new DescribeAccountPoliciesCommand({ policyType: 'FIELD_INDEX_POLICY', policyName }),
        );
      expect((await described('policy')).accountPolicies).to.deep.equal([accountPolicy]);
      expect((await failure(described('none'))).name).to.equal('ResourceNotFoundException');
      const remove = () =>
        service.client.send(
          new DeleteAccountPolicyCommand({ policyName: 'policy', policyType: 'FIELD_INDEX_POLICY' }),
        );
      await remove();
      expect((await described()).accountPolicies).to.deep.equal([]);
      expect((await failure(remove())).name).to.equal('ResourceNotFoundException');
    });

    const retention = (retentionInDays: unknown, enforcementMode = 'RETROACTIVE') => ({
      policyType: 'RETENTION_POLICY' as const,
      policyName: 'keep',
      policyDocument: JSON.stringify({ retentionInDays, enforcementMode }),
    });
    const kept = async () => {
      const { retentionInDays, retentionPolicyName } = await group();
      return [retentionInDays, retentionPolicyName];
    };

    it('of retention override the group a day later, and so does each change of them', async () => {
      await put(retention(30));
      service.time += DAY - 1;
      expect(await kept()).to.deep.equal([undefined, undefined]);
      service.time += 1;
      expect(await kept()).to.deep.equal([30, 'keep']);
      await put(retention(60));
      service.time += DAY / 2;
      await put(retention(90));
      service.time += DAY - 1;
      expect(await kept()).to.deep.equal([30, 'keep']);
      service.time += 1;
      expect(await kept()).to.deep.equal([90, 'keep']);
      for (const policy of [retention(7), retention('x'), retention(30, 'x')]) {
        expect((await failure(put(policy))).name).to.equal('InvalidParameterException');
      }
    });

    it('of retention that are for new groups spare those that were there', async () => {
      service.time += 1;
      await put(retention(60, 'NEW_ONLY'));
      service.time += DAY;
      expect(await kept()).to.deep.equal([undefined, undefined]);
      await service.client.send(new CreateLogGroupCommand({ logGroupName: '/new' }));
      const { logGroups } = await service.client.send(
        new DescribeLogGroupsCommand({ logGroupIdentifiers: ['/new'] }),
      );
      expect(logGroups![0]).to.include({ retentionInDays: 60, retentionPolicyName: 'keep' });
    });

    it('of retention may overlap: the longest holds, and of equal ones the oldest is named', async () => {
      await put({ ...retention(90), policyName: 'z', selectionCriteria: prefix('/a') });
      service.time += 1;
      await put({ ...retention(30), policyName: 'b' });
      await put({ ...retention(90), policyName: 'c', selectionCriteria: prefix('/app') });
      service.time += DAY;
      expect(await kept()).to.deep.equal([90, 'z']);
      await put({ ...retention('NEVER_EXPIRE'), policyName: 'd' });
      service.time += DAY;
      expect(await kept()).to.deep.equal([undefined, 'd']);
    });

    it('of retention can be tried before they are put, and before they are deleted', async () => {
      await service.put(GROUP, [[0, 'x']]);
      const { dryRunResult } = await put({ ...retention(30), dryRun: true });
      expect(dryRunResult).to.deep.equal({
        totalMatchedLogGroups: 1,
        increasedRetentionLogGroupCount: 0,
        decreasedRetentionLogGroupCount: 1,
        unchangedRetentionLogGroupCount: 0,
        failedAnalysisCount: 0,
        topLogGroupsImpacted: [
          {
            logGroupName: GROUP,
            currentRetention: 'NEVER_EXPIRE',
            proposedRetention: '30',
            storedBytes: 27,
          },
        ],
      });
      await put(retention(30));
      service.time += DAY;
      const deletion = await service.client.send(
        new DeleteAccountPolicyCommand({
          policyName: 'keep',
          policyType: 'RETENTION_POLICY',
          dryRun: true,
        }),
      );
      expect(deletion.dryRunResult).to.deep.include({
        totalMatchedLogGroups: 1,
        increasedRetentionLogGroupCount: 1,
      });
      expect(await kept()).to.deep.equal([30, 'keep']);
    });

    it('of metric extraction select groups by name and prefix, without overlap', async () => {
      const metrics = (policyName: string, selectionCriteria: string) =>
        put({
          policyType: 'METRIC_EXTRACTION_POLICY',
          policyDocument: '{}',
          policyName,
          selectionCriteria,
        });
      await metrics('a', 'LogGroupNamePrefix IN ["/aws/lambda"]');
      await metrics('b', 'LogGroupName IN ["/app", "/other"]');
      for (const criteria of [
        'LogGroupName IN ["/aws/lambda/one"]',
        'LogGroupNamePrefix IN ["/aws"]',
        'LogGroupNamePrefix NOT IN ["/aws"]',
        'LogGroupName IN []',
        'LogGroupName = "x"',
      ]) {
        const { name } = await failure(metrics('c', criteria));
        expect(name, criteria).to.equal('InvalidParameterException');
      }
      await metrics('c', 'LogGroupNamePrefix NOT IN ["/a", "/other"]');
      await metrics('b', 'LogGroupName IN ["/app"]');
    });

    const wrong: Partial<PutAccountPolicyCommandInput>[] = [
      { policyName: '' },
      { policyName: 'aws/x' },
      { policyDocument: '{' },
      { policyDocument: `{"Fields":["a"],"x":"${'x'.repeat(30_720)}"}` },
      { dryRun: true },
      { selectionCriteria: 'Nonsense' },
      { selectionCriteria: prefix('x'.repeat(26 * 1024)) },
      { policyType: 'DATA_PROTECTION_POLICY', policyDocument: masking(), selectionCriteria: prefix('a') },
      { policyType: 'DATA_PROTECTION_POLICY', policyDocument: '{}' },
      { policyType: 'SUBSCRIPTION_FILTER_POLICY', policyDocument: '{}' },
      {
        policyType: 'SUBSCRIPTION_FILTER_POLICY',
        policyDocument: '{"DestinationArn":"arn","FilterPattern":""}',
        selectionCriteria: 'LogGroupName IN []',
      },
    ];
    for (const input of wrong) {
      it(`refuse ${JSON.stringify(input).slice(0, 70)}`, async () => {
        expect((await failure(put(input))).name).to.equal('InvalidParameterException');
      });
    }

    it('may not overlap, and are bounded', async () => {
      await put({ policyName: 'a', selectionCriteria: prefix('/a') });
      expect((await failure(put({ policyName: 'b', selectionCriteria: prefix('/app') }))).name).to.equal(
        'InvalidParameterException',
      );
      await put({ policyName: 'a', selectionCriteria: prefix('/app') });
      expect((await failure(put({ policyName: 'all' }))).name).to.equal('LimitExceededException');
      await put({ policyName: 'a' });
      expect((await failure(put({ policyName: 'b', selectionCriteria: prefix('/b') }))).name).to.equal(
        'LimitExceededException',
      );
      const data = { policyType: 'DATA_PROTECTION_POLICY' as const, policyDocument: masking() };
      await put({ ...data, policyName: 'one' });
      expect((await failure(put({ ...data, policyName: 'two' }))).name).to.equal('LimitExceededException');
      await put({ ...data, policyName: 'one' });
    });
  });

  it('resource policies are ten, an update passes', async () => {
    const put = (policyName: string) =>
      service.client.send(new PutResourcePolicyCommand({ policyName, policyDocument: allowing() }));
    const { resourcePolicy } = await put('p0');
    expect(resourcePolicy).to.deep.equal({
      policyName: 'p0',
      policyDocument: allowing(),
      lastUpdatedTime: START,
      policyScope: 'ACCOUNT',
    });
    for (let count = 1; count < 10; count++) await put(`p${count}`);
    await put('p3');
    expect(await failure(put('p10'))).to.deep.equal({
      name: 'LimitExceededException',
      message: 'Resource limit exceeded.',
    });
    const page = await service.client.send(new DescribeResourcePoliciesCommand({ limit: 8 }));
    const rest = await service.client.send(
      new DescribeResourcePoliciesCommand({ nextToken: page.nextToken }),
    );
    expect([page.resourcePolicies!.length, rest.resourcePolicies!.length]).to.deep.equal([8, 2]);
    await service.client.send(new DeleteResourcePolicyCommand({ policyName: 'p1' }));
    expect(
      await failure(service.client.send(new DeleteResourcePolicyCommand({ policyName: 'p1' }))),
    ).to.deep.equal({
      name: 'ResourceNotFoundException',
      message: 'Policy with name [p1] does not exist.',
    });
  });

  it('a resource policy of one group has revisions', async () => {
    const put = (expectedRevisionId?: string) =>
      service.client.send(
        new PutResourcePolicyCommand({ resourceArn: ARN, policyDocument: allowing(), expectedRevisionId }),
      );
    const { revisionId } = await put();
    const second = await put(revisionId);
    expect((await failure(put(revisionId))).name).to.equal('OperationAbortedException');
    expect((await failure(put())).name).to.equal('InvalidParameterException');
    const { resourcePolicies } = await service.client.send(
      new DescribeResourcePoliciesCommand({ resourceArn: ARN }),
    );
    expect(resourcePolicies![0]).to.include({ policyScope: 'RESOURCE', revisionId: second.revisionId });
    const remove = (expectedRevisionId?: string) =>
      service.client.send(new DeleteResourcePolicyCommand({ resourceArn: ARN, expectedRevisionId }));
    expect((await failure(remove())).name).to.equal('InvalidParameterException');
    await remove(second.revisionId);
    await put();
  });

  it('a resource policy is that of its group alone, and goes with it', async () => {
    const longer = `${GROUP}-longer`;
    await service.client.send(new CreateLogGroupCommand({ logGroupName: longer }));
    await service.client.send(
      new PutResourcePolicyCommand({ resourceArn: `${ARN}-longer`, policyDocument: allowing() }),
    );
    const described = async (resourceArn?: string) =>
      (
        await service.client.send(
          new DescribeResourcePoliciesCommand({ resourceArn, policyScope: 'RESOURCE' }),
        )
      ).resourcePolicies!.length;
    expect([await described(ARN), await described(`${ARN}-longer`)]).to.deep.equal([0, 1]);
    await service.client.send(new DeleteLogGroupCommand({ logGroupName: longer }));
    expect(await described()).to.equal(0);
  });

  describe('policies of resources and destinations', () => {
    const putResourcePolicy = (policyDocument: string, resourceArn?: string) =>
      service.client.send(
        new PutResourcePolicyCommand({
          policyName: resourceArn === undefined ? 'p' : undefined,
          policyDocument,
          resourceArn,
        }),
      );
    const putDestinationPolicy = (accessPolicy: string) =>
      service.client.send(new PutDestinationPolicyCommand({ destinationName: 'one', accessPolicy }));

    beforeEach(async () => {
      const targetArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/s';
      await service.client.send(
        new PutDestinationCommand({ destinationName: 'one', targetArn, roleArn: ROLE }),
      );
    });

    const broken: unknown[] = [
      '{',
      'DUMMY',
      '[]',
      'null',
      {},
      { a: 1 },
      { Version: '2012-10-17' },
      { Statement: [] },
      { Statement: 'x' },
      { Version: '2021-06-01', Statement: [STATEMENT] },
      { Statement: [STATEMENT], Comment: 'x' },
      { Id: 1, Statement: [STATEMENT] },
      ...[
        { Effect: 'allow' },
        { Effect: undefined },
        { Principal: undefined },
        { Principal: 'route53.amazonaws.com' },
        { Principal: {} },
        { Principal: { Services: 'x.amazonaws.com' } },
        { Principal: { AWS: [] } },
        { NotPrincipal: '*' },
        { Action: undefined },
        { Action: [1] },
        { NotAction: 'logs:*' },
        { Resource: {} },
        { Condition: ['x'] },
        { Condition: { StringEquals: { 'aws:SourceAccount': { x: 1 } } } },
        { Sid: 5 },
        { Actions: 'logs:*' },
      ].map((more) => ({ Statement: [STATEMENT, { ...STATEMENT, ...more }] })),
    ];
    for (const document of broken) {
      const text = typeof document === 'string' ? document : JSON.stringify(document);
      it(`refuse ${text.slice(0, 40)}…${text.slice(40).slice(-90)}`, async () => {
        const refusal = { name: 'InvalidParameterException', message: NO_POLICY };
        expect(await failure(putResourcePolicy(text))).to.deep.equal(refusal);
        expect(await failure(putResourcePolicy(text, ARN))).to.deep.equal(refusal);
        expect(await failure(putDestinationPolicy(text))).to.deep.equal(refusal);
      });
    }

    it('refuse names of services as accounts, and of no service', async () => {
      const refusal = { name: 'InvalidParameterException', message: NO_PRINCIPAL };
      for (const Principal of [
        { AWS: 'route53.amazonaws.com' },
        { AWS: ['123456789012', 'lambda.amazonaws.com'] },
        { AWS: 'somebody' },
        { AWS: 'arn:aws:s3:::bucket' },
        { Service: 'route53' },
        { Service: ['route53.amazonaws.com', ''] },
      ]) {
        expect(await failure(putResourcePolicy(allowing({ Principal })))).to.deep.equal(refusal);
        expect(await failure(putDestinationPolicy(allowing({ Principal })))).to.deep.equal(refusal);
      }
      const logs = allowing({ Principal: { AWS: 'logs.us-east-1.amazonaws.com' } });
      expect(await failure(putResourcePolicy(logs))).to.deep.equal(refusal);
      // Recorded for destinations: the service itself may be named so.
      await putDestinationPolicy(logs);
      await putDestinationPolicy(allowing({ Principal: { AWS: 'logs.amazonaws.com' } }));
    });

    it('take all that the grammar of IAM has', async () => {
      for (const Principal of [
        '*',
        { AWS: '*' },
        { AWS: '123456789012' },
        { AWS: ['arn:aws:iam::123456789012:root', 'arn:aws-cn:iam::123456789012:role/a/b'] },
        { AWS: 'arn:aws:sts::123456789012:assumed-role/r/s', Service: ['es.amazonaws.com'] },
      ]) {
        await putResourcePolicy(allowing({ Principal }));
        await putDestinationPolicy(allowing({ Principal }));
      }
      const { Principal, Action, ...others } = STATEMENT;
      const negated = { ...others, NotPrincipal: Principal, NotAction: [Action], Resource: undefined };
      await putResourcePolicy(JSON.stringify({ Id: 'i', Statement: negated }));
    });

    it('are echoed when they are put, and rewritten when those of resources are described', async () => {
      const statement = {
        Resource: ['arn:aws:logs:us-east-1:000000000000:log-group:/a:*'],
        Principal: { Service: ['route53.amazonaws.com'], AWS: ['123456789012', '210987654321'] },
        Condition: { ArnLike: { 'aws:SourceArn': ['arn:aws:route53:::x'] }, Bool: { 'aws:x': true } },
        Action: ['logs:PutLogEvents'],
        Effect: 'Allow',
      };
      const document = JSON.stringify({ Statement: statement }, undefined, 2);
      for (const resourceArn of [undefined, ARN]) {
        const { resourcePolicy } = await putResourcePolicy(document, resourceArn);
        expect(resourcePolicy!.policyDocument).to.equal(document);
        const { resourcePolicies } = await service.client.send(
          new DescribeResourcePoliciesCommand({ resourceArn }),
        );
        expect(resourcePolicies).to.have.length(1);
        expect(resourcePolicies![0]!.policyDocument).to.equal(
          JSON.stringify({
            Version: '2008-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 'route53.amazonaws.com', AWS: ['123456789012', '210987654321'] },
                Action: 'logs:PutLogEvents',
                Resource: 'arn:aws:logs:us-east-1:000000000000:log-group:/a:*',
                Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:route53:::x' }, Bool: { 'aws:x': true } },
              },
            ],
          }),
        );
      }
    });
  });

  it('query definitions are kept, changed by id, found by prefix and deleted', async () => {
    const put = (name: string, queryDefinitionId?: string) =>
      service.client.send(
        new PutQueryDefinitionCommand({
          name,
          queryString: 'limit 1',
          logGroupNames: [GROUP],
          queryDefinitionId,
        }),
      );
    const { queryDefinitionId } = await put('team/b');
    await put('team/a');
    await put('other');
    await put('team/c', queryDefinitionId);
    expect((await failure(put('x', 'none'))).name).to.equal('ResourceNotFoundException');
    const { queryDefinitions } = await service.client.send(
      new DescribeQueryDefinitionsCommand({ queryDefinitionNamePrefix: 'team/' }),
    );
    expect(queryDefinitions!.map(({ name }) => name)).to.deep.equal(['team/a', 'team/c']);
    expect(queryDefinitions![1]).to.deep.include({
      queryDefinitionId,
      queryString: 'limit 1',
      queryLanguage: 'CWLI',
      logGroupNames: [GROUP],
      lastModified: START,
    });
    const remove = () => service.client.send(new DeleteQueryDefinitionCommand({ queryDefinitionId }));
    expect((await remove()).success).to.equal(true);
    expect((await failure(remove())).name).to.equal('ResourceNotFoundException');
  });

  it('destinations are made, given a policy, described and deleted', async () => {
    const targetArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/s';
    const put = (destinationName: string) =>
      service.client.send(
        new PutDestinationCommand({ destinationName, targetArn, roleArn: ROLE, tags: { a: 'b' } }),
      );
    const { destination } = await put('one');
    expect(destination).to.deep.equal({
      arn: 'arn:aws:logs:us-east-1:000000000000:destination:one',
      creationTime: START,
      destinationName: 'one',
      roleArn: ROLE,
      targetArn,
    });
    await service.client.send(
      new PutDestinationPolicyCommand({ destinationName: 'one', accessPolicy: allowing() }),
    );
    const { destinations } = await service.client.send(
      new DescribeDestinationsCommand({ DestinationNamePrefix: 'o' }),
    );
    expect(destinations).to.deep.equal([{ ...destination, accessPolicy: allowing() }]);
    const policyOf = (bytes: number) => allowing({ Sid: 'x'.repeat(bytes - allowing({ Sid: '' }).length) });
    const putPolicy = (accessPolicy: string) =>
      service.client.send(new PutDestinationPolicyCommand({ destinationName: 'one', accessPolicy }));
    await putPolicy(policyOf(5120));
    expect((await failure(putPolicy(policyOf(5121)))).name).to.equal('InvalidParameterException');
    const reserved = new PutDestinationCommand({
      destinationName: 'two',
      targetArn,
      roleArn: ROLE,
      tags: { 'aws:x': 'y' },
    });
    expect((await failure(service.client.send(reserved))).name).to.equal('InvalidParameterException');
    const { tags } = await service.client.send(
      new ListTagsForResourceCommand({ resourceArn: destination!.arn }),
    );
    expect(tags).to.deep.equal({ a: 'b' });
    const remove = () => service.client.send(new DeleteDestinationCommand({ destinationName: 'one' }));
    await remove();
    expect((await failure(remove())).name).to.equal('ResourceNotFoundException');
  });

  it('a KMS key is associated with a group and with query results', async () => {
    const associate = (input: { logGroupName?: string; resourceIdentifier?: string }) =>
      service.client.send(new AssociateKmsKeyCommand({ kmsKeyId: KEY, ...input }));
    await associate({ logGroupName: GROUP });
    expect((await group()).kmsKeyId).to.equal(KEY);
    await service.client.send(new DisassociateKmsKeyCommand({ resourceIdentifier: ARN }));
    expect(await group()).to.not.have.property('kmsKeyId');
    await associate({ resourceIdentifier: 'arn:aws:logs:us-east-1:000000000000:query-result:*' });
    expect((await failure(associate({}))).name).to.equal('InvalidParameterException');
    expect((await failure(associate({ logGroupName: '/none' }))).name).to.equal('ResourceNotFoundException');
  });

  it('a data protection policy is kept at its group', async () => {
    const policyDocument = masking();
    const get = () => service.client.send(new GetDataProtectionPolicyCommand({ logGroupIdentifier: GROUP }));
    await service.client.send(
      new PutDataProtectionPolicyCommand({ logGroupIdentifier: GROUP, policyDocument }),
    );
    expect(await get()).to.deep.include({
      logGroupIdentifier: GROUP,
      policyDocument,
      lastUpdatedTime: START,
    });
    const starred = new GetDataProtectionPolicyCommand({ logGroupIdentifier: `${ARN}:*` });
    expect(await failure(service.client.send(starred))).to.deep.equal({
      name: 'ValidationException',
      message: `1 validation error detected: Value '${ARN}:*' at 'logGroupIdentifier' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w#+=/:,.@-]*`,
    });
    const byArn = await service.client.send(new GetDataProtectionPolicyCommand({ logGroupIdentifier: ARN }));
    expect(byArn.logGroupIdentifier).to.equal(ARN);
    expect((await group()).dataProtectionStatus).to.equal('ACTIVATED');
    const remove = () =>
      service.client.send(new DeleteDataProtectionPolicyCommand({ logGroupIdentifier: GROUP }));
    await remove();
    expect(await get()).to.not.have.property('policyDocument');
    expect((await group()).dataProtectionStatus).to.equal('DELETED');
    expect((await failure(remove())).name).to.equal('ResourceNotFoundException');
  });

  for (const [reason, policyDocument] of [
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no statement', '{"Statement":[]}'],
    ['other data masked than audited', masking([EMAIL], [identifier('IpAddress')])],
    ['no data', masking([])],
    ['a mask of its own', masking([EMAIL], [EMAIL], { a: 1 })],
    ['too many characters', masking([identifier('x'.repeat(15_360))])],
  ] as const) {
    it(`a data protection policy is refused for ${reason}`, async () => {
      const sent = service.client.send(
        new PutDataProtectionPolicyCommand({ logGroupIdentifier: GROUP, policyDocument }),
      );
      expect((await failure(sent)).name).to.equal('InvalidParameterException');
    });
  }

  it('a data protection policy has one version, and identifiers that there are, of a group or the account', async () => {
    const put = async (policyDocument: string) => {
      const ofGroup = service.client.send(
        new PutDataProtectionPolicyCommand({ logGroupIdentifier: GROUP, policyDocument }),
      );
      const ofAccount = service.client.send(
        new PutAccountPolicyCommand({
          policyName: 'p',
          policyType: 'DATA_PROTECTION_POLICY',
          policyDocument,
        }),
      );
      const [one, other] = await Promise.all([ofGroup, ofAccount].map(failure));
      expect(one).to.deep.equal(other);
      expect(one!.name).to.equal('InvalidParameterException');
      return one!.message;
    };
    for (const Version of ['2012-10-17', '2021-6-1', 20210601, '']) {
      const document = masking([EMAIL], [EMAIL], {}, { Version });
      expect(await put(document)).to.equal('Policy Version must be 2021-06-01');
    }
    for (const name of ['EmailAddress', 'IpAddress', `${EMAIL}/x`, 'arn:aws:s3:::EmailAddress', 'Badge']) {
      expect(await put(masking([EMAIL, name]))).to.equal(`${name} is not a valid Data Identifier`);
    }
    const own = { CustomDataIdentifier: [{ Name: 'Badge', Regex: 'B-\\d+' }] };
    await service.client.send(
      new PutDataProtectionPolicyCommand({
        logGroupIdentifier: GROUP,
        policyDocument: masking(
          [identifier('DriversLicense-US'), 'Badge'],
          [identifier('DriversLicense-US'), 'Badge'],
          {},
          { Version: '2021-06-01', Configuration: own },
        ),
      }),
    );
  });

  it('a data protection policy of the account is inherited by Standard groups', async () => {
    expect(await group()).to.not.have.property('inheritedProperties');
    await service.client.send(
      new PutAccountPolicyCommand({
        policyName: 'p',
        policyType: 'DATA_PROTECTION_POLICY',
        policyDocument: masking(),
      }),
    );
    expect((await group()).inheritedProperties).to.deep.equal(['ACCOUNT_DATA_PROTECTION']);
  });

  it('bearer tokens are enabled at a group', async () => {
    await service.client.send(
      new PutBearerTokenAuthenticationCommand({
        logGroupIdentifier: GROUP,
        bearerTokenAuthenticationEnabled: true,
      }),
    );
    expect((await group()).bearerTokenAuthenticationEnabled).to.equal(true);
  });
});

describe('export tasks', () => {
  let service: LocalService;
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'export-'));
    await mkdir(join(directory, 'bucket'));
    service = await LocalService.start({ exportDirectory: directory });
    await service.createStream(GROUP, 'a/b');
    await service.put(
      GROUP,
      [
        [-DAY, 'old'],
        [-1, 'one'],
        [0, 'two'],
      ],
      'a/b',
    );
  });
  after(async () => {
    await service.stop();
    await rm(directory, { recursive: true });
  });

  const create = (input: Partial<CreateExportTaskCommandInput> = {}) =>
    service.client.send(
      new CreateExportTaskCommand({
        logGroupName: GROUP,
        from: START - 1000,
        to: START + 1,
        destination: 'bucket',
        ...input,
      }),
    );
  const ended = async (taskId: string) => {
    for (;;) {
      const { exportTasks } = await service.client.send(new DescribeExportTasksCommand({ taskId }));
      if (exportTasks![0]!.status!.code !== 'RUNNING') return exportTasks![0]!;
      await new Promise(setImmediate);
    }
  };

  it('write the events of each stream to the folder that stands for the bucket', async () => {
    const { taskId } = await create({ taskName: 'mine', destinationPrefix: 'logs/daily' });
    const task = await ended(taskId!);
    expect(task).to.deep.include({ taskName: 'mine', destination: 'bucket', from: START - 1000 });
    expect(task.status!.code).to.equal('COMPLETED');
    const folder = join(directory, 'bucket', 'logs', 'daily');
    expect(await readdir(join(folder, taskId!))).to.deep.equal(['a-b']);
    const text = gunzipSync(await readFile(join(folder, taskId!, 'a-b', '000000.gz'))).toString();
    expect(text).to.equal('2026-03-01T11:59:59.999Z one\n2026-03-01T12:00:00.000Z two\n');
    const cancel = service.client.send(new CancelExportTaskCommand({ taskId }));
    expect((await failure(cancel)).name).to.equal('InvalidOperationException');
  });

  it('refuse buckets that do not exist and prefixes that lead out', async () => {
    for (const destination of ['missing', '..', 'bucket/../bucket', 'BUCKET']) {
      expect(await failure(create({ destination }))).to.deep.equal({
        name: 'InvalidParameterException',
        message: 'The given bucket does not exist. Please make sure the bucket is valid.',
      });
    }
    for (const destinationPrefix of ['..', 'a/../../b', 'a\\b']) {
      expect((await failure(create({ destinationPrefix }))).name).to.equal('InvalidParameterException');
    }
    expect((await failure(create({ from: 5, to: 5 }))).name).to.equal('InvalidParameterException');
    expect((await failure(create({ logGroupName: '/none' }))).name).to.equal('ResourceNotFoundException');
  });

  it('look for the bucket before the range, which may end before the group was made', async () => {
    await service.client.send(new CreateLogGroupCommand({ logGroupName: '/new' }));
    // Seconds where milliseconds are meant.
    const range = { logGroupName: '/new', from: 1611316574, to: 1642852574 };
    const { taskId } = await create(range);
    expect((await ended(taskId!)).status!.code).to.equal('COMPLETED');
    for (const wrong of [range, { ...range, from: range.to }, { ...range, destinationPrefix: '..' }]) {
      expect(await failure(create({ ...wrong, destination: 'missing' }))).to.deep.equal({
        name: 'InvalidParameterException',
        message: 'The given bucket does not exist. Please make sure the bucket is valid.',
      });
    }
  });

  it('are unknown by another id', async () => {
    const { exportTasks } = await service.client.send(new DescribeExportTasksCommand({ taskId: 'none' }));
    expect(exportTasks).to.deep.equal([]);
    const cancel = service.client.send(new CancelExportTaskCommand({ taskId: 'none' }));
    expect(await failure(cancel)).to.deep.equal({
      name: 'ResourceNotFoundException',
      message: 'The specified export task does not exist.',
    });
  });
});

describe('a data directory', () => {
  it('brings everything back after a restart', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'data-'));
    const first = await LocalService.start({ dataDirectory });
    await first.createStream(GROUP);
    await first.put(GROUP, [[0, 'kept']]);
    await first.stop();
    const second = await LocalService.start({ dataDirectory });
    const { body } = await second.raw('FilterLogEvents', JSON.stringify({ logGroupName: GROUP }));
    await second.stop();
    await rm(dataDirectory, { recursive: true });
    expect((body.events as { message: string }[]).map(({ message }) => message)).to.deep.equal(['kept']);
  });
});
