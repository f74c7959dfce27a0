import { OptionError } from '../../cloudwatch/errors.js';
import { MAX_QUERY_ROWS } from '../../cloudwatch/limits.js';
import { type ColumnLike, type FieldLike, toColumn, toExpression } from './expressions.js';
import { type FilterLike, regexSource, toCondition } from './filter-builder.js';
import { printQuery } from './query-printer.js';
import { type Command, type Query } from './query-tree.js';

/**
 * Builds a query of CloudWatch Logs Insights. Each method returns a new builder with one command more;
 * what it was called on stays as it was.
 * @example
 * new QueryBuilder()
 *   .fields('@timestamp', '@message')
 *   .filter((event) => event.equals('trace_id', id))
 *   .sort('@timestamp', 'asc')
 *   .toString()
 */
export class QueryBuilder {
  readonly #commands: readonly Command[];

  /** @throws OptionError for what is no tree of a query */
  constructor(query: Query = { commands: [] }) {
    printQuery(query);
    this.#commands = query.commands;
  }

  /** Adds fields or computed columns to the rows. */
  fields(...columns: readonly ColumnLike[]): QueryBuilder {
    return this.#with({ kind: 'fields', columns: atLeastOne('fields', columns).map(toColumn) });
  }

  /** Shows these columns only. */
  display(...columns: readonly ColumnLike[]): QueryBuilder {
    return this.#with({ kind: 'display', columns: atLeastOne('display', columns).map(toColumn) });
  }

  /** Keeps the events for which the filter holds. */
  filter(filter: FilterLike): QueryBuilder {
    return this.#with({ kind: 'filter', condition: toCondition(filter) });
  }

  /**
   * Keeps the events in which the field has one of the values, and reads only log groups and events in
   * which the field is indexed.
   */
  filterIndex(field: string, values: string | readonly string[]): QueryBuilder {
    const list = typeof values === 'string' ? [values] : atLeastOne('values', values);
    return this.#with({ kind: 'filterIndex', field, values: list });
  }

  /**
   * Takes parts of a field into new fields.
   * @param pattern - with one `*` for each name, or a RegExp with named groups and then no names
   */
  parse(field: string, pattern: string | RegExp, ...names: readonly string[]): QueryBuilder {
    if (typeof pattern !== 'string') {
      if (names.length > 0) throw new OptionError('names', 'stand inside the regular expression');
      return this.#with({ kind: 'parseRegex', field, source: regexSource(pattern) });
    }
    if (names.some((name) => typeof name !== 'string')) throw new OptionError('names', 'be texts', names);
    const stars = pattern.split('*').length - 1;
    if (stars === 0 || stars !== names.length) {
      throw new OptionError('names', `be as many as the pattern has * (${stars})`, names);
    }
    return this.#with({ kind: 'parseGlob', field, glob: pattern, names });
  }

  /** Counts and computes over events, for each combination of the `by` columns. */
  stats(aggregates: readonly ColumnLike[], by: readonly ColumnLike[] = []): QueryBuilder {
    return this.#with({
      kind: 'stats',
      aggregates: atLeastOne('aggregates', aggregates).map(toColumn),
      by: listOf('by', by).map(toColumn),
    });
  }

  /** Orders the rows by a field. */
  sort(field: FieldLike, direction: 'asc' | 'desc' = 'asc'): QueryBuilder {
    return this.#with({ kind: 'sort', field: toExpression(field), direction });
  }

  /**
   * Gives so many rows at the most.
   * @param count - rows, 1 to 100,000
   */
  limit(count: number): QueryBuilder {
    if (!Number.isInteger(count) || count < 1 || count > MAX_QUERY_ROWS) {
      throw new OptionError('limit', `be a whole number from 1 to ${MAX_QUERY_ROWS}`, count);
    }
    return this.#with({ kind: 'limit', count });
  }

  /** Keeps the first event of each combination of the fields' values. Only `limit` may follow. */
  dedup(...fields: readonly string[]): QueryBuilder {
    return this.#with({ kind: 'dedup', fields: atLeastOne('fields', fields) });
  }

  /** Makes one row of each element of a list. */
  unnest(field: string, into: string): QueryBuilder {
    return this.#with({ kind: 'unnest', field, into });
  }

  /** Groups events by the pattern of a field's text. */
  pattern(field = '@message'): QueryBuilder {
    return this.#with({ kind: 'pattern', field });
  }

  /** The tree of the query. */
  toQuery(): Query {
    return { commands: this.#commands };
  }

  /** The query's text. */
  toString(): string {
    return printQuery(this.toQuery());
  }

  #with(command: Command): QueryBuilder {
    return new QueryBuilder({ commands: [...this.#commands, command] });
  }
}

function atLeastOne<T>(option: string, list: readonly T[]): readonly T[] {
  if (listOf(option, list).length === 0) throw new OptionError(option, 'not be empty');
  return list;
}

function listOf<T>(option: string, list: readonly T[]): readonly T[] {
  if (!Array.isArray(list)) throw new OptionError(option, 'be a list', list);
  return list as readonly T[];
}
