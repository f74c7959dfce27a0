import { isOrdered, isSpelledAs, numberOf, readNumber, type Condition } from './condition.js';

/** What a field's value must be like. */
export type FieldCondition =
  | { readonly kind: 'Comparison'; readonly condition: Condition }
  | { readonly kind: 'And' | 'Or'; readonly conditions: readonly FieldCondition[] };

/** One field between commas. */
export interface FieldPattern {
  /** An empty text for a field without a name. */
  readonly name: string;
  readonly condition: FieldCondition | undefined;
}

/** `[first, second = value, ..., last]` */
export interface DelimitedPattern {
  readonly kind: 'Delimited';
  /** Fields from the start of the line. */
  readonly leading: readonly FieldPattern[];
  /** Fields up to the end of the line, behind `...`; undefined without it. */
  readonly trailing: readonly FieldPattern[] | undefined;
}

/** Cuts a message into its fields; brackets and quotation marks around one are not part of it. */
export function splitFields(message: string): readonly string[] {
  const fields: string[] = [];
  const closings = new Map([
    ['[', new Closing(message, ']')],
    ['"', new Closing(message, '"')],
  ]);
  const blank = /\s*/y;
  const word = /\S+/y;
  for (let at = skip(blank, message, 0); at < message.length; at = skip(blank, message, at)) {
    const end = closings.get(message.charAt(at))?.endOfField(at + 1);
    const next = end === undefined ? skip(word, message, at) : end + 1;
    fields.push(end === undefined ? message.slice(at, next) : message.slice(at + 1, end));
    at = next;
  }
  return fields;
}

function skip(sticky: RegExp, text: string, at: number): number {
  sticky.lastIndex = at;
  return sticky.test(text) ? sticky.lastIndex : at;
}

/** Finds the closing sign of fields; each stretch of the text is looked at once, however many are open. */
class Closing {
  readonly #text: string;
  readonly #sign: string;
  #found = -1;

  constructor(text: string, sign: string) {
    this.#text = text;
    this.#sign = sign;
  }

  /** @returns the position of the next sign, if a blank or the end follows it */
  endOfField(from: number): number | undefined {
    if (this.#found < from) {
      const found = this.#text.indexOf(this.#sign, from);
      this.#found = found < 0 ? this.#text.length : found;
    }
    const behind = this.#text.charAt(this.#found + 1);
    return this.#found < this.#text.length && (behind === '' || /\s/.test(behind)) ? this.#found : undefined;
  }
}

/**
 * Whether a line has the fields of a pattern. Not documented: it must have as many at least, and may have
 * more at its end. Recorded: then no number condition holds for the last field, as it is not what stands there
 * alone.
 */
export function matchesDelimited(pattern: DelimitedPattern, message: string): boolean {
  return matchFields(pattern, message) !== undefined;
}

/**
 * The fields of a line that matches, under `$name`, or `$1`, `$2`, … by position for those without a name.
 * @returns undefined when it doesn't match
 */
export function extractDelimited(
  pattern: DelimitedPattern,
  message: string,
): ReadonlyMap<string, string> | undefined {
  const fields = matchFields(pattern, message);
  return fields && new Map(fields.map(({ name, value }, index) => [`$${name || index + 1}`, value]));
}

function matchFields(
  pattern: DelimitedPattern,
  message: string,
): readonly { name: string; value: string }[] | undefined {
  const { leading, trailing = [] } = pattern;
  const values = splitFields(message);
  if (values.length < leading.length + trailing.length) return undefined;
  const firstTrailing = values.length - trailing.length;
  const lastOfMany =
    pattern.trailing === undefined && values.length > leading.length ? leading.length - 1 : undefined;
  const named: { name: string; value: string }[] = [];
  for (const [index, value] of values.entries()) {
    const field = index < leading.length ? leading[index] : trailing[index - firstTrailing];
    const isAlone = index !== lastOfMany;
    if (field?.condition !== undefined && !holdsFor(field.condition, value, isAlone)) return undefined;
    named.push({ name: field?.name ?? '', value });
  }
  return named;
}

/** @param isAlone - false for a last field that more fields follow */
function holdsFor(condition: FieldCondition, value: string, isAlone: boolean): boolean {
  switch (condition.kind) {
    case 'And':
      return condition.conditions.every((part) => holdsFor(part, value, isAlone));
    case 'Or':
      return condition.conditions.some((part) => holdsFor(part, value, isAlone));
    case 'Comparison':
      return compares(condition.condition, value, isAlone);
  }
}

function compares({ operator, operand }: Condition, value: string, isAlone: boolean): boolean {
  const wanted = numberOf(operand);
  const number = isAlone ? readNumber(value) : undefined;
  if (operator !== '=' && operator !== '!=') {
    return number !== undefined && isOrdered(number, operator, operand);
  }
  const equals =
    wanted === undefined
      ? isSpelledAs(value, operand)
      : number === wanted || (isAlone && isSpelledAs(value, operand));
  return equals === (operator === '=');
}
