import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { describeError } from '../cloudwatch/describe-error.js';
import { type Verdict } from './back-end.js';

/**
 * Why a back end did not take events. Its message holds what the back end's `classify` said of it, and of an error that
 * was thrown no more than is known to hold neither secrets nor log content.
 */
export class BackEndError extends CloudWatchLogsError {
  /** The verdict's kind; `retry` where none was asked for. */
  readonly kind: Verdict['kind'];

  /** @param kind - of the verdict @param message - one line */
  constructor(kind: Verdict['kind'], message: string) {
    super('ERR_BACK_END', message);
    this.kind = kind;
  }
}

/** One line about what was thrown. `fetch` wraps the network's error, which says more. */
export function describeThrown(error: unknown): string {
  const { cause } = (typeof error === 'object' && error !== null ? error : {}) as { cause?: unknown };
  return describeError(error instanceof TypeError && cause instanceof Error ? cause : error);
}

/** What a `BackEndError` means that `open` or `authenticate` threw: it says so itself. */
export function verdictOfOwnError(error: unknown): Verdict | undefined {
  if (!(error instanceof BackEndError) || error.kind === 'accepted' || error.kind === 'partially_rejected')
    return undefined;
  return { kind: error.kind, detail: error.message };
}
