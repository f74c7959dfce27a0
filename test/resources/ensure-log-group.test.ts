import { expect } from 'chai';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import {
  createProvisioner,
  type Provisioner,
  type ProvisioningSettings,
} from '../../src/resources/ensure-log-group.js';

const stream = { logGroupName: '/apps/orders', logStreamName: 'one' };

function awsError(name: string, message = 'no'): Error {
  return Object.assign(new Error(message), { name });
}

const denied = (permission: string): Error =>
  awsError('AccessDeniedException', `User: u is not authorized to perform: ${permission} on resource: r`);

interface Call {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

describe('createProvisioner', () => {
  let calls: Call[];
  let said: string[];
  let groups: Set<string>;
  let streams: Set<string>;
  /** Throws for calls that fail; the rest is answered as the service does. */
  let before: (call: Call) => unknown;
  let clock: SinonFakeTimers;

  beforeEach(() => {
    calls = [];
    said = [];
    groups = new Set();
    streams = new Set();
    before = () => undefined;
    clock = useFakeTimers();
  });
  afterEach(() => {
    clock.restore();
  });

  const answer = ({ operation, input }: Call): unknown => {
    const group = input.logGroupName as string;
    if (operation === 'CreateLogGroup') {
      if (groups.has(group)) throw awsError('ResourceAlreadyExistsException');
      groups.add(group);
    }
    if (operation === 'CreateLogStream') {
      if (!groups.has(group)) throw awsError('ResourceNotFoundException');
      const key = `${group} ${String(input.logStreamName)}`;
      if (streams.has(key)) throw awsError('ResourceAlreadyExistsException');
      streams.add(key);
    }
    return {};
  };
  const create = (settings: Partial<ProvisioningSettings> = {}): Provisioner => {
    const client = {
      async send(command: { constructor: { name: string }; input: Record<string, unknown> }) {
        const call = { operation: command.constructor.name.replace(/Command$/, ''), input: command.input };
        calls.push(call);
        return (await before(call)) ?? answer(call);
      },
    };
    const note = (message: string): void => void said.push(message);
    const diagnostics = new Diagnostics({ logger: { error: note, warn: note, info: note, debug: note } });
    return createProvisioner(
      { client: client as never, diagnostics },
      { provision: 'all', indexFields: [], ...settings },
    );
  };
  const operations = (): string[] => calls.map(({ operation }) => operation);
  const failOn = (operation: string, error: Error): void => {
    before = (call) => {
      if (call.operation === operation) throw error;
    };
  };

  it('makes one call in a group that exists', async () => {
    groups.add('/apps/orders');
    expect(await create().ensure(stream, 'missing')).to.deep.include({ kind: 'ready' });
    expect(operations()).to.deep.equal(['CreateLogStream']);
  });

  it('takes what exists as made', async () => {
    groups.add('/apps/orders');
    streams.add('/apps/orders one');
    expect(await create().ensure(stream, 'ahead')).to.deep.include({ kind: 'ready' });
    expect(said).to.deep.equal([]);
  });

  it('makes the group where it is missing', async () => {
    const provisioner = create({
      logGroupClass: 'STANDARD',
      kmsKeyId: 'arn:aws:kms:x',
      tags: { team: 'orders' },
    });
    expect(await provisioner.ensure(stream, 'missing')).to.deep.include({ kind: 'ready' });
    expect(operations()).to.deep.equal(['CreateLogStream', 'CreateLogGroup', 'CreateLogStream']);
    expect(calls[1]!.input).to.deep.equal({
      logGroupName: '/apps/orders',
      logGroupClass: 'STANDARD',
      kmsKeyId: 'arn:aws:kms:x',
      tags: { team: 'orders' },
    });
  });

  it('shares calls for the same group and for the same stream', async () => {
    const provisioner = create();
    const other = { ...stream, logStreamName: 'two' };
    await Promise.all([
      provisioner.ensure(stream, 'ahead'),
      provisioner.ensure(stream, 'missing'),
      provisioner.ensure(other, 'ahead'),
    ]);
    expect(operations().filter((name) => name === 'CreateLogGroup')).to.have.lengthOf(1);
    expect(operations().filter((name) => name === 'CreateLogStream')).to.have.lengthOf(4);
  });

  it('takes a group that somebody else makes just now as made', async () => {
    before = ({ operation }) => {
      if (operation !== 'CreateLogGroup') return;
      groups.add('/apps/orders');
      throw awsError('OperationAbortedException');
    };
    expect(await create({ retentionInDays: 7 }).ensure(stream, 'missing')).to.deep.include({ kind: 'ready' });
    expect(operations()).not.to.include('PutRetentionPolicy');
  });

  it('reports nothing when making ahead fails', async () => {
    failOn('CreateLogStream', denied('logs:CreateLogStream'));
    expect((await create().ensure(stream, 'ahead')).kind).to.equal('failed');
    expect((await create({ provision: 'stream' }).ensure(stream, 'ahead')).kind).to.equal('failed');
    before = () => undefined;
    expect((await create({ provision: 'stream' }).ensure(stream, 'ahead')).kind).to.equal('failed');
    expect(said).to.deep.equal([]);
  });

  it('makes a group alone ahead, with one call', async () => {
    expect(await create().ensureGroupAhead('/apps/orders')).to.deep.include({ kind: 'ready' });
    expect(operations()[0]).to.equal('CreateLogGroup');
    expect(operations()).not.to.include('CreateLogStream');
  });

  it('makes nothing ahead where nothing may be made', async () => {
    for (const provision of ['none', 'stream'] as const) {
      expect(await create({ provision }).ensureGroupAhead('/apps/orders')).to.deep.equal({ kind: 'ready' });
    }
    expect(await create({ provision: 'none' }).ensure(stream, 'ahead')).to.deep.equal({ kind: 'ready' });
    expect(calls).to.deep.equal([]);
  });

  for (const [operation, permission] of [
    ['CreateLogStream', 'logs:CreateLogStream'],
    ['CreateLogGroup', 'logs:CreateLogGroup'],
  ] as const) {
    it(`says once that ${permission} is missing`, async () => {
      failOn(operation, denied(permission));
      const provisioner = create();
      const result = await provisioner.ensure(stream, 'missing');
      await provisioner.ensure(stream, 'missing');
      expect(result.kind).to.equal('failed');
      expect(said).to.have.lengthOf(1);
      expect(said[0]).to.include(`allow ${permission} to the role in use`);
    });
  }

  it('names the permission also where the error does not', async () => {
    failOn('CreateLogGroup', awsError('AccessDeniedException'));
    await create().ensure(stream, 'missing');
    expect(said[0]).to.include('allow logs:CreateLogGroup to the role in use');
  });

  it('passes on what else went wrong', async () => {
    failOn('CreateLogStream', awsError('ThrottlingException', 'Rate exceeded'));
    const result = await create().ensure(stream, 'missing');
    expect((result as { error: Error }).error.message).to.equal(
      'the log stream one of /apps/orders does not exist and can not be made: ThrottlingException: Rate exceeded',
    );
    expect(said).to.have.lengthOf(1);
  });

  it('fails when the stream can not be made in the new group either', async () => {
    before = ({ operation }) => {
      if (operation === 'CreateLogStream') throw awsError('ResourceNotFoundException');
    };
    expect((await create().ensure(stream, 'missing')).kind).to.equal('failed');
  });

  it('copes with a client that throws no error', async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- that is the case to try
    before = () => Promise.reject('text');
    expect(((await create().ensure(stream, 'ahead')) as { error: Error }).error.message).to.match(
      /can not be made: Error/,
    );
  });

  describe('when a wish for a new group can not be met', () => {
    const wishes = {
      kmsKeyId: 'arn:aws:kms:x',
      tags: { team: 'orders' },
      logGroupClass: 'STANDARD' as const,
    };
    const refuseWith = (wish: string, error: Error): void => {
      before = ({ operation, input }) => {
        if (operation === 'CreateLogGroup' && input[wish] !== undefined) throw error;
      };
    };

    for (const [wish, error] of [
      ['tags', denied('logs:TagResource')],
      [
        'kmsKeyId',
        awsError(
          'InvalidParameterException',
          'The specified KMS key does not exist or is not allowed to be used',
        ),
      ],
      ['logGroupClass', awsError('InvalidParameterException', 'Log group class is not supported here')],
    ] as const) {
      it(`makes it without ${wish}, and says so`, async () => {
        refuseWith(wish, error);
        expect((await create(wishes).ensure(stream, 'missing')).kind).to.equal('ready');
        const { [wish]: _, ...rest } = wishes;
        expect(calls.at(-2)!.input).to.deep.equal({ logGroupName: '/apps/orders', ...rest });
        expect(said).to.have.lengthOf(1);
        expect(said[0]).to.include(`is made without ${wish}`);
      });
    }

    for (const [wish, logGroupName, subject] of [
      ['logGroupClass', '/apps/kms-tags', 'Log group class is not supported for'],
      ['tags', '/first-class/kms', 'A tag is not allowed on'],
      ['kmsKeyId', '/class/tags', 'The specified KMS key is not allowed to be used with'],
    ] as const) {
      it(`keeps the others where the error about ${wish} quotes the group ${logGroupName}`, async () => {
        const arn = `arn:aws:logs:eu-central-1:123456789012:log-group:${logGroupName}`;
        refuseWith(wish, awsError('InvalidParameterException', `${subject} '${arn}'`));
        const named = { ...stream, logGroupName };
        expect((await create(wishes).ensure(named, 'missing')).kind).to.equal('ready');
        const { [wish]: _, ...rest } = wishes;
        expect(calls.at(-2)!.input).to.deep.equal({ logGroupName, ...rest });
        expect(said).to.have.lengthOf(1);
      });
    }

    it('names the permission that would be needed', async () => {
      refuseWith('tags', denied('logs:TagResource'));
      await create(wishes).ensure(stream, 'missing');
      expect(said[0]).to.include('allow logs:TagResource to the role in use');
    });

    it('drops all of them where the error does not say which', async () => {
      refuseWith('tags', awsError('InvalidParameterException', 'something is wrong'));
      expect((await create(wishes).ensure(stream, 'missing')).kind).to.equal('ready');
      expect(calls.at(-2)!.input).to.deep.equal({ logGroupName: '/apps/orders' });
      expect(said).to.have.lengthOf(3);
    });

    it('drops none for a passing error', async () => {
      failOn('CreateLogGroup', awsError('ThrottlingException'));
      expect((await create(wishes).ensure(stream, 'missing')).kind).to.equal('failed');
      expect(operations().filter((name) => name === 'CreateLogGroup')).to.have.lengthOf(1);
    });
  });

  describe('for a new group', () => {
    const finish = async (settings: Partial<ProvisioningSettings>): Promise<void> => {
      const provisioner = create(settings);
      await provisioner.ensure(stream, 'missing');
      await Promise.all([provisioner.settled(), clock.tickAsync(10_000)]);
    };
    const policyOf = (): unknown => {
      const put = calls.find(({ operation }) => operation === 'PutIndexPolicy');
      return put && JSON.parse(put.input.policyDocument as string);
    };
    const accountHas = (...documents: object[]): void => {
      before = ({ operation }) =>
        operation === 'DescribeIndexPolicies'
          ? {
              indexPolicies: documents.map((one) => ({
                source: 'ACCOUNT',
                policyDocument: JSON.stringify(one),
              })),
            }
          : undefined;
    };

    it('does not let a record wait for retention and index policy', async () => {
      before = ({ operation }) =>
        operation === 'PutRetentionPolicy' ? new Promise(() => undefined) : undefined;
      expect((await create({ retentionInDays: 7 }).ensure(stream, 'missing')).kind).to.equal('ready');
    });

    it('sets the retention', async () => {
      await finish({ retentionInDays: 7 });
      expect(calls.find(({ operation }) => operation === 'PutRetentionPolicy')).to.deep.equal({
        operation: 'PutRetentionPolicy',
        input: { logGroupName: '/apps/orders', retentionInDays: 7 },
      });
    });

    it('indexes the ids of traces and spans by default', async () => {
      await finish({ indexFields: undefined });
      expect(policyOf()).to.deep.equal({ Fields: ['trace_id', 'span_id'] });
    });

    it('puts no index policy on other classes', async () => {
      await finish({ indexFields: ['a'], logGroupClass: 'INFREQUENT_ACCESS' });
      expect(operations()).not.to.include('DescribeIndexPolicies');
    });

    it("keeps the account's fields", async () => {
      accountHas({
        Fields: ['user_id'],
        FieldsV2: { region: { type: 'FACET' }, zone: { type: 'FIELD_INDEX' } },
      });
      await finish({ indexFields: ['trace_id', 'region'] });
      expect(policyOf()).to.deep.equal({
        Fields: ['user_id', 'zone', 'trace_id'],
        FieldsV2: { region: { type: 'FACET' } },
      });
    });

    it("puts nothing where the account's policy has all of it", async () => {
      accountHas({ Fields: ['trace_id', 'span_id', 'x'] });
      await finish({ indexFields: ['trace_id', 'span_id'] });
      expect(operations()).to.include('DescribeIndexPolicies').and.not.to.include('PutIndexPolicy');
    });

    it("says which fields have no place beside the account's", async () => {
      accountHas({ Fields: Array.from({ length: 19 }, (_, index) => `f${index}`) });
      await finish({ indexFields: ['trace_id', 'span_id'] });
      expect((policyOf() as { Fields: string[] }).Fields)
        .to.have.lengthOf(20)
        .and.to.include('trace_id');
      expect(said.join()).to.match(/does not index span_id/);
    });

    it("puts nothing where the account's policy can not be read", async () => {
      failOn('DescribeIndexPolicies', denied('logs:DescribeIndexPolicies'));
      await finish({ indexFields: ['trace_id'] });
      expect(operations()).not.to.include('PutIndexPolicy');
      expect(said.join()).to.match(/without field indexes: .*allow logs:DescribeIndexPolicies/);
    });

    it('tries again while the new group is busy', async () => {
      let attempts = 0;
      before = ({ operation }) => {
        if (operation === 'PutRetentionPolicy' && ++attempts < 3) throw awsError('OperationAbortedException');
      };
      await finish({ retentionInDays: 7 });
      expect(attempts).to.equal(3);
      expect(said).to.deep.equal([]);
    });

    it('gives up after some attempts, and says so', async () => {
      failOn('PutRetentionPolicy', awsError('ServiceUnavailableException'));
      await finish({ retentionInDays: 7 });
      expect(operations().filter((name) => name === 'PutRetentionPolicy')).to.have.lengthOf(3);
      expect(said.join()).to.match(/without retention: ServiceUnavailableException/);
    });

    it('names the permission also where the error does not', async () => {
      failOn('PutRetentionPolicy', awsError('AccessDeniedException'));
      await finish({ retentionInDays: 7 });
      expect(said.join()).to.include('allow logs:PutRetentionPolicy');
    });
  });
});
