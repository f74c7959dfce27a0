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
  /** A quoted text is no number. */
  readonly number: number | undefined;
  /** The parts between the asterisks, where there are any. */
  readonly parts: readonly string[] | undefined;
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
    number: quoted ? undefined : readNumber(text),
    parts: text.includes('*') ? text.split('*') : undefined,
  };
}

/** A number that takes up the whole text. */
export function readNumber(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** Whether a text equals an operand: as a number where both are one, else as text, wildcards and all. */
export function equalsOperand(text: string, operand: Operand): boolean {
  if (operand.kind === 'Regex') return operand.regex.test(text);
  if (operand.parts !== undefined) return matchesParts(text, operand.parts);
  if (text === operand.text) return true;
  return operand.number !== undefined && readNumber(text) === operand.number;
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

/** Matches a text with asterisks in time proportional to it: each part is looked for behind the one before. */
function matchesParts(text: string, parts: readonly string[]): boolean {
  const first = parts[0]!;
  const last = parts[parts.length - 1]!;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
