import { OptionError } from '../../cloudwatch/errors.js';
import { type Column, type DurationUnit, type Expression } from './query-tree.js';

/** A value of an event, as builders take it: a field's name, or an expression. */
export type FieldLike = string | Expression;

/** A column of the rows, as builders take it: a field's name, an expression, or one with a name. */
export type ColumnLike = string | Expression | Column;

/** The field of this name, whatever characters it holds. */
export function field(name: string): Expression {
  return { kind: 'field', name };
}

/** A string or number as it is. */
export function literal(value: string | number): Expression {
  return typeof value === 'number' ? { kind: 'number', value } : { kind: 'string', value };
}

/**
 * Calls a function of the query language, for example `call('concat', 'a', literal('-'), 'b')`.
 * @param operands - strings are names of fields
 */
export function call(name: string, ...operands: readonly FieldLike[]): Expression {
  return { kind: 'call', name, arguments: operands.map(toExpression) };
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
  return { kind: 'call', name: 'bin', arguments: [{ kind: 'duration', count: amount, unit }] };
}

/** Gives an expression its name in the rows. */
export function as(expression: FieldLike, alias: string): Column {
  return { expression: toExpression(expression), alias };
}

/** @internal */
export function toExpression(value: FieldLike): Expression {
  return typeof value === 'string' ? field(value) : value;
}

/** @internal */
export function toColumn(value: ColumnLike): Column {
  return typeof value === 'object' && 'expression' in value ? value : { expression: toExpression(value) };
}
