import { type QueryableEvent } from '../event-source.js';
import { type FieldStep } from '../tree.js';
import { type EventFields } from '../values/discovery.js';
import { stepInto } from '../values/step-into.js';
import { type Value } from '../values/value.js';

/** What a command works on: an event with the fields made so far, or a row of `stats`. */
export class Row {
  readonly event: QueryableEvent | undefined;
  readonly #fields: EventFields | undefined;
  #made: Map<string, Value> | undefined;

  constructor(event?: QueryableEvent, fields?: EventFields, made?: Map<string, Value>) {
    this.event = event;
    this.#fields = fields;
    this.#made = made;
  }

  /** The same row, to be changed by itself. */
  copy(): Row {
    return new Row(this.event, this.#fields, this.#made && new Map(this.#made));
  }

  /** Makes a field, or hides the one of that name. */
  set(name: string, value: Value): void {
    (this.#made ??= new Map<string, Value>()).set(name, value);
  }

  /** UTF-16 units of the texts that commands made. */
  madeTextLength(): number {
    let length = 0;
    for (const value of this.#made?.values() ?? []) if (typeof value === 'string') length += value.length;
    return length;
  }

  /** A field by its flat name; null where there is none. */
  get(name: string): Value {
    const made = this.#made?.get(name);
    return made === undefined ? (this.#fields?.get(name) ?? null) : made;
  }

  /** A field by its steps: made ones may be maps and lists into which the later steps lead. */
  resolve(flat: string, steps: readonly FieldStep[]): Value {
    if (this.#made !== undefined) {
      const made = this.#made.get(flat);
      if (made !== undefined) return made;
      for (let taken = steps.length - 1; taken > 0; taken--) {
        const outer = this.#made.get(steps.slice(0, taken).join('.'));
        if (outer !== undefined) return stepInto(outer, steps.slice(taken));
      }
    }
    return this.#fields?.get(flat) ?? null;
  }
}

/** Fields of two rows under the names that `join` gives the sides; plain names mean the left one. */
export class JoinedFields implements EventFields {
  readonly #left: Row;
  readonly #right: Row | undefined;
  readonly #leftPrefix: string;
  readonly #rightPrefix: string;

  constructor(left: Row, right: Row | undefined, names: { readonly left: string; readonly right: string }) {
    this.#left = left;
    this.#right = right;
    this.#leftPrefix = `${names.left}.`;
    this.#rightPrefix = `${names.right}.`;
  }

  get(name: string): Value {
    if (name.startsWith(this.#leftPrefix)) return valueOf(this.#left, name.slice(this.#leftPrefix.length));
    if (name.startsWith(this.#rightPrefix)) {
      return this.#right === undefined ? null : valueOf(this.#right, name.slice(this.#rightPrefix.length));
    }
    return this.#left.get(name);
  }

  names(): readonly string[] {
    return [];
  }
}

function valueOf(row: Row, name: string): Value {
  return row.resolve(name, name.split('.'));
}
