/** An object of parsed JSON as a map: what nobody asks for is made no value of. */
export class LazyMap<Plain, Value> implements ReadonlyMap<string, Value> {
  readonly #source: Readonly<Record<string, Plain>> | (() => Readonly<Record<string, Plain>>);
  #known: Readonly<Record<string, Plain>> | undefined;
  readonly #toValue: (plain: Plain) => Value;

  /** @param source - the object, or what makes it when it is first needed */
  constructor(
    source: Readonly<Record<string, Plain>> | (() => Readonly<Record<string, Plain>>),
    toValue: (plain: Plain) => Value,
  ) {
    this.#source = source;
    this.#toValue = toValue;
  }

  get #object(): Readonly<Record<string, Plain>> {
    return (this.#known ??= typeof this.#source === 'function' ? this.#source() : this.#source);
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
