import { constants } from 'node:os';
import { endAsInit, endBySignal } from './end-by-signal.js';
import { PlacedListeners } from './placed-listeners.js';
import { listenersOfOthers } from './signal-listeners.js';

/** Signals that end a process to which nobody listens, and that it can listen to. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Node.js's own entry points to the system, which `process.exit` and `process.kill` call. */
interface RawProcess {
  reallyExit?: (code?: number) => never;
  _kill?: (pid: number, signal: number) => number;
  readonly _exiting?: boolean;
}

/** The parts that the end of a process needs. */
export interface EndParts {
  readonly process: NodeJS.Process;
  /** Brings to safety what is there, at once: when it returns, the process may end. Never throws. */
  readonly settle: () => void;
}

/**
 * Settles at the very end of a process, however it ends, while the process stands still. So nothing that the
 * application does or sees differs but for time: none of its timers, handlers or signals comes in between.
 * `beforeExit` and `uncaughtException` are not listened to at all.
 * @returns takes the handlers away
 */
export function settleAtEnd({ process, settle }: EndParts): () => void {
  const listeners = new PlacedListeners(process);
  const raw = process as unknown as RawProcess;

  listeners.add('exit', 'last', settle);
  listeners.add('uncaughtExceptionMonitor', 'last', () => {
    listeners.stay('exit');
    if (process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback())
      return;
    // Ours would not be called if another listener of `exit` threw, or did so just now.
    if (raw._exiting === true || process.listenerCount('exit') > 1) settle();
  });

  const others = (signal: NodeJS.Signals): number => listenersOfOthers(process, signal, onSignal);
  const dies = (signal: NodeJS.Signals): void => {
    settle();
    process.removeListener(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals, number?: number): void => {
    // The application's own handler decides what the signal does; what it logs is settled when the process ends. One
    // that somebody emits, without a number, ends nothing.
    if (number === undefined || others(signal) > 0) return;
    dies(signal);
    endBySignal(process, signal);
  };
  // The first, as another one that is called once is gone when those behind it are called.
  for (const signal of SIGNALS) listeners.add(signal, 'first', onSignal);

  const { reallyExit, _kill: kill } = raw;
  const exitOfOurs = function (this: NodeJS.Process, code?: number): never {
    // A listener that was added just before `process.exit()` came behind ours.
    settle();
    return reallyExit!.call(this, code);
  };
  const killOfOurs = function (this: NodeJS.Process, pid: number, number: number): number {
    // A process that nobody listens for dies in this very call. It must not run on because ours listens.
    const signal = SIGNALS.find((name) => constants.signals[name] === number);
    const isSelf = pid === process.pid || pid === 0;
    if (isSelf && signal !== undefined && listeners.has(signal) && others(signal) <= 0) {
      dies(signal);
      endAsInit(process, signal);
    }
    return kill!.call(this, pid, number);
  };
  if (reallyExit) raw.reallyExit = exitOfOurs;
  if (kill) raw._kill = killOfOurs;

  return () => {
    listeners.removeAll();
    // Others may have put theirs around ours.
    if (raw.reallyExit === exitOfOurs) raw.reallyExit = reallyExit!;
    if (raw._kill === killOfOurs) raw._kill = kill!;
  };
}
