import { checkMembers } from '../../cloudwatch/check-members.js';
import { timeProblem } from '../../cloudwatch/check-time.js';
import { OptionError } from '../../cloudwatch/errors.js';

/** How a {@link LogEventGenerator} makes events up. */
export interface LogEventGeneratorOptions {
  /** A whole number: the same one gives the same events. Default 1. */
  readonly seed?: number | undefined;
  /**
   * Milliseconds since 1970 of the first event; what later calls make goes on behind it. Default: what each call makes ends
   * at `endMillis`.
   */
  readonly startMillis?: number | undefined;
  /**
   * Milliseconds since 1970 of the last event that a call makes, where there is no `startMillis`. Default: the time of the
   * call, which the same seed does not repeat.
   */
  readonly endMillis?: number | undefined;
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
  endMillis: true,
  betweenMillis: true,
  logGroupPrefix: true,
  logStreamName: true,
} as const satisfies Record<keyof LogEventGeneratorOptions, true>;

/** Options that are right. */
export interface GeneratorSettings extends Pick<LogEventGeneratorOptions, 'startMillis' | 'endMillis'> {
  readonly seed: number;
  readonly betweenMillis: number;
  readonly logGroupPrefix: string;
  readonly logStreamName: string;
}

/** Options with their defaults. @throws OptionError for one that is wrong */
export function readGeneratorOptions(options: LogEventGeneratorOptions): GeneratorSettings {
  checkMembers('', options, MEMBERS);
  const {
    seed = 1,
    startMillis,
    endMillis,
    betweenMillis = 250,
    logGroupPrefix = '/apps/',
    logStreamName = 'generated',
  } = options;
  if (!Number.isSafeInteger(seed)) throw new OptionError('seed', 'be a whole number', seed);
  for (const [name, value] of Object.entries({ startMillis, endMillis })) {
    if (value === undefined) continue;
    const isWhole = Number.isSafeInteger(value) && value >= 0;
    const problem = isWhole ? timeProblem(value) : 'be whole milliseconds since 1970';
    if (problem !== undefined) throw new OptionError(name, problem, value);
  }
  if (startMillis !== undefined && endMillis !== undefined) {
    throw new OptionError('endMillis', 'be left out where startMillis is given', endMillis);
  }
  if (!(typeof betweenMillis === 'number' && betweenMillis >= 0 && betweenMillis <= 86_400_000)) {
    throw new OptionError('betweenMillis', 'be a number from 0 to 86400000', betweenMillis);
  }
  for (const [name, value] of Object.entries({ logGroupPrefix, logStreamName })) {
    if (typeof value !== 'string') throw new OptionError(name, 'be a string', value);
  }
  return { seed, startMillis, endMillis, betweenMillis, logGroupPrefix, logStreamName };
}
