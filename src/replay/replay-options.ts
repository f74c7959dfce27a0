import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { checkMembers } from '../cloudwatch/check-members.js';
import { checkClientOptions, CLIENT_MEMBERS, type ClientOptions } from '../cloudwatch/client.js';
import { timeProblem } from '../cloudwatch/check-time.js';
import { checkClock, checkFlags, checkFunctions, checkSignal } from '../cloudwatch/check-values.js';
import { OptionError } from '../cloudwatch/errors.js';
import { type ReplayEvent, type ReplaySource } from './replay-event.js';
import { type ReplayCheckpoint } from './replay-times.js';

/** Where a replayed event goes. */
export interface ReplayDestination {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** How far a replay is. */
export interface ReplayProgress {
  /** Events of the source that are dealt with. */
  readonly position: number;
  /** Events of the source. */
  readonly events: number;
  readonly delivered: number;
  readonly lost: number;
  /** Where to go on if the replay ends now. */
  readonly checkpoint: ReplayCheckpoint;
}

/** How a {@link LogReplay} is made. */
export interface LogReplayOptions extends ClientOptions {
  /** Takes the place of region, endpoint and credentials. */
  readonly client?: CloudWatchLogsClient | undefined;
  /** Of `ndjsonSource`, of `logGroupSource`, or events. */
  readonly source: ReplaySource | readonly ReplayEvent[];
  /** Log group of all events, or a function that says where one goes. Default: where it came from. */
  readonly logGroupName?: string | ((event: ReplayEvent) => string) | undefined;
  /** Log stream of all events. Default: that where it came from, else `replay`. */
  readonly logStreamName?: string | ((event: ReplayEvent) => string) | undefined;
  /** How many times as fast as the events once came: 1 as then, 10 ten times. Default: as fast as it goes. */
  readonly speed?: number | undefined;
  /** Leaves times as they are; the service refuses what is older than 14 days, or than the group's retention. */
  readonly keepTimes?: boolean | undefined;
  /** Changes an event, or leaves it out by undefined. */
  readonly transform?: ((event: ReplayEvent) => ReplayEvent | undefined) | undefined;
  /** Goes on where another replay of the same source has ended. */
  readonly resume?: ReplayCheckpoint | undefined;
  /** Told after each part that was sent. */
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined;
  /**
   * Milliseconds that a part of up to 10,000 events may take, with everything that is tried again, before the replay
   * stops. Default 120,000.
   */
  readonly timeoutMillis?: number | undefined;
  /** Agrees to what AWS bills. */
  readonly yes?: boolean | undefined;
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly clock?: (() => number) | undefined;
}

const MEMBERS = {
  ...CLIENT_MEMBERS,
  client: true,
  source: true,
  logGroupName: true,
  logStreamName: true,
  speed: true,
  keepTimes: true,
  transform: true,
  resume: true,
  onProgress: true,
  timeoutMillis: true,
  yes: true,
  clock: true,
} as const satisfies Record<keyof LogReplayOptions, true>;

/** What reading and sending may be told. */
export interface ReplayCallOptions {
  /** Stops where it is. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws OptionError for a wrong member of what `plan` and `run` are told */
export function checkCallOptions(options: ReplayCallOptions): void {
  checkMembers('', options, { signal: true } satisfies Record<keyof ReplayCallOptions, true>);
  checkSignal(options.signal);
}

/** @throws OptionError for the first option that is wrong */
export function checkReplayOptions(options: LogReplayOptions): void {
  checkMembers('', options, MEMBERS);
  checkClientOptions(options);
  const {
    source,
    speed,
    resume,
    keepTimes,
    transform,
    onProgress,
    yes,
    timeoutMillis = 1,
  } = options as Partial<LogReplayOptions>;
  checkFlags({ keepTimes, yes });
  checkFunctions({ transform, onProgress });
  if (!Array.isArray(source) && typeof (source as Partial<ReplaySource> | undefined)?.open !== 'function') {
    throw new OptionError(
      'source',
      'be a source, as ndjsonSource(path) gives, or an array of events',
      source,
    );
  }
  if (Array.isArray(source)) source.forEach(checkReplayEvent);
  if (speed !== undefined && !(typeof speed === 'number' && speed > 0))
    throw new OptionError('speed', 'be a number over 0', speed);
  if (!(typeof timeoutMillis === 'number' && timeoutMillis > 0 && timeoutMillis < 2 ** 31)) {
    throw new OptionError('timeoutMillis', 'be a number of milliseconds over 0', timeoutMillis);
  }
  if (keepTimes && speed !== undefined && speed !== Infinity) {
    throw new OptionError('keepTimes', 'stand without speed: times that follow a pace are new ones');
  }
  for (const name of ['logGroupName', 'logStreamName'] as const) {
    const value: unknown = options[name];
    if (value === undefined || typeof value === 'function' || (typeof value === 'string' && value !== ''))
      continue;
    throw new OptionError(name, 'be a name, or a function that gives one', value);
  }
  checkClock(options.clock);
  if (resume !== undefined && !isCheckpoint(resume)) {
    throw new OptionError('resume', 'be a checkpoint of another replay', resume);
  }
}

/** @param position - in the source. @throws OptionError for what is no event, and for a time in seconds, most likely */
export function checkReplayEvent(event: unknown, position: number): void {
  const { timestamp, message } = Object(event) as Partial<ReplayEvent>;
  const option = `source[${position}]`;
  if (typeof message !== 'string') {
    // Without the event itself: it is log content.
    throw new OptionError(option, 'be an event with timestamp and message');
  }
  const problem = timeProblem(timestamp);
  if (problem !== undefined) throw new OptionError(`${option}.timestamp`, problem, timestamp);
}

function isCheckpoint(value: unknown): value is ReplayCheckpoint {
  const { position, times } = (value ?? {}) as Partial<ReplayCheckpoint>;
  const { fromMillis, toMillis, scale } = times ?? {};
  return Number.isInteger(position) && [fromMillis, toMillis, scale].every((one) => Number.isFinite(one));
}
