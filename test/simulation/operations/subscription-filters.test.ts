import {
  CreateLogGroupCommand,
  DeleteSubscriptionFilterCommand,
  DescribeSubscriptionFiltersCommand,
  PutAccountPolicyCommand,
  PutDestinationCommand,
  PutSubscriptionFilterCommand,
  type PutSubscriptionFilterCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { failure, LocalService, START } from '../local-service.js';
import { Consumer } from '../subscriptions/consumer.js';

const GROUP = '/app';
const LAMBDA = 'arn:aws:lambda:us-east-1:000000000000:function:consumer';
const KINESIS = 'arn:aws:kinesis:us-east-1:000000000000:stream/consumer';
const ROLE = 'arn:aws:iam::000000000000:role/logs';

describe('subscription filters', () => {
  let service: LocalService;
  let consumer: Consumer;

  beforeEach(async () => {
    consumer = await Consumer.start();
    service = await LocalService.start({
      subscriptionDestinations: { [LAMBDA]: consumer.url, [KINESIS]: consumer.url },
    });
    await service.createStream(GROUP);
  });
  afterEach(async () => {
    await service.stop();
    consumer.stop();
  });

  const put = (input: Partial<PutSubscriptionFilterCommandInput> = {}) =>
    service.client.send(
      new PutSubscriptionFilterCommand({
        logGroupName: GROUP,
        filterName: 'filter',
        filterPattern: 'ERROR',
        destinationArn: LAMBDA,
        ...input,
      }),
    );
  const described = async (logGroupName = GROUP) =>
    (await service.client.send(new DescribeSubscriptionFiltersCommand({ logGroupName })))
      .subscriptionFilters!;

  it('send a control message when they are made, then the matching events', async () => {
    await put();
    expect(consumer.messages).to.have.length(1);
    expect(consumer.messages[0]).to.include({ messageType: 'CONTROL_MESSAGE', owner: 'CloudwatchLogs' });
    expect(consumer.messages[0]!.logEvents[0]!.message).to.equal(
      `CWL CONTROL MESSAGE: Checking health of destination ${LAMBDA}.`,
    );
    await service.put(GROUP, [
      [-2, 'ERROR one'],
      [-1, 'fine'],
      [0, 'ERROR two'],
    ]);
    await consumer.has(2);
    const { logEvents, ...rest } = consumer.messages[1]!;
    expect(rest).to.deep.equal({
      messageType: 'DATA_MESSAGE',
      owner: '000000000000',
      logGroup: GROUP,
      logStream: 'stream',
      subscriptionFilters: ['filter'],
    });
    expect(logEvents.map(({ timestamp, message }) => [timestamp, message])).to.deep.equal([
      [START - 2, 'ERROR one'],
      [START, 'ERROR two'],
    ]);
    expect(new Set(logEvents.map(({ id }) => id)).size).to.equal(2);
    expect(logEvents[0]!.id).to.match(/^\d{56}$/);
  });

  it('pass system fields on, and select by them', async () => {
    await put({
      filterName: 'here',
      emitSystemFields: ['@aws.account', '@source.log'],
      fieldSelectionCriteria: '@aws.region = "us-east-1" AND @aws.account NOT IN ["111111111111"]',
    });
    await put({ filterName: 'elsewhere', fieldSelectionCriteria: '@aws.region IN ["eu-west-1", "x"]' });
    await consumer.has(2);
    await service.put(GROUP, [[0, 'ERROR one']]);
    await consumer.has(3);
    const delivered = consumer.messages.filter(({ messageType }) => messageType === 'DATA_MESSAGE');
    expect(delivered.map(({ subscriptionFilters }) => subscriptionFilters)).to.deep.equal([['here']]);
    expect(delivered[0]!.logEvents[0]!.extractedFields).to.deep.equal({
      '@aws.account': '000000000000',
      '@source.log': GROUP,
    });
  });

  for (const input of [
    { emitSystemFields: ['@nonsense'] },
    { fieldSelectionCriteria: '@aws.region' },
    { fieldSelectionCriteria: '@message = "x"' },
    { fieldSelectionCriteria: '@aws.region = us-east-1' },
    { fieldSelectionCriteria: '@aws.region IN []' },
    { fieldSelectionCriteria: `${'('.repeat(1000)}@aws.region = "x"` },
    { fieldSelectionCriteria: '@aws.region = "x" OR' },
  ]) {
    it(`refuse ${JSON.stringify(input).slice(0, 60)}`, async () => {
      expect(await failure(put(input))).to.deep.equal({
        name: 'InvalidParameterException',
        message:
          'emitSystemFields' in input
            ? 'The provided system fields are invalid. The supported system fields are - [@aws.region, @aws.account, @source.log]'
            : 'The provided field selection criteria is invalid',
      });
    });
  }

  it('try again when the destination fails', async () => {
    await put({ filterPattern: '' });
    consumer.status = 500;
    await service.put(GROUP, [[0, 'x']]);
    await consumer.next();
    consumer.status = 200;
    await consumer.has(2);
    expect(consumer.messages[1]!.logEvents).to.have.length(1);
  });

  it('send many events in several messages, in order', async () => {
    await put({ filterPattern: '' });
    await service.put(
      GROUP,
      Array.from({ length: 2500 }, (_, index) => [index - 2500, `m${index}`] as const),
    );
    await consumer.has(4);
    expect(consumer.messages.slice(1).map(({ logEvents }) => logEvents.length)).to.deep.equal([
      1000, 1000, 500,
    ]);
    expect(consumer.messages[3]!.logEvents.at(-1)!.message).to.equal('m2499');
  });

  it('may name a local URL, or go through a logical destination', async () => {
    await put({ destinationArn: consumer.url, filterPattern: '' });
    const { destination } = await service.client.send(
      new PutDestinationCommand({ destinationName: 'central', targetArn: KINESIS, roleArn: ROLE }),
    );
    await put({ destinationArn: destination!.arn!, filterName: 'second', filterPattern: '' });
    await service.put(GROUP, [[0, 'x']]);
    await consumer.has(4);
    expect(
      consumer.messages.slice(2).flatMap(({ subscriptionFilters }) => subscriptionFilters),
    ).to.have.members(['filter', 'second']);
  });

  it('of the account apply to all groups but the excluded', async () => {
    await service.createStream('/loop');
    await service.client.send(
      new PutAccountPolicyCommand({
        policyName: 'everything',
        policyType: 'SUBSCRIPTION_FILTER_POLICY',
        policyDocument: JSON.stringify({ DestinationArn: LAMBDA, FilterPattern: '' }),
        selectionCriteria: 'LogGroupName NOT IN ["/loop"]',
      }),
    );
    await service.put('/loop', [[0, 'a']]);
    await service.put(GROUP, [[0, 'b']]);
    await consumer.has(1);
    expect(
      consumer.messages.map(({ logGroup, subscriptionFilters }) => [logGroup, subscriptionFilters]),
    ).to.deep.equal([[GROUP, ['everything']]]);
  });

  it('of the account need a destination that a filter may have', async () => {
    const policy = (document: object) =>
      service.client.send(
        new PutAccountPolicyCommand({
          policyName: 'everything',
          policyType: 'SUBSCRIPTION_FILTER_POLICY',
          policyDocument: JSON.stringify({ FilterPattern: '', ...document }),
        }),
      );
    const firehose = 'arn:aws:firehose:us-east-1:000000000000:deliverystream/d';
    expect((await failure(policy({ DestinationArn: firehose }))).message).to.equal(
      'destinationArn for vendor firehose cannot be used without roleArn',
    );
    await policy({ DestinationArn: firehose, RoleArn: ROLE });
    const { name } = await failure(
      policy({ DestinationArn: LAMBDA.replace('000000000000', '1'.repeat(12)) }),
    );
    expect(name).to.equal('AccessDeniedException');
    expect((await failure(policy({ DestinationArn: 'arn' }))).name).to.equal('InvalidParameterException');
  });

  it('are described with the recorded members, replaced and deleted', async () => {
    await put();
    service.time += 5;
    await put({ filterPattern: 'WARN' });
    expect(await described()).to.deep.equal([
      {
        applyOnTransformedLogs: false,
        creationTime: START,
        destinationArn: LAMBDA,
        distribution: 'ByLogStream',
        filterName: 'filter',
        filterPattern: 'WARN',
        logGroupName: GROUP,
      },
    ]);
    const remove = () =>
      service.client.send(new DeleteSubscriptionFilterCommand({ logGroupName: GROUP, filterName: 'filter' }));
    await remove();
    expect(await described()).to.deep.equal([]);
    expect(await failure(remove())).to.deep.equal({
      name: 'ResourceNotFoundException',
      message: 'The specified subscription filter does not exist.',
    });
  });

  it('are two a group; an update passes', async () => {
    await put({ filterName: 'a' });
    await put({ filterName: 'b' });
    await put({ filterName: 'b', filterPattern: '' });
    expect(await failure(put({ filterName: 'c' }))).to.deep.equal({
      name: 'LimitExceededException',
      message: 'Resource limit exceeded.',
    });
  });

  describe('refuse', () => {
    const cases: [string, Partial<PutSubscriptionFilterCommandInput>, string, string][] = [
      [
        'a function of another account, before looking for the group',
        { logGroupName: '/none', destinationArn: LAMBDA.replace('000000000000', '123456789012') },
        'AccessDeniedException',
        'Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to create cross account lambda triggers.',
      ],
      [
        'a Kinesis stream without a role',
        { destinationArn: KINESIS.replace('consumer', 'other') },
        'InvalidParameterException',
        'destinationArn for vendor kinesis cannot be used without roleArn',
      ],
      [
        'a missing group',
        { logGroupName: '/none' },
        'ResourceNotFoundException',
        'The specified log group does not exist.',
      ],
      [
        'a pattern that is none',
        { filterPattern: '{ $.a = }' },
        'InvalidParameterException',
        'Invalid filter pattern',
      ],
      [
        'a pattern that is none, before looking at the destination and for the group',
        {
          logGroupName: '/none',
          filterPattern: '[level, text',
          destinationArn: LAMBDA.replace('000000000000', '123456789012'),
        },
        'InvalidParameterException',
        "If a filter pattern starts with '[' it must end with ']'",
      ],
      [
        'what is no ARN',
        { destinationArn: 'http://example.com/' },
        'InvalidParameterException',
        'Invalid destination ARN.',
      ],
      [
        'another service without a role',
        { destinationArn: 'arn:aws:sqs:us-east-1:000000000000:queue' },
        'InvalidParameterException',
        'destinationArn for vendor sqs cannot be used without roleArn',
      ],
      [
        'another service with a role',
        { destinationArn: 'arn:aws:sqs:us-east-1:000000000000:queue', roleArn: ROLE },
        'InvalidParameterException',
        'PutSubscriptionFilter operation cannot work with destinationArn for vendor sqs',
      ],
      [
        'a function with a role',
        { destinationArn: `${LAMBDA}-other`, roleArn: ROLE },
        'InvalidParameterException',
        'destinationArn for vendor lambda cannot be used with roleArn',
      ],
      [
        'a destination that does not exist',
        { destinationArn: 'arn:aws:logs:us-east-1:000000000000:destination:none' },
        'InvalidParameterException',
        'The specified destination does not exist.',
      ],
    ];
    for (const [what, input, name, message] of cases) {
      it(what, async () => {
        const error = await failure(put(input));
        expect(error.name).to.equal(name);
        expect(error.message).to.equal(message);
      });
    }

    it('a destination that does not answer well', async () => {
      consumer.status = 500;
      expect((await failure(put())).message).to.match(/^Could not execute the lambda function/);
      expect((await failure(put({ destinationArn: KINESIS, roleArn: ROLE }))).message).to.match(
        /^Could not deliver test message to specified Kinesis stream/,
      );
      expect(await described()).to.deep.equal([]);
    });

    it('a group of the Infrequent Access class', async () => {
      await service.client.send(
        new CreateLogGroupCommand({ logGroupName: '/rare', logGroupClass: 'INFREQUENT_ACCESS' }),
      );
      expect((await failure(put({ logGroupName: '/rare' }))).name).to.equal('InvalidOperationException');
    });
  });

  it('deliver to the loopback address alone', async () => {
    for (const url of [
      'http://example.com/',
      'https://127.0.0.1/',
      'http://127.0.0.1.nip.io/',
      'nonsense',
      'http://u:p@localhost/',
    ]) {
      const error = await failure(LocalService.start({ subscriptionDestinations: { [LAMBDA]: url } }));
      expect(error.name).to.equal('OptionError');
    }
  });
});
