import { constants } from 'node:os';

/** The first process of a system or container: the kernel ends it by no signal to which nobody listens. */
const INIT_PID = 1;

/** Node.js's own way out, which `process.exit` takes after it has told its listeners. */
interface RawExit {
  reallyExit?: (code: number) => void;
}

/**
 * Raises a signal again to which nobody listens any more, so that it ends the process. Process 1 would live on, with its
 * last records settled and nothing that settles those after them, until it is killed: it ends with the code by which
 * shells know the signal.
 */
export function endBySignal(process: NodeJS.Process, signal: NodeJS.Signals): void {
  process.kill(process.pid, signal);
  endAsInit(process, signal);
}

/** Ends process 1, and no other, once listeners have been told of a signal that was raised just now. */
export function endAsInit(process: NodeJS.Process, signal: NodeJS.Signals): void {
  if (process.pid !== INIT_PID) return;
  setImmediate(() => {
    // A listener of these last moments decides, as it does in any process.
    if (process.listenerCount(signal) > 0) return;
    (process as unknown as RawExit).reallyExit?.(128 + constants.signals[signal]);
  });
}
