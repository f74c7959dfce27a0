import { BroadcastChannel, receiveMessageOnPort } from 'node:worker_threads';
import { type LogRecordProcessor, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { takeTraceContext } from '../exporter/foreign-trace-context.js';
import { type TraceContextFunction } from '../options/trace-context-option.js';
import { channelOf, type FromMain, type FromThread, toThreadRecord, withCopies } from './thread-records.js';

/** Records that wait for the main thread to listen; of more the first are forgotten. */
const MAX_HELD = 10_000;

/**
 * The processor of a worker thread: hands each record to the main thread, at once. What has been handed over is out of the
 * thread's hands: the main thread has it whether the thread ends, is terminated, or the process exits.
 */
export class ThreadProcessor implements LogRecordProcessor {
  readonly #channel: BroadcastChannel;
  readonly #traceContext: TraceContextFunction | undefined;
  /** Records so far. */
  #number = 0;
  /** What the main thread may not have heard, until it says that it listens. */
  #held: FromThread[] | undefined = [];

  constructor(threadId: number, traceContext?: TraceContextFunction) {
    this.#traceContext = traceContext;
    this.#channel = new BroadcastChannel(channelOf(threadId));
    this.#channel.onmessage = (event) => {
      this.#hear((event as { data: FromMain }).data);
    };
    this.#channel.unref();
    // The main thread answers where it has listened before.
    this.#post({ kind: 'ready' });
  }

  onEmit(record: ReadableLogRecord): void {
    if (this.#traceContext) takeTraceContext(record, this.#traceContext);
    this.say({ kind: 'record', number: ++this.#number, record: toThreadRecord(record) });
  }

  /** Says something to the main thread. */
  say(message: FromThread): void {
    this.#listen();
    if (this.#held && this.#held.push(message) > MAX_HELD) this.#held.shift();
    this.#post(message);
  }

  /** There is nothing to wait for: what was emitted has been handed over. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  #post(message: FromThread): void {
    try {
      this.#channel.postMessage(message);
    } catch (error) {
      if (message.kind !== 'record') throw error;
      this.#channel.postMessage({ ...message, record: withCopies(message.record) });
    }
  }

  /** A thread that is busy, and lets no event in, hears as well. */
  #listen(): void {
    const heard =
      this.#held && (receiveMessageOnPort(this.#channel as never) as { message: FromMain } | undefined);
    if (heard) this.#hear(heard.message);
  }

  #hear({ number }: FromMain): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const message of held) {
      if (message.kind !== 'record' || message.number > number) this.#post(message);
    }
  }
}
