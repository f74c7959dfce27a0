import { isMoment, Timestamp, toNumber, type Value } from '../values/value.js';
import { finiteOrNull } from './define.js';
import { momentAfter } from './period.js';

/** The arithmetic operators of the language. */
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '^' | '%';

/**
 * `left operator right`. Not documented: null when a side is no number, or the result isn't (division by 0).
 * A timestamp counts as its milliseconds; moved by a number of them it stays a timestamp (seen in answers of the
 * service).
 */
export function evaluateArithmetic(operator: ArithmeticOperator, left: Value, right: Value): Value {
  const a = toNumber(left);
  const b = toNumber(right);
  if (a === undefined || b === undefined) return null;
  const result = finiteOrNull(calculate(operator, a, b));
  if (result === null || !isMoved(operator, left, right)) return result;
  return isMoment(result) ? new Timestamp(Math.trunc(result)) : null;
}

/**
 * `value + 9h`, `value - 1mo`. A number counts as milliseconds, and stays one.
 * @param count - negative for `-`
 */
export function moveByPeriod(value: Value, count: number, unit: string): Value {
  const millis = toNumber(value);
  if (millis === undefined) return null;
  const moved = finiteOrNull(momentAfter(millis, count, unit));
  if (moved === null || !(value instanceof Timestamp)) return moved;
  return isMoment(moved) ? new Timestamp(moved) : null;
}

/** Whether a moment is moved; between two moments lies a number of milliseconds. */
function isMoved(operator: ArithmeticOperator, left: Value, right: Value): boolean {
  if (left instanceof Timestamp) {
    return (operator === '+' || operator === '-') && !(right instanceof Timestamp);
  }
  return operator === '+' && right instanceof Timestamp;
}

function calculate(operator: ArithmeticOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '^':
      return a ** b;
    case '%':
      return a % b;
  }
}
