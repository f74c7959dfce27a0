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
  const threads = new Threads(({ body }: ThreadRecord) => {
    taken.push(body);
    expect(isTakingOfThread()).to.equal(true);
  });

  before(() => {
    threads.listen();
  });
  beforeEach(() => {
    taken = [];
    workers = [];
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
