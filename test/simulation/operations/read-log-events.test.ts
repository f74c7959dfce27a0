import {
  CreateLogGroupCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  CreateLogStreamCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { failure, LocalService, START } from '../local-service.js';

const GROUP = '/app';

describe('reading events', () => {
  let service: LocalService;

  before(async () => {
    service = await LocalService.start();
    await service.createStream(GROUP);
    for (const logStreamName of ['other', 'empty', 'large']) {
      await service.client.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName }));
    }
    await service.put(
      GROUP,
      Array.from({ length: 10 }, (_, index) => [index * 10 - 200, `m${index}`] as const),
    );
    await service.put(
      GROUP,
      [
        [-195, 'between'],
        [-110, 'late'],
      ],
      'other',
    );
  });
  after(() => service.stop());

  const get = (input: Partial<GetLogEventsCommandInput> = {}) =>
    service.client.send(new GetLogEventsCommand({ logGroupName: GROUP, logStreamName: 'stream', ...input }));
  const messages = (page: { events?: { message?: string | undefined }[] | undefined }) =>
    page.events!.map(({ message }) => message).join(' ');

  it('is left to queries where the group is of the Infrequent Access class', async () => {
    const logGroupName = '/rare';
    await service.client.send(
      new CreateLogGroupCommand({ logGroupName, logGroupClass: 'INFREQUENT_ACCESS' }),
    );
    const refusal = (operation: string) => ({
      name: 'InvalidOperationException',
      message: `The log group /rare is of log-group-class INFREQUENT_ACCESS. ${operation} is not supported for this log class.`,
    });
    const filter = service.client.send(new FilterLogEventsCommand({ logGroupName }));
    expect(await failure(filter)).to.deep.equal(refusal('FilterLogEvents'));
    expect(await failure(get({ logGroupName }))).to.deep.equal(refusal('GetLogEvents'));
  });

  describe('GetLogEvents', () => {
    it('gives the latest page in ascending order by default', async () => {
      expect(messages(await get({ limit: 3 }))).to.equal('m7 m8 m9');
      expect(messages(await get({ limit: 3, startFromHead: true }))).to.equal('m0 m1 m2');
    });

    it('gives message, timestamp and ingestion time', async () => {
      expect((await get({ limit: 1 })).events).to.deep.equal([
        { message: 'm9', timestamp: START - 110, ingestionTime: START },
      ]);
    });

    it('takes the start inclusive and the end exclusive', async () => {
      expect(messages(await get({ startTime: START - 190, endTime: START - 170 }))).to.equal('m1 m2');
      expect(messages(await get({ startTime: START - 190, endTime: START - 169 }))).to.equal('m1 m2 m3');
      expect(messages(await get({ startTime: START - 170, endTime: START - 170 }))).to.equal('');
    });

    it('reads on to the end, where the token comes back, and sees what is added then', async () => {
      let page = await get({ limit: 4, startFromHead: true });
      const pages = [messages(page)];
      for (;;) {
        const next = await get({ limit: 4, startFromHead: true, nextToken: page.nextForwardToken });
        if (next.nextForwardToken === page.nextForwardToken) break;
        page = next;
        pages.push(messages(page));
      }
      expect(pages).to.deep.equal(['m0 m1 m2 m3', 'm4 m5 m6 m7', 'm8 m9']);
      await service.put(GROUP, [[0, 'm10']]);
      const added = await get({ nextToken: page.nextForwardToken });
      expect(messages(added)).to.equal('m10');
    });

    it('reads back to the beginning, where the token comes back', async () => {
      let page = await get({ limit: 4, endTime: START - 100 });
      const pages = [messages(page)];
      for (;;) {
        const next = await get({ limit: 4, endTime: START - 100, nextToken: page.nextBackwardToken });
        if (next.nextBackwardToken === page.nextBackwardToken) break;
        page = next;
        pages.push(messages(page));
      }
      expect(pages).to.deep.equal(['m6 m7 m8 m9', 'm2 m3 m4 m5', 'm0 m1']);
    });

    it('turns round anywhere', async () => {
      const first = await get({ limit: 3, startFromHead: true });
      const second = await get({ limit: 3, nextToken: first.nextForwardToken });
      expect(messages(second)).to.equal('m3 m4 m5');
      expect(messages(await get({ limit: 3, nextToken: second.nextBackwardToken }))).to.equal('m0 m1 m2');
      const bottom = await get({ limit: 3, nextToken: first.nextBackwardToken });
      expect(messages(bottom)).to.equal('');
      expect(messages(await get({ limit: 3, nextToken: bottom.nextForwardToken }))).to.equal('m0 m1 m2');
      const end = await get({ limit: 3, endTime: START - 100 });
      const top = await get({ endTime: START - 100, nextToken: end.nextForwardToken });
      expect(messages(top)).to.equal('');
      const back = await get({ endTime: START - 100, limit: 3, nextToken: top.nextBackwardToken });
      expect(messages(back)).to.equal('m7 m8 m9');
    });

    it('gives both tokens for an empty stream, and with them what comes later', async () => {
      const empty = await get({ logStreamName: 'empty' });
      expect(empty.events).to.deep.equal([]);
      expect(empty.nextForwardToken).to.match(/^f\/\d{56}\/s$/);
      expect(empty.nextBackwardToken).to.match(/^b\/\d{56}\/s$/);
      await service.put(GROUP, [[0, 'now']], 'empty');
      const later = await get({ logStreamName: 'empty', nextToken: empty.nextForwardToken });
      expect(messages(later)).to.equal('now');
    });

    it('refuses tokens of another form', async () => {
      for (const nextToken of ['x', 'f/1/s', `g/${'0'.repeat(56)}/s`, `f/${'0'.repeat(56)}/t`]) {
        expect(await failure(get({ nextToken }))).to.deep.equal({
          name: 'InvalidParameterException',
          message: 'The specified nextToken is invalid.',
        });
      }
    });

    it('cuts pages at 1 MB, yet gives a large event alone', async () => {
      const half = 'x'.repeat(600_000);
      const whole = 'y'.repeat(1_048_550);
      for (const message of [half, half, whole]) await service.put(GROUP, [[-50, message]], 'large');
      let nextToken: string | undefined;
      const sizes: number[] = [];
      for (;;) {
        const page = await get({ logStreamName: 'large', startFromHead: true, nextToken });
        if (page.events!.length === 0) break;
        sizes.push(page.events!.length);
        nextToken = page.nextForwardToken;
      }
      expect(sizes).to.deep.equal([1, 1, 1]);
    });
  });

  describe('FilterLogEvents', () => {
    const filter = (input: Partial<FilterLogEventsCommandInput> = {}) =>
      service.client.send(
        new FilterLogEventsCommand({ logGroupName: GROUP, endTime: START - 100, ...input }),
      );

    it('interleaves the streams by time, both limits inclusive', async () => {
      const page = await filter({ startTime: START - 200, endTime: START - 180 });
      expect(messages(page)).to.equal('m0 between m1 m2');
      expect(page.searchedLogStreams).to.deep.equal([]);
      expect(page).to.not.have.property('nextToken');
      const [event] = page.events!;
      expect(event).to.deep.include({
        ingestionTime: START,
        logStreamName: 'stream',
        message: 'm0',
        timestamp: START - 200,
      });
      expect(event!.eventId).to.match(/^\d{56}$/);
    });

    it('selects streams by name and by prefix, never both', async () => {
      expect(messages(await filter({ logStreamNames: ['other'] }))).to.equal('between late');
      expect(messages(await filter({ logStreamNamePrefix: 'oth' }))).to.equal('between late');
      const both = filter({ logStreamNames: ['other'], logStreamNamePrefix: 'oth' });
      expect((await failure(both)).name).to.equal('InvalidParameterException');
      expect((await failure(filter({ logStreamNames: ['none'] }))).message).to.equal(
        'The specified log stream does not exist.',
      );
    });

    for (const startFromHead of [true, false]) {
      it(`pages ${startFromHead ? 'oldest' : 'newest'} first`, async () => {
        const found: string[] = [];
        let nextToken: string | undefined;
        do {
          const page = await filter({ limit: 5, startFromHead, nextToken });
          if (page.events!.length > 0) found.push(messages(page));
          nextToken = page.nextToken;
        } while (nextToken);
        const all = 'm0 between m1 m2 m3 m4 m5 m6 m7 m8 m9 late'.split(' ');
        const joined = found.join(' ').split(' ');
        expect(joined.toSorted()).to.deep.equal(all.toSorted());
        expect(joined[0]).to.equal(startFromHead ? 'm0' : 'late');
        expect(found.map((page) => page.split(' ').length)).to.deep.equal([5, 5, 2]);
      });
    }

    it('pages on in the direction of the token', async () => {
      const page = await filter({ limit: 5, startFromHead: false });
      const next = await filter({ limit: 5, nextToken: page.nextToken });
      expect([messages(page), messages(next)]).to.deep.equal(['late m9 m8 m7 m6', 'm5 m4 m3 m2 m1']);
      const again = await filter({ limit: 5, nextToken: page.nextToken, startFromHead: true });
      expect(messages(again)).to.equal(messages(next));
    });

    it('gives the newest first for times since 2024 alone', async () => {
      const since = Date.UTC(2024, 0, 1);
      expect(messages(await filter({ startFromHead: false, startTime: since, limit: 1 }))).to.equal('late');
      const { name } = await failure(filter({ startFromHead: false, startTime: since - 1 }));
      expect(name).to.equal('InvalidParameterException');
      expect(messages(await filter({ startTime: since - 1, limit: 1 }))).to.equal('m0');
    });

    it('refuses a token that is not its own', async () => {
      const { nextToken } = await filter({ limit: 1 });
      expect((await failure(filter({ nextToken: 'x' }))).message).to.equal(
        'The specified nextToken is invalid.',
      );
      await service.createStream('/other');
      expect((await failure(filter({ nextToken, logGroupName: '/other' }))).name).to.equal(
        'InvalidParameterException',
      );
    });
  });
});
