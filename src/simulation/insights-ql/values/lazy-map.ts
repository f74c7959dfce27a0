import { type PlainJson, type PlainObject } from './json.js';
import { type Value } from './value.js';

/** An object of parsed JSON as a map: what nobody asks for is made no value of. */
export class LazyMap implements ReadonlyMap<string, Value> {
  readonly #object: PlainObject;
  readonly #toValue: (plain: PlainJson) => Value;

  constructor(object: PlainObject, toValue: (plain: PlainJson) => Value) {
    this.#object = object;
    this.#toValue = toValue;
  }

  get size(): number {
    return Object.keys(this.#object).length;
  }

  get(key: string): Value | undefined {
    return this.has(key) ? this.#toValue(this.#object[key]!) : undefined;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#object, key);
  }

  forEach(use: (value: Value, key: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [key, value] of this) use(value, key, this);
  }

  keys(): MapIterator<string> {
    return Object.keys(this.#object).values();
  }

  *values(): MapIterator<Value> {
    for (const [, value] of this) yield value;
  }

  *entries(): MapIterator<[string, Value]> {
    for (const key of Object.keys(this.#object)) yield [key, this.#toValue(this.#object[key]!)];
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }
}
