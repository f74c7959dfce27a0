import { isOrdered, isSpelledAs, numberOf, readNumber, type Condition, type Operand } from './condition.js';
import { JsonMessage, type Leaf, type SpelledNumber } from './json-message.js';

/** One step of a selector; `*` stands for every member or element. */
export type SelectorStep =
  | { readonly kind: 'Name'; readonly name: string }
  | { readonly kind: 'Index'; readonly index: number }
  | { readonly kind: 'AnyMember' | 'AnyElement' };

/** `$.a.b[0]` */
export interface Selector {
  /** As written. */
  readonly text: string;
  readonly steps: readonly SelectorStep[];
}

/** What a JSON event must be like. */
export type JsonCondition =
  | { readonly kind: 'And' | 'Or'; readonly conditions: readonly JsonCondition[] }
  | { readonly kind: 'Comparison'; readonly selector: Selector; readonly condition: Condition }
  | { readonly kind: 'Is'; readonly selector: Selector; readonly value: null | boolean }
  | { readonly kind: 'NotExists'; readonly selector: Selector };

/** `{ $.a = "x*" && $.b > 5 }` */
export interface JsonPattern {
  readonly kind: 'Json';
  readonly condition: JsonCondition;
  /** A number's spelling may decide whether a message matches. */
  readonly needsSpelling: boolean;
}

/** Makes the pattern of a condition. */
export function jsonPattern(condition: JsonCondition): JsonPattern {
  return { kind: 'Json', condition, needsSpelling: needsSpelling(condition) };
}

function needsSpelling(condition: JsonCondition): boolean {
  if ('conditions' in condition) return condition.conditions.some(needsSpelling);
  if (condition.kind !== 'Comparison') return false;
  const { operand } = condition.condition;
  if (operand.kind === 'Regex' || operand.glob !== undefined) return true;
  return operand.isQuoted && readNumber(operand.text) !== undefined;
}

/**
 * Whether a message is a JSON object that a pattern describes. Not documented: a message that is no JSON never
 * matches. Recorded: nor does one whose root is a list.
 */
export function matchesJson(pattern: JsonPattern, message: string): boolean {
  const json = JsonMessage.parse(message, pattern.needsSpelling);
  return json !== undefined && holdsFor(pattern.condition, json);
}

/**
 * The values that a pattern's selectors find in a message that matches. Not documented how they are named:
 * by the selectors as written.
 * @returns undefined when the message doesn't match
 */
export function extractJson(pattern: JsonPattern, message: string): ReadonlyMap<string, string> | undefined {
  const json = JsonMessage.parse(message, true);
  if (json === undefined || !holdsFor(pattern.condition, json)) return undefined;
  const values = new Map<string, string>();
  collect(pattern.condition, json, values);
  return values;
}

/**
 * The values that selectors without wildcards find in a message that matches; undefined for a member that is
 * missing, null, an object or a list.
 * @returns undefined when the message doesn't match
 */
export function selectJson(
  pattern: JsonPattern,
  message: string,
  selectors: readonly Selector[],
): readonly (string | undefined)[] | undefined {
  const json = JsonMessage.parse(message, true);
  if (json === undefined || !holdsFor(pattern.condition, json)) return undefined;
  return selectors.map((selector) => {
    const leaf = json.leaf(select(selector, json.root)[0]);
    return leaf === null ? undefined : textOf(leaf);
  });
}

function holdsFor(condition: JsonCondition, json: JsonMessage): boolean {
  switch (condition.kind) {
    case 'And':
      return condition.conditions.every((part) => holdsFor(part, json));
    case 'Or':
      return condition.conditions.some((part) => holdsFor(part, json));
    case 'Comparison':
      return select(condition.selector, json.root).some((value) =>
        compares(condition.condition, json.leaf(value)),
      );
    case 'Is':
      return select(condition.selector, json.root).some(
        (value) => value === condition.value || (condition.value === null && holdsNull(value)),
      );
    case 'NotExists':
      return select(condition.selector, json.root).length === 0;
  }
}

/** Recorded: `IS NULL` holds for a list that has a null among its elements. */
function holdsNull(value: unknown): boolean {
  return Array.isArray(value) && value.includes(null);
}

/**
 * Not documented: `!=` does not hold for a missing field, nor for null; objects and lists never match. Recorded:
 * booleans satisfy no comparison; a plain number compares numbers by their value, all else is compared as it is
 * spelled.
 */
function compares({ operator, operand }: Condition, leaf: Leaf | undefined): boolean {
  if (leaf === undefined || leaf === null || typeof leaf === 'boolean') return false;
  if (operator !== '=' && operator !== '!=') {
    return typeof leaf === 'object' && isOrdered(leaf.number, operator, operand);
  }
  return equals(leaf, operand) === (operator === '=');
}

function equals(leaf: string | SpelledNumber, operand: Operand): boolean {
  if (typeof leaf === 'string') return isSpelledAs(leaf, operand);
  const wanted = numberOf(operand);
  return wanted === undefined ? isSpelledAs(leaf.text, operand) : leaf.number === wanted;
}

/** The text of a leaf. */
function textOf(leaf: Leaf | undefined): string | undefined {
  if (leaf === undefined) return undefined;
  return typeof leaf === 'object' && leaf !== null ? leaf.text : String(leaf);
}

/** What a selector finds; several values where it has a wildcard. */
function select({ steps }: Selector, root: object): readonly unknown[] {
  let values: unknown[] = [root];
  for (const step of steps) values = values.flatMap((value) => take(step, value));
  return values;
}

function take(step: SelectorStep, value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const list = Array.isArray(value) ? (value as unknown[]) : undefined;
  switch (step.kind) {
    case 'Name':
      return list === undefined && Object.hasOwn(value, step.name)
        ? [(value as Record<string, unknown>)[step.name]]
        : [];
    case 'Index':
      return list !== undefined && step.index < list.length ? [list[step.index]] : [];
    case 'AnyElement':
      // Recorded: `[*]` walks the members of an object as well.
      return list ?? Object.values(value);
    case 'AnyMember':
      return list === undefined ? Object.values(value) : [];
  }
}

function collect(condition: JsonCondition, json: JsonMessage, values: Map<string, string>): void {
  if ('conditions' in condition) {
    for (const part of condition.conditions) collect(part, json, values);
    return;
  }
  const found = select(condition.selector, json.root).map((value) => json.leaf(value));
  const matching =
    condition.kind === 'Comparison' ? found.find((leaf) => compares(condition.condition, leaf)) : undefined;
  const text = [matching, ...found].map(textOf).find(isText);
  if (text !== undefined) values.set(condition.selector.text, text);
}

function isText(text: string | undefined): text is string {
  return text !== undefined;
}
