import { equalsValue, formatValue, indexKey, isStructure, Timestamp, type Value } from '../values/value.js';

/** Values among which `in` looks one up without comparing with each. */
export class ValueSet {
  readonly #byKey = new Map<string, Value[]>();

  add(value: Value): void {
    const key = keyOf(value);
    if (key === undefined) return;
    const same = this.#byKey.get(key);
    if (same === undefined) this.#byKey.set(key, [value]);
    else if (!same.includes(value)) same.push(value);
  }

  /** Whether one of the values equals this one, as `=` has it. */
  has(value: Value): boolean {
    const key = keyOf(value);
    if (key === undefined) return false;
    return this.#byKey.get(key)?.some((candidate) => equalsValue(value, candidate)) ?? false;
  }
}

/** Values that are equal have the same key; undefined for those that equal nothing. */
function keyOf(value: Value): string | undefined {
  if (value === null || isStructure(value)) return undefined;
  // A timestamp equals the number of its milliseconds.
  if (value instanceof Timestamp) return String(value.millis);
  const text = formatValue(value);
  return text === undefined ? undefined : indexKey(text);
}
