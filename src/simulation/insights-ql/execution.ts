import { compileExpression } from './compile-expression.js';
import { type EventSource, type IndexCondition, type ScanStatistics } from './event-source.js';
import { type EvaluationContext } from './functions/index.js';
import { compileRegexAt } from './compile-expression.js';
import { Row } from './row.js';
import {
  dedupStage,
  filterStage,
  limitStage,
  madeNames,
  mapStage,
  namesStage,
  parseStage,
  sortStage,
  statsStage,
  unnestStage,
  type Stage,
} from './stages.js';
import { QuerySyntaxError } from './syntax-error.js';
import { fieldName, type Command, type Expression, type FieldsCommand, type Query } from './tree.js';
import { discoverFields } from './values/discovery.js';
import { formatValue, parseNumber } from './values/value.js';

/** One cell of a result. */
export interface ResultField {
  readonly field: string;
  readonly value: string;
}

/** What a query cost; `recordsMatched` are the events that passed its filters. */
export interface QueryStatistics extends ScanStatistics {
  recordsMatched: number;
}

/** What a query runs over. */
export interface ExecutionSettings {
  readonly logGroupNames: readonly string[];
  /** Milliseconds since 1970, both inclusive. */
  readonly startTimeMillis: number;
  readonly endTimeMillis: number;
  /** The `limit` of StartQuery. */
  readonly limit?: number | undefined;
  readonly nowMillis: number;
}

const DEFAULT_LIMIT = 10_000;

/** Runs one query over a source, some events at a time. */
export class QueryExecution {
  readonly statistics: QueryStatistics = {
    recordsMatched: 0,
    recordsScanned: 0,
    bytesScanned: 0,
    estimatedRecordsSkipped: 0,
    estimatedBytesSkipped: 0,
    logGroupsScanned: 0,
  };
  readonly #source: EventSource;
  readonly #settings: ExecutionSettings;
  readonly #first: Stage;
  readonly #indexConditions: readonly IndexCondition[];
  readonly #rows: Row[] = [];
  #columns: string[] = [];
  #showsPtr = true;

  /** @throws QuerySyntaxError for a query that can't be run */
  constructor(query: Query, source: EventSource, settings: ExecutionSettings) {
    this.#source = source;
    this.#settings = settings;
    this.#indexConditions = indexConditions(query.commands);
    this.#first = this.#plan(query);
  }

  /** Reads the source to its end. @param signal - stops it between two chunks */
  async run(signal?: AbortSignal): Promise<void> {
    const { logGroupNames, startTimeMillis, endTimeMillis } = this.#settings;
    const scan = { logGroupNames, startTimeMillis, endTimeMillis, indexConditions: this.#indexConditions };
    reading: for (const chunk of this.#source.scan(scan, this.statistics)) {
      for (const event of chunk) {
        if (!this.#first.push(new Row(new Map(), event, discoverFields(event, this.#source)))) break reading;
      }
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted) return;
    }
    this.#first.finish();
  }

  /** The rows so far, as the service prints them. */
  rows(): readonly (readonly ResultField[])[] {
    return this.#rows.map((row) => {
      const cells: ResultField[] = [];
      for (const field of this.#columns) {
        const value = formatValue(row.get(field));
        if (value !== undefined) cells.push({ field, value });
      }
      if (this.#showsPtr && row.event !== undefined) cells.push({ field: '@ptr', value: row.event.ptr });
      return cells;
    });
  }

  #plan(query: Query): Stage {
    const { startTimeMillis, endTimeMillis, nowMillis, limit } = this.#settings;
    const context: EvaluationContext = {
      queryStartMillis: startTimeMillis,
      queryEndMillis: endTimeMillis,
      nowMillis,
    };
    const limits = query.commands.flatMap((command) => (command.kind === 'Limit' ? [command.count] : []));
    const most = Math.min(limit ?? Infinity, ...(limits.length > 0 ? limits : [DEFAULT_LIMIT]));
    this.#columns = columnsOf(query.commands);
    this.#showsPtr = !query.commands.some(({ kind }) => kind === 'Stats');
    const results: Stage = { push: (row) => this.#rows.push(row) > 0, finish: () => undefined };
    const gathering = query.commands.findIndex(({ kind }) =>
      ['Stats', 'Sort', 'Limit', 'Dedup'].includes(kind),
    );
    let stage = limitStage(results, most);
    if (gathering === -1) stage = this.#counting(stage);
    for (let index = query.commands.length - 1; index >= 0; index--) {
      stage = planCommand(query.commands[index]!, stage, context, most);
      if (index === gathering) stage = this.#counting(stage);
    }
    return stage;
  }

  #counting(next: Stage): Stage {
    return mapStage(next, (row) => {
      this.statistics.recordsMatched++;
      return [row];
    });
  }
}

function planCommand(command: Command, next: Stage, context: EvaluationContext, most: number): Stage {
  switch (command.kind) {
    case 'Fields':
    case 'Display':
      return namesStage(next, command.items, context);
    case 'Filter':
      return filterStage(next, compileExpression(command.condition, context));
    case 'FilterIndex': {
      const { field, values, span } = command;
      return filterStage(
        next,
        compileExpression({ kind: 'InList', operand: field, values, negated: false, span }, context),
      );
    }
    case 'Parse':
      return parseStage(next, command, context);
    case 'Stats':
      return statsStage(next, command, context);
    case 'Sort':
      return sortStage(next, command, context, most);
    case 'Limit':
      return limitStage(next, command.count);
    case 'Dedup':
      return dedupStage(next, command.fields.map(fieldName));
    case 'Unnest':
      return unnestStage(next, compileExpression(command.input, context), command.name);
    default:
      throw new QuerySyntaxError(`the command ${command.kind.toLowerCase()} is not supported`, command.span);
  }
}

function columnsOf(commands: readonly Command[]): string[] {
  let columns: string[] = [];
  for (const command of commands) {
    switch (command.kind) {
      case 'Fields':
        columns.push(
          ...command.items.map(
            ({ alias, expression, text }) =>
              alias ?? (expression.kind === 'Field' ? fieldName(expression) : text),
          ),
        );
        break;
      case 'Parse':
        columns.push(
          ...madeNames(
            command,
            command.mode.kind === 'Regex' ? compileRegexAt(command.mode.source, command.span).groupNames : [],
          ),
        );
        break;
      case 'Unnest':
        columns.push(command.name);
        break;
      case 'Stats':
        columns = [...command.keys, ...command.items].map(({ alias, text }) => alias ?? text);
        break;
      default:
    }
  }
  const display = commands.findLast((command): command is FieldsCommand => command.kind === 'Display');
  if (display !== undefined)
    columns = display.items.map(
      ({ alias, expression, text }) => alias ?? (expression.kind === 'Field' ? fieldName(expression) : text),
    );
  if (!commands.some(({ kind }) => kind === 'Fields' || kind === 'Display' || kind === 'Stats'))
    columns.unshift('@timestamp', '@message');
  return [...new Set(columns)];
}

/** What an index may answer: top-level conditions on discovered fields in the filters before anything else. */
function indexConditions(commands: readonly Command[]): IndexCondition[] {
  const conditions: IndexCondition[] = [];
  for (const command of commands) {
    if (command.kind === 'FilterIndex') {
      conditions.push({
        field: fieldName(command.field),
        values: command.values.map(({ value }) => String(value)),
        required: true,
      });
    } else if (command.kind === 'Filter') {
      for (const operand of conjuncts(command.condition)) {
        const condition = toIndexCondition(operand);
        if (condition) conditions.push(condition);
      }
    } else if (command.kind !== 'Fields' || command.items.some(({ alias }) => alias !== undefined)) {
      // From here on a name may be one that a command made.
      break;
    }
  }
  return conditions;
}

function conjuncts(condition: Expression): readonly Expression[] {
  return condition.kind === 'And' ? condition.operands.flatMap(conjuncts) : [condition];
}

/** Only texts that are no numbers: `status = "502"` also holds for 502.0. */
function toIndexCondition(expression: Expression): IndexCondition | undefined {
  const plain = (value: Expression): string[] =>
    value.kind === 'String' && parseNumber(value.value) === undefined ? [value.value] : [];
  if (expression.kind === 'Binary' && expression.operator === '=' && expression.left.kind === 'Field') {
    const values = plain(expression.right);
    return values.length === 1 ? { field: fieldName(expression.left), values, required: false } : undefined;
  }
  if (expression.kind === 'InList' && !expression.negated && expression.operand.kind === 'Field') {
    const values = expression.values.flatMap(plain);
    return values.length === expression.values.length
      ? { field: fieldName(expression.operand), values, required: false }
      : undefined;
  }
  return undefined;
}
