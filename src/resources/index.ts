export { type RetentionInDays } from '../cloudwatch/limits.js';
export { type ClientOptions } from '../cloudwatch/client.js';
export { CloudWatchLogsError, OptionError } from '../cloudwatch/errors.js';
export { type LogGroupClassName } from '../cloudwatch/limits.js';
export { type EffectiveIndexPolicy, type FieldIndex, type FieldIndexes } from './field-indexes.js';
export { type IndexPolicy } from './index-policy.js';
export {
  type EnsuredLogGroup,
  type ListLogGroupsOptions,
  type LogGroup,
  type LogGroupChange,
  type LogGroupPlan,
  type LogGroups,
  type LogGroupSpec,
} from './log-groups.js';
export { LogResources, type LogResourcesOptions } from './log-resources.js';
export { type ListLogStreamsOptions, type LogStream, type LogStreams } from './log-streams.js';
export {
  type MetricFilter,
  type MetricFilterMatch,
  type MetricFilters,
  type MetricFilterSpec,
  type MetricTransformation,
} from './metric-filters.js';
export { type ListOptions } from './pages.js';
export { ResourceError } from './resource-error.js';
export {
  type SubscriptionFilter,
  type SubscriptionFilters,
  type SubscriptionFilterSpec,
} from './subscription-filters.js';
