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
import { TextNumbers } from '../execution/text-numbers.js';
import {
  aggregateFunctions,
  moveByPeriod,
  type Accumulator,
  type AggregatedRow,
  type GroupedAccumulator,
} from '../functions/index.js';
import { QuerySyntaxError } from '../syntax-error.js';
import { columnName, type Call, type DurationLiteral, type StatsCommand } from '../tree.js';
import { OFFSET_DIRECTION } from '../undocumented.js';
import { ownText } from '../values/own-text.js';
import { formatValue, isList, Timestamp, type Value } from '../values/value.js';
import { groupKey } from './dedup.js';

interface AggregatePlan {
  readonly args: readonly Evaluate[];
  readonly create: () => GroupedAccumulator;
}

interface Column {
  readonly name: string;
  readonly evaluate: Evaluate;
}

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
  const create = (): GroupedAccumulator =>
    aggregate.createGrouped?.() ?? new AccumulatorOfEach(() => aggregate.create(constants));
  return { args, create };
}

/** An accumulator for each group. */
class AccumulatorOfEach implements GroupedAccumulator {
  readonly #create: () => Accumulator;
  readonly #accumulators: Accumulator[] = [];

  constructor(create: () => Accumulator) {
    this.#create = create;
  }

  addGroup(): void {
    this.#accumulators.push(this.#create());
  }

  add(group: number, args: readonly Value[], event: AggregatedRow): void {
    this.#accumulators[group]!.add(args, event);
  }

  result(group: number): Value {
    return this.#accumulators[group]!.result();
  }
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

interface AggregateOfGroups {
  readonly args: readonly Evaluate[];
  readonly accumulator: GroupedAccumulator;
}

const NO_GROUP = -1;

/** From so many on, keys are compared with the one before at every so many rows. */
const MAX_CHANGES = 32;

class Groups {
  readonly #keys: readonly Column[];
  readonly #aggregates: readonly AggregateOfGroups[];
  readonly #items: readonly Column[];
  /** Of the text of their key where they have one alone, else of one text for all; undefined where that is missing. */
  readonly #numbers = new TextNumbers();
  /** Of each group its key; of several a list. */
  readonly #values: Value[] = [];
  readonly #text = new HeldText();
  /** Events of one request often follow each other: the group of the row before, and the text of its key. */
  #last = NO_GROUP;
  #lastText: string | undefined;
  /** Rows in a row of which none had the group of the one before. */
  #changes = 0;
  /** Of the row that is added: no aggregate keeps it. */
  readonly #aggregated: { timestamp: number | undefined; readonly text: HeldText } & AggregatedRow = {
    timestamp: undefined,
    text: this.#text,
  };

  constructor(keys: readonly Column[], aggregates: readonly AggregatePlan[], items: readonly Column[]) {
    this.#keys = keys;
    this.#aggregates = aggregates.map(({ args, create }) => ({ args, accumulator: create() }));
    this.#items = items;
    // Without keys there is one row, even of nothing.
    if (keys.length === 0) this.#last = this.#add('', []);
  }

  push(row: Row): void {
    const group = this.#groupOf(row);
    if (this.#aggregates.length === 0) return;
    this.#aggregated.timestamp = row.event?.timestamp;
    for (const { args, accumulator } of this.#aggregates) {
      // Most take one or none.
      const values =
        args.length === 0 ? NO_VALUES : args.length === 1 ? [args[0]!(row)] : args.map((arg) => arg(row));
      accumulator.add(group, values, this.#aggregated);
    }
  }

  *rows(): Generator<Row> {
    for (let group = 0; group < this.#values.length; group++) {
      const value = this.#values[group]!;
      const row = new Row();
      const keys = this.#keys.length === 1 ? [value] : (value as readonly Value[]);
      for (const [index, { name }] of this.#keys.entries()) row.set(name, keys[index]!);
      const results = row.copy();
      for (const [index, { accumulator }] of this.#aggregates.entries()) {
        results.set(slotName(index), accumulator.result(group));
      }
      for (const { name, evaluate } of this.#items) {
        const item = evaluate(results);
        row.set(name, item);
        results.set(name, item);
      }
      yield row;
    }
  }

  clear(): void {
    this.#numbers.clear();
    this.#values.length = 0;
    this.#lastText = undefined;
    this.#last = NO_GROUP;
  }

  #groupOf(row: Row): number {
    if (this.#keys.length === 0) return this.#last;
    let value: Value;
    let text: string | undefined;
    if (this.#keys.length === 1) {
      value = this.#keys[0]!.evaluate(row);
      text = keyText(value);
    } else {
      value = this.#keys.map(({ evaluate }) => evaluate(row));
      text = groupKey(value.map(keyText));
    }
    if (this.#isAsLast(text)) return this.#last;
    const known = this.#numbers.numberOf(text);
    const group = known === -1 ? this.#add(text, value) : known;
    this.#lastText = text;
    this.#last = group;
    return group;
  }

  /** Where each row has another key it is looked at for some rows alone: to compare parts of messages takes time. */
  #isAsLast(text: string | undefined): boolean {
    if (this.#last === NO_GROUP) return false;
    const isTried = this.#changes < MAX_CHANGES || this.#changes % MAX_CHANGES === 0;
    if (isTried && text === this.#lastText) {
      this.#changes = 0;
      return true;
    }
    this.#changes++;
    return false;
  }

  #add(text: string | undefined, value: Value): number {
    if (this.#numbers.size >= MAX_GROUPS) {
      throw new RangeError(`the query has more than ${MAX_GROUPS} groups`);
    }
    // One more where one key stands alone: its text has to differ from a missing one.
    this.#text.add((text?.length ?? 0) + (this.#keys.length === 1 ? 1 : 0));
    const own = text === undefined ? undefined : ownText(text);
    this.#values.push(typeof value === 'string' ? own! : this.#keys.length === 1 ? value : ownTexts(value));
    for (const { accumulator } of this.#aggregates) accumulator.addGroup();
    return this.#numbers.add(own);
  }
}
