import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { CorrelationEngine, ReadCalls } from '../../src/insights/index.js';
import { type TailCheckpoint, type TailItem, type TailOptions } from '../../src/tail/index.js';
import { type LogTail, startTail } from '../../src/tail/tail-logs.js';
import { errorOf } from '../rejection.js';
import { LocalService } from '../simulation/local-service.js';
import { CutProxy } from './cut-proxy.js';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';

/** Reads a tail until it has enough; what it told besides is kept. */
class Reader {
  readonly items: TailItem[] = [];
  readonly tail: LogTail;

  constructor(tail: LogTail) {
    this.tail = tail;
  }

  get texts(): string[] {
    return this.items.flatMap((item) => (item.kind === 'event' ? [item.event.text] : []));
  }

  of<Kind extends TailItem['kind']>(kind: Kind): Extract<TailItem, { kind: Kind }>[] {
    return this.items.filter((item): item is Extract<TailItem, { kind: Kind }> => item.kind === kind);
  }

  async until(enough: () => boolean): Promise<void> {
    while (!enough()) {
      const next = await this.tail.next();
      if (next.done) throw new Error(`the tail ended; it told ${JSON.stringify(this.items)}`);
      this.items.push(next.value);
    }
  }
}

describe('tailLogs over HTTP', () => {
  let service: LocalService;
  let readers: Reader[];
  let proxy: CutProxy;
  let client: CloudWatchLogsClient;

  beforeEach(async () => {
    // Live tail pushes by the system's time.
    service = await LocalService.start({ clock: Date.now });
    readers = [];
    proxy = await CutProxy.start(service.local.endpoint);
    client = new CloudWatchLogsClient({
      endpoint: proxy.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      disableHostPrefix: true,
      maxAttempts: 1,
    });
  });
  afterEach(async () => {
    await Promise.all(readers.map(({ tail }) => tail.close()));
    client.destroy();
    await proxy.stop();
    await service.stop();
  });

  /** Waits in tests are as short as the event loop allows, but still let the service answer. */
  const wait = (_millis: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      setTimeout(() => {
        if (signal?.aborted) reject(signal.reason as Error);
        else resolve();
      }, 20);
    });

  function follow(options: Partial<TailOptions> & { logGroups: readonly string[] }): Reader {
    const tail = startTail({ client, ...options }, { wait, environment: {} });
    const reader = new Reader(tail);
    readers.push(reader);
    return reader;
  }

  const put = (group: string, ...messages: string[]): Promise<void> => putAt(group, 0, ...messages);

  async function putAt(group: string, offset: number, ...messages: string[]): Promise<void> {
    service.time = Date.now();
    await service.put(
      group,
      messages.map((message): [number, string] => [offset, message]),
    );
  }

  const sessions = (reader: Reader): number => reader.of('session').length;

  it('shows what comes, parsed, by live tail', async () => {
    await service.createStream('/apps/a');
    const reader = follow({ logGroups: ['/apps/a'] });
    await reader.until(() => sessions(reader) === 1);
    expect(reader.of('session')[0]).to.deep.include({ source: 'live', logGroups: ['/apps/a'] });
    await put('/apps/a', JSON.stringify({ body: 'hello', severity_text: 'ERROR', trace_id: TRACE_ID }));
    await reader.until(() => reader.texts.length === 1);
    expect(reader.of('event')[0]!.event).to.include({
      text: 'hello',
      logGroup: '/apps/a',
      logStream: 'stream',
      traceId: TRACE_ID,
      isError: true,
    });
    expect(reader.tail.status()).to.include({
      streamsActive: 1,
      liveSessions: 1,
      eventsShown: 1,
      errors: 0,
      gaps: 0,
      breaker: 'closed',
    });
  });

  it('follows more groups than a session takes, and shows nothing from before', async () => {
    const groups = Array.from({ length: 12 }, (_, n) => `/apps/${n}`);
    for (const group of groups) await service.createStream(group);
    await put('/apps/0', 'before');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const reader = follow({ logGroups: ['/apps/*'] });
    await reader.until(() => sessions(reader) === 2);
    for (const group of groups) await put(group, `to ${group}`);
    await reader.until(() => reader.texts.length === 12);
    expect(reader.texts).to.have.members(groups.map((group) => `to ${group}`));
    expect(reader.tail.status()).to.include({ liveSessions: 2 });
  });

  it('lets groups join that appear later under a prefix, with their first events', async () => {
    const reader = follow({ logGroups: ['/apps/*', '/none'] });
    await reader.until(() => reader.of('missing').length === 1);
    expect(reader.of('missing')[0]!.logGroups).to.deep.equal(['/apps/*', '/none']);
    await service.createStream('/apps/late');
    await put('/apps/late', 'first');
    await reader.until(() => reader.texts.length === 1);
    expect(reader.texts).to.deep.equal(['first']);
    expect(reader.of('missing')).to.have.lengthOf(1);
  });

  it('begins in the past when told so, history first', async () => {
    await service.createStream('/apps/a');
    await putAt('/apps/a', -60_000, 'too old');
    await putAt('/apps/a', -5_000, 'old');
    const reader = follow({ logGroups: ['/apps/a'], from: Date.now() - 30_000 });
    await reader.until(() => reader.texts.length === 1);
    await put('/apps/a', 'new');
    await reader.until(() => reader.texts.length === 2);
    expect(reader.texts).to.deep.equal(['old', 'new']);
  });

  it('ends after the past when told so, in the order of times over all groups', async () => {
    for (const group of ['/apps/a', '/apps/b']) await service.createStream(group);
    await putAt('/apps/a', -9_000, 'one');
    await putAt('/apps/b', -8_000, 'two');
    await putAt('/apps/a', -7_000, 'three');
    await putAt('/apps/b', -6_000, 'four');
    const read = async (options: Partial<TailOptions>): Promise<string[]> => {
      const reader = follow({ logGroups: ['/apps/*'], follow: false, ...options });
      const texts: string[] = [];
      for await (const item of reader.tail) if (item.kind === 'event') texts.push(item.event.text);
      return texts;
    };
    expect(await read({ from: Date.now() - 60_000 })).to.deep.equal(['one', 'two', 'three', 'four']);
    expect(await read({ last: 3 })).to.deep.equal(['two', 'three', 'four']);
    expect(await read({ last: 2, filterPattern: '?one ?two' })).to.deep.equal(['one', 'two']);
    expect(await read({ last: 100 })).to.have.lengthOf(4);
    const reader = follow({ logGroups: ['/apps/*'], last: 1 });
    await reader.until(() => sessions(reader) === 1);
    await put('/apps/b', 'five');
    await reader.until(() => reader.texts.length === 2);
    expect(reader.texts).to.deep.equal(['four', 'five']);
  });

  it('does not take for new what stood beside the newest events at the same millisecond', async () => {
    const groups = ['/apps/a', '/apps/b', '/apps/c'];
    for (const group of groups) await service.createStream(group);
    service.time = Date.now() - 2_000;
    for (const group of groups) {
      await service.put(
        group,
        ['one', 'two', 'two'].map((text): [number, string] => [0, `${text} of ${group}`]),
      );
    }
    for (const [source, last] of [
      ['polling', 1],
      ['live', 4],
    ] as const) {
      const reader = follow({ logGroups: groups, last, source });
      await reader.until(() => sessions(reader) === 1);
      await put('/apps/c', `new by ${source}`);
      // Behind the reading that fills what lies between the newest events and the first of the session.
      await reader.until(() => reader.texts.includes(`new by ${source}`));
      await put('/apps/a', `then by ${source}`);
      await reader.until(() => reader.texts.includes(`then by ${source}`));
      await reader.tail.close();
      expect(reader.texts, source).to.have.length(last + 2);
      service.time = Date.now();
      for (const group of groups)
        await service.put(group, [
          [0, 'tied'],
          [0, 'tied'],
        ]);
    }
  });

  it('polls where live tail is denied, each event once, late ones too', async () => {
    await service.createStream('/apps/a');
    service.local.faults.add({ kind: 'deny', operations: ['StartLiveTail'] });
    const reader = follow({ logGroups: ['/apps/a'] });
    await reader.until(() => reader.of('session').some(({ source }) => source === 'polling'));
    await put('/apps/a', 'one');
    await reader.until(() => reader.texts.length === 1);
    await putAt('/apps/a', -300_000, 'late');
    await put('/apps/a', 'two', 'two');
    await reader.until(() => reader.texts.length === 4);
    const { calls } = reader.tail.status();
    while (reader.tail.status().calls < calls + 25) await wait(0);
    expect(reader.texts.toSorted()).to.deep.equal(['late', 'one', 'two', 'two']);
    expect(reader.tail.status()).to.include({ eventsShown: 4, liveSessions: 0 });
    expect(reader.tail.status().eventsDeduplicated).to.be.above(0);
  });

  it('leaves out a group whose class can be followed in no way, and goes on with the others', async () => {
    await service.createStream('/apps/a');
    await service.client.send(
      new CreateLogGroupCommand({ logGroupName: '/apps/rare', logGroupClass: 'INFREQUENT_ACCESS' }),
    );
    const reader = follow({ logGroups: ['/apps/*'], source: 'polling' });
    await reader.until(() => reader.of('left-out').length === 1);
    expect(reader.of('left-out')[0]).to.deep.include({
      logGroups: ['/apps/rare'],
      reason: 'the service answered InvalidOperationException',
    });
    await put('/apps/a', 'one');
    await reader.until(() => reader.texts.length === 1);
    expect(reader.tail.status().logGroups).to.deep.equal(['/apps/a']);
  });

  describe('a group that goes', () => {
    const remove = (logGroupName: string) => service.client.send(new DeleteLogGroupCommand({ logGroupName }));
    const gone = (reader: Reader, group: string): boolean =>
      reader.of('missing').some(({ logGroups }) => logGroups.includes(group));

    for (const source of ['polling', 'live'] as const) {
      it(`is said and left out, and joins again when it is made again (${source})`, async () => {
        for (const group of ['/apps/a', '/apps/b']) await service.createStream(group);
        const reader = follow({ logGroups: ['/apps/a', '/apps/b'], source });
        await reader.until(() => sessions(reader) === 1);
        await remove('/apps/a');
        proxy.cut();
        await reader.until(() => gone(reader, '/apps/a'));
        await put('/apps/b', 'of the other');
        await reader.until(() => reader.texts.length === 1);
        expect(reader.tail.status().logGroups).to.deep.equal(['/apps/b']);
        const before = sessions(reader);
        await service.createStream('/apps/a');
        await put('/apps/a', 'made again');
        await reader.until(() => reader.texts.length === 2);
        await put('/apps/b', 'still');
        await put('/apps/a', 'and on');
        await reader.until(() => reader.texts.length === 4);
        expect(reader.texts).to.have.members(['of the other', 'made again', 'still', 'and on']);
        expect(
          reader
            .of('session')
            .slice(before)
            .some(({ logGroups }) => logGroups.join() === '/apps/a'),
        ).to.equal(true);
        expect(reader.of('missing')).to.have.lengthOf(1);
      });

      it(`does not end the tail where it joined later, or is the last (${source})`, async () => {
        await service.createStream('/apps/a');
        const reader = follow({ logGroups: ['/apps/*'], source });
        await reader.until(() => sessions(reader) === 1);
        await service.createStream('/apps/late');
        await reader.until(() => sessions(reader) === 2);
        await remove('/apps/late');
        proxy.cut();
        await reader.until(() => gone(reader, '/apps/late'));
        await put('/apps/a', 'one');
        await reader.until(() => reader.texts.length === 1);
        await remove('/apps/a');
        proxy.cut();
        await reader.until(() => gone(reader, '/apps/a'));
        const heard = reader.tail.checkpoint().ingestedMillis;
        while (reader.tail.checkpoint().ingestedMillis === heard) await wait(0);
        await service.createStream('/apps/late');
        await put('/apps/late', 'two');
        await reader.until(() => reader.texts.length === 2);
      });
    }

    for (const [missed, what] of [
      [2, 'follows all in one session as before where live tail misses one for a moment'],
      [3, 'follows each in a session of its own where nobody says which is missing'],
    ] as const) {
      it(what, async () => {
        for (const group of ['/apps/a', '/apps/b']) await service.createStream(group);
        const reader = follow({ logGroups: ['/apps/*'], source: 'live' });
        await reader.until(() => sessions(reader) === 1);
        service.local.faults.add({ kind: 'deny', operations: ['FilterLogEvents'] });
        service.local.faults.add({
          kind: 'error',
          operations: ['StartLiveTail'],
          code: 'ResourceNotFoundException',
          status: 400,
          count: missed,
        });
        proxy.cut();
        const expected = missed === 2 ? 1 : 2;
        await reader.until(() => sessions(reader) === 1 + expected);
        await put('/apps/a', 'one');
        await put('/apps/b', 'two');
        await reader.until(() => reader.texts.length === 2);
        expect(reader.of('missing')).to.deep.equal([]);
        expect(reader.tail.status()).to.include({ liveSessions: expected });
      });
    }

    it('is left out where only live tail says that it is gone', async () => {
      await service.createStream('/apps/a');
      const reader = follow({ logGroups: ['/apps/*'], source: 'live' });
      await reader.until(() => sessions(reader) === 1);
      service.local.faults.add({ kind: 'deny', operations: ['FilterLogEvents'] });
      const fault = service.local.faults.add({
        kind: 'error',
        operations: ['StartLiveTail'],
        code: 'ResourceNotFoundException',
        status: 400,
      });
      proxy.cut();
      await reader.until(() => reader.of('missing').length === 1);
      service.local.faults.remove(fault);
      await reader.until(() => sessions(reader) === 2);
    });

    it('that is denied ends the tail only where nothing else is followed', async () => {
      await service.createStream('/apps/a');
      const reader = follow({ logGroups: ['/apps/*'], source: 'polling' });
      await reader.until(() => sessions(reader) === 1);
      await service.client.send(
        new CreateLogGroupCommand({ logGroupName: '/apps/rare', logGroupClass: 'INFREQUENT_ACCESS' }),
      );
      await reader.until(() => reader.of('left-out').length === 1);
      await put('/apps/a', 'one');
      await reader.until(() => reader.texts.length === 1);
    });
  });

  it('goes on where log groups can not be listed for a while', async () => {
    await service.createStream('/apps/a');
    const reader = follow({ logGroups: ['/apps/*'], source: 'polling' });
    await reader.until(() => sessions(reader) === 1);
    service.local.faults.add({ kind: 'reset-before', operations: ['DescribeLogGroups'], count: 3 });
    await service.createStream('/apps/late');
    await put('/apps/late', 'first');
    await reader.until(() => reader.texts.length === 1);
  });

  it('says how many events filled the gap of an outage', async () => {
    await service.createStream('/apps/a');
    const reader = follow({ logGroups: ['/apps/a'], source: 'polling' });
    await reader.until(() => sessions(reader) === 1);
    await put('/apps/a', 'before');
    await reader.until(() => reader.texts.length === 1);
    const { errors } = reader.tail.status();
    service.local.faults.add({ kind: 'error', operations: ['FilterLogEvents'], count: 8 });
    while (reader.tail.status().errors === errors) await wait(0);
    await put('/apps/a', 'one', 'two', 'three');
    await reader.until(() => reader.of('gap').length === 1);
    expect(reader.of('gap')[0]).to.include({ isFilled: true, events: 3 });
    await put('/apps/a', 'after');
    await reader.until(() => reader.texts.length === 5);
  });

  it('says why it polls', async () => {
    await service.createStream('/apps/a');
    service.local.faults.add({ kind: 'deny', operations: ['StartLiveTail'] });
    const reader = follow({ logGroups: ['/apps/a'] });
    await reader.until(() => reader.of('fallback').length === 1);
    expect(reader.of('fallback')[0]).to.deep.include({
      logGroups: ['/apps/a'],
      reason: 'the service answered AccessDeniedException',
    });
  });

  it('polls at an endpoint that has no live tail: HTTP 501, as LocalStack answers', async () => {
    await service.createStream('/apps/a');
    service.local.faults.add({
      kind: 'error',
      operations: ['StartLiveTail'],
      status: 501,
      code: 'InternalFailure',
    });
    const reader = follow({ logGroups: ['/apps/a'] });
    await reader.until(() => reader.of('fallback').length === 1);
    expect(reader.of('fallback')[0]).to.deep.include({ reason: 'the service answered InternalFailure' });
    await put('/apps/a', 'one');
    await reader.until(() => reader.texts.length === 1);
  });

  it('does not poll when told to use live tail alone', async () => {
    await service.createStream('/apps/a');
    service.local.faults.add({ kind: 'deny', operations: ['StartLiveTail'] });
    const reader = follow({ logGroups: ['/apps/a'], source: 'live' });
    const error = await reader.until(() => false).catch((caught: unknown) => caught);
    expect(error).to.have.property('name', 'AccessDeniedException');
    expect(await reader.tail.next()).to.deep.equal({ done: true, value: undefined });
  });

  for (const kind of ['reset-after', 'truncate'] as const) {
    it(`opens a session again that breaks (${kind}), fills the gap and says it`, async () => {
      await service.createStream('/apps/a');
      const reader = follow({ logGroups: ['/apps/a'] });
      await reader.until(() => sessions(reader) === 1);
      service.local.faults.add({ kind, operations: ['StartLiveTail'], count: 3 });
      proxy.cut();
      await put('/apps/a', 'while nobody listened');
      await reader.until(() => reader.of('gap').length > 0);
      expect(reader.texts).to.deep.equal(['while nobody listened']);
      expect(reader.of('gap')[0]).to.include({ isFilled: true });
      // Sessions that break at once are opened again and again.
      await reader.until(() => reader.tail.status().liveSessions === 1);
      expect(reader.tail.status()).to.include({ unfilledGaps: 0 });
      expect(reader.tail.status().errors).to.be.above(0);
      await put('/apps/a', 'after');
      await reader.until(() => reader.texts.length === 2);
    });
  }

  it('says a gap that it could not fill', async () => {
    await service.createStream('/apps/a');
    const reader = follow({ logGroups: ['/apps/a'] });
    await reader.until(() => sessions(reader) === 1);
    service.local.faults.add({ kind: 'deny', operations: ['FilterLogEvents'] });
    proxy.cut();
    const cut = () => reader.of('gap').find(({ reason }) => reason !== 'the tail began');
    await reader.until(() => cut() !== undefined);
    expect(cut()).to.include({ isFilled: false, events: 0 });
    expect(reader.tail.status().unfilledGaps).to.be.above(0);
  });

  it('reads what the service left out of a second, and says that it did', async () => {
    await service.createStream('/apps/a');
    const reader = follow({ logGroups: ['/apps/a'], batchSize: 5_000 });
    await reader.until(() => sessions(reader) === 1);
    const messages = Array.from({ length: 1_500 }, (_, n) => `event ${n}`);
    await put('/apps/a', ...messages);
    await reader.until(() => reader.of('sampled').length > 0 && reader.texts.length === messages.length);
    expect(reader.texts).to.have.members(messages);
    expect(reader.of('sampled').every(({ isFilled }) => isFilled)).to.equal(true);
  });

  it('shows a trace, a severity, a share and a pattern alone', async () => {
    await service.createStream('/apps/a');
    const json = (body: string, traceId: string, severity: string): string =>
      JSON.stringify({ body, trace_id: traceId, severity_text: severity });
    const traces = Array.from({ length: 200 }, (_, n) => n.toString(16).padStart(32, '0'));
    const byTrace = follow({
      logGroups: ['/apps/a'],
      traceId: `1-${TRACE_ID.slice(0, 8)}-${TRACE_ID.slice(8)}`,
    });
    const bySeverity = follow({ logGroups: ['/apps/a'], minSeverity: 'error' });
    const byPattern = follow({
      logGroups: ['/apps/a'],
      filterPattern: '{ $.body = "ours" }',
      minSeverity: 9,
    });
    const byShare = follow({ logGroups: ['/apps/a'], samplingRatio: 0.5, source: 'polling' });
    const all = [byTrace, bySeverity, byPattern, byShare];
    await Promise.all(all.map((reader) => reader.until(() => sessions(reader) === 1)));
    await put(
      '/apps/a',
      json('ours', TRACE_ID, 'INFO'),
      json('failed', 'f'.repeat(32), 'ERROR'),
      'no severity',
      ...traces.flatMap((id) => [json('x', id, 'DEBUG'), json('y', id, 'DEBUG')]),
    );
    await byTrace.until(() => byTrace.texts.length === 1);
    await bySeverity.until(() => bySeverity.texts.length === 2);
    await byPattern.until(() => byPattern.texts.length === 1);
    expect([byTrace.texts, bySeverity.texts, byPattern.texts]).to.deep.equal([
      ['ours'],
      ['failed', 'no severity'],
      ['ours'],
    ]);
    const status = () => byShare.tail.status();
    await byShare.until(
      () =>
        status().eventsShown + status().eventsSampledOut === 403 &&
        byShare.texts.length === status().eventsShown,
    );
    const shown = byShare.of('event').map(({ event }) => event.traceId);
    expect(shown.length).to.be.within(120, 280);
    // Traces are shown whole.
    for (const id of traces) expect(shown.filter((one) => one === id).length).to.be.oneOf([0, 2]);
  });

  it('goes on where another stood, losing nothing and showing nothing twice', async () => {
    await service.createStream('/apps/a');
    const first = follow({ logGroups: ['/apps/a'] });
    await first.until(() => sessions(first) === 1);
    await put('/apps/a', 'one', 'one', 'two', 'three');
    await first.until(() => first.texts.length === 3);
    // The fourth is in the queue, and not read.
    while (first.tail.status().eventsShown < 4) await wait(0);
    const checkpoint = JSON.parse(JSON.stringify(first.tail.checkpoint())) as TailCheckpoint;
    await first.tail.close();
    await put('/apps/a', 'four');
    const second = follow({ logGroups: ['/apps/a'], checkpoint });
    await second.until(() => second.texts.length === 2);
    await put('/apps/a', 'five');
    await second.until(() => second.texts.length === 3);
    expect([...first.texts, ...second.texts]).to.deep.equal(['one', 'one', 'two', 'three', 'four', 'five']);
  });

  it('goes on behind a tail that ended with the past, whatever of it was shown', async () => {
    await service.createStream('/apps/a');
    service.time = Date.now() - 60_000;
    await service.put(
      '/apps/a',
      ['one', 'two', 'three', 'four'].map((text, index): [number, string] => [index, text]),
    );
    for (const past of [{ last: 2 }, { from: Date.now() - 3_600_000 }]) {
      const reader = follow({ logGroups: ['/apps/a'], follow: false, ...past });
      while ((await reader.tail.next()).done !== true);
      const checkpoint = reader.tail.checkpoint();
      expect(checkpoint.ingestedMillis).to.be.greaterThan(Date.now() - 30_000);

      const next = follow({ logGroups: ['/apps/a'], checkpoint });
      await next.until(() => sessions(next) === 1);
      await put('/apps/a', 'five');
      await next.until(() => next.texts.includes('five'));
      expect(next.texts).to.deep.equal(['five']);
      await next.tail.close();
    }
  });

  it('holds the source back while nobody reads', async () => {
    await service.createStream('/apps/a');
    const reader = follow({ logGroups: ['/apps/a'], batchSize: 10, source: 'polling' });
    await reader.until(() => sessions(reader) === 1);
    await put('/apps/a', ...Array.from({ length: 100 }, (_, n) => `event ${n}`));
    while (reader.tail.status().eventsShown < 11) await wait(0);
    for (let turn = 0; turn < 10; turn++) await wait(0);
    expect(reader.tail.status().eventsShown).to.equal(11);
    await reader.until(() => reader.texts.length === 100);
  });

  it('ends with the reason of its signal, and when its reader leaves', async () => {
    await service.createStream('/apps/a');
    const stop = new AbortController();
    const reader = follow({ logGroups: ['/apps/a'], signal: stop.signal });
    await reader.until(() => sessions(reader) === 1);
    stop.abort(new Error('enough'));
    const error = await reader.until(() => false).catch((caught: unknown) => caught);
    expect(error).to.be.an('error').with.property('message', 'enough');

    await put('/apps/a', 'x');
    const another = follow({ logGroups: ['/apps/a'], from: Date.now() - 60_000 });
    for await (const item of another.tail) if (item.kind === 'event') break;
    expect(another.tail.status().streamsActive).to.equal(0);
    const aborted = follow({ logGroups: ['/apps/a'], signal: AbortSignal.abort(new Error('before')) });
    const before = await aborted.until(() => false).catch((caught: unknown) => caught);
    expect(before).to.be.an('error').with.property('message', 'before');
  });

  it('fails where the log groups can be read in no way', async () => {
    await service.createStream('/apps/a');
    service.local.faults.add({ kind: 'deny', operations: ['StartLiveTail', 'FilterLogEvents'] });
    const reader = follow({ logGroups: ['/apps/a'] });
    const error = await reader.until(() => false).catch((caught: unknown) => caught);
    expect(error).to.have.property('name', 'AccessDeniedException');
  });

  it('shows the text of the service where errorDetails asks for it', async () => {
    await service.createStream('/apps/a');
    const denied = { kind: 'error', code: 'AccessDeniedException', status: 400 } as const;
    service.local.faults.add({ ...denied, message: 'tenant 7 may not', operations: ['FilterLogEvents'] });
    const own = { client: undefined, endpoint: service.local.endpoint, maxAttempts: 1 };
    for (const errorDetails of [true, false]) {
      const reader = follow({ ...own, errorDetails, logGroups: ['/apps/a'], source: 'polling' });
      const { message } = await errorOf(reader.until(() => false));
      expect(message.includes('tenant 7 may not'), message).to.equal(errorDetails);
    }
  });

  it('has one circuit breaker with an engine whose calls it is given', async () => {
    await service.createStream('/apps/a');
    const calls = new ReadCalls({ client }, { circuitBreaker: { failures: 2, probeAfterMillis: 100 } });
    const engine = new CorrelationEngine({ calls, logGroups: ['/apps/a'] });
    const tail = startTail({ calls, logGroups: ['/apps/a'], source: 'polling' }, { wait, environment: {} });
    const reader = new Reader(tail);
    readers.push(reader);
    await reader.until(() => sessions(reader) === 1);
    // The tail's failures open it for the engine too.
    const fault = service.local.faults.add({ kind: 'error', operations: ['FilterLogEvents'] });
    const note = reader.until(() => reader.texts.length === 1);
    while (calls.status().breaker === 'closed') await wait(0);
    expect(tail.status().breaker).to.equal('open');
    expect(engine.calls.status().heldBack + engine.calls.status().errors).to.be.above(1);
    service.local.faults.remove(fault);
    await put('/apps/a', 'after');
    await note;
    expect(calls.status().breaker).to.equal('closed');
  });

  it('waits for a service that does not answer, and counts what failed', async () => {
    await service.createStream('/apps/a');
    const reader = follow({ logGroups: ['/apps/a'], source: 'polling' });
    await reader.until(() => sessions(reader) === 1);
    service.local.faults.add({ kind: 'error', operations: ['FilterLogEvents'], count: 60 });
    await put('/apps/a', 'in the outage');
    await reader.until(() => reader.texts.length === 1);
    const { errors, breaker, lastError } = reader.tail.status();
    expect(errors).to.be.above(5);
    expect({ breaker, lastError }).to.deep.equal({
      breaker: 'closed',
      lastError: 'ServiceUnavailableException',
    });
  });
});
