import { OptionError } from '../../cloudwatch/errors.js';
import { type FieldLike, literal, toExpression } from './expressions.js';
import { printCondition } from './query-printer.js';
import { type ComparisonOperator, type Condition } from './query-tree.js';

/** Conditions that can be printed: each stands in every builder that comes of its own. */
const printable = new WeakSet<Condition>();

/** A finished filter, or a function that adds to an empty one. */
export type FilterLike = FilterBuilder | ((filter: FilterBuilder) => FilterBuilder);

/**
 * Builds the condition of a `filter`. Each method returns a new builder that demands one thing more; what
 * it was called on stays as it was. Strings given for fields are names, strings given for values are
 * values: neither can change the query.
 */
export class FilterBuilder {
  readonly #conditions: readonly Condition[];

  /** @throws OptionError for what are no conditions */
  constructor(conditions: readonly Condition[] = []) {
    if (!Array.isArray(conditions)) throw new OptionError('conditions', 'be a list', conditions);
    for (const condition of conditions as readonly Condition[]) {
      if (printable.has(condition)) continue;
      // Refused here rather than where the query is sent.
      printCondition(condition);
      printable.add(condition);
    }
    this.#conditions = conditions;
  }

  /** Demands that the field has this value. */
  equals(field: FieldLike, value: string | number): FilterBuilder {
    return this.#compare(field, '=', value);
  }

  /** Demands that the field has another value. What an absent field does, the service does not document. */
  notEquals(field: FieldLike, value: string | number): FilterBuilder {
    return this.#compare(field, '!=', value);
  }

  /** Demands that the field is below the value. */
  lessThan(field: FieldLike, value: string | number): FilterBuilder {
    return this.#compare(field, '<', value);
  }

  /** Demands that the field is the value at the most. */
  atMost(field: FieldLike, value: string | number): FilterBuilder {
    return this.#compare(field, '<=', value);
  }

  /** Demands that the field is above the value. */
  greaterThan(field: FieldLike, value: string | number): FilterBuilder {
    return this.#compare(field, '>', value);
  }

  /** Demands that the field is the value at least. */
  atLeast(field: FieldLike, value: string | number): FilterBuilder {
    return this.#compare(field, '>=', value);
  }

  /** Demands that the field has one of the values. @throws OptionError without a value */
  in(field: FieldLike, values: readonly (string | number)[]): FilterBuilder {
    return this.#in(field, values, false);
  }

  /** Demands that the field has none of the values. @throws OptionError without a value */
  notIn(field: FieldLike, values: readonly (string | number)[]): FilterBuilder {
    return this.#in(field, values, true);
  }

  /** Demands that the field contains the text, case-sensitively. */
  contains(field: FieldLike, text: string): FilterBuilder {
    return this.#like(field, { kind: 'substring', text }, false);
  }

  /** Demands that the field does not contain the text. */
  notContains(field: FieldLike, text: string): FilterBuilder {
    return this.#like(field, { kind: 'substring', text }, true);
  }

  /**
   * Demands that the regular expression is found in the field.
   * @param regex - in the service's dialect (no look-around, no backreferences); of a RegExp the flags
   * i, m and s go along
   */
  matches(field: FieldLike, regex: RegExp | string): FilterBuilder {
    return this.#like(field, { kind: 'regex', source: regexSource(regex) }, false);
  }

  /** Demands that the field does not match the expression; see {@link matches}. */
  notMatches(field: FieldLike, regex: RegExp | string): FilterBuilder {
    return this.#like(field, { kind: 'regex', source: regexSource(regex) }, true);
  }

  /** Demands that the event has the field. */
  isPresent(field: FieldLike): FilterBuilder {
    return this.#with({ kind: 'present', operand: toExpression(field), negated: false });
  }

  /** Demands that the event lacks the field. */
  isAbsent(field: FieldLike): FilterBuilder {
    return this.#with({ kind: 'present', operand: toExpression(field), negated: true });
  }

  /** Demands at least one of the filters. @throws OptionError without one */
  any(...filters: readonly FilterLike[]): FilterBuilder {
    if (filters.length === 0) throw new OptionError('any', 'be given a filter');
    return this.#with(combine('any', filters.map(toCondition)));
  }

  /** Demands all of the filters. @throws OptionError without one */
  all(...filters: readonly FilterLike[]): FilterBuilder {
    if (filters.length === 0) throw new OptionError('all', 'be given a filter');
    return this.#with(combine('all', filters.map(toCondition)));
  }

  /** Demands that the filter does not hold. */
  not(filter: FilterLike): FilterBuilder {
    return this.#with({ kind: 'not', condition: toCondition(filter) });
  }

  /** The tree of what is demanded. @throws OptionError when nothing is */
  toCondition(): Condition {
    if (this.#conditions.length === 0) throw new OptionError('filter', 'demand something');
    return combine('all', this.#conditions);
  }

  /** The text as it stands after `filter`. */
  toString(): string {
    return printCondition(this.toCondition());
  }

  #with(condition: Condition): FilterBuilder {
    return new FilterBuilder([...this.#conditions, condition]);
  }

  #compare(left: FieldLike, operator: ComparisonOperator, value: string | number): FilterBuilder {
    return this.#with({ kind: 'comparison', operator, left: toExpression(left), right: literal(value) });
  }

  #in(operand: FieldLike, values: readonly (string | number)[], negated: boolean): FilterBuilder {
    if (!Array.isArray(values)) throw new OptionError('values', 'be a list', values);
    if (values.length === 0) throw new OptionError('values', 'hold at least one value');
    return this.#with({ kind: 'in', operand: toExpression(operand), values: values.map(literal), negated });
  }

  #like(
    operand: FieldLike,
    pattern: Extract<Condition, { kind: 'like' }>['pattern'],
    negated: boolean,
  ): FilterBuilder {
    return this.#with({ kind: 'like', operand: toExpression(operand), pattern, negated });
  }
}

/** @internal */
export function toCondition(filter: FilterLike): Condition {
  const built: unknown = typeof filter === 'function' ? filter(new FilterBuilder()) : filter;
  if (typeof (built as Partial<FilterBuilder> | null | undefined)?.toCondition !== 'function') {
    throw new OptionError('filter', 'be a FilterBuilder, or a function that returns one', built);
  }
  return (built as FilterBuilder).toCondition();
}

/** @internal The regular expression's text, with flags written inside, as the language wants them. */
export function regexSource(regex: RegExp | string): string {
  if (typeof regex === 'string') return regex;
  if (typeof (regex as Partial<RegExp> | null | undefined)?.source !== 'string') {
    throw new OptionError('regex', 'be a RegExp, or the text of one', regex);
  }
  const flags = ['i', 'm', 's'].filter((flag) => regex.flags.includes(flag)).join('');
  return flags === '' ? regex.source : `(?${flags})${regex.source}`;
}

function combine(kind: 'all' | 'any', conditions: readonly Condition[]): Condition {
  return conditions.length === 1 ? conditions[0]! : { kind, conditions };
}
