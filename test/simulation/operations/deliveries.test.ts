import {
  CreateDeliveryCommand,
  type CreateDeliveryCommandInput,
  DeleteDeliveryCommand,
  DeleteDeliveryDestinationCommand,
  DeleteDeliveryDestinationPolicyCommand,
  DeleteDeliverySourceCommand,
  DescribeDeliveriesCommand,
  DescribeDeliveryDestinationsCommand,
  DescribeDeliverySourcesCommand,
  GetDeliveryCommand,
  GetDeliveryDestinationCommand,
  GetDeliveryDestinationPolicyCommand,
  GetDeliverySourceCommand,
  ListTagsForResourceCommand,
  PutDeliveryDestinationCommand,
  type PutDeliveryDestinationCommandInput,
  PutDeliveryDestinationPolicyCommand,
  PutDeliverySourceCommand,
  type PutDeliverySourceCommandInput,
  TagResourceCommand,
  UpdateDeliveryConfigurationCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { failure, LocalService } from '../local-service.js';

const ARN = 'arn:aws:logs:us-east-1:000000000000';
const DISTRIBUTION = 'arn:aws:cloudfront::000000000000:distribution/E1Q5F5862X9VJ5';
const BUCKET = { destinationResourceArn: 'arn:aws:s3:::bucket' };

describe('deliveries', () => {
  let service: LocalService;

  beforeEach(async () => {
    service = await LocalService.start();
  });
  afterEach(() => service.stop());

  const putSource = (input: Partial<PutDeliverySourceCommandInput> = {}) =>
    service.client.send(
      new PutDeliverySourceCommand({
        name: 'source',
        resourceArn: DISTRIBUTION,
        logType: 'ACCESS_LOGS',
        ...input,
      }),
    );
  const putDestination = (input: Partial<PutDeliveryDestinationCommandInput> = {}) =>
    service.client.send(
      new PutDeliveryDestinationCommand({
        name: 'bucket',
        deliveryDestinationConfiguration: BUCKET,
        ...input,
      }),
    );
  const create = (input: Partial<CreateDeliveryCommandInput> = {}) =>
    service.client.send(
      new CreateDeliveryCommand({
        deliverySourceName: 'source',
        deliveryDestinationArn: `${ARN}:delivery-destination:bucket`,
        ...input,
      }),
    );
  const absent = (what: string) => ({
    name: 'ResourceNotFoundException',
    message: `Requested ${what} does not exist in this account.`,
  });

  describe('from a source', () => {
    const get = (name = 'source') => service.client.send(new GetDeliverySourceCommand({ name }));

    it('that is described as it was put, and put again', async () => {
      const { deliverySource } = await putSource({ tags: { a: 'b' } });
      expect(deliverySource).to.deep.equal({
        arn: `${ARN}:delivery-source:source`,
        logType: 'ACCESS_LOGS',
        name: 'source',
        resourceArns: [DISTRIBUTION],
        service: 'cloudfront',
        tags: { a: 'b' },
      });
      expect((await get()).deliverySource).to.deep.equal(deliverySource);
      await putSource({ logType: 'CONNECTION_LOGS' });
      expect((await get()).deliverySource!.logType).to.equal('CONNECTION_LOGS');
      await putSource({ name: 'other', resourceArn: `${DISTRIBUTION}X` });
      const names = async (resourceArns?: string[]) =>
        (
          await service.client.send(new DescribeDeliverySourcesCommand({ resourceArns }))
        ).deliverySources!.map(({ name }) => name);
      expect(await names()).to.deep.equal(['other', 'source']);
      expect(await names([DISTRIBUTION])).to.deep.equal(['source']);
    });

    it('that stays with its resource', async () => {
      await putSource();
      expect(await failure(putSource({ resourceArn: `${DISTRIBUTION}X` }))).to.deep.equal({
        name: 'ConflictException',
        message:
          'Update to existing Delivery Source with new ResourceId is not allowed. Please create a new Delivery Source instead.',
      });
    });

    it('that is the only one of its resource and type', async () => {
      await putSource();
      const used = {
        name: 'ConflictException',
        message: 'This ResourceId has already been used in another Delivery Source in this account.',
      };
      expect(await failure(putSource({ name: 'second' }))).to.deep.equal(used);
      await putSource({ name: 'second', logType: 'CONNECTION_LOGS' });
      expect(await failure(putSource({ logType: 'CONNECTION_LOGS' }))).to.deep.equal(used);
      await putSource({ name: 'third', resourceArn: `${DISTRIBUTION}X` });
      await service.client.send(new DeleteDeliverySourceCommand({ name: 'source' }));
      await putSource({ name: 'fourth' });
    });

    it('that must send logs', async () => {
      expect(await failure(putSource({ resourceArn: BUCKET.destinationResourceArn }))).to.deep.equal({
        name: 'ResourceNotFoundException',
        message: 'Cannot access provided service.',
      });
      expect((await failure(putSource({ resourceArn: 'E1Q5F5862X9VJ5' }))).name).to.equal(
        'ValidationException',
      );
    });

    it('that is gone once deleted, which it is not while a delivery uses it', async () => {
      await putSource();
      await putDestination();
      const { delivery } = await create();
      const remove = () => service.client.send(new DeleteDeliverySourceCommand({ name: 'source' }));
      expect((await failure(remove())).name).to.equal('ConflictException');
      await service.client.send(new DeleteDeliveryCommand({ id: delivery!.id }));
      await remove();
      expect(await failure(remove())).to.deep.equal(absent('Delivery Source'));
      expect(await failure(get())).to.deep.equal(absent('Delivery Source'));
    });
  });

  describe('to a destination', () => {
    const get = () => service.client.send(new GetDeliveryDestinationCommand({ name: 'bucket' }));

    it('that is described without its tags', async () => {
      const { deliveryDestination } = await putDestination({ outputFormat: 'json', tags: { a: 'b' } });
      const arn = `${ARN}:delivery-destination:bucket`;
      expect(deliveryDestination).to.deep.equal({
        arn,
        deliveryDestinationConfiguration: BUCKET,
        deliveryDestinationType: 'S3',
        name: 'bucket',
        outputFormat: 'json',
      });
      await service.client.send(new TagResourceCommand({ resourceArn: arn, tags: { c: 'd' } }));
      const { tags } = await service.client.send(new ListTagsForResourceCommand({ resourceArn: arn }));
      expect(tags).to.deep.equal({ a: 'b', c: 'd' });
      await putDestination();
      expect((await get()).deliveryDestination).to.not.have.property('outputFormat');
      const { deliveryDestinations } = await service.client.send(
        new DescribeDeliveryDestinationsCommand({ names: ['bucket', 'none'] }),
      );
      expect(deliveryDestinations).to.have.length(1);
    });

    const types: [string, string][] = [
      ['arn:aws:s3:::b', 'S3'],
      ['arn:aws:logs:us-east-1:000000000000:log-group:/app', 'CWL'],
      ['arn:aws:firehose:us-east-1:000000000000:deliverystream/f', 'FH'],
    ];
    for (const [destinationResourceArn, type] of types) {
      it(`whose type is ${type} for ${destinationResourceArn}`, async () => {
        const { deliveryDestination } = await putDestination({
          deliveryDestinationConfiguration: { destinationResourceArn },
        });
        expect(deliveryDestination!.deliveryDestinationType).to.equal(type);
      });
    }

    it('that needs no resource for X-Ray alone', async () => {
      const none = { deliveryDestinationConfiguration: undefined };
      const { deliveryDestination } = await putDestination({ ...none, deliveryDestinationType: 'XRAY' });
      expect(deliveryDestination!.deliveryDestinationType).to.equal('XRAY');
      expect((await failure(putDestination(none))).name).to.equal('ValidationException');
      expect((await failure(putDestination({ deliveryDestinationType: 'FH' }))).name).to.equal(
        'ValidationException',
      );
    });

    const formats = ['json', 'plain', 'w3c', 'raw', 'parquet'] as const;
    it('whose format is a file of columns in a bucket alone', async () => {
      for (const [destinationResourceArn, type] of types) {
        for (const outputFormat of formats) {
          const put = putDestination({
            name: `${type}-${outputFormat}`,
            outputFormat,
            deliveryDestinationConfiguration: { destinationResourceArn },
          });
          if (type === 'S3' || outputFormat !== 'parquet') await put;
          else {
            expect(await failure(put)).to.deep.equal({
              name: 'ValidationException',
              message: 'Invalid output format value provided.',
            });
          }
        }
      }
    });

    it('whose format stays', async () => {
      for (const outputFormat of formats) {
        const name = `in-${outputFormat}`;
        await putDestination({ name, outputFormat });
        await putDestination({ name, outputFormat });
        const other = outputFormat === 'json' ? 'raw' : 'json';
        expect(await failure(putDestination({ name, outputFormat: other }))).to.deep.equal({
          name: 'ConflictException',
          message:
            'Update to existing Delivery Destination with new Output Format is not allowed. Please create a new Delivery Destination instead.',
        });
      }
    });

    it('that is of the region', async () => {
      for (const destinationResourceArn of [
        'arn:aws:logs:eu-west-1:000000000000:log-group:/app',
        'arn:aws:firehose:us-east-2:000000000000:deliverystream/f',
      ]) {
        const put = putDestination({ deliveryDestinationConfiguration: { destinationResourceArn } });
        expect(await failure(put)).to.deep.equal({
          name: 'ValidationException',
          message: 'Region from identity does not match the Destination Resource ARN.',
        });
      }
    });

    it('whose format is one of five', async () => {
      expect(await failure(putDestination({ outputFormat: 'foobar' as 'json' }))).to.deep.equal({
        name: 'ValidationException',
        message:
          "1 validation error detected: Value 'foobar' at 'outputFormat' failed to satisfy constraint: Member must satisfy enum value set: [w3c, raw, json, plain, parquet]",
      });
    });

    it('that may have a policy', async () => {
      const deliveryDestinationName = 'bucket';
      const deliveryDestinationPolicy = '{"Version":"2012-10-17","Statement":[]}';
      const put = () =>
        service.client.send(
          new PutDeliveryDestinationPolicyCommand({ deliveryDestinationName, deliveryDestinationPolicy }),
        );
      expect(await failure(put())).to.deep.equal(absent('Delivery Destination'));
      await putDestination();
      const policy = async () =>
        (await service.client.send(new GetDeliveryDestinationPolicyCommand({ deliveryDestinationName })))
          .policy;
      expect(await policy()).to.deep.equal({});
      expect((await put()).policy).to.deep.equal({ deliveryDestinationPolicy });
      const broken = new PutDeliveryDestinationPolicyCommand({
        deliveryDestinationName,
        deliveryDestinationPolicy: '{',
      });
      const statementless = new PutDeliveryDestinationPolicyCommand({
        deliveryDestinationName,
        deliveryDestinationPolicy: '{"a":1}',
      });
      for (const wrong of [broken, statementless]) {
        expect(await failure(service.client.send(wrong))).to.deep.equal({
          name: 'ValidationException',
          message: 'Invalid Delivery Destination resource Policy is provided.',
        });
      }
      await putDestination({ outputFormat: 'raw' });
      expect(await policy()).to.deep.equal({ deliveryDestinationPolicy });
      await service.client.send(new DeleteDeliveryDestinationPolicyCommand({ deliveryDestinationName }));
      expect(await policy()).to.deep.equal({});
    });

    it('that is gone once deleted, which it is not while a delivery uses it', async () => {
      await putSource();
      await putDestination();
      const { delivery } = await create();
      const remove = () => service.client.send(new DeleteDeliveryDestinationCommand({ name: 'bucket' }));
      expect((await failure(remove())).name).to.equal('ConflictException');
      await service.client.send(new DeleteDeliveryCommand({ id: delivery!.id }));
      await remove();
      expect(await failure(remove())).to.deep.equal(absent('Delivery Destination'));
      expect(await failure(get())).to.deep.equal(absent('Delivery Destination'));
    });
  });

  it('take tags when something is made, not when it is changed', async () => {
    const refusal = {
      name: 'ConflictException',
      message: 'Tags can only be provided when a resource is being created, not updated.',
    };
    const tags = { a: 'b' };
    await putSource({ tags });
    await putDestination({ tags });
    expect(await failure(putSource({ tags }))).to.deep.equal(refusal);
    expect(await failure(putDestination({ tags: { c: 'd' } }))).to.deep.equal(refusal);
    await putDestination();
    for (const resourceArn of [`${ARN}:delivery-source:source`, `${ARN}:delivery-destination:bucket`]) {
      const listed = await service.client.send(new ListTagsForResourceCommand({ resourceArn }));
      expect(listed.tags).to.deep.equal(tags);
    }
  });

  it('join a source and a destination that exist, once', async () => {
    expect(await failure(create())).to.deep.equal(absent('Delivery Source'));
    await putSource();
    expect(await failure(create())).to.deep.equal(absent('Delivery Destination'));
    await putDestination();
    const s3DeliveryConfiguration = { suffixPath: 'AWSLogs/', enableHiveCompatiblePath: true };
    const { delivery } = await create({
      recordFields: ['date'],
      fieldDelimiter: ',',
      s3DeliveryConfiguration,
      tags: { a: 'b' },
    });
    expect(delivery!.id).to.match(/^[0-9A-Za-z]+$/);
    expect(delivery).to.deep.equal({
      arn: `${ARN}:delivery:${delivery!.id!}`,
      deliveryDestinationArn: `${ARN}:delivery-destination:bucket`,
      deliveryDestinationType: 'S3',
      deliverySourceName: 'source',
      fieldDelimiter: ',',
      id: delivery!.id,
      recordFields: ['date'],
      s3DeliveryConfiguration,
      tags: { a: 'b' },
    });
    expect((await failure(create())).name).to.equal('ConflictException');
  });

  it('are described, changed and deleted', async () => {
    await putSource();
    await putDestination();
    const { delivery } = await create();
    const id = delivery!.id!;
    expect(delivery!.recordFields).to.have.length(33);
    expect(delivery!.s3DeliveryConfiguration).to.deep.equal({
      enableHiveCompatiblePath: false,
      suffixPath: 'AWSLogs/{account-id}/CloudFront/',
    });
    const get = async () => (await service.client.send(new GetDeliveryCommand({ id }))).delivery;
    expect(await get()).to.deep.equal(delivery);
    const list = async (deliverySourceNames?: string[]) =>
      (await service.client.send(new DescribeDeliveriesCommand({ deliverySourceNames }))).deliveries;
    expect(await list()).to.deep.equal([delivery]);
    expect(await list(['other'])).to.deep.equal([]);
    await service.client.send(
      new UpdateDeliveryConfigurationCommand({
        id,
        recordFields: ['date', 'time'],
        s3DeliveryConfiguration: { enableHiveCompatiblePath: true },
      }),
    );
    expect(await get()).to.deep.equal({
      ...delivery,
      recordFields: ['date', 'time'],
      s3DeliveryConfiguration: { ...delivery!.s3DeliveryConfiguration, enableHiveCompatiblePath: true },
    });
    await service.client.send(new DeleteDeliveryCommand({ id }));
    expect(await failure(get())).to.deep.equal(absent('Delivery'));
    expect(await failure(service.client.send(new DeleteDeliveryCommand({ id })))).to.deep.equal(
      absent('Delivery'),
    );
  });

  it('to a log group have no settings for a bucket', async () => {
    await putSource();
    const destinationResourceArn = `${ARN}:log-group:/app`;
    await putDestination({ deliveryDestinationConfiguration: { destinationResourceArn } });
    const { delivery } = await create();
    expect(delivery).to.not.have.property('s3DeliveryConfiguration');
    const update = service.client.send(
      new UpdateDeliveryConfigurationCommand({
        id: delivery!.id,
        s3DeliveryConfiguration: { suffixPath: 'x' },
      }),
    );
    expect((await failure(update)).name).to.equal('ValidationException');
  });
});
