import { equalsOperand, isOrdered, type Condition } from './condition.js';

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
}

/** Whether a message is JSON that a pattern describes. Not documented: any other message never matches. */
export function matchesJson(pattern: JsonPattern, message: string): boolean {
  const json = parse(message);
  return json !== undefined && holdsFor(pattern.condition, json);
}

/**
 * The values that a pattern's selectors find in a message that matches. Not documented how they are named:
 * by the selectors as written.
 * @returns undefined when the message doesn't match
 */
export function extractJson(pattern: JsonPattern, message: string): ReadonlyMap<string, string> | undefined {
  const json = parse(message);
  if (json === undefined || !holdsFor(pattern.condition, json)) return undefined;
  const values = new Map<string, string>();
  collect(pattern.condition, json, values);
  return values;
}

function parse(message: string): object | undefined {
  // Only objects and lists can match: a look at the first character spares other messages the parsing.
  if (!/^\s*[{[]/.test(message)) return undefined;
  try {
    return JSON.parse(message) as object;
  } catch {
    return undefined;
  }
}

function holdsFor(condition: JsonCondition, json: object): boolean {
  switch (condition.kind) {
    case 'And':
      return condition.conditions.every((part) => holdsFor(part, json));
    case 'Or':
      return condition.conditions.some((part) => holdsFor(part, json));
    case 'Comparison':
      return select(condition.selector, json).some((value) => compares(condition.condition, value));
    case 'Is':
      return select(condition.selector, json).includes(condition.value);
    case 'NotExists':
      return select(condition.selector, json).length === 0;
  }
}

/** Not documented: `!=` does not hold for a missing field, nor for null; objects and lists never match. */
function compares({ operator, operand }: Condition, value: unknown): boolean {
  if (operator === '=' || operator === '!=') {
    const text = textOf(value);
    return text !== undefined && equalsOperand(text, operand) === (operator === '=');
  }
  return typeof value === 'number' && isOrdered(value, operator, operand);
}

/** The text of a string, number or boolean. */
function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return undefined;
  }
}

/** What a selector finds; several values where it has a wildcard. */
function select({ steps }: Selector, json: object): readonly unknown[] {
  let values: unknown[] = [json];
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
      return list ?? [];
    case 'AnyMember':
      return list === undefined ? Object.values(value) : [];
  }
}

function collect(condition: JsonCondition, json: object, values: Map<string, string>): void {
  if ('conditions' in condition) {
    for (const part of condition.conditions) collect(part, json, values);
    return;
  }
  const found = select(condition.selector, json);
  const matching =
    condition.kind === 'Comparison' ? found.find((value) => compares(condition.condition, value)) : undefined;
  const text = [matching, ...found].map((value) => (value === null ? 'null' : textOf(value))).find(isText);
  if (text !== undefined) values.set(condition.selector.text, text);
}

function isText(text: string | undefined): text is string {
  return text !== undefined;
}
