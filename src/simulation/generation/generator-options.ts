import { checkMembers } from '../../cloudwatch/check-members.js';
import { OptionError } from '../../cloudwatch/errors.js';

/** How a {@link LogEventGenerator} makes events up. */
export interface LogEventGeneratorOptions {
  /** A whole number: the same one gives the same events. Default 1. */
  readonly seed?: number | undefined;
  /** Milliseconds since 1970 of the first event. Default: now, which the same seed does not repeat. */
  readonly startMillis?: number | undefined;
  /** Milliseconds from event to event, on average. Default 250. */
  readonly betweenMillis?: number | undefined;
  /** Before the service's name in the names of log groups. Default `/apps/`. */
  readonly logGroupPrefix?: string | undefined;
  /** The log stream of every event. Default `generated`. */
  readonly logStreamName?: string | undefined;
}

const MEMBERS = {
  seed: true,
  startMillis: true,
  betweenMillis: true,
  logGroupPrefix: true,
  logStreamName: true,
} as const satisfies Record<keyof LogEventGeneratorOptions, true>;

/** Options with their defaults. @throws OptionError for one that is wrong */
export function readGeneratorOptions(options: LogEventGeneratorOptions): {
  readonly [Name in keyof LogEventGeneratorOptions]-?: NonNullable<LogEventGeneratorOptions[Name]>;
} {
  checkMembers('', options, MEMBERS);
  const {
    seed = 1,
    startMillis = Date.now(),
    betweenMillis = 250,
    logGroupPrefix = '/apps/',
    logStreamName = 'generated',
  } = options;
  if (!Number.isSafeInteger(seed)) throw new OptionError('seed', 'be a whole number', seed);
  if (!Number.isSafeInteger(startMillis) || startMillis < 0) {
    throw new OptionError('startMillis', 'be whole milliseconds since 1970', startMillis);
  }
  if (!(betweenMillis >= 0 && betweenMillis <= 86_400_000)) {
    throw new OptionError('betweenMillis', 'be a number from 0 to 86400000', betweenMillis);
  }
  for (const [name, value] of Object.entries({ logGroupPrefix, logStreamName })) {
    if (typeof value !== 'string') throw new OptionError(name, 'be a string', value);
  }
  return { seed, startMillis, betweenMillis, logGroupPrefix, logStreamName };
}
