import {
  CreateLogGroupCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  type PutLogEventsCommandInput,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { DAY, failure, HOUR, LocalService, START } from '../local-service.js';

const GROUP = '/app';
const ORDER = 'Log events in a single PutLogEvents request must be in chronological order.';

describe('PutLogEvents', () => {
  let service: LocalService;

  beforeEach(async () => {
    service = await LocalService.start();
    await service.createStream(GROUP);
  });
  afterEach(() => service.stop());

  function put(
    logEvents: PutLogEventsCommandInput['logEvents'],
    more: Partial<PutLogEventsCommandInput> = {},
  ) {
    return service.client.send(
      new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: 'stream', logEvents, ...more }),
    );
  }

  async function messages(): Promise<(string | undefined)[]> {
    const { events } = await service.client.send(
      new GetLogEventsCommand({ logGroupName: GROUP, logStreamName: 'stream', startFromHead: true }),
    );
    return events!.map(({ message }) => message);
  }

  it('stores events and answers a sequence token without rejections', async () => {
    const answer = await put([
      { timestamp: START - 1, message: 'first' },
      { timestamp: START, message: 'second ✓ \u0001 "quoted"' },
    ]);
    expect(answer.nextSequenceToken).to.match(/^\d{56}$/);
    expect(answer).to.not.have.property('rejectedLogEventsInfo');
    expect(await messages()).to.deep.equal(['first', 'second ✓ \u0001 "quoted"']);
  });

  it('ignores the sequence token', async () => {
    await put([{ timestamp: START, message: 'a' }], { sequenceToken: 'nonsense' });
    expect(await messages()).to.deep.equal(['a']);
  });

  it('refuses events out of order as a whole', async () => {
    const events = [
      { timestamp: START, message: 'a' },
      { timestamp: START - 1, message: 'b' },
    ];
    expect(await failure(put(events))).to.deep.equal({ name: 'InvalidParameterException', message: ORDER });
    expect(await messages()).to.deep.equal([]);
  });

  it('names a missing group before a missing stream', async () => {
    const event = [{ timestamp: START, message: 'a' }];
    expect(await failure(put(event, { logGroupName: '/none', logStreamName: 'none' }))).to.deep.equal({
      name: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    });
    expect(await failure(put(event, { logStreamName: 'none' }))).to.deep.equal({
      name: 'ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    });
  });

  it('takes 24 hours between the first and the last event and not a millisecond more', async () => {
    await put([
      { timestamp: START - DAY, message: 'a' },
      { timestamp: START, message: 'b' },
    ]);
    const { name, message } = await failure(
      put([
        { timestamp: START - DAY - 1, message: 'c' },
        { timestamp: START, message: 'd' },
      ]),
    );
    expect(name).to.equal('InvalidParameterException');
    expect(message).to.contain('24 hours');
    expect(await messages()).to.deep.equal(['a', 'b']);
  });

  describe('by age', () => {
    it('rejects what is more than 2 hours ahead, from its index on', async () => {
      const answer = await put([
        { timestamp: START + 2 * HOUR, message: 'edge' },
        { timestamp: START + 2 * HOUR + 1, message: 'ahead' },
      ]);
      expect(answer.rejectedLogEventsInfo).to.deep.equal({ tooNewLogEventStartIndex: 1 });
      expect(await messages()).to.deep.equal(['edge']);
    });

    it('rejects what is older than 14 days, up to its index, and leaves it out of the 24 hours', async () => {
      const answer = await put([
        { timestamp: START - 14 * DAY - 1, message: 'old' },
        { timestamp: START, message: 'new' },
      ]);
      expect(answer.rejectedLogEventsInfo).to.deep.equal({ tooOldLogEventEndIndex: 1 });
      expect(await messages()).to.deep.equal(['new']);
      const edge = await put([{ timestamp: START - 14 * DAY, message: 'edge' }]);
      expect(edge).to.not.have.property('rejectedLogEventsInfo');
    });

    it('rejects what the retention of the group has passed', async () => {
      await service.client.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 3 }));
      const answer = await put([
        { timestamp: START - 15 * DAY, message: 'too old' },
        { timestamp: START - 3 * DAY - 1, message: 'expired' },
        { timestamp: START - 3 * DAY, message: 'edge' },
      ]);
      expect(answer.rejectedLogEventsInfo).to.deep.equal({
        tooOldLogEventEndIndex: 1,
        expiredLogEventEndIndex: 2,
      });
      expect(await messages()).to.deep.equal(['edge']);
    });

    it('answers well when every event is rejected', async () => {
      const answer = await put([{ timestamp: START - 15 * DAY, message: 'old' }]);
      expect(answer.rejectedLogEventsInfo).to.deep.equal({ tooOldLogEventEndIndex: 1 });
    });
  });

  describe('by size', () => {
    const LIMIT = 1_048_576;

    it('takes one event that fills the request to the byte', async () => {
      await put([{ timestamp: START, message: 'x'.repeat(LIMIT - 26) }]);
      expect(await failure(put([{ timestamp: START, message: 'x'.repeat(LIMIT - 25) }]))).to.deep.equal({
        name: 'InvalidParameterException',
        message: 'Log event too large: 1048577 bytes exceeds limit of 1048576',
      });
    });

    it('counts UTF-8 bytes and 26 an event', async () => {
      const half = 'é'.repeat((LIMIT / 2 - 26) / 2);
      await put([half, half].map((message) => ({ timestamp: START, message })));
      expect(
        await failure(put([half, `${half}x`].map((message) => ({ timestamp: START, message })))),
      ).to.deep.equal({
        name: 'InvalidParameterException',
        message: 'Upload too large: 1048577 bytes exceeds limit of 1048576',
      });
    });

    it('takes 10,000 events and not one more', async () => {
      const events = Array.from({ length: 10_000 }, () => ({ timestamp: START, message: 'x' }));
      await put(events);
      const { name, message } = await failure(put([...events, { timestamp: START, message: 'x' }]));
      expect(name).to.equal('InvalidParameterException');
      expect(message).to.match(
        /^1 validation error detected: Value '\[InputLogEvent\(timestamp=\d+, message=x\), .*' at 'logEvents' failed to satisfy constraint: Member must have length less than or equal to 10000$/,
      );
    });

    it('refuses an empty message by its place in the list', async () => {
      const events = [
        { timestamp: START, message: 'x' },
        { timestamp: START, message: '' },
      ];
      expect((await failure(put(events))).message).to.equal(
        "1 validation error detected: Value '' at 'logEvents.2.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1",
      );
      expect((await failure(put([]))).message).to.equal(
        "1 validation error detected: Value '[]' at 'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1",
      );
    });
  });

  describe('with an entity', () => {
    const event = [{ timestamp: START, message: 'x' }];
    const keyAttributes = { Type: 'Service', Name: 'orders', Environment: 'test' };

    it('takes one of a service', async () => {
      const answer = await put(event, { entity: { keyAttributes, attributes: { PlatformType: 'Generic' } } });
      expect(answer).to.not.have.property('rejectedEntityInfo');
    });

    const wrong: [string, PutLogEventsCommandInput['entity'], string][] = [
      ['no key attributes', { keyAttributes: {} }, 'MissingRequiredFields'],
      ['no type', { keyAttributes: { Name: 'orders', Environment: 'test' } }, 'MissingRequiredFields'],
      ['no name', { keyAttributes: { Type: 'Service', Environment: 'test' } }, 'MissingRequiredFields'],
      ['an unknown type', { keyAttributes: { ...keyAttributes, Type: 'Servant' } }, 'InvalidTypeValue'],
      ['an unknown key', { keyAttributes: { ...keyAttributes, Colour: 'red' } }, 'InvalidKeyAttributes'],
      ['an empty name', { keyAttributes: { ...keyAttributes, Name: '' } }, 'InvalidKeyAttributes'],
      ['a long name', { keyAttributes: { ...keyAttributes, Name: 'x'.repeat(513) } }, 'EntitySizeTooLarge'],
      ['an empty attribute', { keyAttributes, attributes: { PlatformType: '' } }, 'InvalidAttributes'],
      [
        'eleven attributes',
        {
          keyAttributes,
          attributes: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`key${index}`, 'x'])),
        },
        'EntitySizeTooLarge',
      ],
    ];
    for (const [what, entity, errorType] of wrong) {
      it(`refuses the entity alone where it has ${what}`, async () => {
        const answer = await put(event, { entity });
        expect(answer.rejectedEntityInfo).to.deep.equal({ errorType });
        expect(await messages()).to.deep.equal(['x']);
      });
    }

    it('refuses it in a group of another class than Standard', async () => {
      await service.client.send(
        new CreateLogGroupCommand({ logGroupName: '/rare', logGroupClass: 'INFREQUENT_ACCESS' }),
      );
      await service.client.send(
        new (await import('@aws-sdk/client-cloudwatch-logs')).CreateLogStreamCommand({
          logGroupName: '/rare',
          logStreamName: 'stream',
        }),
      );
      const answer = await put(event, { logGroupName: '/rare', entity: { keyAttributes } });
      expect(answer.rejectedEntityInfo).to.deep.equal({ errorType: 'UnsupportedLogGroupType' });
    });
  });

  it('refuses groups that are reserved for AWS', async () => {
    const { name } = await failure(
      put([{ timestamp: START, message: 'x' }], { logGroupName: 'aws/spans', logStreamName: 'default' }),
    );
    expect(name).to.equal('InvalidParameterException');
  });
});
