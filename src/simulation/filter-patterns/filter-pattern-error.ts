import { CloudWatchLogsError } from '../../cloudwatch/errors.js';

/** A filter pattern that the service does not take. The message says why and where, in our own words. */
export class FilterPatternError extends CloudWatchLogsError {
  /** Position of the fault in the pattern, in UTF-16 units. */
  readonly offset: number;
  /**
   * The whole of what the service says, where that is recorded for the kind of fault. Of any other fault it says
   * no more than that the pattern is invalid.
   */
  readonly serviceText: string | undefined;

  constructor(reason: string, offset: number, serviceText?: string) {
    super('ERR_FILTER_PATTERN', `${reason} (at position ${offset})`);
    this.offset = offset;
    this.serviceText = serviceText;
  }
}
