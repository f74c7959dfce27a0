import { expect } from 'chai';
import { OptionError } from '../../src/cloudwatch/errors.js';
import {
  LogResources,
  type MetricFilterSpec,
  ResourceError,
  type SubscriptionFilterSpec,
} from '../../src/resources/index.js';

interface Call {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** Resources over a stand-in for the client that answers what it is told. */
function createResources(answer: (call: Call) => unknown): { resources: LogResources; calls: Call[] } {
  const calls: Call[] = [];
  const client = {
    send: async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
      const call = { operation: command.constructor.name.replace(/Command$/, ''), input: command.input };
      calls.push(call);
      return await Promise.resolve(answer(call) ?? {});
    },
  };
  return { resources: new LogResources({ client: client as never }), calls };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function optionThatFails(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    expect(error).to.be.an.instanceOf(OptionError);
    return (error as OptionError).option;
  }
  return 'none';
}

const missing = (): never => {
  throw Object.assign(new Error('no'), { name: 'ResourceNotFoundException' });
};

describe('SubscriptionFilters', () => {
  const spec: SubscriptionFilterSpec = {
    logGroupName: '/apps/orders',
    filterName: 'errors',
    filterPattern: 'ERROR',
    destinationArn: 'arn:aws:lambda:eu-central-1:123456789012:function:f',
  };

  it('are listed over all pages', async () => {
    const { resources, calls } = createResources(({ input }) => ({
      subscriptionFilters: [{ ...spec, filterName: input.nextToken ? 'two' : 'one', creationTime: 5 }],
      nextToken: input.nextToken ? undefined : 'more',
    }));
    const filters = await collect(resources.subscriptionFilters.list('/apps/orders', { prefix: 'e' }));
    expect(filters.map(({ filterName }) => filterName)).to.deep.equal(['one', 'two']);
    expect(filters[0]).to.deep.equal({
      ...spec,
      filterName: 'one',
      roleArn: undefined,
      distribution: 'ByLogStream',
      creationTimeMillis: 5,
    });
    expect(calls[1]!.input).to.deep.include({
      logGroupName: '/apps/orders',
      filterNamePrefix: 'e',
      nextToken: 'more',
    });
  });

  it('are put only where they differ', async () => {
    let present: SubscriptionFilterSpec[] = [];
    const { resources, calls } = createResources(({ operation, input }) => {
      if (operation === 'PutSubscriptionFilter') present = [input as unknown as SubscriptionFilterSpec];
      return operation === 'DescribeSubscriptionFilters' ? { subscriptionFilters: present } : {};
    });
    expect(await resources.subscriptionFilters.ensure(spec)).to.equal(true);
    expect(await resources.subscriptionFilters.ensure(spec)).to.equal(false);
    expect(await resources.subscriptionFilters.ensure({ ...spec, distribution: 'Random' })).to.equal(true);
    expect(calls.filter(({ operation }) => operation === 'PutSubscriptionFilter')).to.have.lengthOf(2);
  });

  it('are checked before anything is sent', async () => {
    const { resources, calls } = createResources(() => ({}));
    const wrong: [string, object][] = [
      ['logGroupName', { logGroupName: 'a b' }],
      ['logGroupName', { logGroupName: 7 }],
      ['filterName', { filterName: 'a:b' }],
      ['filterName', { filterName: '' }],
      ['filterName', { filterName: 'x'.repeat(513) }],
      ['filterPattern', { filterPattern: 'x'.repeat(1025) }],
      ['destinationArn', { destinationArn: 'lambda' }],
      ['roleArn', { roleArn: 'role' }],
      ['distribution', { distribution: 'Even' }],
    ];
    for (const [option, members] of wrong) {
      expect(
        await optionThatFails(() => resources.subscriptionFilters.put({ ...spec, ...members })),
      ).to.equal(option);
    }
    expect(calls).to.deep.equal([]);
  });

  it('are deleted once', async () => {
    expect(await createResources(() => ({})).resources.subscriptionFilters.delete('/a', 'b')).to.equal(true);
    expect(await createResources(missing).resources.subscriptionFilters.delete('/a', 'b')).to.equal(false);
  });
});

describe('MetricFilters', () => {
  const metric = {
    metricName: 'Errors',
    metricNamespace: 'Apps',
    metricValue: '1',
    dimensions: { zone: '$.zone' },
  };
  const spec: MetricFilterSpec = {
    logGroupName: '/apps/orders',
    filterName: 'errors',
    filterPattern: 'ERROR',
    metric,
  };

  it('are listed over all pages, of one group or of all', async () => {
    const { resources, calls } = createResources(({ input }) => ({
      metricFilters: [
        {
          filterName: 'one',
          filterPattern: '',
          metricTransformations: [metric],
          logGroupName: '/a',
          creationTime: 5,
        },
      ],
      nextToken: input.nextToken ? undefined : 'more',
    }));
    const filters = await collect(resources.metricFilters.list());
    expect(filters).to.have.lengthOf(2);
    expect(filters[0]).to.deep.equal({
      logGroupName: '/a',
      filterName: 'one',
      filterPattern: '',
      metric,
      creationTimeMillis: 5,
    });
    await collect(resources.metricFilters.list('/a', { prefix: 'o' }));
    expect(calls.at(-1)!.input).to.deep.include({ logGroupName: '/a', filterNamePrefix: 'o' });
    expect(await optionThatFails(() => resources.metricFilters.list(undefined, { prefix: 'o' }))).to.equal(
      'prefix',
    );
  });

  it('are put only where they differ', async () => {
    let present: object[] = [];
    const { resources, calls } = createResources(({ operation, input }) => {
      const stored = (input.metricTransformations as object[] | undefined)?.map((one) => ({
        unit: 'None',
        ...one,
      }));
      if (operation === 'PutMetricFilter') present = [{ ...input, metricTransformations: stored }];
      return operation === 'DescribeMetricFilters' ? { metricFilters: present } : {};
    });
    expect(await resources.metricFilters.ensure(spec)).to.equal(true);
    expect(await resources.metricFilters.ensure(spec)).to.equal(false);
    expect(
      await resources.metricFilters.ensure({ ...spec, metric: { ...metric, metricValue: '2' } }),
    ).to.equal(true);
    expect(calls.filter(({ operation }) => operation === 'PutMetricFilter')).to.have.lengthOf(2);
    expect(calls.at(-1)!.input.metricTransformations).to.deep.equal([{ ...metric, metricValue: '2' }]);
  });

  it('are checked before anything is sent', async () => {
    const { resources, calls } = createResources(() => ({}));
    const wrong: [string, object][] = [
      ['metric.metricName', { metricName: 'a:b' }],
      ['metric.metricNamespace', { metricNamespace: '' }],
      ['metric.metricValue', { metricValue: '' }],
      ['metric.metricValue', { metricValue: 'x'.repeat(101) }],
      ['metric.dimensions', { dimensions: { a: '$.a', b: '$.b', c: '$.c', d: '$.d' } }],
      ['metric.defaultValue', { defaultValue: 0 }],
    ];
    for (const [option, members] of wrong) {
      expect(
        await optionThatFails(() =>
          resources.metricFilters.put({ ...spec, metric: { ...metric, ...members } }),
        ),
      ).to.equal(option);
    }
    expect(calls).to.deep.equal([]);
  });

  it('are tried on messages', async () => {
    const { resources } = createResources(() => ({
      matches: [{ eventNumber: 2, eventMessage: 'ERROR', extractedValues: { $1: 'ERROR' } }, {}],
    }));
    expect(await resources.metricFilters.test('ERROR', ['ok', 'ERROR'])).to.deep.equal([
      { eventNumber: 2, eventMessage: 'ERROR', extractedValues: { $1: 'ERROR' } },
      { eventNumber: 0, eventMessage: '', extractedValues: {} },
    ]);
    for (const count of [0, 51]) {
      expect(
        await optionThatFails(() => resources.metricFilters.test('', Array<string>(count).fill('x'))),
      ).to.equal('logEventMessages');
    }
  });

  it('are deleted once', async () => {
    expect(await createResources(() => ({})).resources.metricFilters.delete('/a', 'b')).to.equal(true);
    expect(await createResources(missing).resources.metricFilters.delete('/a', 'b')).to.equal(false);
  });
});

describe('LogGroups', () => {
  it('are encrypted with a key and without', async () => {
    const kmsKeyId = 'arn:aws:kms:eu-central-1:123456789012:key/1';
    const { resources, calls } = createResources(({ operation }) => {
      if (operation === 'CreateLogGroup')
        throw Object.assign(new Error('no'), { name: 'ResourceAlreadyExistsException' });
      return operation === 'DescribeLogGroups'
        ? { logGroups: [{ logGroupName: '/a', arn: 'arn:aws:logs:x:123456789012:log-group:/a:*' }] }
        : {};
    });
    expect(await resources.logGroups.ensure({ logGroupName: '/a', kmsKeyId })).to.deep.equal({
      created: false,
      changed: ['kmsKeyId'],
    });
    await resources.logGroups.setKmsKey('/a', null);
    expect(calls.map(({ operation }) => operation)).to.deep.equal([
      'CreateLogGroup',
      'DescribeLogGroups',
      'AssociateKmsKey',
      'DisassociateKmsKey',
    ]);
    // An answer of an older service: no class, one ARN.
    expect(await resources.logGroups.get('/a')).to.deep.include({
      logGroupClass: 'STANDARD',
      logGroupArn: 'arn:aws:logs:x:123456789012:log-group:/a',
    });
  });

  it('are checked before anything is sent', async () => {
    const { resources, calls } = createResources(() => ({}));
    const wrong: [string, object][] = [
      ['logGroupName', { logGroupName: '' }],
      ['retentionInDays', { retentionInDays: 2 }],
      ['retentionInDays', { retentionInDays: '7' }],
      ['logGroupClass', { logGroupClass: 'CHEAP' }],
      ['kmsKeyId', { kmsKeyId: 'key' }],
      ['tags', { tags: { '': 'x' } }],
      ['tags', { tags: { ['x'.repeat(129)]: 'x' } }],
      ['tags', { tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'x'])) }],
      ['tags.k', { tags: { k: 'x'.repeat(257) } }],
      ['tags.k', { tags: { k: 7 } }],
    ];
    for (const [option, members] of wrong) {
      const spec = { logGroupName: '/a', ...members };
      expect(await optionThatFails(() => resources.logGroups.create(spec)), option).to.equal(option);
      expect(await optionThatFails(() => resources.logGroups.ensure(spec)), option).to.equal(option);
    }
    expect(await optionThatFails(() => resources.logGroups.list({ prefix: 'a', pattern: 'b' }))).to.equal(
      'pattern',
    );
    expect(
      await optionThatFails(() => resources.logGroups.list({ logGroupClass: 'CHEAP' as never })),
    ).to.equal('logGroupClass');
    expect(await optionThatFails(() => resources.logGroups.setKmsKey('/a', 'key'))).to.equal('kmsKeyId');
    expect(calls).to.deep.equal([]);
  });

  it('are not asked for ever by a service that repeats its token', async () => {
    const { resources, calls } = createResources(() => ({ logGroups: [], nextToken: 'same' }));
    await collect(resources.logGroups.list());
    expect(calls).to.have.lengthOf(2);
  });
});

describe('LogStreams', () => {
  it('are checked before anything is sent', async () => {
    const { resources, calls } = createResources(() => ({}));
    expect(await optionThatFails(() => resources.logStreams.ensure('/a', 'a:b'))).to.equal('logStreamName');
    expect(await optionThatFails(() => resources.logStreams.ensure('/a', 7 as never))).to.equal(
      'logStreamName',
    );
    expect(calls).to.deep.equal([]);
  });
});

describe('FieldIndexes', () => {
  it('are checked before anything is sent', async () => {
    const { resources, calls } = createResources(() => ({}));
    const many = Array.from({ length: 21 }, (_, index) => `f${index}`);
    expect(await optionThatFails(() => resources.fieldIndexes.list([]))).to.equal('logGroups');
    expect(await optionThatFails(() => resources.fieldIndexes.list(['a b']))).to.equal('logGroupName');
    expect(await optionThatFails(() => resources.fieldIndexes.put('/a', []))).to.equal('fields');
    expect(await optionThatFails(() => resources.fieldIndexes.put('/a', many))).to.equal('fields');
    expect(await optionThatFails(() => resources.fieldIndexes.put('/a', ['x'.repeat(101)]))).to.equal(
      'fields',
    );
    expect(calls).to.deep.equal([]);
  });

  it("start from the account's policy", async () => {
    const { resources, calls } = createResources(({ operation }) =>
      operation === 'DescribeIndexPolicies'
        ? { indexPolicies: [{ source: 'ACCOUNT', policyDocument: '{"Fields":["a"]}' }] }
        : {},
    );
    expect(await resources.fieldIndexes.ensure('/a', ['b'])).to.equal(true);
    expect(calls.at(-1)!.input.policyDocument).to.equal('{"Fields":["a","b"]}');
  });
});

describe('ResourceError', () => {
  it('survives what is no AWS error', () => {
    const error = new ResourceError('CreateLogGroup', new TypeError('x is not a function'));
    expect(error.message).to.equal('CreateLogGroup failed: TypeError (text withheld; errorDetails shows it)');
    expect(error).to.include({ awsErrorName: 'TypeError', requestId: undefined, httpStatusCode: undefined });
    expect(new ResourceError('X', {}).awsErrorName).to.equal('Error');
  });
});

describe('a subscription filter that is refused for its destination', () => {
  const GROUP = 'arn:aws:logs:eu-west-1:123456789012:log-group:/a:*';
  const DESTINATION = 'arn:aws:logs:eu-west-1:210987654321:destination:central';
  const cases: readonly [name: string, message: string, remedy: RegExp | undefined][] = [
    [
      'InvalidParameterException',
      'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.',
      /; let the service call the function: .*lambda add-permission/,
    ],
    [
      'AccessDeniedException',
      'Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to create cross account lambda triggers.',
      /; give a function of this account, or a logical destination/,
    ],
    [
      'InvalidParameterException',
      'Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state.',
      /; the stream has to be active, and roleArn a role/,
    ],
    [
      'AccessDeniedException',
      `User with accountId: 123456789012 is not authorized to perform: logs:PutSubscriptionFilter on resource: ${DESTINATION}`,
      /; have the access policy of the destination allow/,
    ],
    [
      'AccessDeniedException',
      'User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: firehose:PutRecord on resource: x',
      /; allow it to the role of roleArn/,
    ],
    ['AccessDeniedException', 'Access denied', undefined],
    [
      'AccessDeniedException',
      `User: u is not authorized to perform: logs:PutSubscriptionFilter on resource: ${GROUP}`,
      /; allow logs:PutSubscriptionFilter to the role in use$/,
    ],
    [
      'AccessDeniedException',
      'User: u is not authorized to perform: iam:PassRole on resource: r',
      /; allow iam:PassRole to the role in use$/,
    ],
    [
      'ExpiredTokenException',
      'The security token included in the request is expired',
      /; check the option `credentials`/,
    ],
  ];
  for (const [name, message, remedy] of cases) {
    it(`has a remedy that fits, or none: ${message.slice(0, 100)}`, () => {
      const thrown = Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
      const text = new ResourceError('PutSubscriptionFilter', thrown).message;
      if (remedy) expect(text).to.match(remedy);
      else expect(text).not.to.contain('allow');
      expect(text).not.to.match(/\d{12}/);
    });
  }

  it('is not mistaken for another operation that is denied', () => {
    const thrown = Object.assign(new Error('Access denied'), { name: 'AccessDeniedException' });
    expect(new ResourceError('PutMetricFilter', thrown).message).to.contain('allow the action');
  });
});

describe('members that nobody knows', () => {
  const { resources } = createResources(() => ({}));
  const logGroupName = '/g';
  const filter = { logGroupName, filterName: 'f', filterPattern: '' };
  const metric = { metricName: 'm', metricNamespace: 'n', metricValue: '1' };
  const cases: Record<string, [option: string, work: () => unknown]> = {
    'LogResources()': ['regoin', () => new LogResources({ regoin: 'x' } as never)],
    'logGroups.ensure': [
      'retention',
      () => resources.logGroups.ensure({ logGroupName, retention: 30 } as never),
    ],
    'logGroups.create': ['class', () => resources.logGroups.create({ logGroupName, class: 'x' } as never)],
    'logGroups.list': ['namePrefix', () => resources.logGroups.list({ namePrefix: '/' } as never)],
    'logStreams.list': ['order', () => resources.logStreams.list(logGroupName, { order: 'x' } as never)],
    'metricFilters.put': [
      'unit',
      () => resources.metricFilters.put({ ...filter, metric, unit: 'x' } as never),
    ],
    'metricFilters.put, metric': [
      'metric.value',
      () => resources.metricFilters.put({ ...filter, metric: { ...metric, value: 'x' } } as never),
    ],
    'metricFilters.list': ['name', () => resources.metricFilters.list(logGroupName, { name: 'x' } as never)],
    'subscriptionFilters.put': [
      'role',
      () =>
        resources.subscriptionFilters.put({
          ...filter,
          destinationArn: 'arn:aws:lambda:x',
          role: 'x',
        } as never),
    ],
    'subscriptionFilters.list': [
      'name',
      () => resources.subscriptionFilters.list(logGroupName, { name: 'x' } as never),
    ],
    'fieldIndexes.list': ['prefix', () => resources.fieldIndexes.list(['/g'], { prefix: 'x' } as never)],
  };
  for (const [name, [option, work]] of Object.entries(cases)) {
    it(`are refused by ${name}`, async () => {
      expect(await optionThatFails(work)).to.equal(option);
    });
  }

  it('and what is no object, too', async () => {
    expect(await optionThatFails(() => resources.logGroups.ensure(undefined as never))).to.equal('options');
    expect(await optionThatFails(() => resources.logGroups.ensure('/g' as never))).to.equal('options');
  });
});
