import { unknownFunction } from './execution/compile-expression.js';
import { aggregateFunctions, scalarFunctions } from './functions/index.js';
import {
  alreadyDefined,
  asField,
  canonical,
  readsTimestamp,
  replace,
  type Scope,
  unknownSymbols,
} from './scope.js';
import { QuerySyntaxError } from './syntax-error.js';
import {
  columnName,
  fieldName,
  type Call,
  type Expression,
  type NamedExpression,
  type StatsCommand,
} from './tree.js';

/**
 * Finds out what the names in a `stats` mean, and tells the scope that only its columns exist from here on.
 * @returns the command with the columns' names as aliases
 * @throws QuerySyntaxError for a name that does not exist, or that the query gives twice
 */
export function resolveStats(command: StatsCommand, scope: Scope): StatsCommand {
  const keyByText = new Map(command.keys.map((item) => [canonical(item.expression), columnName(item)]));
  const names = new Set(command.keys.map(columnName));
  const keys = command.keys.map((item) => ({
    ...item,
    alias: columnName(item),
    expression: resolveKey(item.expression, scope),
  }));
  const items = command.items.map((item) => {
    const alias = columnName(item);
    const expression = resolveAggregates(item.expression, scope, { keyByText, names });
    // Later items may use it. Source: User Guide, sample queries ("overprovisioned memory").
    names.add(alias);
    return { ...item, alias, expression };
  });
  const columns = [...command.keys, ...command.items];
  const seen = new Set<string>();
  for (const item of columns) {
    const name = columnName(item);
    if (seen.has(name)) throw alreadyDefined(name, item.span);
    seen.add(name);
    if (item.alias !== undefined) scope.nameOnce(item.alias, item.span);
  }
  refuseCycles(command.items);
  scope.close(columns.map((item) => ({ name: columnName(item), expression: item.expression })));
  return { ...command, keys, items };
}

export function isBin(expression: Expression): expression is Call {
  return expression.kind === 'Call' && expression.name.toLowerCase() === 'bin';
}

/** `bin(5m)` in a later stats needs `@timestamp`, even where a column has its text. Source: User Guide, stats. */
function resolveKey(expression: Expression, scope: Scope): Expression {
  if (!isBin(expression)) return scope.resolve(expression);
  if (readsTimestamp(expression) && !scope.knows('@timestamp')) {
    throw unknownSymbols('@timestamp', expression.span);
  }
  return { ...expression, args: expression.args.map((arg) => scope.resolve(arg)) };
}

/** Around aggregates only the keys and earlier items can be used. */
function resolveAggregates(
  expression: Expression,
  scope: Scope,
  {
    keyByText,
    names,
  }: { readonly keyByText: ReadonlyMap<string, string>; readonly names: ReadonlySet<string> },
): Expression {
  return replace(expression, (part) => {
    if (part.kind === 'Call') {
      const name = part.name.toLowerCase();
      if (aggregateFunctions.has(name)) {
        return { ...part, args: part.args.map((arg) => scope.resolve(arg)) };
      }
      if (!scalarFunctions.has(name)) throw unknownFunction(part);
    }
    const key = keyByText.get(canonical(part));
    if (key !== undefined) return asField(key, part.span);
    if (part.kind === 'Field' && !names.has(fieldName(part))) {
      throw unknownSymbols(fieldName(part), part.span);
    }
    return undefined;
  });
}

/**
 * A column may not read what has its own name, be it by way of others: `sum(duration) as duration`. Seen in answers of
 * the service.
 */
function refuseCycles(items: readonly NamedExpression[]): void {
  const reads = new Map<string, ReadonlySet<string>>();
  for (const { alias, expression } of items) if (alias !== undefined) reads.set(alias, fieldsOf(expression));
  for (const { alias, span } of items) {
    if (alias !== undefined && leadsTo(alias, reads)) {
      throw new QuerySyntaxError('Cycle found in operation dependency graph', span);
    }
  }
}

/** Whether a column reads itself. */
function leadsTo(column: string, reads: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const seen = new Set<string>();
  const open = [...reads.get(column)!];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === column) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    open.push(...(reads.get(name) ?? []));
  }
  return false;
}

function fieldsOf(expression: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  replace(expression, (part) => {
    if (part.kind === 'Field') names.add(fieldName(part));
    return undefined;
  });
  return names;
}
