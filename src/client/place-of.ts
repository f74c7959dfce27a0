import { checkText } from '../cloudwatch/check-values.js';
import { OptionError } from '../cloudwatch/errors.js';

/** A log stream. */
export interface Place {
  /** The log group. */
  readonly logGroupName: string;
  /** The log stream in it. */
  readonly logStreamName: string;
}

/** Where events go or come from; what is left out is the client's own. */
export interface PlaceOptions {
  /** The log group. Default: the client’s. */
  readonly logGroupName?: string | undefined;
  /** The log stream. Default: the client’s. */
  readonly logStreamName?: string | undefined;
}

/** The members of {@link PlaceOptions}. */
export const PLACE_MEMBERS = { logGroupName: true, logStreamName: true } as const satisfies Record<
  keyof PlaceOptions,
  true
>;

/** @throws OptionError where neither the call nor the client names a log group */
export function placeOf(given: PlaceOptions, defaults: PlaceOptions): Place {
  const logStreamName = given.logStreamName ?? defaults.logStreamName ?? 'default';
  checkText('logStreamName', logStreamName);
  return {
    logGroupName: logGroupOf(given.logGroupName, defaults),
    logStreamName,
  };
}

/** @throws OptionError where neither the call nor the client names a log group */
export function logGroupOf(given: string | undefined, { logGroupName }: PlaceOptions): string {
  const name = given ?? logGroupName;
  if (typeof name === 'string' && name !== '') return name;
  throw new OptionError('logGroupName', 'be given, to the call or to the client', name);
}
