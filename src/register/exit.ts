/** Milliseconds that the end of a process waits for the last records, before it gives them up. */
export const EXIT_FLUSH_TIMEOUT_MILLIS = 5_000;

/**
 * Milliseconds that an uncaught exception waits for the last records: shorter, because the application runs
 * on meanwhile, in a state that nobody knows.
 */
export const CRASH_FLUSH_TIMEOUT_MILLIS = 2_000;

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

/** Keeps signal-exit's emitter, which counts its own listeners. Versions up to 3, and 4. */
interface SignalExitHolder {
  __signal_exit_emitter__?: { count?: number };
}
const SIGNAL_EXIT_4 = Symbol.for('signal-exit emitter');

/**
 * Flushes when the process ends by itself (`beforeExit`) and on SIGTERM and SIGINT, for a bounded time.
 * The exit code stays what it would have been: where nobody else listens to the signal, it is raised again
 * after the flush and ends the process; where the application listens, its own handler decides, and
 * what it still logs is flushed in `beforeExit`.
 *
 * An uncaught exception that nobody else listens to is thrown again after a flush, so that Node.js prints it
 * and ends the process with its own exit code. `process.exit()` waits for nothing and can't be made to: it
 * must not return.
 * @param parts - `emitted` counts the records so far, so that `beforeExit` flushes only what is new; `onEnd`
 * is called once the process is about to end
 * @returns takes the handlers away
 */
export function flushAtExit(
  parts: {
    process: NodeJS.Process;
    flush: () => Promise<void>;
    /** Gives up what can't be delivered; bounded by the exporter's own timeout. */
    shutdown: () => Promise<void>;
    emitted: () => number;
    onEnd: () => void;
  },
  settings: { timeoutMillis: number; crashTimeoutMillis: number },
): () => void {
  const { process, emitted, onEnd } = parts;
  let flushedUpTo = 0;
  let flushing = false;

  const flush = async (timeoutMillis = settings.timeoutMillis): Promise<'flushed' | 'late'> => {
    flushedUpTo = emitted();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<'late'>((resolve) => {
      // Not unref'd: while it runs, the process waits for the flush, and never for longer.
      timer = setTimeout(() => {
        resolve('late');
      }, timeoutMillis);
    });
    // Whatever a failed flush loses, the exporter has counted and reported.
    const flushed = parts.flush().then(
      () => 'flushed' as const,
      () => 'flushed' as const,
    );
    const outcome = await Promise.race([flushed, deadline]);
    clearTimeout(timer);
    return outcome;
  };

  const onBeforeExit = (): void => {
    // A flush is work, after which Node emits beforeExit again: without news the process may end.
    if (flushing || emitted() === flushedUpTo) return;
    flushing = true;
    void flush()
      // A flush under way keeps timers of the SDK, and so the process, for half a minute more.
      .then((outcome) => (outcome === 'late' ? parts.shutdown() : undefined))
      .catch(() => undefined)
      .finally(() => {
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
    void flush().then(() => {
      if (listenersOfOthers(process, signal) > 0) return;
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
    void flush(settings.crashTimeoutMillis).then(() => {
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

/**
 * Listeners that decide what the signal does. Those of signal-exit don't: they raise the signal again only
 * when no other listener is left, so that two such parties would wait for each other for ever.
 */
function listenersOfOthers(process: NodeJS.Process, signal: NodeJS.Signals): number {
  const version3 = (process as SignalExitHolder).__signal_exit_emitter__?.count ?? 0;
  const version4 = (globalThis as { [SIGNAL_EXIT_4]?: { count?: number } })[SIGNAL_EXIT_4]?.count ?? 0;
  return process.listenerCount(signal) - 1 - version3 - version4;
}
