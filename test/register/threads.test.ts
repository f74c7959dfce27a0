import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { ThreadProcessor } from '../../src/register/thread-processor.js';
import { type ThreadRecord } from '../../src/register/thread-records.js';
import { isTakingOfThread, Threads } from '../../src/register/threads.js';
import { eventually } from '../eventually.js';

describe('Threads and ThreadProcessor', () => {
  let taken: unknown[] = [];
  let nextThreadId = 100_000;
  let workers: EventEmitter[] = [];
  let dropped = 0;
  const threads = new Threads(
    ({ body }: ThreadRecord) => {
      taken.push(body);
      expect(isTakingOfThread()).to.equal(true);
    },
    (count) => (dropped += count),
  );

  before(() => {
    threads.listen();
  });
  beforeEach(() => {
    taken = [];
    workers = [];
    dropped = 0;
  });
  afterEach(() => {
    for (const worker of workers) worker.emit('exit');
    expect(isTakingOfThread()).to.equal(false);
  });

  /** As Node.js tells of a new thread. */
  function start(threadId: number): EventEmitter {
    const worker = Object.assign(new EventEmitter(), { threadId });
    workers.push(worker);
    channel('worker_threads').publish({ worker });
    return worker;
  }
  const record = (body: string): ReadableLogRecord =>
    ({ body, attributes: {}, instrumentationScope: { name: 'test' } }) as unknown as ReadableLogRecord;

  it('takes what has been handed over at once, without a turn of the event loop', () => {
    const threadId = nextThreadId++;
    start(threadId);
    const processor = new ThreadProcessor(threadId);
    processor.onEmit(record('a'));
    processor.onEmit(record('b'));
    expect(taken).to.deep.equal([]);
    threads.takeAll();
    expect(taken).to.deep.equal(['a', 'b']);
  });

  it('takes each record once where the thread was faster than the main one', async () => {
    const threadId = nextThreadId++;
    const processor = new ThreadProcessor(threadId);
    processor.onEmit(record('a'));
    processor.onEmit(record('b'));
    start(threadId);
    processor.onEmit(record('c')); // The greeting has come: what is held goes first.
    await eventually(() => taken.length >= 3);
    processor.onEmit(record('d'));
    threads.takeAll();
    expect(taken).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('takes the records of threads that a thread has started', async () => {
    const [threadId, nestedId] = [nextThreadId++, nextThreadId++];
    start(threadId);
    const processor = new ThreadProcessor(threadId);
    const nested = new ThreadProcessor(nestedId);
    nested.onEmit(record('nested'));
    processor.say({ kind: 'started', threadId: nestedId });
    await eventually(() => taken.length > 0);
    processor.say({ kind: 'ended', threadId: nestedId });
    threads.takeAll();
    expect(taken).to.deep.equal(['nested']);
  });

  it('takes the last records of a thread when it has ended', () => {
    const threadId = nextThreadId++;
    const worker = start(threadId);
    new ThreadProcessor(threadId).onEmit(record('last'));
    worker.emit('exit');
    expect(taken).to.deep.equal(['last']);
  });

  it('hears nothing more of threads of a thread that was terminated, and could not say that they have ended', async () => {
    const [threadId, nestedId, deeperId] = [nextThreadId++, nextThreadId++, nextThreadId++];
    const worker = start(threadId);
    const processor = new ThreadProcessor(threadId);
    const nested = new ThreadProcessor(nestedId);
    const deeper = new ThreadProcessor(deeperId);
    processor.say({ kind: 'started', threadId: nestedId });
    nested.say({ kind: 'started', threadId: deeperId });
    nested.onEmit(record('nested'));
    deeper.onEmit(record('deeper'));
    await eventually(() => taken.length === 2);
    nested.onEmit(record('last of nested'));
    deeper.onEmit(record('last of deeper'));
    worker.emit('exit');
    expect(taken).to.deep.equal(['nested', 'deeper', 'last of nested', 'last of deeper']);
    nested.onEmit(record('of nobody'));
    deeper.onEmit(record('of nobody'));
    threads.takeAll();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(taken).to.have.lengthOf(4);
  });

  describe('with more than may wait', () => {
    const few = { maxRecords: 3, maxBytes: 1_000_000 };
    const emitAll = (processor: ThreadProcessor, bodies: string): void => {
      for (const body of bodies) processor.onEmit(record(body));
    };

    it('counts what a thread drops while the main thread is blocked, and takes more afterwards', () => {
      const threadId = nextThreadId++;
      start(threadId);
      const processor = new ThreadProcessor(threadId, undefined, few);
      emitAll(processor, 'abcde');
      threads.takeAll();
      expect(taken.join('')).to.equal('abc');
      expect(dropped).to.equal(2);
      emitAll(processor, 'fg');
      threads.takeAll();
      expect(taken.join('')).to.equal('abcfg');
      expect(dropped).to.equal(2);
    });

    it('counts what a thread drops to which nobody listens yet', async () => {
      const threadId = nextThreadId++;
      const processor = new ThreadProcessor(threadId, undefined, few);
      emitAll(processor, 'abcde');
      start(threadId);
      await eventually(() => taken.length === 3);
      threads.takeAll();
      expect(taken.join('')).to.equal('abc');
      expect(dropped).to.equal(2);
    });

    it('counts what a thread has dropped last when it ends', () => {
      const threadId = nextThreadId++;
      const worker = start(threadId);
      emitAll(new ThreadProcessor(threadId, undefined, few), 'abcd');
      worker.emit('exit');
      expect([taken.join(''), dropped]).to.deep.equal(['abc', 1]);
    });

    it('bounds bytes as well, but for a single record', () => {
      const threadId = nextThreadId++;
      start(threadId);
      const processor = new ThreadProcessor(threadId, undefined, { maxRecords: 10, maxBytes: 2_000 });
      processor.onEmit(record('a'.repeat(5_000)));
      threads.takeAll();
      expect([taken.length, dropped]).to.deep.equal([1, 0]);
      emitAll(processor, 'bcdefg');
      threads.takeAll();
      expect([taken.slice(1).join(''), dropped]).to.deep.equal(['bcd', 3]);
    });
  });

  it('gives records the trace context of another tracer in their own thread', () => {
    const processor = new ThreadProcessor(nextThreadId++, () => ({
      traceId: '5759e988bd862e3fe1be46a994272793',
      spanId: '53995c3f42cd8ad8',
    }));
    const own = record('a');
    processor.onEmit(own);
    expect(own.spanContext?.traceId).to.equal('5759e988bd862e3fe1be46a994272793');
  });
});
