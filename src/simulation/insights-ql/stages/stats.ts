import {
  checkArguments,
  compileArgument,
  compileExpression,
  constantOf,
  type Evaluate,
  type ExpressionScope,
} from '../execution/compile-expression.js';
import { HeldText } from '../execution/held-text.js';
import { Row } from '../execution/row.js';
import { holdingStage, type StageFactory } from '../execution/stage.js';
import {
  aggregateFunctions,
  moveByPeriod,
  type Accumulator,
  type AggregatedRow,
} from '../functions/index.js';
import { QuerySyntaxError } from '../syntax-error.js';
import { columnName, type Call, type DurationLiteral, type StatsCommand } from '../tree.js';
import { OFFSET_DIRECTION } from '../undocumented.js';
import { ownText } from '../values/own-text.js';
import { formatValue, isList, Timestamp, type Value } from '../values/value.js';
import { groupKey } from './dedup.js';

interface AggregatePlan {
  readonly args: readonly Evaluate[];
  create(): Accumulator;
}

interface Column {
  readonly name: string;
  readonly evaluate: Evaluate;
}

/** There may be very many: what most queries have one of stands by itself, not in a list. */
interface Group {
  /** Of several keys a list. */
  readonly key: Value;
  /** None where the query asks for no aggregate. */
  readonly first: Accumulator | undefined;
  readonly others: readonly Accumulator[];
}

const NO_OTHERS: readonly Accumulator[] = [];

/** Groups that a query may hold; past it it fails, because an answer without the rest would be wrong. */
export const MAX_GROUPS = 1_000_000;

/**
 * `stats`: one row for each combination of the keys' values, with what the aggregates make of its rows.
 * @throws QuerySyntaxError for wrong arguments
 */
export function statsStage(command: StatsCommand, scope: ExpressionScope): StageFactory {
  const aggregates: AggregatePlan[] = [];
  const compileCall = (call: Call): Evaluate | undefined => {
    if (!aggregateFunctions.has(call.name.toLowerCase())) return undefined;
    const slot = slotName(aggregates.length);
    aggregates.push(planAggregate(call, scope, command));
    return (row) => row.get(slot);
  };
  const { offset } = command;
  const keys = command.keys.map((item): Column => {
    const evaluate = compileExpression(item.expression, scope);
    return { name: columnName(item), evaluate: offset === undefined ? evaluate : shifted(evaluate, offset) };
  });
  const items = command.items.map((item) => ({
    name: columnName(item),
    evaluate: compileExpression(item.expression, { ...scope, compileCall }),
  }));
  return (next) => holdingStage(next, new Groups(keys, aggregates, items));
}

function slotName(index: number): string {
  // No field of a query is empty before its dot.
  return `\u0000${index}`;
}

function planAggregate(call: Call, scope: ExpressionScope, command: StatsCommand): AggregatePlan {
  const aggregate = aggregateFunctions.get(call.name.toLowerCase())!;
  if (call.star) {
    if (aggregate.takesStar !== true)
      throw new QuerySyntaxError(`${aggregate.name} does not take *`, call.span);
  } else {
    checkArguments(call, aggregate);
  }
  const constants = call.args.map(constantOf);
  const problem = aggregate.problem?.(constants);
  if (problem !== undefined) throw new QuerySyntaxError(`${aggregate.name}: ${problem}`, call.span);
  if (aggregate.alone && (command.items.length > 1 || command.keys.length > 0)) {
    throw new QuerySyntaxError(`${aggregate.name} stands alone in its stats, without by`, call.span);
  }
  const args = call.args.map((arg) => compileArgument(arg, { ...scope, compileCall: undefined }));
  return { args, create: () => aggregate.create(constants) };
}

function shifted(evaluate: Evaluate, { count, unit, span }: DurationLiteral): Evaluate {
  if (count === 0) throw new QuerySyntaxError('offset takes a period such as 1h', span);
  return (row) => {
    const value = evaluate(row);
    return value instanceof Timestamp ? moveByPeriod(value, OFFSET_DIRECTION * count, unit) : value;
  };
}

const NO_VALUES: readonly Value[] = [];

/** As a group is printed; times by their number, which takes less. */
function keyText(value: Value): string | undefined {
  return value instanceof Timestamp ? `@${value.millis}` : formatValue(value);
}

/** The keys of a group, that keep no message in memory. */
function ownTexts(values: Value): Value {
  return isList(values)
    ? values.map((value) => (typeof value === 'string' ? ownText(value) : value))
    : values;
}

class Groups {
  readonly #keys: readonly Column[];
  readonly #aggregates: readonly AggregatePlan[];
  readonly #items: readonly Column[];
  /** By the text of their key where they have one alone, else by one text for all; undefined where that is missing. */
  readonly #groups = new Map<string | undefined, Group>();
  readonly #text = new HeldText();
  /** Events of one request often follow each other: the group of the row before, and the text of its key. */
  #last: Group | undefined;
  #lastText: string | undefined;
  /** Of the row that is added: no aggregate keeps it. */
  readonly #aggregated: { timestamp: number | undefined; readonly text: HeldText } & AggregatedRow = {
    timestamp: undefined,
    text: this.#text,
  };

  constructor(keys: readonly Column[], aggregates: readonly AggregatePlan[], items: readonly Column[]) {
    this.#keys = keys;
    this.#aggregates = aggregates;
    this.#items = items;
    // Without keys there is one row, even of nothing.
    if (keys.length === 0) this.#last = this.#add('', []);
  }

  push(row: Row): void {
    const { first, others } = this.#groupOf(row);
    if (first === undefined) return;
    this.#aggregated.timestamp = row.event?.timestamp;
    this.#addTo(first, 0, row);
    for (let index = 0; index < others.length; index++) this.#addTo(others[index]!, index + 1, row);
  }

  #addTo(accumulator: Accumulator, index: number, row: Row): void {
    const { args } = this.#aggregates[index]!;
    // Most take one or none.
    const values =
      args.length === 0 ? NO_VALUES : args.length === 1 ? [args[0]!(row)] : args.map((arg) => arg(row));
    accumulator.add(values, this.#aggregated);
  }

  *rows(): Generator<Row> {
    for (const { key, first, others } of this.#groups.values()) {
      const row = new Row();
      const keys = this.#keys.length === 1 ? [key] : (key as readonly Value[]);
      for (const [index, { name }] of this.#keys.entries()) row.set(name, keys[index]!);
      const results = row.copy();
      if (first !== undefined) results.set(slotName(0), first.result());
      for (const [index, accumulator] of others.entries()) {
        results.set(slotName(index + 1), accumulator.result());
      }
      for (const { name, evaluate } of this.#items) {
        const value = evaluate(results);
        row.set(name, value);
        results.set(name, value);
      }
      yield row;
    }
  }

  clear(): void {
    this.#groups.clear();
    this.#lastText = undefined;
    this.#last = undefined;
  }

  #groupOf(row: Row): Group {
    if (this.#keys.length === 0) return this.#last!;
    let value: Value;
    let text: string | undefined;
    if (this.#keys.length === 1) {
      value = this.#keys[0]!.evaluate(row);
      text = keyText(value);
    } else {
      value = this.#keys.map(({ evaluate }) => evaluate(row));
      text = groupKey(value.map(keyText));
    }
    if (text === this.#lastText && this.#last !== undefined) return this.#last;
    const group = this.#groups.get(text) ?? this.#add(text, value);
    this.#lastText = text;
    this.#last = group;
    return group;
  }

  #add(text: string | undefined, value: Value): Group {
    if (this.#groups.size >= MAX_GROUPS) {
      throw new RangeError(`the query has more than ${MAX_GROUPS} groups`);
    }
    // One more where one key stands alone: its text has to differ from a missing one.
    this.#text.add((text?.length ?? 0) + (this.#keys.length === 1 ? 1 : 0));
    const own = text === undefined ? undefined : ownText(text);
    const aggregates = this.#aggregates;
    const group: Group = {
      key: typeof value === 'string' ? own! : this.#keys.length === 1 ? value : ownTexts(value),
      first: aggregates[0]?.create(),
      others: aggregates.length < 2 ? NO_OTHERS : aggregates.slice(1).map((aggregate) => aggregate.create()),
    };
    this.#groups.set(own, group);
    return group;
  }
}
