import { aggregateFunctions, type Accumulator, type EvaluationContext } from './functions/index.js';
import {
  checkArguments,
  compileExpression,
  compileRegexAt,
  type CompileCall,
  type Evaluate,
} from './compile-expression.js';
import { Row } from './row.js';
import { QuerySyntaxError } from './syntax-error.js';
import {
  fieldName,
  type Call,
  type NamedExpression,
  type ParseCommand,
  type SortCommand,
  type StatsCommand,
} from './tree.js';
import { compareForSort, formatValue, isList, toText, truthy, type Value } from './values/value.js';

/** One command at work: takes rows, hands rows on. */
export interface Stage {
  /** @returns false when it wants no more */
  push(row: Row): boolean;
  /** All rows have come. */
  finish(): void;
}

type Next = Stage;

/** A stage that makes of each row any number of rows. */
export function mapStage(next: Next, map: (row: Row) => Iterable<Row>): Stage {
  return {
    push(row) {
      for (const made of map(row)) if (!next.push(made)) return false;
      return true;
    },
    finish: () => next.finish(),
  };
}

export function filterStage(next: Next, condition: Evaluate): Stage {
  return { push: (row) => !truthy(condition(row)) || next.push(row), finish: () => next.finish() };
}

export function namesStage(next: Next, items: readonly NamedExpression[], context: EvaluationContext): Stage {
  const made = items
    .filter((item) => item.alias !== undefined || item.expression.kind !== 'Field')
    .map((item) => [item.alias ?? item.text, compileExpression(item.expression, context)] as const);
  if (made.length === 0) return next;
  return mapStage(next, (row) => [row.with(made.map(([name, evaluate]) => [name, evaluate(row)] as const))]);
}

export function limitStage(next: Next, count: number): Stage {
  let taken = 0;
  return {
    push: (row) => ++taken <= count && next.push(row) && taken < count,
    finish: () => next.finish(),
  };
}

export function dedupStage(next: Next, names: readonly string[]): Stage {
  const seen = new Set<string>();
  return mapStage(next, (row) => {
    const values = names.map((name) => formatValue(row.get(name)));
    if (values.includes(undefined)) return [row];
    const key = JSON.stringify(values);
    if (seen.has(key)) return [];
    seen.add(key);
    return [row];
  });
}

export function unnestStage(next: Next, input: Evaluate, name: string): Stage {
  return mapStage(next, (row) => {
    const value = input(row);
    return (isList(value) ? value : [value]).map((element) => row.with([[name, element]]));
  });
}

/** Sorts all rows; with `most`, keeps no more than it must. */
export function sortStage(next: Next, command: SortCommand, context: EvaluationContext, most: number): Stage {
  const keys = command.keys.map(({ item, descending }) => ({
    evaluate: compileExpression(item.expression, context),
    direction: descending ? ('desc' as const) : ('asc' as const),
  }));
  let rows: { row: Row; values: Value[]; order: number }[] = [];
  let order = 0;
  const cut = () => {
    rows.sort((a, b) => {
      for (const [index, { direction }] of keys.entries()) {
        const compared = compareForSort(a.values[index]!, b.values[index]!, direction);
        if (compared !== 0) return compared;
      }
      return a.order - b.order;
    });
    if (rows.length > most) rows.length = most;
  };
  return {
    push(row) {
      rows.push({ row, values: keys.map(({ evaluate }) => evaluate(row)), order: order++ });
      if (rows.length >= 2 * most + 1000) cut();
      return true;
    },
    finish() {
      cut();
      const sorted = rows;
      rows = [];
      for (const { row } of sorted) if (!next.push(row)) break;
      next.finish();
    },
  };
}

export function statsStage(next: Next, command: StatsCommand, context: EvaluationContext): Stage {
  const keys = command.keys.map((key) => ({
    name: key.alias ?? key.text,
    evaluate: compileExpression(key.expression, context),
  }));
  const calls: { create: () => Accumulator; args: Evaluate[] }[] = [];
  const compileCall: CompileCall = (call) => {
    const fn = aggregateFunctions.get(call.name.toLowerCase());
    if (fn === undefined) return undefined;
    if (!call.star) checkArguments(call, fn);
    const constants = call.args.map(constantOf);
    const problem = fn.problem?.(constants);
    if (problem !== undefined) throw new QuerySyntaxError(`${fn.name}: ${problem}`, call.span);
    const slot = `\0${calls.length}`;
    calls.push({
      create: () => fn.create(constants),
      args: call.args.map((arg) => compileExpression(arg, context)),
    });
    return (row) => row.get(slot);
  };
  const items = command.items.map((item) => ({
    name: item.alias ?? item.text,
    evaluate: compileExpression(item.expression, context, compileCall),
  }));
  const groups = new Map<string, { values: Value[]; accumulators: Accumulator[] }>();
  const group = (values: Value[]) => ({ values, accumulators: calls.map(({ create }) => create()) });
  if (keys.length === 0) groups.set('[]', group([]));
  return {
    push(row) {
      const values = keys.map(({ evaluate }) => evaluate(row));
      const key = JSON.stringify(values.map((value) => formatValue(value) ?? null));
      let found = groups.get(key);
      if (found === undefined) groups.set(key, (found = group(values)));
      for (const [index, { args }] of calls.entries()) {
        found.accumulators[index]!.add(
          args.map((arg) => arg(row)),
          { timestamp: row.event?.timestamp },
        );
      }
      return true;
    },
    finish() {
      for (const { values, accumulators } of groups.values()) {
        const slots = new Row(
          new Map(accumulators.map((accumulator, index) => [`\0${index}`, accumulator.result()])),
        );
        const made: [string, Value][] = [
          ...keys.map(({ name }, index): [string, Value] => [name, values[index]!]),
          ...items.map(({ name, evaluate }): [string, Value] => [name, evaluate(slots)]),
        ];
        if (!next.push(new Row(new Map(made)))) break;
      }
      groups.clear();
      next.finish();
    },
  };
}

function constantOf(arg: Call['args'][number]): Value {
  if (arg.kind === 'Number' || arg.kind === 'String' || arg.kind === 'Boolean') return arg.value;
  return arg.kind === 'Duration' ? `${arg.count}${arg.unit}` : null;
}

export function parseStage(next: Next, command: ParseCommand, context: EvaluationContext): Stage {
  const input =
    command.input === undefined
      ? (row: Row) => row.get('@message')
      : compileExpression(command.input, context);
  const { mode } = command;
  if (mode.kind !== 'Glob' && mode.kind !== 'Regex') {
    throw new QuerySyntaxError(`parse ${mode.kind.toLowerCase()} is not supported`, command.span);
  }
  const source = mode.kind === 'Glob' ? globToRegex(mode.pattern) : mode.source;
  const regex = compileRegexAt(source, command.span);
  const names = mode.names;
  return mapStage(next, (row) => {
    const text = toText(input(row));
    const match = text === undefined ? undefined : regex.exec(text);
    if (match === undefined) return [row];
    if (names !== undefined)
      return [row.with(names.map((name, index) => [name, match.captures[index + 1] ?? null] as const))];
    return [row.with(Object.entries(match.groups))];
  });
}

/** `a * b *`: an inner star is the shortest text, a last one all that is left. */
function globToRegex(glob: string): string {
  const parts = glob.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return `(?s)${parts.map((part, index) => (index === 0 ? part : `${index === parts.length - 1 && part === '' ? '(.*)' : '(.*?)'}${part}`)).join('')}`;
}

/** Names that a command adds to the columns. */
export function madeNames(command: ParseCommand, groupNames: readonly string[]): readonly string[] {
  const { mode } = command;
  if (mode.kind === 'Glob') return mode.names;
  if (mode.kind === 'Regex') return mode.names ?? groupNames;
  return mode.kind === 'Csv' ? mode.names : [mode.name];
}

export { fieldName };
