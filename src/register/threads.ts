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
import { type FromMain, type FromThread, channelOf, type ThreadRecord } from './thread-records.js';

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

  constructor(take: (record: ThreadRecord) => void) {
    this.#take = take;
  }

  listen(): void {
    watchNewThreads(this.#open, this.#close);
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

  readonly #open = (threadId: number): void => {
    // A thread may say twice what it has started, as it may not be heard yet.
    if (this.#channels.has(threadId)) return;
    this.#channels.set(
      threadId,
      new ThreadChannel(threadId, (message) => {
        if (message.kind === 'record') this.#takeOne(message.record);
        else if (message.kind === 'started') this.#open(message.threadId);
        else if (message.kind === 'ended') this.#close(message.threadId);
      }),
    );
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
    this.#channels.get(threadId)?.close();
    this.#channels.delete(threadId);
  };
}

/** What one thread says. */
class ThreadChannel {
  readonly #channel: BroadcastChannel;
  readonly #take: (message: FromThread) => void;
  /** Of the last record that was taken. */
  #number = 0;

  constructor(threadId: number, take: (message: FromThread) => void) {
    this.#take = take;
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
      if (!received) return true;
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
      this.#sayThatItListens();
      return;
    }
    if (message.kind === 'record') {
      if (message.number <= this.#number) return;
      this.#number = message.number;
    }
    this.#take(message);
  }

  #sayThatItListens(): void {
    const message: FromMain = { kind: 'listening', number: this.#number };
    this.#channel.postMessage(message);
  }
}
