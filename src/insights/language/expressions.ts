import { OptionError } from '../../cloudwatch/errors.js';
import { isObject } from '../../cloudwatch/is-object.js';
import { printExpression, printFieldName } from './query-printer.js';
import { type Column, type DurationUnit, type Expression } from './query-tree.js';

/** A value of an event, as builders take it: a field's name, or an expression. */
export type FieldLike = string | Expression;

/** A column of the rows, as builders take it: a field's name, an expression, or one with a name. */
export type ColumnLike = string | Expression | Column;

/** The field of this name. @throws OptionError for a name that no query can hold */
export function field(name: string): Expression {
  return checked({ kind: 'field', name });
}

/** A string or number as it is. @throws OptionError for anything else, and for a number that is not finite */
export function literal(value: string | number): Expression {
  return checked(typeof value === 'number' ? { kind: 'number', value } : { kind: 'string', value });
}

/**
 * Calls a function of the query language, for example `call('concat', 'a', literal('-'), 'b')`.
 * @param operands - strings are names of fields
 * @throws OptionError for what is no name of a function, and for a wrong operand
 */
export function call(name: string, ...operands: readonly FieldLike[]): Expression {
  return checked({ kind: 'call', name, arguments: operands.map(toExpression) });
}

/** The number of events, or of those that have the field. */
export function count(of?: FieldLike): Expression {
  return {
    kind: 'call',
    name: 'count',
    arguments: [of === undefined ? { kind: 'everything' } : toExpression(of)],
  };
}

/** The start of the period in which the event's `@timestamp` lies. */
export function bin(amount: number, unit: DurationUnit): Expression {
  if (!Number.isInteger(amount) || amount < 1) {
    throw new OptionError('amount', 'be a whole number from 1', amount);
  }
  return checked({ kind: 'call', name: 'bin', arguments: [{ kind: 'duration', count: amount, unit }] });
}

/** Gives an expression its name in the rows. @throws OptionError for a name that no query can hold */
export function as(expression: FieldLike, alias: string): Column {
  printFieldName(alias);
  return { expression: toExpression(expression), alias };
}

/** @internal */
export function toExpression(value: FieldLike): Expression {
  return typeof value === 'string' ? field(value) : checked(value);
}

/** @internal */
export function toColumn(value: ColumnLike): Column {
  if (!isObject(value) || !('expression' in value)) return { expression: toExpression(value as FieldLike) };
  const { expression, alias } = value as Column;
  return alias === undefined ? { expression: toExpression(expression) } : as(expression, alias);
}

/** As it is where it can be printed: a wrong one is refused where it is written, not where the query is sent. */
function checked(expression: Expression): Expression {
  printExpression(expression);
  return expression;
}
