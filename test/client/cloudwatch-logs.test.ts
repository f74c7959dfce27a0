import { context, trace, TraceFlags } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { expect } from 'chai';
import { CloudWatchLogs, FilterPattern } from '../../src/client/index.js';
import { LogEvents } from '../../src/client/log-events.js';
import { Deadline } from '../../src/delivery/deadline.js';
import { LocalCloudWatchLogs, MockLogStream } from '../../src/simulation/index.js';
import { type LogTail, type TailOptions } from '../../src/tail/index.js';
import { errorOf } from '../rejection.js';

/** Made while the process has these variables; the AWS SDK reads its own then or at the first request. */
function fromEnvironment(variables: Readonly<Record<string, string>>): CloudWatchLogs {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return CloudWatchLogs.fromEnv({ region: 'us-east-1', endpoint: variables.AWS_ENDPOINT_URL });
  } finally {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
  }
}

describe('CloudWatchLogs', () => {
  let stream: MockLogStream;
  let logs: CloudWatchLogs;

  beforeEach(async () => {
    stream = await MockLogStream.create();
    logs = new CloudWatchLogs({ client: stream.client, ...stream.place });
  });
  afterEach(async () => {
    await logs.shutdown();
    await stream.close();
  });
  const messages = (): string[] => stream.events().map(({ message }) => message);

  it('puts events, also into groups that are not there yet', async () => {
    expect(await logs.events.put('one')).to.deep.equal({ delivered: 1, kept: 0, lost: 0 });
    const now = Date.now();
    await logs.events.put([{ timestamp: now, message: 'two' }, 'three'], { logGroupName: '/new' });
    expect(messages()).to.deep.equal(['one']);
    expect(stream.events({ logGroupName: '/new' }).map(({ logStreamName }) => logStreamName)).to.deep.equal([
      'mock',
      'mock',
    ]);
    for (const wrong of ['', { timestamp: NaN, message: 'x' }, 'x'.repeat(1_048_577)]) {
      expect((await errorOf(logs.events.put(wrong))).message).to.match(/^events\[0\] must/);
    }
  });

  it('gives structured events the ids of the active span', async () => {
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    try {
      const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };
      await context.with(trace.setSpanContext(context.active(), ids), () =>
        logs.events.putStructured((event) => event.info('in a span').fields({ item: 'book' })),
      );
      await logs.events.putStructured([(event) => event.warn('outside')]);
      const [inside, outside] = messages().map((message) => JSON.parse(message) as Record<string, unknown>);
      expect(inside).to.deep.include({
        trace_id: ids.traceId,
        span_id: ids.spanId,
        attributes: { item: 'book' },
      });
      expect(outside).not.to.have.property('trace_id');
    } finally {
      context.disable();
    }
  });

  it('filters by streams, prefix, pattern and time, in pages and to the end', async () => {
    await stream.put(
      Array.from({ length: 25 }, (_, index) => ({
        timestamp: Date.now() - 60_000 + index,
        message: JSON.stringify({ n: index, level: index % 5 === 0 ? 'error' : 'info' }),
      })),
    );
    const errors = logs.events.filter().pattern(FilterPattern.where('level', '=', 'error'));
    expect((await errors.executeAll()).map(({ parsed }) => parsed.json!.n)).to.deep.equal([0, 5, 10, 15, 20]);
    const first = await logs.events.filter().interleaved().pageSize(10).execute();
    expect(first.events).to.have.length(10);
    const second = await logs.events.filter().pageSize(10).after(first.nextToken!).execute();
    expect(second.events[0]!.parsed.json!.n).to.equal(10);
    let count = 0;
    for await (const event of logs.events.filter().streams('mock').pageSize(7).lastHours(1)) {
      expect(event.logStreamName).to.equal('mock');
      count++;
    }
    expect(count).to.equal(25);
    expect(await logs.events.filter('/mock').streams('mock').prefix('other').executeAll()).to.deep.equal([]);
    const newest = await logs.events.filter().newestFirst().lastHours(1).pageSize(1).execute();
    expect(newest.events[0]!.parsed.json!.n).to.equal(24);
    expect(() => logs.events.filter().pageSize(0)).to.throw('count must');
    expect(() => logs.events.filter().lastHours(0)).to.throw('hours must');
    expect(() => logs.events.filter().streams()).to.throw('streams must');
    expect(() => logs.events.filter().between(new Date(2e12), new Date(1e12))).to.throw('from must');
    const stopped = logs.events.filter().signal(AbortSignal.abort(new Error('enough')));
    expect((await errorOf(stopped.execute())).message).to.equal('enough');
  });

  it('reads a stream in pages, both ends included', async () => {
    await stream.put([1, 2, 3, 4, 5].map((n) => ({ timestamp: 1e12 + n, message: `m${n}` })));
    const read: string[] = [];
    for await (const { events } of logs.events.get({ limit: 2, from: 1e12 + 2, to: new Date(1e12 + 5) })) {
      expect(events.length).to.be.at.most(2);
      read.push(...events.map(({ message }) => message));
    }
    expect(read).to.deep.equal(['m2', 'm3', 'm4', 'm5']);
  });

  it('buffers until there are enough, time is over, or it is flushed', async () => {
    const buffer = logs.events.buffer({ maxEvents: 2, maxDelayMillis: 60_000 });
    buffer.add('a');
    buffer.add({ timestamp: Date.now(), message: 'b' });
    buffer.add('c');
    expect(buffer.status().waiting).to.equal(1);
    await buffer.flush();
    expect(buffer.status()).to.deep.equal({ waiting: 0, delivered: 3, kept: 0, lost: 0, isStopped: false });
    buffer.add('');
    await buffer.stop();
    expect(buffer.status()).to.include({ lost: 1, isStopped: true });
    expect(() => {
      buffer.add('d');
    }).to.throw('behind stop');
    expect(messages()).to.have.members(['a', 'b', 'c']);
    const quick = logs.events.buffer({ maxDelayMillis: 0 });
    quick.add('e');
    while (quick.status().delivered === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(() => logs.events.buffer({ maxEvents: 0 })).to.throw('maxEvents must');
    expect(() => logs.events.buffer({ maxDelayMillis: -1 })).to.throw('maxDelayMillis must');
  });

  it('stamps what is buffered by the clock of the client', async () => {
    const minuteAgo = Date.now() - 60_000;
    const then = new CloudWatchLogs({ client: stream.client, ...stream.place, clock: () => minuteAgo });
    const buffer = then.events.buffer();
    buffer.add('a minute ago');
    await buffer.flush();
    expect(stream.events().map(({ timestamp }) => timestamp)).to.deep.equal([minuteAgo]);
    await then.shutdown();
  });

  it('delivers what its buffers hold at its shutdown, and refuses what comes later', async () => {
    const first = logs.events.buffer({ maxDelayMillis: 60_000 });
    const second = logs.events.buffer({ maxDelayMillis: 60_000, maxEvents: 2, logStreamName: 'other' });
    const empty = logs.events.buffer();
    first.add('one');
    // Two sendings are under way and a third waits for them.
    for (const text of ['two', 'three', 'four', 'five', 'six']) second.add(text);
    await logs.shutdown();
    expect(messages()).to.deep.equal(['one']);
    expect(stream.events({ logStreamName: 'other' }).map(({ message }) => message)).to.deep.equal([
      'two',
      'three',
      'four',
      'five',
      'six',
    ]);
    expect(first.status()).to.deep.equal({ waiting: 0, delivered: 1, kept: 0, lost: 0, isStopped: true });
    expect(second.status()).to.include({ waiting: 0, delivered: 5 });
    for (const buffer of [first, empty]) {
      expect(() => {
        buffer.add('late');
      }).to.throw('add must not be called');
    }
    expect(empty.status().isStopped).to.equal(true);
  });

  it('counts what its buffers could not deliver before the end', async () => {
    stream.faults.add({ kind: 'throttle', operations: ['PutLogEvents'] });
    const events = new LogEvents(stream.client, stream.place, Date.now);
    const buffer = events.buffer({ maxDelayMillis: 60_000, maxEvents: 1 });
    for (const text of ['one', 'two', 'three']) buffer.add(text);
    await events.shutdown(Deadline.after(100));
    expect(buffer.status()).to.deep.equal({ waiting: 0, delivered: 0, kept: 0, lost: 3, isStopped: true });
  });

  it('runs a query from its log groups to its rows', async () => {
    await logs.events.put(['{"level":"error"}', '{"level":"info"}']);
    const query = logs.query((begun) => begun.fields('level')).build((begun) => begun.limit(5));
    expect(query.toString()).to.equal('fields level\n| limit 5');
    const { rows } = await query.lastHours(1).timeout(120_000).execute();
    expect(rows.map(({ level }) => level)).to.have.members(['error', 'info']);
    const text = logs.query('stats count() as n').logGroups('/mock').signal(new AbortController().signal);
    const counted = await text.between(Date.now() - 60_000, new Date(Date.now() + 60_000)).execute();
    expect(counted.rows[0]).to.deep.equal({ n: '2' });
    expect(logs.query().build('fields x').toString()).to.equal('fields x');
    expect(() => text.build((begun) => begun)).to.throw('build must be a text');
    expect(() => text.lastHours(-1)).to.throw('hours must');
    expect((await errorOf(text.execute())).message).to.contain('lastHours must be called');
    expect((await errorOf(text.logGroups().lastHours(1).execute())).message).to.contain('logGroups must');
  });

  it('has look-ups, resources and health, each made once', async () => {
    const traceId = 'c'.repeat(32);
    await logs.events.putStructured((event) => event.trace(traceId).error(new TypeError('no price')));
    const { events } = await logs.correlation.correlateByTrace(traceId);
    expect(events[0]!.exception).to.deep.include({ type: 'TypeError', message: 'no price' });
    expect(logs.insights).to.equal(logs.insights);
    await logs.retention.set('/mock', 7);
    expect(await logs.retention.get('/mock')).to.equal(7);
    const streams: string[] = [];
    for await (const { logStreamName } of logs.logStreams.list('/mock')) streams.push(logStreamName);
    expect(streams).to.deep.equal(['mock']);
    for (const part of [logs.metricFilters, logs.subscriptionFilters, logs.fieldIndexes]) {
      expect(part).to.be.an('object');
    }
    expect((await logs.healthCheck()).isHealthy).to.equal(true);
    stream.faults.add({ kind: 'deny' });
    const { isHealthy, error } = await logs.healthCheck();
    expect([isHealthy, error?.name]).to.deep.equal([false, 'AccessDeniedException']);
  });

  it('tails, and ends tails at its shutdown', async () => {
    const local = await LocalCloudWatchLogs.start();
    try {
      const own = fromEnvironment({
        ...local.environment,
        OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: '/app',
      });
      await own.events.put('first');
      const tail = own.tail({ from: Date.now() - 60_000 });
      for await (const item of tail) {
        if (item.kind === 'event') break;
      }
      await own.shutdown();
      expect(local.events()).to.have.length(1);
    } finally {
      await local.stop();
    }
  });

  it('has one circuit breaker and one clock for its tails and its look-ups', async () => {
    await logs.events.put('read');
    const { calls } = logs.correlation;
    for await (const item of logs.tail({ source: 'polling', last: 1, follow: false })) {
      expect(item.kind).to.equal('event');
    }
    expect(calls.status().calls).to.be.greaterThan(0);
    const then = new CloudWatchLogs({ client: stream.client, ...stream.place, clock: () => 1e12 });
    expect(then.tail({ source: 'polling' }).checkpoint().ingestedMillis).to.equal(1e12);
    await then.shutdown();
  });

  it('keeps no tail that has ended, whoever ended it', async () => {
    const closed: string[] = [];
    const watched = (name: string, options: Partial<TailOptions>): LogTail => {
      const tail = logs.tail({ source: 'polling', intervalMillis: 100, ...options });
      const close = tail.close.bind(tail);
      tail.close = () => {
        closed.push(name);
        return close();
      };
      return tail;
    };
    await logs.events.put('read');
    const read = watched('read', { last: 1, follow: false });
    while (!(await read.next()).done);
    const stop = new AbortController();
    const aborted = watched('aborted', { signal: stop.signal });
    stop.abort(new Error('enough'));
    expect((await errorOf(aborted.next())).message).to.equal('enough');
    const left = watched('left', {});
    await left.return!();
    watched('running', {});
    expect(closed).to.deep.equal(['left']);
    await logs.shutdown();
    expect(closed).to.deep.equal(['left', 'running']);
  });

  it('reads names of the environment, and no templates', async () => {
    const env = {
      AWS_REGION: 'eu-central-1',
      OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: '/apps/{service.name}',
    };
    const own = fromEnvironment(env);
    expect((await errorOf(own.events.put('x'))).message).to.contain('logGroupName must be given');
    expect(() => own.correlation).to.throw('logGroups must be given for correlation');
    await own.shutdown();
    expect(() => new CloudWatchLogs({ logGroop: '/x' } as never)).to.throw('must be the name of an option');
  });
});

describe('FilterPattern', () => {
  it('writes patterns that find what they say, whatever the values are', async () => {
    const stream = await MockLogStream.create();
    const logs = new CloudWatchLogs({ client: stream.client, ...stream.place });
    const odd = 'say "hi" && { $.x = 1 } \\ -no ?yes';
    const records = [
      { body: odd, n: 5, ok: true, attributes: { 'order.id': 7 } },
      { body: 'plain', n: 20, none: null },
    ];
    await stream.put(
      records.map((record, index) => ({ timestamp: 1e12 + index, message: JSON.stringify(record) })),
    );
    const found = async (pattern: FilterPattern): Promise<unknown[]> =>
      (await logs.events.filter().pattern(pattern).executeAll()).map(({ parsed }) => parsed.json!.n);
    const where = FilterPattern.where.bind(FilterPattern);
    expect(await found(where('n', '>=', 10))).to.deep.equal([20]);
    expect(await found(where('n', '<', 10).or(where('body', '=', 'plain')))).to.deep.equal([5, 20]);
    expect(await found(where('n', '!=', 5).and(where('body', '=', 'pl*')))).to.deep.equal([20]);
    expect(await found(where(['attributes', 'order.id'], '=', 7))).to.deep.equal([5]);
    expect(await found(where('ok', '=', true))).to.deep.equal([5]);
    expect(await found(where('none', '=', null))).to.deep.equal([20]);
    expect(await found(FilterPattern.lacks('ok'))).to.deep.equal([20]);
    expect(await found(where('body', '=', odd))).to.deep.equal([5]);
    expect(await found(FilterPattern.allOf('plain', '20'))).to.deep.equal([20]);
    expect(await found(FilterPattern.anyOf('plain', 'say'))).to.deep.equal([5, 20]);
    expect(await found(FilterPattern.allOf('body').without('plain'))).to.deep.equal([5]);
    await logs.shutdown();
    await stream.close();
  });

  it('refuses what no pattern can say', () => {
    const where = FilterPattern.where.bind(FilterPattern);
    const allOf = FilterPattern.allOf.bind(FilterPattern);
    expect(() => allOf()).to.throw('texts must');
    expect(() => allOf('')).to.throw('texts must');
    expect(() => where('', '=', 1)).to.throw('path must');
    expect(() => where(["it's"], '=', 1)).to.throw('path must');
    expect(() => where('a', '<', 'b')).to.throw('operator must');
    expect(() => where('a', '!=', null)).to.throw('operator must');
    expect(() => where('a', '=', Infinity)).to.throw('value must');
    expect(() => where('a', '=', 1).and(allOf('x'))).to.throw('pattern must');
    expect(() => where('a', '=', 1).without('x')).to.throw('without must');
  });
});
