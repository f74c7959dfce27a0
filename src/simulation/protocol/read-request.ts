import { serialization } from '../service-error.js';
import {
  type ListShape,
  type MapShape,
  type NumberShape,
  type Shape,
  type ShapeKind,
  type StructureShape,
  type TextShape,
  type ValueOf,
} from './shapes.js';

/** What a request held, and which constraints of the model it breaks. */
export interface ReadRequest<Value> {
  readonly value: Value;
  /** In the service's words, ready to be joined; empty when the request is valid. */
  readonly violations: readonly string[];
}

/**
 * Reads a parsed JSON body as a declared shape: members that are not declared are left out, null counts as
 * absent, as in the service.
 * @param options - `showsPatternValues`: a value that breaks a pattern is shown
 * @throws ServiceError `SerializationException` where a value has another JSON type than declared
 */
export function readRequest<S extends Shape>(
  shape: S,
  body: unknown,
  { showsPatternValues = false }: { readonly showsPatternValues?: boolean } = {},
): ReadRequest<ValueOf<S>> {
  const reader = new Reader(showsPatternValues);
  const value = reader.read(shape, body) as ValueOf<S>;
  return { value, violations: reader.violations };
}

/** Joins violations as the service does: `2 validation errors detected: …; …`. */
export function violationText(violations: readonly string[]): string {
  const count = violations.length;
  return `${count} validation error${count === 1 ? '' : 's'} detected: ${violations.join('; ')}`;
}

class Reader {
  readonly violations: string[] = [];
  readonly #path: (string | number)[] = [];
  readonly #showsPatternValues: boolean;

  constructor(showsPatternValues: boolean) {
    this.#showsPatternValues = showsPatternValues;
  }

  read(shape: ShapeKind, value: unknown): unknown {
    switch (shape.kind) {
      case 'text':
        return this.#readText(shape, value);
      case 'boolean':
        if (typeof value !== 'boolean') throw mismatch(value, 'Boolean');
        return value;
      case 'list':
        return this.#readList(shape, value);
      case 'map':
        return this.#readMap(shape, value);
      case 'structure':
        return this.#readStructure(shape, value);
      default:
        return this.#readNumber(shape, value);
    }
  }

  #readText(shape: TextShape, value: unknown): string {
    if (typeof value !== 'string') throw mismatch(value, 'String');
    this.#check(textRules(shape, value), () => value);
    return value;
  }

  #readNumber(shape: NumberShape, value: unknown): number {
    if (typeof value !== 'number') throw mismatch(value, NUMBER_NAMES[shape.kind]);
    // AWS's JSON reader cuts fractions off where a whole number is declared (measured at Athena, whose protocol
    // and words are the same), and refuses what has no place in its bits (Smithy's protocol tests).
    const read = shape.kind === 'double' ? value : Math.trunc(value);
    if (Math.abs(read) > MAX_MAGNITUDES[shape.kind]) throw mismatch(value, NUMBER_NAMES[shape.kind]);
    this.#check(numberRules(shape, read), () => String(read));
    return read;
  }

  /** Elements that are null are passed over: measured at Athena. */
  #readList(shape: ListShape, value: unknown): unknown[] {
    if (!Array.isArray(value)) throw isObject(value) ? mismatch(value, 'List') : unexpected('list or null');
    const { member } = shape;
    const before = this.violations.length;
    const items: unknown[] = [];
    if (member.kind === 'text') {
      let broken: string[] | undefined;
      for (const item of value as unknown[]) {
        if (item === null) continue;
        if (typeof item !== 'string') throw mismatch(item, 'String');
        if (!broken && textRules(member, item).length > 0) broken = allTextRules(member);
        items.push(item);
      }
      // Of a list of scalars the service names all the rules of a member, whichever is broken.
      if (broken) this.#check([`Member must satisfy constraint: [${broken.join(', ')}]`], () => print(value));
    } else {
      for (const [index, item] of (value as unknown[]).entries()) {
        if (item === null) continue;
        this.#path.push(index + 1, 'member');
        items.push(this.read(member, item));
        this.#path.length -= 2;
      }
    }
    if (this.violations.length === before || items.length === 0) {
      this.#check(lengthRules(shape, items.length), () => print(items, member));
    }
    return items;
  }

  #readMap(shape: MapShape, value: unknown): Record<string, unknown> {
    if (!isObject(value)) throw Array.isArray(value) ? mismatch(value, 'Map') : unexpected('null');
    // Without a prototype a key named __proto__ is a key as any other.
    const entries = Object.create(null) as Record<string, unknown>;
    let keysBroken = false;
    let valuesBroken = false;
    let count = 0;
    for (const [key, item] of Object.entries(value)) {
      count++;
      keysBroken ||= textRules(shape.key, key).length > 0;
      if (item === null) {
        valuesBroken = true;
        continue;
      }
      if (shape.value.kind === 'text') {
        if (typeof item !== 'string') throw mismatch(item, 'String');
        valuesBroken ||= textRules(shape.value, item).length > 0;
        entries[key] = item;
      } else {
        this.#path.push(key, 'member');
        entries[key] = this.read(shape.value, item);
        this.#path.length -= 2;
      }
    }
    const printed = () => print(value);
    if (keysBroken) {
      this.#check([`Map keys must satisfy constraint: [${allTextRules(shape.key).join(', ')}]`], printed);
    }
    if (valuesBroken) {
      const rules = shape.value.kind === 'text' ? allTextRules(shape.value) : [];
      this.#check(
        [`Map value must satisfy constraint: [${[...rules, 'Member must not be null'].join(', ')}]`],
        printed,
      );
    }
    this.#check(lengthRules(shape, count), printed);
    return entries;
  }

  #readStructure(shape: StructureShape, value: unknown): Record<string, unknown> {
    if (!isObject(value)) throw Array.isArray(value) ? mismatch(value, 'Structure') : unexpected('null');
    const members: Record<string, unknown> = {};
    for (const [name, { shape: memberShape, required }] of shape.members) {
      const member = Object.hasOwn(value, name) ? value[name] : undefined;
      this.#path.push(name);
      if (member !== undefined && member !== null) members[name] = this.read(memberShape, member);
      else if (required) this.#add('Member must not be null', null);
      this.#path.length--;
    }
    return members;
  }

  #check(rules: readonly string[], printed: () => string): void {
    if (rules.length === 0) return;
    const value = printed();
    for (const rule of rules) this.#add(rule, value);
  }

  #add(rule: string, value: string | null): void {
    // A request of 10,000 wrong events would otherwise be answered with megabytes of text.
    if (this.violations.length >= MAX_VIOLATIONS) return;
    let shown = value === null ? ' null' : ` '${value}'`;
    // Recorded: most operations leave the value out where a pattern does not match.
    if (rule.startsWith(PATTERN_RULE) && !this.#showsPatternValues) shown = '';
    this.violations.push(`Value${shown} at '${this.#path.join('.')}' failed to satisfy constraint: ${rule}`);
  }
}

const MAX_VIOLATIONS = 10;
const PATTERN_RULE = 'Member must satisfy regular expression pattern: ';
const MAX_MAGNITUDES = { integer: 2 ** 31 - 1, long: 2 ** 63 - 1, double: Infinity } as const;
const NUMBER_NAMES = { integer: 'Integer', long: 'Long', double: 'Double' } as const;

function textRules(shape: TextShape, value: string): string[] {
  const broken: string[] = [];
  if (shape.values && !shape.values.includes(value)) broken.push(enumRule(shape.values));
  if (shape.expression && !shape.expression.test(value)) broken.push(PATTERN_RULE + shape.pattern!);
  broken.push(...lengthRules(shape, value.length));
  return broken;
}

function allTextRules(shape: TextShape): string[] {
  const rules: string[] = [];
  if (shape.values) rules.push(enumRule(shape.values));
  if (shape.max !== undefined) rules.push(`Member must have length less than or equal to ${shape.max}`);
  if (shape.min !== undefined) rules.push(`Member must have length greater than or equal to ${shape.min}`);
  if (shape.pattern !== undefined) rules.push(PATTERN_RULE + shape.pattern);
  return rules;
}

function enumRule(values: readonly string[]): string {
  return `Member must satisfy enum value set: [${values.join(', ')}]`;
}

function lengthRules({ min, max }: { min?: number; max?: number }, length: number): string[] {
  if (max !== undefined && length > max) return [`Member must have length less than or equal to ${max}`];
  if (min !== undefined && length < min) return [`Member must have length greater than or equal to ${min}`];
  return [];
}

function numberRules({ min, max }: NumberShape, value: number): string[] {
  if (max !== undefined && value > max) return [`Member must have value less than or equal to ${max}`];
  if (min !== undefined && value < min) return [`Member must have value greater than or equal to ${min}`];
  return [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The words of the service's JSON reader. */
function mismatch(value: unknown, expected: string): Error {
  if (Array.isArray(value)) return serialization('Start of list found where not expected');
  switch (typeof value) {
    case 'object':
      return serialization('Start of structure or map found where not expected.');
    case 'string':
      return serialization(`STRING_VALUE can not be converted to ${article(expected)} ${expected}`);
    case 'number':
      return serialization(`NUMBER_VALUE can not be converted to ${article(expected)} ${expected}`);
    default:
      return serialization(
        `${value === true ? 'TRUE' : 'FALSE'}_VALUE can not be converted to ${article(expected)} ${expected}`,
      );
  }
}

/** Measured: where a list or a structure is declared, and something simple is sent. */
function unexpected(expected: string): Error {
  return serialization(`Expected ${expected}`);
}

function article(noun: string): 'a' | 'an' {
  return /^[AEIOU]/.test(noun) ? 'an' : 'a';
}

const MAX_PRINTED = 4096;

/** Prints a list, map or structure as the service's error texts do: `[Name(member=value, other=null)]`. */
function print(value: unknown, shape?: ShapeKind): string {
  const text = printWhole(value, shape, { left: MAX_PRINTED });
  return text.length > MAX_PRINTED ? `${text.slice(0, MAX_PRINTED)}...` : text;
}

function printWhole(value: unknown, shape: ShapeKind | undefined, budget: { left: number }): string {
  if (budget.left <= 0) return '...';
  if (Array.isArray(value)) {
    const parts: string[] = [];
    for (const item of value) {
      if (budget.left <= 0) break;
      parts.push(printWhole(item, shape, budget));
    }
    return `[${parts.join(', ')}]`;
  }
  if (isObject(value)) {
    const structure = shape?.kind === 'structure' ? shape : undefined;
    const names = structure ? [...structure.members.keys()] : Object.keys(value);
    const parts = names.map((name) => {
      const member = Object.hasOwn(value, name) ? value[name] : null;
      return `${name}=${printWhole(member, structure?.members.get(name)?.shape, budget)}`;
    });
    return structure ? `${structure.name}(${parts.join(', ')})` : `{${parts.join(', ')}}`;
  }
  const text = typeof value === 'string' ? value : String(value);
  budget.left -= text.length + 2;
  return text;
}
