import { type QueryableEvent } from './event-source.js';
import { fieldName, type FieldReference, type FieldStep } from './tree.js';
import { type EventFields } from './values/discovery.js';
import { isList, isMap, type Value } from './values/value.js';

/** What a command works on: an event with the fields made so far, or a row of `stats`. */
export class Row {
  readonly event: QueryableEvent | undefined;
  readonly #fields: EventFields | undefined;
  readonly #made: ReadonlyMap<string, Value>;

  constructor(made: ReadonlyMap<string, Value>, event?: QueryableEvent, fields?: EventFields) {
    this.#made = made;
    this.event = event;
    this.#fields = fields;
  }

  /** The same row with further fields. */
  with(names: Iterable<readonly [string, Value]>): Row {
    return new Row(new Map([...this.#made, ...names]), this.event, this.#fields);
  }

  /** A field by its flat name; null where there is none. */
  get(name: string): Value {
    return this.#made.get(name) ?? (this.#made.has(name) ? null : (this.#fields?.get(name) ?? null));
  }

  /** A field by its steps: made ones may be maps and lists into which the later steps lead. */
  resolve(field: FieldReference): Value {
    const flat = fieldName(field);
    if (this.#made.has(flat)) return this.#made.get(flat)!;
    for (let taken = field.steps.length - 1; taken > 0; taken--) {
      const made = this.#made.get(field.steps.slice(0, taken).join('.'));
      if (made !== undefined) return walk(made, field.steps.slice(taken));
    }
    return this.#fields?.get(flat) ?? null;
  }
}

function walk(value: Value, steps: readonly FieldStep[]): Value {
  let current: Value = value;
  for (const step of steps) {
    if (isMap(current)) current = current.get(String(step)) ?? null;
    else if (isList(current)) current = current[Number(step)] ?? null;
    else return null;
  }
  return current;
}
