export { CloudWatchLogsError, OptionError } from '../cloudwatch/errors.js';
export { type ClientOptions } from '../cloudwatch/client.js';
export { type DeliveryResult } from '../delivery/delivery.js';
export { type LogEvent, LogEventBuilder, QueryBuilder } from '../insights/index.js';
export {
  type ClientHealth,
  CloudWatchLogs,
  type CloudWatchLogsOptions,
  type Retention,
} from './cloudwatch-logs.js';
export { type EventBuffer, type EventBufferOptions, type EventBufferStatus } from './event-buffer.js';
export { type EventFilter, type ReadEvent, type ReadPage } from './filter-events.js';
export { FilterPattern, type PatternValue } from './filter-pattern.js';
export { type FluentQuery } from './fluent-query.js';
export { type BuildsEvent, type GetEventsOptions, type LogEvents } from './log-events.js';
export { type Place, type PlaceOptions } from './place-of.js';
