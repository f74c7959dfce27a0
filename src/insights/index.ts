export { DEFAULT_RANGE_MILLIS } from '../cloudwatch/default-range.js';
export {
  CorrelationEngine,
  type CorrelationEngineOptions,
  type LookUpOptions,
} from './look-up/correlation-engine.js';
export { type CorrelationResult, type StepReport } from './look-up/correlation-result.js';
export {
  correlationQuery,
  type CorrelationQueryOptions,
  type CorrelationSubject,
} from './look-up/correlation-query.js';
export { type CorrelatedEvent, type FoundEvent } from './look-up/correlated-event.js';
export { type LookUpProgress } from './look-up/look-up-progress.js';
export { type NewestEvents, type NewestEventsOptions } from './look-up/newest-events.js';
export { type TimeRange } from './look-up/event-reader.js';
export {
  type KnownLogGroup,
  type LeftOutLogGroup,
  type LeftOutReason,
  type ResolvedLogGroups,
} from './log-groups/log-group-directory.js';
export { explainEmptyQuery } from './explanations/explain-empty-query.js';
export { explainNothing } from './explanations/explain-nothing.js';
export { type Explanation, type Suggestion } from './explanations/explanation.js';
export { type LookUp } from './look-up/look-up.js';
export { buildTraces, parseMessage, spanDepths } from './checked-functions.js';
export { type SpanEvent, type SpanNode, type TraceTree } from './look-up/trace-tree.js';
export {
  type JsonObject,
  type MessageLayout,
  type ParsedException,
  type ParsedMessage,
  type ParsedSpan,
} from './messages/parsed-message.js';
export { QueryBuilder } from './language/query-builder.js';
export { FilterBuilder, type FilterLike } from './language/filter-builder.js';
export {
  as,
  bin,
  call,
  type ColumnLike,
  count,
  field,
  type FieldLike,
  literal,
} from './language/expressions.js';
export {
  type Column,
  type Command,
  type Condition,
  type Expression,
  type Query,
} from './language/query-tree.js';
export { printQuery } from './language/query-printer.js';
export {
  type QueryProgress,
  type QueryRequest,
  type QueryResult,
  type QueryRow,
  QueryRunner,
  type QueryRunnerParts,
  type QueryRunnerSettings,
  type ReadStatus,
} from './queries/query-runner.js';
export {
  CircuitOpenError,
  type ReadBreakerOptions,
  ReadCalls,
  type ReadCallsSettings,
  type ReadCallsStatus,
} from './queries/read-calls.js';
export { type LookUpsStatus } from './queries/look-up-observer.js';
export { type QueryStatistics } from './queries/query-statistics.js';
export { ScanBudget } from './queries/scan-budget.js';
export {
  AccessDeniedError,
  MalformedQueryError,
  QueryFailedError,
  type QueryPosition,
  QueryTimeoutError,
} from './queries/query-errors.js';
export { type OverLogGroupsResult, runOverLogGroups } from './log-groups/run-over-log-groups.js';
export { type BuiltLayout, type LogEvent, LogEventBuilder } from './messages/log-event-builder.js';
export { type HttpHeaders } from './messages/http-headers.js';
