import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { type ReplayCheckpoint } from './replay-times.js';

/** What is to be replayed can't be read. `code`: `ERR_REPLAY_SOURCE`. */
export class ReplaySourceError extends CloudWatchLogsError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('ERR_REPLAY_SOURCE', message, options);
  }
}

/** A replay to AWS to which nobody has agreed; the message says what would be billed. `code`: `ERR_REPLAY_NOT_AGREED`. */
export class ReplayNotAgreedError extends CloudWatchLogsError {
  constructor(message: string) {
    super('ERR_REPLAY_NOT_AGREED', message);
  }
}

/** A replay that could not go on. `code`: `ERR_REPLAY_STOPPED`. */
export class ReplayStoppedError extends CloudWatchLogsError {
  /** Where to go on, by the option `resume`; undefined before anything was sent. */
  readonly checkpoint: ReplayCheckpoint | undefined;

  constructor(message: string, checkpoint: ReplayCheckpoint | undefined, options?: { cause?: unknown }) {
    super('ERR_REPLAY_STOPPED', message, options);
    this.checkpoint = checkpoint;
  }
}
