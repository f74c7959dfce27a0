export { CloudWatchLogsError, OptionError } from '../cloudwatch/errors.js';
export { type ClientOptions } from '../cloudwatch/client.js';
export { LogReplay, type ReplayPlan, type ReplayResult } from './log-replay.js';
export { logGroupSource, type LogGroupSourceOptions } from './log-group-source.js';
export { ndjsonSource } from './ndjson-source.js';
export { ReplayNotAgreedError, ReplaySourceError, ReplayStoppedError } from './replay-errors.js';
export { type ReplayEvent, type ReplaySource } from './replay-event.js';
export {
  type LogReplayOptions,
  type ReplayCallOptions,
  type ReplayDestination,
  type ReplayProgress,
} from './replay-options.js';
export { type ReplayCheckpoint, type TimeMapping } from './replay-times.js';
export { type LossReason } from '../observability/losses.js';
