import { gunzipSync } from 'node:zlib';

import {
  PutAccountPolicyCommand,
  PutDestinationCommand,
  PutSubscriptionFilterCommand,
  type PutSubscriptionFilterCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { DAY, failure, LocalService, START } from '../local-service.js';
import { Consumer, type KinesisRecord, type Message } from './consumer.js';

const GROUP = '/app';
const LAMBDA = 'arn:aws:lambda:us-east-1:000000000000:function:consumer';
const KINESIS = 'arn:aws:kinesis:eu-west-1:111111111111:stream/consumer';
const FIREHOSE = 'arn:aws:firehose:us-east-1:000000000000:deliverystream/consumer';
const ROLE = 'arn:aws:iam::000000000000:role/logs';
const MINUTE = 60_000;

describe('deliveries of subscription filters', () => {
  let service: LocalService;
  let consumer: Consumer;

  let warnings: string[];

  beforeEach(async () => {
    consumer = await Consumer.start();
    warnings = [];
    service = await LocalService.start({
      onWarning: (warning) => warnings.push(warning),
      subscriptionDestinations: {
        [LAMBDA]: consumer.url,
        [KINESIS]: consumer.url,
        [FIREHOSE]: consumer.url,
      },
    });
    await service.createStream(GROUP);
  });
  afterEach(async () => {
    await service.stop();
    consumer.stop();
  });

  const put = (destinationArn: string, input: Partial<PutSubscriptionFilterCommandInput> = {}) =>
    service.client.send(
      new PutSubscriptionFilterCommand({
        logGroupName: GROUP,
        filterName: 'filter',
        filterPattern: '',
        destinationArn,
        ...(destinationArn === LAMBDA ? {} : { roleArn: ROLE }),
        ...input,
      }),
    );
  const texts = (messages: readonly Message[] = consumer.messages) =>
    messages
      .filter(({ messageType }) => messageType === 'DATA_MESSAGE')
      .flatMap(({ logEvents }) => logEvents.map(({ message }) => message));
  const records = () => consumer.requests.flatMap(({ body }) => body.Records ?? []);
  const unzipped = (data: string) =>
    JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString()) as Message;
  const statistics = async () => {
    const response = await fetch(`${service.local.endpoint}/_control/subscriptions`);
    const { destinations } = (await response.json()) as {
      destinations: Record<string, Record<string, number>>;
    };
    return destinations[consumer.url];
  };
  /** The statistics once nothing waits: an answer is sent before the service has counted it. */
  const atRest = async () => {
    for (;;) {
      const counted = (await statistics())!;
      if (counted.waiting === 0) return counted;
    }
  };

  it('to a function are the event of an invocation', async () => {
    await put(LAMBDA);
    await service.put(GROUP, [[0, 'one']]);
    await consumer.has(2);
    const { body, headers } = consumer.requests[1]!;
    expect(Object.keys(body)).to.deep.equal(['awslogs']);
    expect(Object.keys(body.awslogs!)).to.deep.equal(['data']);
    expect(headers['content-type']).to.equal('application/json');
    expect(unzipped(body.awslogs!.data).logEvents[0]!.message).to.equal('one');
  });

  it('to a Kinesis stream are its records', async () => {
    await put(KINESIS);
    await service.put(GROUP, [[0, 'one']]);
    await consumer.has(2);
    const [control, record] = records() as [KinesisRecord, KinesisRecord];
    expect(unzipped(control.kinesis.data).logEvents).to.deep.equal([
      {
        id: '',
        timestamp: START,
        message: 'CWL CONTROL MESSAGE: Checking health of destination Kinesis.',
      },
    ]);
    const { kinesis, ...others } = record;
    const { data, partitionKey, sequenceNumber, ...more } = kinesis;
    expect(unzipped(data)).to.deep.include({ messageType: 'DATA_MESSAGE', logGroup: GROUP });
    expect(more).to.deep.equal({ kinesisSchemaVersion: '1.0', approximateArrivalTimestamp: START / 1000 });
    expect(sequenceNumber).to.match(/^\d{56}$/);
    expect(BigInt(sequenceNumber) > BigInt(control.kinesis.sequenceNumber)).to.equal(true);
    expect(partitionKey).to.match(/^[\da-f]{32}$/);
    expect(others).to.deep.equal({
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `shardId-000000000000:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: ROLE,
      awsRegion: 'eu-west-1',
      eventSourceARN: KINESIS,
    });
  });

  it('to a Firehose stream are its requests to an HTTP endpoint', async () => {
    await put(FIREHOSE);
    await service.put(GROUP, [[0, 'one']]);
    await consumer.has(2);
    expect(consumer.messages[0]!.logEvents[0]!.message).to.equal(
      'CWL CONTROL MESSAGE: Checking health of destination Firehose.',
    );
    const { body, headers } = consumer.requests[1]!;
    const { requestId, records: list, ...others } = body;
    expect(others).to.deep.equal({
      timestamp: START,
      invocationId: requestId,
      deliveryStreamArn: FIREHOSE,
      region: 'us-east-1',
    });
    expect(headers).to.include({
      'x-amz-firehose-protocol-version': '1.0',
      'x-amz-firehose-request-id': requestId,
      'x-amz-firehose-source-arn': FIREHOSE,
    });
    expect(list).to.have.length(1);
    expect(list![0]).to.include({ approximateArrivalTimestamp: START });
    expect(list![0]!.recordId).to.match(/^\d{56}$/);
    expect(unzipped(list![0]!.data).logEvents[0]!.message).to.equal('one');
  });

  it('through a logical destination and for the account have the form of the target', async () => {
    const { destination } = await service.client.send(
      new PutDestinationCommand({ destinationName: 'central', targetArn: KINESIS, roleArn: `${ROLE}-own` }),
    );
    await put(destination!.arn!, { roleArn: undefined });
    await service.client.send(
      new PutAccountPolicyCommand({
        policyName: 'all',
        policyType: 'SUBSCRIPTION_FILTER_POLICY',
        policyDocument: JSON.stringify({ DestinationArn: FIREHOSE, RoleArn: ROLE, FilterPattern: '' }),
      }),
    );
    await service.put(GROUP, [[0, 'one']]);
    await consumer.has(3);
    expect(records().map(({ invokeIdentityArn }) => invokeIdentityArn)).to.deep.equal([
      `${ROLE}-own`,
      `${ROLE}-own`,
    ]);
    expect(consumer.requests.filter(({ body }) => body.deliveryStreamArn === FIREHOSE)).to.have.length(1);
  });

  it('by log stream keep the records of a stream together and in order', async () => {
    await put(KINESIS);
    await service.createStream('/other');
    await service.client.send(
      new PutSubscriptionFilterCommand({
        logGroupName: '/other',
        filterName: 'filter',
        filterPattern: '',
        destinationArn: KINESIS,
        roleArn: ROLE,
      }),
    );
    for (let index = 0; index < 20; index++) {
      await service.put(GROUP, [[index, `a${index}`]]);
      await service.put('/other', [[index, `b${index}`]]);
    }
    await consumer.has(42);
    const keys = new Map<string, Set<string>>();
    const ofStream = new Map<string, string[]>();
    for (const { kinesis } of records()) {
      const { logGroup, logEvents, messageType } = unzipped(kinesis.data);
      if (messageType === 'CONTROL_MESSAGE') continue;
      keys.set(logGroup, (keys.get(logGroup) ?? new Set()).add(kinesis.partitionKey));
      ofStream.set(logGroup, [...(ofStream.get(logGroup) ?? []), logEvents[0]!.message]);
    }
    expect([...keys.values()].map(({ size }) => size)).to.deep.equal([1, 1]);
    expect(ofStream.get(GROUP)).to.deep.equal(Array.from({ length: 20 }, (_, index) => `a${index}`));
    expect(ofStream.get('/other')).to.deep.equal(Array.from({ length: 20 }, (_, index) => `b${index}`));
  });

  it('at random are spread, and do not wait for each other', async () => {
    await put(KINESIS, { distribution: 'Random' });
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    consumer.status = async ({ logEvents }) => {
      if (logEvents[0]!.message === 'first') await held;
      return 200;
    };
    for (const text of ['first', 'second', 'third']) await service.put(GROUP, [[0, text]]);
    await consumer.has(3);
    expect(texts()).to.have.members(['second', 'third']);
    release();
    await consumer.has(4);
    expect(texts().at(-1)).to.equal('first');
    const keys = records().map(({ kinesis }) => kinesis.partitionKey);
    expect(new Set(keys).size).to.equal(4);
  });

  it('to a function keep their order, whatever the distribution', async () => {
    await put(LAMBDA, { distribution: 'Random' });
    let isFirst = true;
    consumer.status = ({ logEvents }) => {
      const status = isFirst && logEvents[0]!.message === 'one' ? 500 : 200;
      if (status === 500) isFirst = false;
      return status;
    };
    for (const text of ['one', 'two', 'three']) await service.put(GROUP, [[0, text]]);
    await consumer.has(4);
    expect(texts()).to.deep.equal(['one', 'two', 'three']);
  });

  it('of one stream that fails do not hold up another', async () => {
    await put(LAMBDA);
    await service.createStream('/other');
    await service.client.send(
      new PutSubscriptionFilterCommand({
        logGroupName: '/other',
        filterName: 'filter',
        filterPattern: '',
        destinationArn: LAMBDA,
      }),
    );
    let isDown = true;
    consumer.status = ({ logGroup }) => (isDown && logGroup === GROUP ? 503 : 200);
    await service.put(GROUP, [[0, 'stuck']]);
    await consumer.attempted(3);
    await service.put('/other', [[0, 'through']]);
    await consumer.has(3);
    expect(texts()).to.deep.equal(['through']);
    isDown = false;
    await consumer.has(4);
    expect(texts()).to.deep.equal(['through', 'stuck']);
  });

  for (const status of [429, 500, 503]) {
    it(`are tried again for a day when the answer is ${status}`, async () => {
      await put(LAMBDA);
      consumer.status = ({ logEvents }) => (logEvents[0]!.message === 'lost' ? status : 200);
      await service.put(GROUP, [[0, 'lost']]);
      await consumer.attempted(3);
      expect(await statistics()).to.deep.equal({ delivered: 0, waiting: 1, dropped: 0, skipped: 0 });
      service.time += DAY;
      await service.put(GROUP, [[0, 'later']]);
      await consumer.has(2);
      expect(texts()).to.deep.equal(['later']);
      expect(await atRest()).to.include({ delivered: 1, dropped: 1 });
      expect(warnings).to.deep.equal([
        `messages of a subscription to ${consumer.url} are lost: it failed for a day`,
      ]);
    });
  }

  for (const status of [400, 403, 404]) {
    it(`are skipped for ten minutes when the answer is ${status}`, async () => {
      await put(LAMBDA);
      await put(KINESIS, { filterName: 'other' });
      consumer.status = ({ subscriptionFilters }) => (subscriptionFilters[0] === 'filter' ? status : 200);
      await service.put(GROUP, [[0, 'refused']]);
      await consumer.has(3);
      expect(await atRest()).to.include({ delivered: 1, dropped: 1 });
      consumer.status = 200;
      service.time += 10 * MINUTE - 1;
      await service.put(GROUP, [[0, 'skipped']]);
      // The other filter goes on.
      await consumer.has(4);
      service.time += 1;
      await service.put(GROUP, [[0, 'again']]);
      await consumer.has(6);
      const ofFilter = consumer.messages.filter(
        ({ subscriptionFilters }) => subscriptionFilters[0] === 'filter',
      );
      expect(texts(ofFilter)).to.deep.equal(['again']);
      expect(await atRest()).to.deep.equal({ delivered: 4, waiting: 0, dropped: 1, skipped: 1 });
      expect(warnings).to.deep.equal([
        `messages of a subscription to ${consumer.url} are lost: it was refused; the filter /app filter rests for ten minutes`,
      ]);
    });
  }

  it('survive that nobody listens for a while', async () => {
    const { url } = consumer;
    await put(LAMBDA);
    consumer.stop();
    await service.put(GROUP, [[0, 'one']]);
    await service.put(GROUP, [[0, 'two']]);
    const again = await Consumer.startAt(url);
    await again.has(2);
    expect(texts(again.messages)).to.deep.equal(['one', 'two']);
    again.stop();
  });

  it('to what does not take the control message are refused, each in its words', async () => {
    consumer.status = 500;
    for (const [arn, message] of [
      [
        LAMBDA,
        'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.',
      ],
      [
        KINESIS,
        'Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state.',
      ],
      [
        FIREHOSE,
        'Could not deliver test message to specified Firehose stream. Check if the given Firehose stream is in ACTIVE state.',
      ],
    ] as const) {
      expect(await failure(put(arn))).to.deep.equal({ name: 'InvalidParameterException', message });
    }
  });
});
