/**
 * Most milliseconds that an uncaught exception waits for the last records: shorter, because the application
 * runs on meanwhile, in a state that nobody knows.
 */
const MAX_CRASH_TIMEOUT_MILLIS = 2_000;

/** Of the time at the end, the part for a flush. */
const FLUSH_SHARE = 0.5;

/** Of what is left then, the part in which shutdown gives up what was not delivered; it ends a little later. */
const SHUTDOWN_SHARE = 0.8;

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

/** Keeps signal-exit's emitter, which counts its own listeners. Versions up to 3, and 4. */
interface SignalExitHolder {
  __signal_exit_emitter__?: { count?: number };
}
const SIGNAL_EXIT_4 = Symbol.for('signal-exit emitter');

/** What the end of a process works with. */
export interface ExitParts {
  readonly process: NodeJS.Process;
  /** Sends what there is, in so many milliseconds. */
  readonly flush: (timeoutMillis: number) => Promise<void>;
  /** Gives up, or stores, what can't be delivered in so many milliseconds. */
  readonly shutdown: (timeoutMillis: number) => Promise<void>;
  /** The records so far, so that `beforeExit` flushes only what is new. */
  readonly emitted: () => number;
  /** The records that are neither delivered nor dropped: `beforeExit` gives them up, or stores them. */
  readonly kept: () => number;
  /** Called once the process is about to end. */
  readonly onEnd: () => void;
}

export interface ExitSettings {
  /** Milliseconds for all that is done at the end: flush and shutdown together. */
  readonly timeoutMillis: number;
  /**
   * Whether the process goes on after `beforeExit`, as AWS Lambda's runtime does for its next invocation: then
   * nothing is shut down there.
   */
  readonly resumesAfterBeforeExit: boolean;
}

/**
 * Flushes, and gives up what is left, when the process ends by itself (`beforeExit`) and on SIGTERM and
 * SIGINT, within one deadline. The exit code stays what it would have been: where nobody else listens to the
 * signal, it is raised again and ends the process; where the application listens, its own handler decides,
 * and what it still logs is flushed in `beforeExit`.
 *
 * An uncaught exception that nobody else listens to is thrown again after that, so that Node.js prints it
 * and ends the process with its own exit code. `process.exit()` waits for nothing and can't be made to: it
 * must not return.
 * @returns takes the handlers away
 */
export function flushAtExit(parts: ExitParts, settings: ExitSettings): () => void {
  const { process, emitted, kept, onEnd } = parts;
  let flushedUpTo = 0;
  let flushing = false;
  let isShutDown = false;

  const flush = async (timeoutMillis: number): Promise<'flushed' | 'late'> => {
    flushedUpTo = emitted();
    return await within(timeoutMillis, () => parts.flush(timeoutMillis));
  };

  const shutDown = async (timeoutMillis: number): Promise<void> => {
    isShutDown = true;
    const millis = Math.max(1, timeoutMillis);
    await within(millis, () => parts.shutdown(Math.ceil(millis * SHUTDOWN_SHARE)));
  };

  const end = async (timeoutMillis: number, isLast: boolean): Promise<void> => {
    const deadline = performance.now() + timeoutMillis;
    const outcome = await flush(timeoutMillis * FLUSH_SHARE);
    // What is not delivered is stored, or counted as lost, only now; a flush may give up before its time is over.
    if (outcome === 'late' || isLast || kept() > 0) await shutDown(deadline - performance.now());
  };

  const onBeforeExit = (): void => {
    // A flush is work, after which Node emits beforeExit again: without news the process may end.
    const hasNews = emitted() !== flushedUpTo;
    const { timeoutMillis, resumesAfterBeforeExit } = settings;
    const isOver = resumesAfterBeforeExit || isShutDown || kept() === 0;
    if (flushing || (!hasNews && isOver)) return;
    flushing = true;
    let work: Promise<unknown>;
    if (resumesAfterBeforeExit) work = flush(timeoutMillis);
    // After a signal that the application handles, what was there then has had its flush.
    else if (hasNews) work = end(timeoutMillis, false);
    else work = shutDown(timeoutMillis * (1 - FLUSH_SHARE));
    void work.finally(() => {
      flushing = false;
    });
  };

  let ended = false;
  // Not in beforeExit, which may come again, nor for a signal alone, which the application may outlive.
  const onExit = (): void => {
    if (!ended) onEnd();
    ended = true;
  };

  const onSignal = (signal: NodeJS.Signals): void => {
    const isDecidedElsewhere = (): boolean => listenersOfOthers(process, signal) > 0;
    const { timeoutMillis } = settings;
    const done = isDecidedElsewhere() ? flush(timeoutMillis * FLUSH_SHARE) : end(timeoutMillis, true);
    void done.then(() => {
      if (isDecidedElsewhere()) return;
      onExit();
      process.removeListener(signal, onSignal);
      process.kill(process.pid, signal);
    });
  };

  let crashed = false;
  const onUncaughtException = (error: unknown): void => {
    // Another listener decides; and of several exceptions, the first is the one that ends the process.
    if (crashed || process.listenerCount('uncaughtException') > 1) return;
    crashed = true;
    void end(Math.min(settings.timeoutMillis, MAX_CRASH_TIMEOUT_MILLIS), true).then(() => {
      process.removeListener('uncaughtException', onUncaughtException);
      // In a turn of its own: thrown in a promise it would be a rejection. Node.js prints the line that throws.
      setImmediate(() => {
        throw error; // Uncaught in the application; thrown again now that its log records are sent. Stack:
      });
    });
  };

  process.on('beforeExit', onBeforeExit);
  process.on('uncaughtException', onUncaughtException);
  process.on('exit', onExit);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    process.removeListener('beforeExit', onBeforeExit);
    process.removeListener('uncaughtException', onUncaughtException);
    process.removeListener('exit', onExit);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
}

/** Waits for some work, but not for longer than a time. Whatever it loses, the exporter counts and reports. */
async function within(millis: number, work: () => Promise<void>): Promise<'flushed' | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<'late'>((resolve) => {
    // Not unref'd: while it runs, the process waits for the work, and never for longer.
    timer = setTimeout(() => {
      resolve('late');
    }, millis);
  });
  const done = work().then(
    () => 'flushed' as const,
    () => 'flushed' as const,
  );
  const outcome = await Promise.race([done, deadline]);
  clearTimeout(timer);
  return outcome;
}

/**
 * Listeners that decide what the signal does. Those of signal-exit don't: they raise the signal again only
 * when no other listener is left, so that two such parties would wait for each other for ever.
 */
function listenersOfOthers(process: NodeJS.Process, signal: NodeJS.Signals): number {
  const version3 = (process as SignalExitHolder).__signal_exit_emitter__?.count ?? 0;
  const version4 = (globalThis as { [SIGNAL_EXIT_4]?: { count?: number } })[SIGNAL_EXIT_4]?.count ?? 0;
  return process.listenerCount(signal) - 1 - version3 - version4;
}
