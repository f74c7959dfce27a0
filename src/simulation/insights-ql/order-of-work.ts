import { canonical, replace } from './scope.js';
import { columnName, type Command, type Expression, type StatsCommand } from './tree.js';

/** The commands of a query in the order in which they work, which is not always that in which they stand. */
export function inOrderOfWork(commands: readonly Command[]): readonly Command[] {
  return filtersFirst(limitsBehindSorts(filtersBeforeStats(commands)));
}

/**
 * Behind the only stats, a filter on what is no column of it works on the events before it. Source: AppSync
 * Developer Guide, "Analyzing your logs with CloudWatch Logs Insights", and the console's sample queries for
 * AppSync: `stats count() as n by resolverArn | filter logType = "Tracing"`.
 */
function filtersBeforeStats(commands: readonly Command[]): readonly Command[] {
  const at = commands.findIndex(({ kind }) => kind === 'Stats');
  const stats = commands[at];
  if (stats?.kind !== 'Stats' || commands.findLastIndex(({ kind }) => kind === 'Stats') !== at)
    return commands;
  const early: Command[] = [];
  const late: Command[] = [];
  let end = at + 1;
  for (let command = commands[end]; command?.kind === 'Filter'; command = commands[++end]) {
    (isOnEvents(command.condition, stats) ? early : late).push(command);
  }
  return [...commands.slice(0, at), ...early, stats, ...late, ...commands.slice(end)];
}

/** Whether a condition needs a field that is no column of a stats, and no column that isn't a field. */
function isOnEvents(condition: Expression, stats: StatsCommand): boolean {
  const made = new Set<string>();
  const plain = new Set<string>();
  for (const item of stats.items) made.add(columnName(item)).add(canonical(item.expression));
  for (const item of stats.keys) {
    const name = columnName(item);
    if (item.expression.kind === 'Field' && name === canonical(item.expression)) plain.add(name);
    else made.add(name).add(canonical(item.expression));
  }
  const needs = { event: false, row: false };
  replace(condition, (part) => {
    const text = canonical(part);
    if (plain.has(text)) return part;
    needs.row ||= made.has(text);
    if (part.kind !== 'Field') return made.has(text) ? part : undefined;
    // Columns may hold maps, into which a name leads.
    if (part.steps.some((_, index) => made.has(part.steps.slice(0, index + 1).join('.')))) needs.row = true;
    else needs.event = true;
    return part;
  });
  return needs.event && !needs.row;
}

/**
 * A limit right before a sort is that of the sorted rows. Source: as above: `limit 10 | sort duration desc`
 * gives "the top 10 resolvers with maximum latency".
 */
function limitsBehindSorts(commands: readonly Command[]): readonly Command[] {
  const ordered = commands.slice();
  for (let index = 0; index + 1 < ordered.length; index++) {
    const limit = ordered[index]!;
    const sort = ordered[index + 1]!;
    if (limit.kind === 'Limit' && !limit.any && sort.kind === 'Sort') {
      [ordered[index], ordered[index + 1]] = [sort, limit];
    }
  }
  return ordered;
}

/** A filter behind a sort gives the same rows before it, and spares it the others. */
function filtersFirst(commands: readonly Command[]): readonly Command[] {
  const ordered = commands.slice();
  for (let index = 1; index < ordered.length; index++) {
    for (let at = index; at > 0; at--) {
      const before = ordered[at - 1]!;
      if (ordered[at]!.kind !== 'Filter' || before.kind !== 'Sort') break;
      if (before.keys.some(({ item }) => item.alias !== undefined)) break;
      [ordered[at - 1], ordered[at]] = [ordered[at]!, before];
    }
  }
  return ordered;
}
