export {
  QueryExecution,
  type ExecutionSettings,
  type QueryStatistics,
  type ResultField,
} from './execution.js';
export { parseQuery } from './parser.js';
export { QuerySyntaxError } from './syntax-error.js';
export { type Query } from './tree.js';
