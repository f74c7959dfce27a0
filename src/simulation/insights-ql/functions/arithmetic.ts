import { toNumber, type Value } from '../values/value.js';
import { finiteOrNull } from './define.js';

/** The arithmetic operators of the language. */
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '^' | '%';

/**
 * `left operator right`. Not documented: null when a side is no number, or the result isn't (division by 0).
 * A timestamp counts as its milliseconds.
 */
export function evaluateArithmetic(operator: ArithmeticOperator, left: Value, right: Value): Value {
  const a = toNumber(left);
  const b = toNumber(right);
  if (a === undefined || b === undefined) return null;
  return finiteOrNull(calculate(operator, a, b));
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
