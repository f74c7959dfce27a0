import {
  CreateExportTaskCommand,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteDeliveryDestinationCommand,
  DeleteDeliverySourceCommand,
  DeleteDestinationCommand,
  DeleteResourcePolicyCommand,
  DescribeLogGroupsCommand,
  DescribeResourcePoliciesCommand,
  PutDataProtectionPolicyCommand,
  PutDeliveryDestinationCommand,
  PutDeliverySourceCommand,
  PutDestinationCommand,
  PutDestinationPolicyCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  type PutMetricFilterCommandInput,
  PutResourcePolicyCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { type Bench, documented, operation, recorded, refused } from '../conformance-case.js';

/** A name that no other run uses. */
const ownName = (): string => `conformance-${Math.random().toString(36).slice(2, 12)}`;

const PARSE_ERROR =
  'Error occurred while parsing accessPolicy. Please check if the accessPolicy has been constructed correctly using IAM grammar.';
const SYSTEM_FIELDS =
  'The provided system fields are invalid. The supported system fields are - [@aws.region, @aws.account, @source.log]';
const TAGS = 'Tags can only be provided when a resource is being created, not updated.';

const policyOf = (statement: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'route53.amazonaws.com' },
        Action: 'logs:PutLogEvents',
        Resource: 'arn:aws:logs:*:*:log-group:/conformance/none:*',
        ...statement,
      },
    ],
  });

type Transformation = NonNullable<PutMetricFilterCommandInput['metricTransformations']>[number];

/** Expects that metric filters with such transformations are refused. */
async function refusesTransformations(
  { client, group }: Bench,
  filterPattern: string,
  rows: readonly (readonly [Partial<Transformation>, string])[],
): Promise<void> {
  const logGroupName = await group();
  for (const [more, message] of rows) {
    const put = new PutMetricFilterCommand({
      logGroupName,
      filterName: 'f',
      filterPattern,
      metricTransformations: [{ metricName: 'm', metricNamespace: 'conformance', metricValue: '1', ...more }],
    });
    await refused(client.send(put), 'InvalidParameterException', message);
  }
}

/** Makes a destination of deliveries for the time of `use`. */
async function withDeliveryDestination(
  { client }: Bench,
  use: (name: string) => Promise<void>,
): Promise<void> {
  const name = ownName();
  await client.send(
    new PutDeliveryDestinationCommand({
      name,
      outputFormat: 'json',
      deliveryDestinationConfiguration: { destinationResourceArn: 'arn:aws:s3:::conformance' },
    }),
  );
  try {
    await use(name);
  } finally {
    await client.send(new DeleteDeliveryDestinationCommand({ name }));
  }
}

async function logGroupArn(bench: Bench): Promise<string> {
  const { logGroups } = await bench.client.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: await bench.group() }),
  );
  return logGroups![0]!.arn!.replace(/:\*$/, '');
}

/** What operations refuse, in the words of the service. */
export const refusalCases = [
  ...operation('PutLogEvents', {
    'ignores a sequence token, and answers one': documented(async ({ client, groupWith, now }) => {
      const logGroupName = await groupWith([]);
      const timestamp = now();
      const answer = await client.send(
        new PutLogEventsCommand({
          logGroupName,
          logStreamName: 'stream',
          sequenceToken: '4961000001',
          logEvents: [
            { timestamp, message: '{"level":"INFO","message":"order received","trace_id":"ord-77"}' },
            {
              timestamp: timestamp + 1,
              message: '{"level":"INFO","message":"order stored","trace_id":"ord-77"}',
            },
          ],
        }),
      );
      expect(answer.nextSequenceToken).to.be.a('string').and.not.equal('');
      expect(answer.rejectedLogEventsInfo).to.equal(undefined);
    }),
    'names a group and a stream that do not exist': recorded(async ({ client, group, groupName, now }) => {
      const put = (logGroupName: string) =>
        client.send(
          new PutLogEventsCommand({
            logGroupName,
            logStreamName: 'none',
            logEvents: [{ timestamp: now(), message: 'x' }],
          }),
        );
      await refused(put(groupName()), 'ResourceNotFoundException', 'The specified log group does not exist.');
      await refused(
        put(await group()),
        'ResourceNotFoundException',
        'The specified log stream does not exist.',
      );
    }),
  }),
  ...operation('CreateLogGroup', {
    'names a group that exists, without a full stop': recorded(async ({ client, group }) => {
      const logGroupName = await group();
      await refused(
        client.send(new CreateLogGroupCommand({ logGroupName })),
        'ResourceAlreadyExistsException',
        'The specified log group already exists',
      );
      await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 's' }));
      await refused(
        client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 's' })),
        'ResourceAlreadyExistsException',
        'The specified log stream already exists',
      );
    }),
  }),
  ...operation('CreateExportTask', {
    'looks for the bucket before the range, which may be in seconds': recorded(async ({ client, group }) => {
      await refused(
        client.send(
          new CreateExportTaskCommand({
            logGroupName: await group(),
            from: 1611316574,
            to: 1642852574,
            destination: ownName(),
          }),
        ),
        'InvalidParameterException',
        'The given bucket does not exist. Please make sure the bucket is valid.',
      );
    }),
  }),
  ...operation('PutMetricFilter', {
    'takes dimensions that select one field': recorded((bench) =>
      refusesTransformations(bench, '{ $.items[*].value = * }', [
        [
          { dimensions: { a: '"literal"' } },
          'Invalid metric transformation: dimension value must be valid selector',
        ],
        [
          { dimensions: { a: 'literal' } },
          'Invalid metric transformation: dimension value must be valid selector',
        ],
        [
          { dimensions: { a: '$.items[*].bucket' } },
          'Invalid metric transformation: dimension value must be valid selector',
        ],
      ]),
    ),
    'takes a value that is a number or selects one field': recorded((bench) =>
      refusesTransformations(bench, '{ $.items[*].value = * }', [
        [
          { metricValue: '$.items[*].value' },
          'Invalid metric transformation: metric value $.items[*].value must be a valid number',
        ],
        [{ metricValue: 'one' }, 'Invalid metric transformation: metric value one must be a valid number'],
      ]),
    ),
    'reserves namespaces of AWS': recorded((bench) =>
      refusesTransformations(bench, 'ERROR', [
        [{ metricNamespace: 'AWS/Custom' }, 'Metric namespaces starting with AWS/ are reserved for AWS.'],
      ]),
    ),
    'takes three dimensions, and none beside a default value': recorded((bench) =>
      refusesTransformations(bench, '{ $.a = * }', [
        [
          { dimensions: { a: '$.a', b: '$.b', c: '$.c', d: '$.d' } },
          'Number of dimensions exceeds the maximum number of dimensions supported per metric filter',
        ],
        [
          { dimensions: { a: '$.a' }, defaultValue: 0 },
          'Invalid metric transformation: dimensions and default value are mutually exclusive properties',
        ],
      ]),
    ),
    'names the system fields that there are': recorded(async ({ client, group }) => {
      const logGroupName = await group();
      const filter = {
        logGroupName,
        filterName: 'f',
        filterPattern: 'ERROR',
        metricTransformations: [{ metricName: 'm', metricNamespace: 'conformance', metricValue: '1' }],
      };
      await refused(
        client.send(new PutMetricFilterCommand({ ...filter, emitSystemFieldDimensions: ['@nonsense'] })),
        'InvalidParameterException',
        SYSTEM_FIELDS,
      );
      await refused(
        client.send(new PutMetricFilterCommand({ ...filter, fieldSelectionCriteria: '@aws.region' })),
        'InvalidParameterException',
        'The provided field selection criteria is invalid',
      );
    }),
  }),
  ...operation('PutSubscriptionFilter', {
    'names the system fields that there are': recorded(async (bench) => {
      await bench.onlyLocal('elsewhere a function must exist');
      const filter = {
        logGroupName: await bench.group(),
        filterName: 'f',
        filterPattern: '',
        destinationArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      };
      await refused(
        bench.client.send(new PutSubscriptionFilterCommand({ ...filter, emitSystemFields: ['@message'] })),
        'InvalidParameterException',
        SYSTEM_FIELDS,
      );
    }),
  }),
  ...operation('PutDeliveryDestination', {
    'has no columns for a log group': recorded(async (bench) => {
      await refused(
        bench.client.send(
          new PutDeliveryDestinationCommand({
            name: ownName(),
            outputFormat: 'parquet',
            deliveryDestinationConfiguration: { destinationResourceArn: await logGroupArn(bench) },
          }),
        ),
        'ValidationException',
        'Invalid output format value provided.',
      );
    }),
    'is of the region': recorded(async (bench) => {
      const arn = await logGroupArn(bench);
      const region = arn.split(':')[3] === 'eu-north-1' ? 'eu-west-3' : 'eu-north-1';
      await refused(
        bench.client.send(
          new PutDeliveryDestinationCommand({
            name: ownName(),
            deliveryDestinationConfiguration: {
              destinationResourceArn: arn.replace(/^(arn:[^:]+:logs:)[^:]+/, `$1${region}`),
            },
          }),
        ),
        'ValidationException',
        'Region from identity does not match the Destination Resource ARN.',
      );
    }),
    'keeps format and tags': recorded(async (bench) => {
      await bench.onlyLocal('elsewhere the bucket must exist');
      await withDeliveryDestination(bench, async (name) => {
        const change = (more: object) =>
          bench.client.send(
            new PutDeliveryDestinationCommand({
              name,
              deliveryDestinationConfiguration: { destinationResourceArn: 'arn:aws:s3:::conformance' },
              ...more,
            }),
          );
        await refused(
          change({ outputFormat: 'plain' }),
          'ConflictException',
          'Update to existing Delivery Destination with new Output Format is not allowed. Please create a new Delivery Destination instead.',
        );
        await refused(change({ outputFormat: 'json', tags: { a: 'b' } }), 'ConflictException', TAGS);
      });
    }),
  }),
  ...operation('PutDeliverySource', {
    'is the only one of its resource and type, and keeps its tags': recorded(async (bench) => {
      await bench.onlyLocal('elsewhere the distribution must exist');
      const name = ownName();
      const put = (more: object) =>
        bench.client.send(
          new PutDeliverySourceCommand({
            name,
            resourceArn: `arn:aws:cloudfront::000000000000:distribution/${name}`,
            logType: 'ACCESS_LOGS',
            ...more,
          }),
        );
      await put({});
      try {
        await refused(
          put({ name: ownName() }),
          'ConflictException',
          'This ResourceId has already been used in another Delivery Source in this account.',
        );
        await refused(put({ tags: { a: 'b' } }), 'ConflictException', TAGS);
      } finally {
        await bench.client.send(new DeleteDeliverySourceCommand({ name }));
      }
    }),
  }),
  ...operation('PutResourcePolicy', {
    'takes policies in the grammar of IAM': recorded(async ({ client }) => {
      for (const policyDocument of ['{"a":1}', '{', policyOf({ Effect: 'Maybe' })]) {
        await refused(
          client.send(new PutResourcePolicyCommand({ policyName: ownName(), policyDocument })),
          'InvalidParameterException',
          PARSE_ERROR,
        );
      }
    }),
    'takes no service as an account': recorded(async ({ client }) => {
      const policyDocument = policyOf({ Principal: { AWS: 'route53.amazonaws.com' } });
      await refused(
        client.send(new PutResourcePolicyCommand({ policyName: ownName(), policyDocument })),
        'InvalidParameterException',
        'Could not convert to persistable policy.',
      );
    }),
    'echoes the document, which is described with a version and without lists of one': recorded(
      async ({ client }) => {
        const policyName = ownName();
        const { Statement } = JSON.parse(
          policyOf({ Principal: { Service: ['route53.amazonaws.com'] }, Action: ['logs:PutLogEvents'] }),
        ) as { Statement: object[] };
        const policyDocument = JSON.stringify({ Statement });
        try {
          const { resourcePolicy } = await client.send(
            new PutResourcePolicyCommand({ policyName, policyDocument }),
          );
          expect(resourcePolicy!.policyDocument).to.equal(policyDocument);
          const { resourcePolicies } = await client.send(new DescribeResourcePoliciesCommand({}));
          const described = resourcePolicies!.find((policy) => policy.policyName === policyName)!;
          expect(JSON.parse(described.policyDocument!)).to.deep.equal({
            ...(JSON.parse(policyOf({})) as object),
            Version: '2008-10-17',
          });
        } finally {
          await client.send(new DeleteResourcePolicyCommand({ policyName }));
        }
      },
    ),
  }),
  ...operation('PutDestinationPolicy', {
    'takes policies in the grammar of IAM, with accounts as accounts': recorded(async (bench) => {
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
        for (const [accessPolicy, message] of [
          ['{"a":1}', PARSE_ERROR],
          [
            policyOf({ Principal: { AWS: 'lambda.amazonaws.com' } }),
            'Could not convert to persistable policy.',
          ],
        ] as const) {
          const put = new PutDestinationPolicyCommand({ destinationName, accessPolicy });
          await refused(bench.client.send(put), 'InvalidParameterException', message);
        }
      } finally {
        await bench.client.send(new DeleteDestinationCommand({ destinationName }));
      }
    }),
  }),
  ...operation('PutDataProtectionPolicy', {
    'has one version, and identifiers by their ARN': recorded(async ({ client, group }) => {
      const logGroupIdentifier = await group();
      const arn = 'arn:aws:dataprotection::aws:data-identifier/EmailAddress';
      const document = (identifier: string, Version: string) =>
        JSON.stringify({
          Name: 'conformance',
          Version,
          Statement: [
            { DataIdentifier: [identifier], Operation: { Audit: { FindingsDestination: {} } } },
            { DataIdentifier: [identifier], Operation: { Deidentify: { MaskConfig: {} } } },
          ],
        });
      for (const [policyDocument, message] of [
        [document(arn, '2012-10-17'), 'Policy Version must be 2021-06-01'],
        [document('EmailAddress', '2021-06-01'), 'EmailAddress is not a valid Data Identifier'],
      ] as const) {
        await refused(
          client.send(new PutDataProtectionPolicyCommand({ logGroupIdentifier, policyDocument })),
          'InvalidParameterException',
          message,
        );
      }
    }),
  }),
];
