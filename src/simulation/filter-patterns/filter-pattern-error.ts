import { CloudWatchLogsError } from '../../cloudwatch/errors.js';

/**
 * A filter pattern that the service does not take. The message says why, in words that can follow a prefix
 * of the caller's, such as `Invalid metric filter pattern`.
 */
export class FilterPatternError extends CloudWatchLogsError {
  /** Position of the fault in the pattern, in UTF-16 units. */
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super('ERR_FILTER_PATTERN', `${reason} (at position ${offset})`);
    this.offset = offset;
  }
}
