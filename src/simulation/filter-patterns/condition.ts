import { type Glob, matchesGlob, parseGlob } from '../text-matching/glob.js';
import { type RegexOperand } from './pattern-regex.js';

/** The operators of delimited and JSON patterns. */
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** Longest first, as they are read. */
export const OPERATORS: readonly Operator[] = ['!=', '<=', '>=', '=', '<', '>'];

/** What a value is compared with. */
export type Operand = TextOperand | RegexOperand;

/** A text, perhaps with wildcards, or a number. */
export interface TextOperand {
  readonly kind: 'Text';
  readonly text: string;
  readonly isQuoted: boolean;
  /** A quoted text is no number. */
  readonly number: number | undefined;
  /** The text with its asterisks, where there are any. */
  readonly glob: Glob | undefined;
}

/** `operator operand` */
export interface Condition {
  readonly operator: Operator;
  readonly operand: Operand;
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

export function textOperand(text: string, quoted: boolean): TextOperand {
  return {
    kind: 'Text',
    text,
    isQuoted: quoted,
    number: quoted ? undefined : readNumber(text),
    glob: text.includes('*') ? parseGlob(text) : undefined,
  };
}

/** A number that takes up the whole text. */
export function readNumber(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** Whether a text is spelled as an operand says: by its regular expression, its wildcards or letter by letter. */
export function isSpelledAs(text: string, operand: Operand): boolean {
  if (operand.kind === 'Regex') return operand.regex.test(text);
  return operand.glob === undefined ? text === operand.text : matchesGlob(operand.glob, text);
}

/** The number that a value must equal, where an operand is a plain one. */
export function numberOf(operand: Operand): number | undefined {
  return operand.kind === 'Text' ? operand.number : undefined;
}

/** Whether a number stands in an order to an operand. */
export function isOrdered(number: number, operator: Operator, operand: Operand): boolean {
  if (operand.kind !== 'Text' || operand.number === undefined) return false;
  switch (operator) {
    case '<':
      return number < operand.number;
    case '<=':
      return number <= operand.number;
    case '>':
      return number > operand.number;
    case '>=':
      return number >= operand.number;
    default:
      return false;
  }
}
