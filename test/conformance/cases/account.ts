import {
  CancelExportTaskCommand,
  CreateExportTaskCommand,
  DeleteAccountPolicyCommand,
  DeleteDestinationCommand,
  DeleteQueryDefinitionCommand,
  DeleteResourcePolicyCommand,
  DescribeAccountPoliciesCommand,
  DescribeConfigurationTemplatesCommand,
  DescribeDeliveriesCommand,
  DescribeDeliveryDestinationsCommand,
  DescribeDeliverySourcesCommand,
  DescribeDestinationsCommand,
  DescribeExportTasksCommand,
  DescribeQueryDefinitionsCommand,
  DescribeResourcePoliciesCommand,
  ListAnomaliesCommand,
  ListLogAnomalyDetectorsCommand,
  PutAccountPolicyCommand,
  PutDestinationCommand,
  PutDestinationPolicyCommand,
  PutQueryDefinitionCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { type Bench, documented, operation, recorded, refused } from '../conformance-case.js';

/** A name that no other run uses. */
const ownName = (): string => `conformance-${Math.random().toString(36).slice(2, 12)}`;

/** Makes a query definition for the time of `use`. */
async function withDefinition(
  { client }: Bench,
  use: (name: string, queryDefinitionId: string) => Promise<void>,
): Promise<void> {
  const name = ownName();
  const { queryDefinitionId } = await client.send(
    new PutQueryDefinitionCommand({ name, queryString: 'fields @message' }),
  );
  try {
    await use(name, queryDefinitionId!);
  } finally {
    await client.send(new DeleteQueryDefinitionCommand({ queryDefinitionId })).catch(() => undefined);
  }
}

const resourcePolicy = (...actions: string[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'conformance',
        Effect: 'Allow',
        Principal: { Service: 'es.amazonaws.com' },
        Action: actions,
        Resource: 'arn:aws:logs:*:*:log-group:/conformance/none:*',
      },
    ],
  });

/** Puts an index policy for groups of a prefix that has none, for the time of `use`. */
async function withAccountPolicy({ client }: Bench, use: (policyName: string) => Promise<void>) {
  const policyName = ownName();
  const policyType = 'FIELD_INDEX_POLICY' as const;
  await client.send(
    new PutAccountPolicyCommand({
      policyName,
      policyType,
      policyDocument: '{"Fields":["trace_id"]}',
      scope: 'ALL',
      selectionCriteria: `LogGroupNamePrefix IN ["/${policyName}"]`,
    }),
  );
  try {
    await use(policyName);
  } finally {
    await client.send(new DeleteAccountPolicyCommand({ policyName, policyType })).catch(() => undefined);
  }
}

/** Makes a destination for the time of `use`. */
async function withDestination(bench: Bench, use: (destinationName: string) => Promise<void>) {
  bench.notAtAws('it needs a Kinesis stream and a role of the account');
  const destinationName = ownName();
  await bench.client.send(
    new PutDestinationCommand({
      destinationName,
      targetArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
      roleArn: 'arn:aws:iam::000000000000:role/r',
    }),
  );
  try {
    await use(destinationName);
  } finally {
    await bench.client.send(new DeleteDestinationCommand({ destinationName })).catch(() => undefined);
  }
}

async function definitionsNamed({ client }: Bench, queryDefinitionNamePrefix: string) {
  const { queryDefinitions } = await client.send(
    new DescribeQueryDefinitionsCommand({ queryDefinitionNamePrefix }),
  );
  return queryDefinitions!;
}

export const accountCases = [
  ...operation('PutQueryDefinition', {
    'changes the definition of the id that it is given': documented((bench) =>
      withDefinition(bench, async (name, queryDefinitionId) => {
        const again = await bench.client.send(
          new PutQueryDefinitionCommand({ name, queryDefinitionId, queryString: 'stats count(*)' }),
        );
        expect(again.queryDefinitionId).to.equal(queryDefinitionId);
        expect((await definitionsNamed(bench, name)).map(({ queryString }) => queryString)).to.deep.equal([
          'stats count(*)',
        ]);
      }),
    ),
  }),
  ...operation('DescribeQueryDefinitions', {
    'finds by the beginning of the name': documented((bench) =>
      withDefinition(bench, async (name, queryDefinitionId) => {
        const [definition, ...others] = await definitionsNamed(bench, name.slice(0, -1));
        expect(others).to.deep.equal([]);
        expect(definition).to.include({ name, queryDefinitionId, queryString: 'fields @message' });
        expect(definition!.lastModified).to.be.a('number');
      }),
    ),
  }),
  ...operation('DeleteQueryDefinition', {
    'answers success, and refuses the second time': documented((bench) =>
      withDefinition(bench, async (_name, queryDefinitionId) => {
        const { success } = await bench.client.send(new DeleteQueryDefinitionCommand({ queryDefinitionId }));
        expect(success).to.equal(true);
        await refused(
          bench.client.send(new DeleteQueryDefinitionCommand({ queryDefinitionId })),
          'ResourceNotFoundException',
        );
      }),
    ),
  }),
  ...operation('PutResourcePolicy', {
    'replaces the document of a policy of that name': documented(async ({ client }) => {
      const policyName = ownName();
      try {
        for (const actions of [['logs:CreateLogStream'], ['logs:PutLogEvents']]) {
          const policyDocument = resourcePolicy(...actions);
          const answer = await client.send(new PutResourcePolicyCommand({ policyName, policyDocument }));
          expect(answer.resourcePolicy).to.include({ policyName, policyDocument, policyScope: 'ACCOUNT' });
        }
        const { resourcePolicies } = await client.send(new DescribeResourcePoliciesCommand({}));
        const own = resourcePolicies!.filter((policy) => policy.policyName === policyName);
        expect(own).to.have.length(1);
        const { Statement } = JSON.parse(own[0]!.policyDocument!) as { Statement: { Action: unknown }[] };
        expect(Statement.map(({ Action }) => [Action].flat())).to.deep.equal([['logs:PutLogEvents']]);
      } finally {
        await client.send(new DeleteResourcePolicyCommand({ policyName }));
      }
    }),
  }),
  ...operation('DescribeResourcePolicies', {
    'answers a list': documented(async ({ client }) => {
      const { resourcePolicies } = await client.send(new DescribeResourcePoliciesCommand({ limit: 5 }));
      expect(resourcePolicies).to.be.an('array');
    }),
  }),
  ...operation('DeleteResourcePolicy', {
    'names a policy that does not exist': recorded(async ({ client }) => {
      const policyName = ownName();
      await refused(
        client.send(new DeleteResourcePolicyCommand({ policyName })),
        'ResourceNotFoundException',
        `Policy with name [${policyName}] does not exist.`,
      );
    }),
  }),
  ...operation('PutAccountPolicy', {
    'refuses a document without fields': async ({ client }) => {
      await refused(
        client.send(
          new PutAccountPolicyCommand({
            policyName: ownName(),
            policyType: 'FIELD_INDEX_POLICY',
            policyDocument: '{}',
            selectionCriteria: 'LogGroupNamePrefix IN ["/conformance/none"]',
          }),
        ),
        'InvalidParameterException',
      );
    },
  }),
  ...operation('DescribeAccountPolicies', {
    'shows a policy as it was put': documented((bench) =>
      withAccountPolicy(bench, async (policyName) => {
        const { accountPolicies } = await bench.client.send(
          new DescribeAccountPoliciesCommand({ policyType: 'FIELD_INDEX_POLICY', policyName }),
        );
        expect(accountPolicies).to.have.length(1);
        expect(accountPolicies![0]).to.include({
          policyName,
          policyType: 'FIELD_INDEX_POLICY',
          policyDocument: '{"Fields":["trace_id"]}',
        });
        expect(accountPolicies![0]!.accountId).to.match(/^\d{12}$/);
      }),
    ),
  }),
  ...operation('DeleteAccountPolicy', {
    'refuses a policy that does not exist': documented(async ({ client }) => {
      await refused(
        client.send(
          new DeleteAccountPolicyCommand({ policyName: ownName(), policyType: 'FIELD_INDEX_POLICY' }),
        ),
        'ResourceNotFoundException',
      );
    }),
  }),
  ...operation('PutDestination', {
    'answers the ARN of the destination': documented((bench) =>
      withDestination(bench, async (destinationName) => {
        const { destinations } = await bench.client.send(
          new DescribeDestinationsCommand({ DestinationNamePrefix: destinationName }),
        );
        expect(destinations).to.have.length(1);
        expect(destinations![0]!.arn).to.match(
          new RegExp(`^arn:aws:logs:[\\w-]+:\\d{12}:destination:${destinationName}$`),
        );
      }),
    ),
  }),
  ...operation('PutDestinationPolicy', {
    'is shown on the destination': documented((bench) =>
      withDestination(bench, async (destinationName) => {
        const accessPolicy = resourcePolicy('logs:PutSubscriptionFilter');
        await bench.client.send(new PutDestinationPolicyCommand({ destinationName, accessPolicy }));
        const { destinations } = await bench.client.send(
          new DescribeDestinationsCommand({ DestinationNamePrefix: destinationName }),
        );
        expect(destinations![0]!.accessPolicy).to.equal(accessPolicy);
      }),
    ),
    'refuses a destination that does not exist': documented(async ({ client }) => {
      await refused(
        client.send(new PutDestinationPolicyCommand({ destinationName: ownName(), accessPolicy: '{}' })),
        ['ResourceNotFoundException', 'InvalidParameterException'],
      );
    }),
  }),
  ...operation('DescribeDestinations', {
    'answers an empty list for a prefix without': documented(async ({ client }) => {
      const { destinations } = await client.send(
        new DescribeDestinationsCommand({ DestinationNamePrefix: ownName() }),
      );
      expect(destinations).to.deep.equal([]);
    }),
  }),
  ...operation('DeleteDestination', {
    'refuses a destination that does not exist': documented(async ({ client }) => {
      await refused(
        client.send(new DeleteDestinationCommand({ destinationName: ownName() })),
        'ResourceNotFoundException',
      );
    }),
  }),
  ...operation('CreateExportTask', {
    'refuses a bucket that does not exist': recorded(async (bench) => {
      const logGroupName = await bench.group();
      await refused(
        bench.client.send(
          new CreateExportTaskCommand({ logGroupName, from: 1, to: Date.now(), destination: ownName() }),
        ),
        'InvalidParameterException',
        'The given bucket does not exist. Please make sure the bucket is valid.',
      );
    }),
    'refuses a group that does not exist': recorded(async (bench) => {
      await refused(
        bench.client.send(
          new CreateExportTaskCommand({
            logGroupName: bench.groupName(),
            from: 1,
            to: Date.now(),
            destination: ownName(),
          }),
        ),
        'ResourceNotFoundException',
      );
    }),
  }),
  ...operation('DescribeExportTasks', {
    'answers an empty list for an id that it did not give': recorded(async ({ client }) => {
      const { exportTasks } = await client.send(
        new DescribeExportTasksCommand({ taskId: '00000000-0000-0000-0000-000000000000' }),
      );
      expect(exportTasks).to.deep.equal([]);
    }),
  }),
  ...operation('CancelExportTask', {
    'refuses a task that does not exist': recorded(async ({ client }) => {
      await refused(
        client.send(new CancelExportTaskCommand({ taskId: '00000000-0000-0000-0000-000000000000' })),
        'ResourceNotFoundException',
        'The specified export task does not exist.',
      );
    }),
  }),
  ...operation('DescribeDeliveries', {
    'and the other lists that tools ask for at their start are answered': documented(async ({ client }) => {
      const lists = [
        (await client.send(new DescribeDeliveriesCommand({}))).deliveries,
        (await client.send(new DescribeDeliverySourcesCommand({}))).deliverySources,
        (await client.send(new DescribeDeliveryDestinationsCommand({}))).deliveryDestinations,
        (await client.send(new DescribeConfigurationTemplatesCommand({}))).configurationTemplates,
        (await client.send(new ListAnomaliesCommand({}))).anomalies,
        (await client.send(new ListLogAnomalyDetectorsCommand({}))).anomalyDetectors,
      ];
      for (const list of lists) expect(list).to.be.an('array');
    }),
  }),
];
