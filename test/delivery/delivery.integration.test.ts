import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeIndexPoliciesCommand,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';
import { createDelivery } from '../../src/delivery/create-delivery.js';
import { type Delivery, type DeliverySettings } from '../../src/delivery/delivery.js';
import { type LogEventBatch } from '../../src/delivery/encoded-event.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import { Losses } from '../../src/observability/losses.js';
import { itNeeds } from '../endpoint/it-needs.js';
import { ServiceUnderTest } from '../endpoint/service-under-test.js';
import { batch, messages } from './builders.js';

const hour = 3_600_000;

describe('delivery to a service', () => {
  let service: ServiceUnderTest;
  let client: CloudWatchLogsClient;
  let losses: Losses;
  let said: string[];
  let group = 0;
  let to: { logGroupName: string; logStreamName: string };

  before(async () => {
    service = await ServiceUnderTest.start();
    client = createCloudWatchLogsClient({ ...service.connection, maxAttempts: 1 });
  });
  after(async () => {
    client.destroy();
    await service.stop();
  });
  beforeEach(() => {
    service.clearFaults();
    losses = new Losses();
    said = [];
    to = { logGroupName: service.name(`/apps/orders-${++group}`), logStreamName: 'one' };
  });

  itNeeds('faults', 'warns of no leak of listeners however many requests are in flight', async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', onWarning);
    const delivery = create({ concurrency: 20 });
    service.local.faults.add({ kind: 'delay', delayMillis: 100, operations: ['PutLogEvents'] });
    const batches = Array.from({ length: 20 }, (_, index) => {
      const { events } = fresh(['x']);
      return { ...batch(['x'], { to: { ...to, logStreamName: `stream-${index}` } }), events };
    });
    expect(await delivery.deliver(batches)).to.include({ delivered: 20 });
    await delivery.shutdown();
    process.off('warning', onWarning);
    expect(warnings).not.to.include('MaxListenersExceededWarning');
  });

  const create = (settings: Partial<DeliverySettings> = {}): Delivery => {
    const note = (message: string): void => void said.push(message);
    return createDelivery(
      {
        client,
        losses,
        diagnostics: new Diagnostics({
          logger: { error: note, warn: note, info: note, debug: () => undefined },
        }),
      },
      { retry: { initialDelayMillis: 1, maxDelayMillis: 10 }, deliveryTimeoutMillis: 5_000, ...settings },
    );
  };
  /** Events now, each with a time of its own. */
  const fresh = (
    texts: readonly string[],
    offsetMillis: (index: number) => number = () => 0,
  ): LogEventBatch => {
    const now = Date.now() - 60_000;
    const made = batch(texts, { to });
    const events = made.events
      .map((event, index) => ({ ...event, timestamp: now + index + offsetMillis(index) }))
      .sort((a, b) => a.timestamp - b.timestamp);
    return { ...made, events };
  };
  const stored = async (): Promise<string[]> => {
    const { events } = await client.send(new GetLogEventsCommand({ ...to, startFromHead: true }));
    return (events ?? []).map(({ message }) => message!);
  };
  const describeGroup = async () => {
    const { logGroups } = await client.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: to.logGroupName }),
    );
    return logGroups?.[0];
  };
  const indexPolicy = async (): Promise<unknown> => {
    const command = new DescribeIndexPoliciesCommand({ logGroupIdentifiers: [to.logGroupName] });
    const { indexPolicies } = await client.send(command);
    return indexPolicies?.[0]?.policyDocument && JSON.parse(indexPolicies[0].policyDocument);
  };

  it('brings the messages byte for byte', async () => {
    const texts = ['plain', 'quotes " and \\', 'line\nbreak\u0001', 'ünï→😀', '{"a":1}', ...messages(1_000)];
    const delivery = create();
    expect(await delivery.deliver([fresh(texts)])).to.deep.equal({ delivered: 1_005, kept: 0, lost: 0 });
    expect(await stored()).to.deep.equal(texts);
    await delivery.shutdown();
  });

  it('makes a group with everything that is asked for', async () => {
    const delivery = create({
      provisioning: {
        provision: 'all',
        retentionInDays: 30,
        tags: { team: 'orders' },
        indexFields: ['trace_id'],
        facetFields: ['severity_text'],
      },
    });
    void delivery.prepare([to]);
    await delivery.forceFlush();
    const made = await describeGroup();
    expect(made?.retentionInDays).to.equal(30);
    const tags = await client.send(new ListTagsForResourceCommand({ resourceArn: made!.logGroupArn }));
    expect(tags.tags).to.deep.equal({ team: 'orders' });
    expect(await indexPolicy()).to.deep.equal({
      Fields: ['trace_id'],
      FieldsV2: { severity_text: { type: 'FACET' } },
    });
    expect(await delivery.deliver([fresh(['a'])])).to.include({ delivered: 1 });
    expect(said).to.deep.equal([]);
    await delivery.shutdown();
  });

  it('leaves a group that exists as it is', async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName: to.logGroupName }));
    const delivery = create({ provisioning: { provision: 'all', retentionInDays: 1 } });
    expect(await delivery.deliver([fresh(['a'])])).to.include({ delivered: 1 });
    await delivery.forceFlush();
    expect((await describeGroup())?.retentionInDays).to.equal(undefined);
    expect(await indexPolicy()).to.equal(undefined);
    await delivery.shutdown();
  });

  it('makes a group again that was deleted under it', async () => {
    const delivery = create();
    await delivery.deliver([fresh(['a'])]);
    await client.send(new DeleteLogGroupCommand({ logGroupName: to.logGroupName }));
    expect(await delivery.deliver([fresh(['b'])])).to.deep.equal({ delivered: 1, kept: 0, lost: 0 });
    expect(await stored()).to.deep.equal(['b']);
    await delivery.shutdown();
  });

  itNeeds('faults', 'delivers with a role that may only PutLogEvents', async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName: to.logGroupName }));
    await client.send(new CreateLogStreamCommand(to));
    service.local.faults.add({ kind: 'deny', exceptOperations: ['PutLogEvents'] });
    const delivery = create({ provisioning: { provision: 'all', retentionInDays: 30 } });
    void delivery.prepare([to]);
    expect(await delivery.deliver([fresh(messages(10))])).to.deep.equal({ delivered: 10, kept: 0, lost: 0 });
    await delivery.shutdown();
    expect(said).to.deep.equal([]);
    service.local.faults.clear();
    expect(await stored()).to.have.lengthOf(10);
  });

  itNeeds('faults', 'says once which permission a missing stream needs', async () => {
    service.local.faults.add({ kind: 'deny', exceptOperations: ['PutLogEvents'] });
    const delivery = create();
    const delivered = delivery.deliver([fresh(['a'])]);
    await delivery.forceFlush();
    expect(await delivered).to.deep.include({ kept: 1 });
    await delivery.shutdown();
    expect(said.filter((text) => text.includes('allow logs:CreateLogStream'))).to.have.lengthOf(1);
    expect(losses.byReason()).to.deep.equal({ shutdown: 1 });
  });

  itNeeds(
    'faults',
    'makes a group without what is denied, and says which permission is missing',
    async () => {
      service.local.faults.add({ kind: 'deny', operations: ['PutRetentionPolicy', 'DescribeIndexPolicies'] });
      const delivery = create({ provisioning: { provision: 'all', retentionInDays: 30 } });
      expect(await delivery.deliver([fresh(['a'])])).to.deep.equal({ delivered: 1, kept: 0, lost: 0 });
      await delivery.shutdown();
      expect(said.join('\n')).to.match(/without retention:.*allow logs:PutRetentionPolicy/);
      expect(said.join('\n')).to.match(/without field indexes:.*allow logs:DescribeIndexPolicies/);
      service.local.faults.clear();
      expect(await indexPolicy()).to.equal(undefined);
    },
  );

  it('makes only streams where that is asked for', async () => {
    const delivery = create({ provisioning: { provision: 'stream' } });
    const delivered = delivery.deliver([fresh(['a'])]);
    await delivery.forceFlush();
    const result = await delivered;
    expect(result).to.include({ kept: 1 });
    expect(result.error?.message).to.match(/log group.*does not exist, and provision is 'stream'/);
    await client.send(new CreateLogGroupCommand({ logGroupName: to.logGroupName }));
    await delivery.forceFlush();
    expect(await stored()).to.deep.equal(['a']);
    await delivery.shutdown();
  });

  it('makes nothing where that is asked for', async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName: to.logGroupName }));
    const delivery = create({ provisioning: { provision: 'none' } });
    const delivered = delivery.deliver([fresh(['a'])]);
    await delivery.forceFlush();
    const result = await delivered;
    expect(result.error?.message).to.match(/does not exist, and provision is 'none'/);
    await delivery.shutdown();
    expect(losses.byReason()).to.deep.equal({ shutdown: 1 });
  });

  it('counts events that the service refuses for their time', async () => {
    const delivery = create();
    const old = fresh(messages(4), (index) => (index === 0 ? -15 * 24 * hour : 0));
    const future = fresh(messages(4), (index) => (index === 3 ? 3 * hour : 0));
    expect(await delivery.deliver([old, future])).to.deep.equal({ delivered: 6, kept: 0, lost: 2 });
    expect(losses.byReason()).to.deep.equal({ too_old: 1, too_new: 1 });
    await delivery.shutdown();
  });

  it('loses only the event that the service refuses', async () => {
    const delivery = create();
    expect(await delivery.deliver([fresh(['a', '', 'b', 'c'])])).to.deep.include({ delivered: 3, lost: 1 });
    expect(losses.byReason()).to.deep.equal({ rejected: 1 });
    expect(await stored()).to.deep.equal(['a', 'b', 'c']);
    await delivery.shutdown();
  });

  for (const kind of ['throttle', 'error', 'expired-token', 'reset-before', 'clock-skew'] as const) {
    itNeeds('faults', `delivers everything once in spite of ${kind}`, async () => {
      const delivery = create();
      await delivery.deliver([fresh(['first'])]);
      service.local.faults.add({ kind, operations: ['PutLogEvents'], count: 3 });
      const texts = messages(20);
      const result = await delivery.deliver(texts.map((text) => fresh([text])));
      expect(result).to.include({ delivered: 20, kept: 0, lost: 0 });
      expect((await stored()).sort()).to.deep.equal(['first', ...texts].sort());
      await delivery.shutdown();
    });
  }

  for (const kind of ['reset-after', 'truncate'] as const) {
    itNeeds('faults', `loses nothing when the answer is lost: ${kind}`, async () => {
      const delivery = create();
      await delivery.deliver([fresh(['first'])]);
      service.local.faults.add({ kind, operations: ['PutLogEvents'], count: 1 });
      expect(await delivery.deliver([fresh(['second'])])).to.include({ delivered: 1 });
      expect(new Set(await stored())).to.deep.equal(new Set(['first', 'second']));
      await delivery.shutdown();
    });
  }

  it('delivers without a circuit breaker', async () => {
    const delivery = create({ circuitBreaker: false, requestsPerSecond: 1_000 });
    expect(await delivery.deliver([fresh(['a'])])).to.include({ delivered: 1 });
    expect(delivery.status().breaker).to.equal('closed');
    await delivery.shutdown();
  });

  itNeeds('faults', 'does not wait for an answer that never comes', async () => {
    const delivery = create({ requestTimeoutMillis: 50 });
    await delivery.deliver([fresh(['first'])]);
    service.local.faults.add({ kind: 'hang', operations: ['PutLogEvents'], count: 1 });
    expect(await delivery.deliver([fresh(['second'])])).to.include({ delivered: 1 });
    await delivery.shutdown();
  });
});
