import { toNumber, toText, type Value } from '../values/value.js';
import { type EvaluationContext, type ScalarFunction } from './function.js';

/**
 * The longest text, in UTF-16 units, that a function makes: four times the largest event. Beyond it the
 * result is null, so that nested replacements can't use up the memory.
 */
export const MAX_RESULT_LENGTH = 4 * 1_048_576;

/** A function whose arguments are taken as they are. */
export function scalar(
  name: string,
  minArgs: number,
  maxArgs: number,
  evaluate: (args: readonly Value[], context: EvaluationContext) => Value,
): ScalarFunction {
  return { name, minArgs, maxArgs, evaluate };
}

/**
 * A function of numbers. Not documented: it is null when an argument is no number, or its result isn't
 * (log(0), a division by 0).
 */
export function numeric(
  name: string,
  minArgs: number,
  maxArgs: number,
  evaluate: (...numbers: number[]) => number | undefined,
): ScalarFunction {
  return scalar(name, minArgs, maxArgs, (args) => {
    const numbers: number[] = [];
    for (const arg of args) {
      const number = toNumber(arg);
      if (number === undefined) return null;
      numbers.push(number);
    }
    return finiteOrNull(evaluate(...numbers));
  });
}

/** A function of one text and further arguments; null where the text is missing (documented for structures). */
export function ofText(
  name: string,
  minArgs: number,
  maxArgs: number,
  evaluate: (text: string, rest: readonly Value[], context: EvaluationContext) => Value,
): ScalarFunction {
  return scalar(name, minArgs, maxArgs, (args, context) => {
    const text = toText(args[0] ?? null);
    return text === undefined ? null : bounded(evaluate(text, args.slice(1), context));
  });
}

/** A function of texts alone; null where one of them is missing. */
export function ofTexts(
  name: string,
  minArgs: number,
  maxArgs: number,
  evaluate: (...texts: string[]) => Value,
): ScalarFunction {
  return scalar(name, minArgs, maxArgs, (args) => {
    const texts: string[] = [];
    for (const arg of args) {
      const text = toText(arg);
      if (text === undefined) return null;
      texts.push(text);
    }
    return bounded(evaluate(...texts));
  });
}

/** A text too long to keep is null. */
export function bounded(value: Value): Value {
  return typeof value === 'string' && value.length > MAX_RESULT_LENGTH ? null : value;
}

/** A number that is one, else null. */
export function finiteOrNull(number: number | undefined): number | null {
  return number === undefined || !Number.isFinite(number) ? null : number;
}
