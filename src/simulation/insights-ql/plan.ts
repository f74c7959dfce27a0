import { DEFAULT_QUERY_ROWS, MAX_QUERY_ROWS } from '../../cloudwatch/limits.js';
import { matchesGlob, parseGlob } from '../text-matching/glob.js';
import { checkOrder } from './check-order.js';
import { type IndexCondition } from './event-source.js';
import { compileExpression, type Evaluate, type ExpressionScope } from './execution/compile-expression.js';
import { Row } from './execution/row.js';
import { eachRow, type StageFactory } from './execution/stage.js';
import { ValueSet } from './execution/value-set.js';
import { parsePeriod, type EvaluationContext } from './functions/index.js';
import { nearestName } from '../../cloudwatch/nearest-name.js';
import { inOrderOfWork, isMultiple } from './order-of-work.js';
import { messageTest, optionalConditions, requiredCondition } from './index-conditions.js';
import { fieldsRead } from './read-fields.js';
import { isBin, resolveStats } from './resolve-stats.js';
import { asField, callsOf, Scope } from './scope.js';
import { APPROXIMATE_COUNT, countFrequentStage } from './stages/count-frequent.js';
import { dedupStage } from './stages/dedup.js';
import { addTotalsStage, fillDownStage, fillMissingStage } from './stages/fill.js';
import { joinStage, JoinTable } from './stages/join.js';
import { limitStage } from './stages/limit.js';
import { lookupStage, type LookupTable, type LookupTables } from './stages/lookup.js';
import { planParse } from './stages/parse.js';
import { PatternMiner } from './stages/pattern-miner.js';
import { diffStage, PATTERN_COLUMNS, patternStage } from './stages/pattern.js';
import { sortStage } from './stages/sort.js';
import { statsStage } from './stages/stats.js';
import { expandStage, unnestStage } from './stages/unnest.js';
import { QuerySyntaxError } from './syntax-error.js';
import {
  columnName,
  fieldName,
  type Command,
  type DiffWindow,
  type Expression,
  type FieldReference,
  type JoinCommand,
  type NamedExpression,
  type Query,
  type SourceCommand,
  type StatsCommand,
} from './tree.js';
import { DIFF_COLUMNS, effectiveLimit } from './undocumented.js';
import { truthy, type Value } from './values/value.js';

/** Rows without a `limit`, and the most that a query can give. */
export const DEFAULT_LIMIT = DEFAULT_QUERY_ROWS;
export const MAX_LIMIT = MAX_QUERY_ROWS;

/** What planning needs beside the query. */
export interface PlanSettings {
  readonly context: EvaluationContext;
  /** The `limit` of the request. */
  readonly limit?: number | undefined;
  readonly lookupTables?: LookupTables | undefined;
}

/** A query that runs before the rows come, for the values of its one column. */
export interface SubqueryPlan {
  readonly query: Query;
  readonly column: string;
  readonly values: ValueSet;
}

/** The right side of a join, which is read before the rows come. */
export interface JoinPlan {
  readonly command: JoinCommand;
  readonly table: JoinTable;
}

/** What `diff` reads of the earlier window: the stages before it, and where their rows go. */
export interface DiffPlan {
  readonly window: DiffWindow | undefined;
  readonly stages: readonly StageFactory[];
  readonly input: Evaluate;
  readonly miner: PatternMiner;
}

/** A query made ready to run once. */
export interface QueryPlan {
  readonly source?: SourceCommand | undefined;
  readonly stages: readonly StageFactory[];
  /** How many stages an event passes before it counts as matched. */
  readonly matchedAfter: number;
  readonly indexConditions: readonly IndexCondition[];
  readonly columns: readonly string[];
  readonly showsPtr: boolean;
  /** Rows of the result at most. */
  readonly limit: number;
  /** From `limit any`: the scan ends with the last row that is wanted. */
  readonly stopsEarly: boolean;
  readonly subqueries: readonly SubqueryPlan[];
  readonly joins: readonly JoinPlan[];
  readonly diff?: DiffPlan | undefined;
}

/**
 * Checks a query's meaning and makes it ready to run.
 * @throws QuerySyntaxError for a query that the service would refuse
 */
export function planQuery(
  query: Query,
  settings: PlanSettings = { context: { queryStartMillis: 0, queryEndMillis: 0, nowMillis: 0 } },
): QueryPlan {
  checkOrder(query);
  return new Planner(query, settings).plan();
}

/** Commands through which an event goes by itself, so that filters behind them still say whether it matches. */
const BEFORE_MATCH = new Set<Command['kind']>([
  ...(['Fields', 'Display', 'Filter', 'FilterIndex', 'Parse', 'Sort'] as const),
]);

/** Commands that give one row for each, so that a limit behind them bounds what `sort` holds. */
const ONE_FOR_ONE = new Set<Command['kind']>(['Fields', 'Display', 'Lookup', 'FillDown']);

/** Commands that look at one row at a time, in whatever order. */
const EACH_ROW = new Set<Command['kind']>([
  ...(['Fields', 'Display', 'Filter', 'FilterIndex', 'Parse', 'Unnest', 'Expand', 'Sort'] as const),
]);

/** Commands behind which there may be more rows than before. */
const MAKES_MORE = new Set<Command['kind']>([
  'Unnest',
  'Expand',
  'Join',
  'AddTotals',
  'FillMissing',
  'Stats',
]);

/** Commands that say anew which columns there are. */
const PROJECTIONS = new Set<Command['kind']>(['Fields', 'Display', 'Stats', 'Pattern', 'CountFrequent']);

/** Aggregates that show in which order the rows came. */
const ORDERED_AGGREGATES = new Set(['values', 'collect_values']);

class Planner {
  readonly #query: Query;
  readonly #settings: PlanSettings;
  readonly #commands: readonly Command[];
  readonly #scope = new Scope();
  readonly #stages: StageFactory[] = [];
  readonly #indexConditions: IndexCondition[] = [];
  readonly #subqueries: SubqueryPlan[] = [];
  readonly #joins: JoinPlan[] = [];
  readonly #expressionScope: ExpressionScope;
  readonly #limit: number;
  #diff: DiffPlan | undefined;
  #patternInput: Evaluate | undefined;
  #lastStats: StatsCommand | undefined;
  #matchedAfter = 0;

  constructor(query: Query, settings: PlanSettings) {
    this.#query = query;
    this.#settings = settings;
    this.#commands = inOrderOfWork(query.commands);
    this.#expressionScope = {
      context: settings.context,
      subqueryValues: (subquery) => this.#planSubquery(subquery),
    };
    const inQuery = limitOfRows(this.#commands);
    this.#limit = Math.min(effectiveLimit(inQuery, settings.limit) ?? DEFAULT_LIMIT, MAX_LIMIT);
  }

  plan(): QueryPlan {
    let isBeforeMatch = true;
    for (const [index, command] of this.#commands.entries()) {
      isBeforeMatch &&= BEFORE_MATCH.has(command.kind) && !isMultiple(command);
      if (isBeforeMatch && command.kind === 'Filter') {
        this.#indexConditions.push(...optionalConditions(command.condition, this.#scope));
      }
      if (command.kind === 'FilterIndex') this.#indexConditions.push(requiredCondition(command));
      this.#planCommand(command, index);
      if (isBeforeMatch && (command.kind === 'Filter' || command.kind === 'FilterIndex')) {
        this.#matchedAfter = this.#stages.length;
      }
    }
    return {
      source: this.#query.source,
      stages: this.#stages,
      matchedAfter: this.#matchedAfter,
      indexConditions: this.#indexConditions,
      columns: this.#scope.columns,
      showsPtr: !this.#scope.isClosed,
      limit: this.#limit,
      stopsEarly: this.#commands.some((command) => command.kind === 'Limit' && command.any),
      subqueries: this.#subqueries,
      joins: this.#joins,
      diff: this.#diff,
    };
  }

  #planCommand(command: Command, index: number): void {
    const scope = this.#scope;
    switch (command.kind) {
      case 'Fields':
        this.#setNames(command.items, ({ alias, expression, span, text }) => {
          if (alias !== undefined) scope.make(alias, span);
          else if (expression.kind === 'Field') scope.show(fieldName(expression), span);
          else scope.showComputed(text, expression);
        });
        break;
      case 'Display':
        this.#setNames(command.items, (item) => {
          if (item.alias !== undefined || item.expression.kind !== 'Field') scope.define(columnName(item));
        });
        scope.display(command.items.map(columnName));
        break;
      case 'Filter': {
        const condition = this.#compile(command.condition);
        const mayMatch = messageTest(command.condition, scope);
        this.#stages.push((next) =>
          eachRow(next, (row) => {
            if (mayMatch !== undefined && row.event !== undefined && !mayMatch(row.event.message))
              return false;
            return truthy(condition(row));
          }),
        );
        break;
      }
      case 'FilterIndex': {
        const { field, values, span } = command;
        const condition = this.#compile({ kind: 'InList', operand: field, values, negated: false, span });
        this.#stages.push((next) => eachRow(next, (row) => truthy(condition(row))));
        break;
      }
      case 'Parse': {
        const message = asField('@message', command.span);
        const isRead = fieldsRead(this.#commands.slice(index + 1));
        const { names, stage } = planParse(command, this.#compile(command.input ?? message), isRead);
        for (const name of names) scope.make(name, command.span);
        this.#stages.push(stage);
        break;
      }
      case 'Stats':
        this.#planStats(command);
        break;
      case 'Sort': {
        const aliased = command.keys.flatMap(({ item }) => (item.alias === undefined ? [] : [item]));
        this.#setNames(aliased, ({ alias }) => {
          scope.define(alias!);
        });
        const keys = command.keys.map(({ item, descending }) => ({
          evaluate: this.#compileSortKey(item.expression),
          direction: descending ? ('desc' as const) : ('asc' as const),
        }));
        if (!this.#isIdleSort(index)) this.#stages.push(sortStage(keys, this.#rowsWantedAfter(index)));
        break;
      }
      case 'Limit':
        this.#stages.push(limitStage(command.count));
        break;
      case 'Dedup':
        this.#stages.push(dedupStage(command.fields.map((field) => this.#compile(field))));
        break;
      case 'Unnest': {
        const input = this.#compile(command.input);
        scope.make(command.name, command.span);
        this.#stages.push(unnestStage(input, command.name));
        break;
      }
      case 'Expand': {
        const name = fieldName(command.field);
        this.#stages.push(expandStage(this.#compile(command.field), name));
        scope.define(name);
        break;
      }
      case 'Pattern':
        this.#patternInput = this.#compile(command.input);
        this.#stages.push(patternStage(this.#patternInput));
        scope.close(PATTERN_COLUMNS.map((name) => ({ name })));
        break;
      case 'Diff':
        this.#planDiff(command.window);
        break;
      case 'Join': {
        const table = new JoinTable(command);
        this.#joins.push({ command, table });
        this.#stages.push(joinStage(command, table));
        break;
      }
      case 'Lookup': {
        const known = this.#settings.lookupTables ?? new Map<string, LookupTable>();
        const table = known.get(command.table);
        if (table === undefined) {
          const near = nearestName(command.table, known.keys());
          throw new QuerySyntaxError(
            `Lookup table ${command.table} does not exist${near === undefined ? '' : `; did you mean ${near}?`}`,
            command.span,
          );
        }
        for (const { column } of [...command.keys, ...command.outputs]) {
          if (!table.columns.includes(column)) {
            throw new QuerySyntaxError(`Lookup table ${command.table} has no column ${column}`, command.span);
          }
        }
        for (const { column, alias } of command.outputs) {
          const name = alias ?? column;
          if (scope.columns.includes(name)) scope.define(name);
          else scope.make(name, command.span);
        }
        this.#stages.push(lookupStage(command, table));
        break;
      }
      case 'FillDown': {
        const names =
          command.names.length === 0 ? scope.columns : command.names.flatMap(wildcard(scope.columns));
        this.#stages.push(fillDownStage(names));
        for (const name of names) scope.define(name);
        break;
      }
      case 'FillMissing':
        this.#planFillMissing(command.fills, command);
        break;
      case 'AddTotals': {
        const keys = new Set(this.#lastStats?.keys.map(columnName));
        const columns =
          command.fields.length > 0
            ? command.fields.map((field) => {
                this.#compile(field);
                return fieldName(field);
              })
            : scope.columns.filter((name) => !keys.has(name));
        const { fieldName: name, row, column } = command;
        if (row) scope.make(name, command.span);
        this.#stages.push(addTotalsStage({ columns, name, row, column }));
        break;
      }
      case 'CountFrequent': {
        const fields = command.fields.map((field) => ({
          name: fieldName(field),
          evaluate: this.#compile(field),
        }));
        this.#stages.push(countFrequentStage(fields));
        scope.close([...fields, { name: APPROXIMATE_COUNT }].map(({ name }) => ({ name })));
        break;
      }
    }
  }

  /**
   * Sets the fields that expressions make, under their names; an expression may use those before it.
   * @param declare - tells the scope what an expression makes
   */
  #setNames(items: readonly NamedExpression[], declare: (item: NamedExpression) => void): void {
    const made: { readonly name: string; readonly evaluate: Evaluate }[] = [];
    for (const item of items) {
      const evaluate = this.#compile(item.expression);
      // Nothing is to be made of a field that keeps its name; one with steps into a map is looked up later.
      const isPlain = item.expression.kind === 'Field' && item.alias === undefined;
      if (!isPlain || item.expression.steps.length > 1) made.push({ name: columnName(item), evaluate });
      declare(item);
    }
    if (made.length === 0) return;
    this.#stages.push((next) =>
      eachRow(next, (row) => {
        for (const { name, evaluate } of made) row.set(name, evaluate(row));
        return true;
      }),
    );
  }

  #compile(expression: Expression): Evaluate {
    return compileExpression(this.#scope.resolve(expression), this.#expressionScope);
  }

  /**
   * Behind the only stats, a name that is no column sorts nothing. Source: the console's sample queries for
   * IoT: `stats count(*) by clientId | sort numPublishIn desc`.
   */
  #compileSortKey(expression: Expression): Evaluate {
    const isUnknown = expression.kind === 'Field' && !this.#scope.knows(fieldName(expression));
    const stats = this.#commands.filter(({ kind }) => kind === 'Stats');
    return isUnknown && stats.length === 1
      ? compileExpression(expression, this.#expressionScope)
      : this.#compile(expression);
  }

  #planStats(command: StatsCommand): void {
    this.#stages.push(statsStage(resolveStats(command, this.#scope), this.#expressionScope));
    this.#lastStats = command;
  }

  #planDiff(window: DiffWindow | undefined): void {
    // The order of commands was checked: the last stage is that of `pattern`.
    const stages = this.#stages.slice(0, -1);
    const input = this.#patternInput!;
    const miner = new PatternMiner();
    this.#stages.length = stages.length;
    this.#stages.push(diffStage(input, miner));
    this.#diff = { window, stages, input, miner };
    this.#scope.close(DIFF_COLUMNS.map((name) => ({ name })));
  }

  #planFillMissing(
    fills: readonly { readonly value: Expression; readonly fields: readonly FieldReference[] }[],
    command: Command,
  ): void {
    const stats = this.#lastStats;
    const timeKey = stats?.keys.find(({ expression }) => isBin(expression));
    const period = timeKey && periodOf(timeKey.expression);
    if (stats === undefined || timeKey === undefined || period === undefined) {
      throw new QuerySyntaxError('fillmissing must come after stats … by bin()', command.span);
    }
    const values = new Map<string, Value>();
    for (const { value, fields } of fills) {
      const constant = compileExpression(value, this.#expressionScope);
      if (!['String', 'Number', 'Boolean'].includes(value.kind)) {
        throw new QuerySyntaxError('fillmissing fills with a number or a text', value.span);
      }
      for (const field of fields) {
        this.#compile(field);
        values.set(fieldName(field), constant(new Row()));
      }
    }
    const timeColumn = columnName(timeKey);
    const otherKeys = stats.keys.map(columnName).filter((name) => name !== timeColumn);
    const valueColumns = stats.items.map(columnName);
    this.#stages.push(fillMissingStage({ timeColumn, period, otherKeys, valueColumns, fills: values }));
  }

  #planSubquery(query: Query): ValueSet {
    const known = this.#subqueries.find((subquery) => subquery.query === query);
    if (known !== undefined) return known.values;
    const columns = subqueryColumns(query, new Planner(query, this.#settings).plan().columns);
    if (columns.length !== 1) {
      throw new QuerySyntaxError('a subquery of in must give exactly one field', query.span);
    }
    const values = new ValueSet();
    this.#subqueries.push({ query, column: columns[0]!, values });
    return values;
  }

  /** A sort that only a `stats` would see, for which it would hold every row. */
  #isIdleSort(index: number): boolean {
    const reader = this.#commands.slice(index + 1).find(({ kind }) => !EACH_ROW.has(kind));
    return reader?.kind === 'Stats' && ignoresOrder(reader);
  }

  /** How many of the first rows behind a command are ever shown. */
  #rowsWantedAfter(index: number): number {
    for (const command of this.#commands.slice(index + 1)) {
      if (command.kind === 'Limit') return Math.min(command.count, this.#limit);
      const isParse = command.kind === 'Parse' && !isMultiple(command);
      if (!isParse && !ONE_FOR_ONE.has(command.kind)) return Infinity;
    }
    return this.#limit;
  }
}

/**
 * How many rows the limits of a query leave; undefined for a query without one. Behind a limit some commands make rows of
 * rows, or add some: of these all are shown.
 */
function limitOfRows(commands: readonly Command[]): number | undefined {
  const limits = commands.filter((command) => command.kind === 'Limit');
  if (limits.length === 0) return undefined;
  const lastMore = commands.findLastIndex((command) => MAKES_MORE.has(command.kind) || isMultiple(command));
  const counts = limits.filter((limit) => commands.indexOf(limit) > lastMore).map(({ count }) => count);
  return Math.min(MAX_LIMIT, ...counts);
}

/**
 * What a subquery of `in` gives: its last `fields` or `display` decides, also behind `stats`, whose other columns don't
 * count then. Source: User Guide, subqueries, second example.
 * @param columns - those that the query would show by itself
 */
function subqueryColumns({ commands }: Query, columns: readonly string[]): readonly string[] {
  const last = commands.findLast(({ kind }) => PROJECTIONS.has(kind));
  if (last?.kind !== 'Fields' && last?.kind !== 'Display') return columns;
  return [...new Set(last.items.map(columnName))];
}

/** Whether rows may come in another order: `values` lists them as they come. */
function ignoresOrder({ items }: StatsCommand): boolean {
  return !items.some(({ expression }) => callsOf(expression).some((name) => ORDERED_AGGREGATES.has(name)));
}

function periodOf(expression: Expression) {
  const arg = expression.kind === 'Call' ? expression.args.at(-1) : undefined;
  if (arg?.kind === 'Duration') return parsePeriod(`${arg.count}${arg.unit}`);
  return arg?.kind === 'String' ? parsePeriod(arg.value) : undefined;
}

function wildcard(columns: readonly string[]) {
  return (name: string): readonly string[] => {
    if (!name.includes('*')) return [name];
    const glob = parseGlob(name);
    return columns.filter((column) => matchesGlob(glob, column));
  };
}
