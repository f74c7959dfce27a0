import { Deadline } from '../delivery/deadline.js';
import { flushOfExit, shutdownOfExit } from '../delivery/shutdown-plan.js';
import { startTimeLimit } from '../delivery/time-limit.js';
import { endBySignal } from './end-by-signal.js';
import { listenersOfOthers } from './signal-listeners.js';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

/** The parts that the end of a process needs. */
export interface ExitParts {
  readonly process: NodeJS.Process;
  /** Sends what there is. */
  readonly flush: (deadline: Deadline) => Promise<void>;
  /** Gives up, or stores, what can't be delivered by then. */
  readonly shutdown: (deadline: Deadline) => Promise<void>;
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
   * True where the process goes on after `beforeExit`, as AWS Lambda's runtime does for its next invocation: then
   * nothing is shut down there.
   */
  readonly resumesAfterBeforeExit: boolean;
}

/**
 * The work at the end of a process that can't start another one (see `settleAtEnd`), and of one that is frozen and
 * not ended: flushes, and gives up what is left, when the process ends by itself (`beforeExit`) and on SIGTERM and
 * SIGINT, within one deadline. The exit code stays what it would have been: where nobody else listens to the
 * signal, it is raised again and ends the process (see `endBySignal`); where the application listens, its own handler decides,
 * and what it still logs is flushed in `beforeExit`.
 *
 * `process.exit()` and an uncaught exception wait for nothing: whoever kept the process for them would let the
 * application's own timers decide how it ends.
 * @returns takes the handlers away
 */
export function flushAtExit(parts: ExitParts, settings: ExitSettings): () => void {
  const { process, emitted, kept, onEnd } = parts;
  let flushedUpTo = 0;
  let flushing = false;
  let isShutDown = false;

  const flush = async (deadline: Deadline): Promise<'flushed' | 'late'> => {
    flushedUpTo = emitted();
    return await within(deadline, () => parts.flush(deadline));
  };

  const shutDown = async (deadline: Deadline): Promise<void> => {
    isShutDown = true;
    await within(deadline, () => parts.shutdown(shutdownOfExit(deadline)));
  };

  const end = async (deadline: Deadline, isLast: boolean): Promise<void> => {
    const outcome = await flush(flushOfExit(deadline));
    // What is not delivered is stored, or counted as lost, only now; a flush may give up before its time is over.
    if (outcome === 'late' || isLast || kept() > 0) await shutDown(deadline);
  };

  const onBeforeExit = (): void => {
    // A flush is work, after which Node emits beforeExit again: without news the process may end.
    const hasNews = emitted() !== flushedUpTo;
    const { timeoutMillis, resumesAfterBeforeExit } = settings;
    const isOver = resumesAfterBeforeExit || isShutDown || kept() === 0;
    if (flushing || (!hasNews && isOver)) return;
    flushing = true;
    const deadline = Deadline.after(timeoutMillis);
    let work: Promise<unknown>;
    if (resumesAfterBeforeExit) work = flush(deadline);
    // After a signal that the application handles, what was there then has had its flush.
    else if (hasNews) work = end(deadline, false);
    else work = shutDown(flushOfExit(deadline));
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
    const isDecidedElsewhere = (): boolean => listenersOfOthers(process, signal, onSignal) > 0;
    const deadline = Deadline.after(settings.timeoutMillis);
    const done = isDecidedElsewhere() ? flush(flushOfExit(deadline)) : end(deadline, true);
    void done.then(() => {
      if (isDecidedElsewhere()) return;
      onExit();
      process.removeListener(signal, onSignal);
      endBySignal(process, signal);
    });
  };

  process.on('beforeExit', onBeforeExit);
  process.on('exit', onExit);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    process.removeListener('beforeExit', onBeforeExit);
    process.removeListener('exit', onExit);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
}

/** Waits for some work, but not for longer than a deadline. Whatever it loses, the exporter counts and reports. */
async function within(deadline: Deadline, work: () => Promise<void>): Promise<'flushed' | 'late'> {
  // While it runs, the process waits for the work, and never for longer.
  const limit = startTimeLimit(deadline, true);
  const done = work().then(
    () => 'flushed' as const,
    () => 'flushed' as const,
  );
  const outcome = await Promise.race([done, limit.over.then(() => 'late' as const)]);
  limit.clear();
  return outcome;
}
