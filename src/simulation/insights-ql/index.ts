export { planQuery, type PlanSettings, type QueryPlan } from './plan.js';
export { parseQuery } from './parser.js';
export { printQuery } from './printer.js';
export {
  QueryExecution,
  type ExecutionSettings,
  type ExecutionStatus,
  type QueryStatistics,
  type ResultField,
} from './query-execution.js';
export { type LookupTable, type LookupTables } from './stages/lookup.js';
export { QuerySyntaxError } from './syntax-error.js';
export { type Query } from './tree.js';
