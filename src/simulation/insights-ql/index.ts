export { planQuery, type PlanSettings, type QueryPlan } from './plan.js';
export { parseQuery } from './parser.js';
export { printExpression, printQuery } from './printer.js';
export {
  QueryExecution,
  type ExecutionSettings,
  type ExecutionStatus,
  type QueryStatistics,
  type ResultField,
} from './query-execution.js';
export { resolveSource, type TimeRange } from './resolve-source.js';
export { type LookupTable } from './stages/lookup.js';
export { QuerySyntaxError } from './syntax-error.js';
export { fieldName, type Query } from './tree.js';
