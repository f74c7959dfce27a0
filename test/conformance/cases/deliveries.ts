import {
  CreateDeliveryCommand,
  DeleteDeliveryCommand,
  DeleteDeliveryDestinationCommand,
  DeleteDeliveryDestinationPolicyCommand,
  DeleteDeliverySourceCommand,
  DescribeDeliveryDestinationsCommand,
  DescribeDeliverySourcesCommand,
  DescribeLogGroupsCommand,
  GetDeliveryCommand,
  GetDeliveryDestinationCommand,
  GetDeliveryDestinationPolicyCommand,
  GetDeliverySourceCommand,
  PutDeliveryDestinationCommand,
  PutDeliveryDestinationPolicyCommand,
  PutDeliverySourceCommand,
  UpdateDeliveryConfigurationCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { type Bench, documented, operation, recorded, refused } from '../conformance-case.js';

const ACCESS_LOGS = 'ACCESS_LOGS';
const NEEDS_DISTRIBUTION = 'a source needs a distribution of the account';

/** A name that no other run uses. */
const ownName = (): string => `conformance-${Math.random().toString(36).slice(2, 12)}`;

async function absent(answer: Promise<unknown>, what: string): Promise<void> {
  const message = `Requested ${what} does not exist in this account.`;
  await refused(answer, 'ResourceNotFoundException', message);
}

/** Makes a destination that is a log group, for the time of `use`. */
async function withDestination(
  bench: Bench,
  use: (name: string, arn: string) => Promise<void>,
): Promise<void> {
  const { client } = bench;
  const name = ownName();
  const { logGroups } = await client.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: await bench.group() }),
  );
  const { deliveryDestination } = await client.send(
    new PutDeliveryDestinationCommand({
      name,
      outputFormat: 'json',
      deliveryDestinationConfiguration: { destinationResourceArn: logGroups![0]!.logGroupArn },
    }),
  );
  try {
    await use(name, deliveryDestination!.arn!);
  } finally {
    await client.send(new DeleteDeliveryDestinationCommand({ name }));
  }
}

/** Makes a source, for the time of `use`; only here, as it needs a distribution elsewhere. */
async function withSource(bench: Bench, use: (name: string) => Promise<void>): Promise<void> {
  await bench.onlyLocal(NEEDS_DISTRIBUTION);
  const name = ownName();
  const resourceArn = `arn:aws:cloudfront::000000000000:distribution/${name}`;
  await bench.client.send(new PutDeliverySourceCommand({ name, resourceArn, logType: ACCESS_LOGS }));
  try {
    await use(name);
  } finally {
    await bench.client.send(new DeleteDeliverySourceCommand({ name }));
  }
}

/** Makes a delivery, for the time of `use`. */
async function withDelivery(
  bench: Bench,
  use: (id: string, sourceName: string) => Promise<void>,
): Promise<void> {
  await withSource(bench, (deliverySourceName) =>
    withDestination(bench, async (_name, deliveryDestinationArn) => {
      const { delivery } = await bench.client.send(
        new CreateDeliveryCommand({ deliverySourceName, deliveryDestinationArn }),
      );
      try {
        await use(delivery!.id!, deliverySourceName);
      } finally {
        await bench.client.send(new DeleteDeliveryCommand({ id: delivery!.id })).catch(() => undefined);
      }
    }),
  );
}

export const deliveryCases = [
  ...operation('PutDeliveryDestination', {
    'refuses a format that is none, in the words of ValidationException': recorded(async ({ client }) => {
      await refused(
        client.send(
          new PutDeliveryDestinationCommand({
            name: ownName(),
            outputFormat: 'foobar' as 'json',
            deliveryDestinationConfiguration: { destinationResourceArn: 'arn:aws:s3:::conformance' },
          }),
        ),
        'ValidationException',
        "1 validation error detected: Value 'foobar' at 'outputFormat' failed to satisfy constraint: Member must satisfy enum value set: [w3c, raw, json, plain, parquet]",
      );
    }),
  }),
  ...operation('GetDeliveryDestination', {
    'answers what was put, and names what does not exist': documented(async (bench) => {
      const { client } = bench;
      await withDestination(bench, async (name, arn) => {
        const { deliveryDestination } = await client.send(new GetDeliveryDestinationCommand({ name }));
        expect(deliveryDestination).to.include({
          name,
          arn,
          deliveryDestinationType: 'CWL',
          outputFormat: 'json',
        });
      });
      await absent(
        client.send(new GetDeliveryDestinationCommand({ name: ownName() })),
        'Delivery Destination',
      );
    }),
  }),
  ...operation('DescribeDeliveryDestinations', {
    'lists what was put': documented(async (bench) => {
      await withDestination(bench, async (name) => {
        const { deliveryDestinations } = await bench.client.send(new DescribeDeliveryDestinationsCommand({}));
        expect(deliveryDestinations!.map((each) => each.name)).to.include(name);
      });
    }),
  }),
  ...operation('DeleteDeliveryDestination', {
    'names what does not exist': documented(async ({ client }) => {
      const remove = client.send(new DeleteDeliveryDestinationCommand({ name: ownName() }));
      await absent(remove, 'Delivery Destination');
    }),
  }),
  ...operation('PutDeliveryDestinationPolicy', {
    'refuses what is no policy': documented(async (bench) => {
      await withDestination(bench, async (deliveryDestinationName) => {
        await refused(
          bench.client.send(
            new PutDeliveryDestinationPolicyCommand({
              deliveryDestinationName,
              deliveryDestinationPolicy: '{',
            }),
          ),
          'ValidationException',
        );
      });
    }),
  }),
  ...operation('GetDeliveryDestinationPolicy', {
    'answers an empty policy where there is none': async (bench) => {
      await withDestination(bench, async (deliveryDestinationName) => {
        const { policy } = await bench.client.send(
          new GetDeliveryDestinationPolicyCommand({ deliveryDestinationName }),
        );
        expect(policy).to.deep.equal({});
      });
    },
  }),
  ...operation('DeleteDeliveryDestinationPolicy', {
    'takes the policy away': documented(async (bench) => {
      await bench.onlyLocal('a policy names principals that exist');
      await withDestination(bench, async (deliveryDestinationName) => {
        const deliveryDestinationPolicy = '{"Version":"2012-10-17","Statement":[]}';
        await bench.client.send(
          new PutDeliveryDestinationPolicyCommand({ deliveryDestinationName, deliveryDestinationPolicy }),
        );
        await bench.client.send(new DeleteDeliveryDestinationPolicyCommand({ deliveryDestinationName }));
        const { policy } = await bench.client.send(
          new GetDeliveryDestinationPolicyCommand({ deliveryDestinationName }),
        );
        expect(policy).to.deep.equal({});
      });
    }),
  }),
  ...operation('PutDeliverySource', {
    'refuses a bucket as a source': documented(async ({ client }) => {
      await refused(
        client.send(
          new PutDeliverySourceCommand({
            name: ownName(),
            resourceArn: 'arn:aws:s3:::conformance',
            logType: ACCESS_LOGS,
          }),
        ),
        'ResourceNotFoundException',
        'Cannot access provided service.',
      );
    }),
  }),
  ...operation('GetDeliverySource', {
    'names what does not exist': documented(async ({ client }) => {
      await absent(client.send(new GetDeliverySourceCommand({ name: ownName() })), 'Delivery Source');
    }),
  }),
  ...operation('DescribeDeliverySources', {
    'lists what was put': documented(async (bench) => {
      await withSource(bench, async (name) => {
        const { deliverySources } = await bench.client.send(new DescribeDeliverySourcesCommand({}));
        const own = deliverySources!.find((source) => source.name === name);
        expect(own).to.include({ service: 'cloudfront', logType: ACCESS_LOGS });
      });
    }),
  }),
  ...operation('DeleteDeliverySource', {
    'refuses a source that a delivery uses': documented(async (bench) => {
      await withDelivery(bench, async (_id, name) => {
        await refused(bench.client.send(new DeleteDeliverySourceCommand({ name })), 'ConflictException');
      });
    }),
  }),
  ...operation('CreateDelivery', {
    'refuses a source that does not exist': documented(async (bench) => {
      await withDestination(bench, async (_name, deliveryDestinationArn) => {
        await absent(
          bench.client.send(
            new CreateDeliveryCommand({ deliverySourceName: ownName(), deliveryDestinationArn }),
          ),
          'Delivery Source',
        );
      });
    }),
  }),
  ...operation('GetDelivery', {
    'answers what was made, and names what does not exist': documented(async (bench) => {
      await absent(bench.client.send(new GetDeliveryCommand({ id: 'none' })), 'Delivery');
      await withDelivery(bench, async (id, deliverySourceName) => {
        const { delivery } = await bench.client.send(new GetDeliveryCommand({ id }));
        expect(delivery).to.include({ id, deliverySourceName, deliveryDestinationType: 'CWL' });
      });
    }),
  }),
  ...operation('UpdateDeliveryConfiguration', {
    'changes the fields': documented(async (bench) => {
      await withDelivery(bench, async (id) => {
        const recordFields = ['date', 'time'];
        await bench.client.send(new UpdateDeliveryConfigurationCommand({ id, recordFields }));
        const { delivery } = await bench.client.send(new GetDeliveryCommand({ id }));
        expect(delivery!.recordFields).to.deep.equal(recordFields);
      });
    }),
  }),
  ...operation('DeleteDelivery', {
    'takes the delivery away': documented(async (bench) => {
      await withDelivery(bench, async (id) => {
        await bench.client.send(new DeleteDeliveryCommand({ id }));
        await absent(bench.client.send(new GetDeliveryCommand({ id })), 'Delivery');
      });
    }),
  }),
];
