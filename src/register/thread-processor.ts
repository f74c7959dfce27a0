import { BroadcastChannel, receiveMessageOnPort } from 'node:worker_threads';
import { type LogRecordProcessor, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { takeTraceContext } from '../exporter/foreign-trace-context.js';
import { estimateRecordBytes } from '../exporter/record-bytes.js';
import { type TraceContextFunction } from '../options/trace-context-option.js';
import {
  channelOf,
  createThreadTally,
  DROPPED,
  type FromThread,
  TAKEN_BYTES,
  TAKEN_RECORDS,
  toThreadRecord,
  withCopies,
} from './thread-records.js';

/** What may wait to be taken by the main thread, of one thread; more is dropped, and counted there. */
export interface ThreadBounds {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

/** As many records as may wait in the main thread's queue, unless its options say otherwise. */
const BOUNDS: ThreadBounds = { maxRecords: 40_000, maxBytes: 32 * 1024 * 1024 };

/**
 * The processor of a worker thread: hands each record to the main thread, at once. What has been handed over is out of the
 * thread's hands: the main thread has it whether the thread ends, is terminated, or the process exits.
 */
export class ThreadProcessor implements LogRecordProcessor {
  readonly #channel: BroadcastChannel;
  readonly #traceContext: TraceContextFunction | undefined;
  readonly #bounds: ThreadBounds;
  readonly #tally = createThreadTally();
  /** Records handed over so far, and their bytes. */
  #records = 0;
  #bytes = 0;
  #early = 0;
  /** What the main thread may not have heard, until it says that it listens. */
  #held: FromThread[] | undefined;

  constructor(threadId: number, traceContext?: TraceContextFunction, bounds: ThreadBounds = BOUNDS) {
    this.#traceContext = traceContext;
    this.#bounds = bounds;
    this.#channel = new BroadcastChannel(channelOf(threadId));
    this.#channel.onmessage = () => {
      this.#hear();
    };
    this.#channel.unref();
    // The main thread answers where it has listened before.
    const ready: FromThread = { kind: 'ready', tally: this.#tally };
    this.#held = [ready];
    this.#post(ready);
  }

  onEmit(record: ReadableLogRecord): void {
    if (this.#traceContext) takeTraceContext(record, this.#traceContext);
    const bytes = estimateRecordBytes(record);
    this.#listen();
    if (!this.#hasRoomFor(bytes)) {
      Atomics.add(this.#tally, DROPPED, 1);
      return;
    }
    const early = this.#held ? ++this.#early : undefined;
    this.say({ kind: 'record', record: toThreadRecord(record), bytes, early });
    this.#records++;
    this.#bytes += bytes;
  }

  /** Says something to the main thread. */
  say(message: FromThread): void {
    this.#listen();
    this.#post(message);
    // Not before: what can't be handed over at all is not tried again.
    this.#held?.push(message);
  }

  /** There is nothing to wait for: what was emitted has been handed over. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  #hasRoomFor(bytes: number): boolean {
    // The differences hold across the wrap.
    const waiting = (this.#records - Atomics.load(this.#tally, TAKEN_RECORDS)) | 0;
    const waitingBytes = (this.#bytes - Atomics.load(this.#tally, TAKEN_BYTES)) | 0;
    const { maxRecords, maxBytes } = this.#bounds;
    return waiting < maxRecords && (waiting === 0 || waitingBytes + bytes <= maxBytes);
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
    if (this.#held && receiveMessageOnPort(this.#channel as never)) this.#hear();
  }

  /** The main thread has one thing to say: it listens. */
  #hear(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const message of held) this.#post(message);
  }
}
