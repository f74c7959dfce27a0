import { type CorrelatedEvent } from './correlated-event.js';
import { type TimeRange } from './event-reader.js';
import { type LeftOutLogGroup } from '../log-groups/log-group-directory.js';
import { type LookUp } from './look-up.js';
import { type QueryStatistics } from '../queries/query-statistics.js';
import { type TraceTree } from './trace-tree.js';

/** A report of one step of a look-up. */
export interface StepReport {
  /**
   * `index`: `filterIndex` where a field is indexed. `filter`: a scan of the rest. `text`: a scan of all
   * for the value anywhere in the text. `fresh`: FilterLogEvents, for what Insights does not answer yet.
   * `older`: FilterLogEvents, for what is older than its log group, which Insights never answers.
   */
  readonly step: 'index' | 'filter' | 'text' | 'fresh' | 'older';
  /** The field of an `index` step. */
  readonly field?: string | undefined;
  /** The text of the query; undefined for steps of FilterLogEvents. */
  readonly query?: string | undefined;
  readonly logGroups: readonly string[];
  /** Events found, also by other steps. */
  readonly events: number;
  readonly statistics: QueryStatistics;
}

/** The result of a look-up: the events, their cost, and the log groups that it left out. */
export interface CorrelationResult {
  readonly lookUp: LookUp;
  readonly range: TimeRange;
  /** In time order, each once. */
  readonly events: readonly CorrelatedEvent[];
  /** The traces of the events, as trees of spans. */
  readonly traces: readonly TraceTree[];
  readonly steps: readonly StepReport[];
  /** Sums over all steps. */
  readonly statistics: QueryStatistics;
  /** Cost of the scanned bytes, by the price given. US dollars. */
  readonly estimatedCostUsd: number;
  /** Log groups that took part. */
  readonly logGroups: readonly string[];
  /** Log groups that did not, and why. */
  readonly leftOut: readonly LeftOutLogGroup[];
  /** Whatever else limits what was found, one sentence each. */
  readonly notes: readonly string[];
  /** False when events may be missing: bytes spent, more events than asked for, an overfull second. */
  readonly isComplete: boolean;
}
