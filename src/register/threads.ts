import { subscribe } from 'node:diagnostics_channel';
import {
  BroadcastChannel,
  getEnvironmentData,
  parentPort,
  receiveMessageOnPort,
  setEnvironmentData,
  type Worker,
  workerData,
} from 'node:worker_threads';
import {
  channelOf,
  DROPPED,
  type FromMain,
  type FromThread,
  TAKEN_BYTES,
  TAKEN_RECORDS,
  type ThreadRecord,
  type ThreadTally,
} from './thread-records.js';

/** Node.js publishes each new thread here, in the very call that makes it. */
const NEW_THREADS = 'worker_threads';

/** Under this key every worker thread finds what the main thread does; threads that they start have it too. */
const KEY = 'opentelemetry-cloudwatch-logs.register';

/** Milliseconds for which records are taken in one go: threads that log on while the process ends must not hold it up. */
const MAX_TAKING_MILLIS = 1_000;

/** Messages that are taken of one thread before it is the next one's turn. */
const TAKEN_IN_TURN = 1_000;

/** What the main thread says to worker threads. */
export interface MainThread {
  /** Whether it exports their records. */
  readonly listens: boolean;
  /** The application's main file: with `--require` a thread doesn't know its own yet. */
  readonly mainFile: string | undefined;
}

export function sayToThreads(main: MainThread): void {
  setEnvironmentData(KEY, main);
}

/** Asked in a worker thread. @returns undefined where this package is not preloaded in the main thread */
export function mainThread(): MainThread | undefined {
  return getEnvironmentData(KEY) as unknown as MainThread | undefined;
}

/** Whether this is a thread of the application: not one of Node.js's module loader, nor one of pino's transports. */
export function isThreadOfApplication(): boolean {
  // Of thread-stream, in which transports run: records have been made before they come there.
  const { dataBuf, stateBuf } = (workerData ?? {}) as { dataBuf?: unknown; stateBuf?: unknown };
  return parentPort !== null && !(dataBuf !== undefined && stateBuf !== undefined);
}

let isTaking = false;

/** Whether a record of another thread is being taken, so that nothing of this thread belongs to it. */
export function isTakingOfThread(): boolean {
  return isTaking;
}

/** Calls back for each worker thread that this thread starts, and when it has ended. */
export function watchNewThreads(
  onStart: (threadId: number) => void,
  onEnd: (threadId: number) => void,
): void {
  subscribe(NEW_THREADS, (message) => {
    const { worker } = message as { worker: Worker };
    // Node.js's own, which run hooks of its module loader.
    if (worker.constructor.name === 'InternalWorker') return;
    const { threadId } = worker;
    onStart(threadId);
    worker.once('exit', () => {
      onEnd(threadId);
    });
  });
}

/** The main thread's side: takes the records of all worker threads, also of those that they start. */
export class Threads {
  readonly #channels = new Map<number, ThreadChannel>();
  readonly #take: (record: ThreadRecord) => void;
  readonly #drop: (count: number) => void;

  /** @param drop - told of records that a thread has dropped, because too many waited to be taken */
  constructor(take: (record: ThreadRecord) => void, drop: (count: number) => void) {
    this.#take = take;
    this.#drop = drop;
  }

  listen(): void {
    watchNewThreads((threadId) => {
      this.#open(threadId);
    }, this.#close);
  }

  /**
   * Takes what has been handed over and not been taken yet, at once.
   * @returns false where threads hand over more than can be taken in time
   */
  takeAll(): boolean {
    const until = performance.now() + MAX_TAKING_MILLIS;
    for (;;) {
      let isAll = true;
      // More may be opened meanwhile, behind the others.
      for (const channel of this.#channels.values()) isAll = channel.takeSome(TAKEN_IN_TURN) && isAll;
      if (isAll) return true;
      if (performance.now() > until) return false;
    }
  }

  readonly #open = (threadId: number, starter?: ThreadChannel): void => {
    // A thread may say twice what it has started, as it may not be heard yet.
    if (this.#channels.has(threadId)) return;
    starter?.started.add(threadId);
    const channel = new ThreadChannel(
      threadId,
      (message) => {
        if (message.kind === 'record') this.#takeOne(message.record);
        else if (message.kind === 'started') this.#open(message.threadId, channel);
        else if (message.kind === 'ended') {
          channel.started.delete(message.threadId);
          this.#close(message.threadId);
        }
      },
      this.#drop,
    );
    this.#channels.set(threadId, channel);
  };

  #takeOne(record: ThreadRecord): void {
    isTaking = true;
    try {
      this.#take(record);
    } finally {
      isTaking = false;
    }
  }

  readonly #close = (threadId: number): void => {
    const channel = this.#channels.get(threadId);
    if (!channel) return;
    channel.close();
    this.#channels.delete(threadId);
    // They end with it, and it can't say so where it was terminated.
    for (const started of channel.started) this.#close(started);
  };
}

/** What one thread says. */
class ThreadChannel {
  readonly #channel: BroadcastChannel;
  /** Threads that it has started. */
  readonly started = new Set<number>();
  readonly #take: (message: FromThread) => void;
  readonly #drop: (count: number) => void;
  #tally: ThreadTally | undefined;
  /** Numbers of records that may come twice, and have been taken. */
  readonly #early = new Set<number>();

  constructor(threadId: number, take: (message: FromThread) => void, drop: (count: number) => void) {
    this.#take = take;
    this.#drop = drop;
    this.#channel = new BroadcastChannel(channelOf(threadId));
    this.#channel.onmessage = (event) => {
      this.#hear((event as { data: FromThread }).data);
    };
    this.#channel.unref();
    this.#sayThatItListens();
  }

  /** @param count - messages that are taken at the most @returns whether these are all */
  takeSome(count: number): boolean {
    for (let taken = 0; taken < count; taken++) {
      const received = receiveMessageOnPort(this.#channel as never) as { message: FromThread } | undefined;
      if (!received) {
        this.#countDropped();
        return true;
      }
      this.#hear(received.message);
    }
    return false;
  }

  /** Its thread has ended, and hands over nothing more. */
  close(): void {
    this.takeSome(Number.POSITIVE_INFINITY);
    this.#channel.close();
  }

  #hear(message: FromThread): void {
    if (message.kind === 'ready') {
      this.#tally = message.tally;
      this.#sayThatItListens();
      return;
    }
    if (message.kind === 'record') {
      const { early } = message;
      if (early !== undefined) {
        if (this.#early.has(early)) return;
        this.#early.add(early);
      }
      if (this.#tally) {
        Atomics.add(this.#tally, TAKEN_BYTES, message.bytes);
        Atomics.add(this.#tally, TAKEN_RECORDS, 1);
      }
      this.#countDropped();
    }
    this.#take(message);
  }

  #countDropped(): void {
    if (!this.#tally || Atomics.load(this.#tally, DROPPED) === 0) return;
    this.#drop(Atomics.exchange(this.#tally, DROPPED, 0));
  }

  #sayThatItListens(): void {
    const message: FromMain = { kind: 'listening' };
    this.#channel.postMessage(message);
  }
}
