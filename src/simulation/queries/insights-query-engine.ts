import type { EventSource } from '../insights-ql/event-source.js';
import { parseQuery, type Query, QueryExecution, QuerySyntaxError } from '../insights-ql/index.js';
import { ServiceError } from '../service-error.js';
import type { QueryEngine, QueryRange, QueryRun, QuerySource } from './query-engine.js';
import { resolveSource } from '../insights-ql/resolve-source.js';
import { callsOf } from '../insights-ql/scope.js';
import type { Command, SourceCommand } from '../insights-ql/tree.js';

/** Runs queries in Logs Insights QL. */
export const INSIGHTS_QUERY_ENGINE: QueryEngine = {
  compile: (queryString) => {
    const query = asMalformed(() => parseQuery(queryString));
    return {
      source: (events, now) => query.source && asMalformed(() => groupsOf(query.source!, events, now)),
      start: (events, range) => asMalformed(() => startRun(query, events, range)),
    };
  },
};

/** @throws QuerySyntaxError for a SOURCE that finds no group */
function groupsOf(source: SourceCommand, events: EventSource, now: number): QuerySource {
  const named = resolveSource(source, events, now);
  if (named.logGroupNames.length === 0) throw new QuerySyntaxError('SOURCE names no log group', source.span);
  return named;
}

/** Commands that work on the Standard class alone. Source: User Guide, "Supported commands in log classes". */
const STANDARD_ONLY: ReadonlyMap<string, string> = new Map([
  ['Pattern', 'pattern'],
  ['Diff', 'diff'],
  ['FilterIndex', 'filterIndex'],
]);

/** @throws QuerySyntaxError for a command that the class of one of the groups doesn't offer */
function refuseCommandsOfStandard(query: Query, events: EventSource, logGroupNames: readonly string[]): void {
  const command = query.commands.find((each) => nameInStandardOnly(each) !== undefined);
  if (command === undefined) return;
  const asked = new Set(logGroupNames);
  for (const { logGroupName, logGroupClass } of events.logGroups()) {
    if (logGroupClass === 'STANDARD' || !asked.has(logGroupName)) continue;
    // Not documented: the text.
    throw new QuerySyntaxError(
      `the command ${nameInStandardOnly(command)!} is not supported for log groups of the class ${logGroupClass}`,
      command.span,
    );
  }
}

function nameInStandardOnly(command: Command): string | undefined {
  const name = STANDARD_ONLY.get(command.kind);
  if (name !== undefined || (command.kind !== 'Fields' && command.kind !== 'Display')) return name;
  return command.items.some(({ expression }) => callsOf(expression).includes('unmask'))
    ? 'unmask'
    : undefined;
}

function startRun(query: Query, events: EventSource, range: QueryRange): QueryRun {
  const { logGroupNames, startTimeMillis, endTimeMillis, limit, now, lookupTables } = range;
  refuseCommandsOfStandard(query, events, logGroupNames);
  const execution = new QueryExecution(query, events, {
    logGroupNames,
    startTimeMillis,
    endTimeMillis,
    limit,
    nowMillis: now,
    lookupTables,
  });
  for (const name of execution.innerLogGroupNames()) range.expectLogGroup?.(name);
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
