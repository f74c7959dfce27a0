export {
  CorrelationEngine,
  type CorrelationEngineOptions,
  type LookUpOptions,
} from './correlation-engine.js';
export { type CorrelationResult, type StepReport } from './correlation-result.js';
export { type CorrelatedEvent, type FoundEvent } from './correlated-event.js';
export { type TimeRange } from './event-reader.js';
export { type LeftOutLogGroup, type LeftOutReason } from './log-group-directory.js';
export { type LookUp } from './look-up.js';
export { buildTraces, spanDepths, type SpanNode, type TraceTree } from './trace-tree.js';
export { parseMessage } from './message-parser.js';
export {
  type JsonObject,
  type MessageLayout,
  type ParsedException,
  type ParsedMessage,
  type ParsedSpan,
} from './parsed-message.js';
export { QueryBuilder } from './query-builder.js';
export { FilterBuilder, type FilterLike } from './filter-builder.js';
export { as, bin, call, type ColumnLike, count, field, type FieldLike, literal } from './expressions.js';
export { type Column, type Command, type Condition, type Expression, type Query } from './query-tree.js';
export { printQuery } from './query-printer.js';
export {
  type QueryProgress,
  type QueryRequest,
  type QueryResult,
  type QueryRow,
  QueryRunner,
  type QueryRunnerSettings,
} from './query-runner.js';
export { type QueryStatistics } from './query-statistics.js';
export { ScanBudget } from './scan-budget.js';
export {
  MalformedQueryError,
  QueryFailedError,
  type QueryPosition,
  QueryTimeoutError,
} from './query-errors.js';
export { type OverLogGroupsResult, runOverLogGroups } from './run-over-log-groups.js';
export { type BuiltLayout, type LogEvent, LogEventBuilder } from './log-event-builder.js';
