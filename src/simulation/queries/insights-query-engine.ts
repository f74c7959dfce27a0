import type { EventSource } from '../insights-ql/event-source.js';
import { parseQuery, type Query, QueryExecution, QuerySyntaxError } from '../insights-ql/index.js';
import { ServiceError } from '../service-error.js';
import type { QueryEngine, QueryRange, QueryRun } from './query-engine.js';
import { resolveSource } from './query-source.js';

/** Runs queries in Logs Insights QL. */
export const INSIGHTS_QUERY_ENGINE: QueryEngine = {
  compile: (queryString) => {
    const query = asMalformed(() => parseQuery(queryString));
    return {
      source: (events, now) => query.source && asMalformed(() => resolveSource(query.source!, events, now)),
      start: (events, range) => asMalformed(() => startRun(query, events, range)),
    };
  },
};

function startRun(query: Query, events: EventSource, range: QueryRange): QueryRun {
  const { logGroupNames, startTimeMillis, endTimeMillis, limit, now } = range;
  const execution = new QueryExecution(query, events, {
    logGroupNames,
    startTimeMillis,
    endTimeMillis,
    limit,
    nowMillis: now,
  });
  return {
    run: (signal) => execution.run(signal),
    rows: () => execution.rows(),
    statistics: () => execution.statistics,
  };
}

/** Source: the model's `MalformedQueryException`; offsets are zero-based, the end exclusive. */
function asMalformed<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
    const { message, startOffset, endOffset } = error;
    const location = { startCharOffset: startOffset, endCharOffset: endOffset };
    throw new ServiceError('MalformedQueryException', message, {
      members: { queryCompileError: { location, message } },
    });
  }
}
