import { canonical, replace } from './scope.js';
import { columnName, type Command, type Expression, type StatsCommand } from './tree.js';

/** The commands of a query in the order in which they work, which is not always that in which they stand. */
export function inOrderOfWork(commands: readonly Command[]): readonly Command[] {
  return filtersFirst(limitsLast(filtersBeforeStats(commands)));
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

/** Commands that see all rows, also those behind a limit. */
const SEE_ALL = new Set<Command['kind']>([
  ...(['Filter', 'FilterIndex', 'Stats', 'Sort', 'Dedup', 'Pattern', 'CountFrequent'] as const),
]);

/** Commands that give one row for each, so that it is the same whether a limit comes before or behind them. */
const ONE_FOR_ONE = new Set<Command['kind']>(['Fields', 'Display', 'Parse', 'Lookup', 'Limit']);

/**
 * A limit is that of the result, wherever it stands. Source: User Guide, limit: all data is scanned and the top rows are
 * returned, so that filter, stats and sort behind it see all; AppSync Developer Guide, as above: `limit 10 | sort
 * duration desc` gives "the top 10 resolvers with maximum latency". Not documented: it stays before commands that make
 * rows of rows (`unnest`) or add some (`addtotals`). `limit any` works where it stands.
 */
function limitsLast(commands: readonly Command[]): readonly Command[] {
  const ordered = commands.slice();
  for (let index = ordered.length - 1; index >= 0; index--) {
    const limit = ordered[index]!;
    if (limit.kind !== 'Limit' || limit.any) continue;
    let target = index;
    for (let at = index + 1; at < ordered.length; at++) {
      const command = ordered[at]!;
      if (SEE_ALL.has(command.kind)) target = at;
      else if (!ONE_FOR_ONE.has(command.kind) || isMultiple(command)) break;
    }
    ordered.splice(target + 1, 0, limit);
    ordered.splice(index, 1);
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

/** `parse … multi`, which gives a row for each match. */
export function isMultiple(command: Command): boolean {
  return command.kind === 'Parse' && command.mode.kind === 'Regex' && command.mode.multi;
}
