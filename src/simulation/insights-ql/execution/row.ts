import { type QueryableEvent } from '../event-source.js';
import { type FieldStep } from '../tree.js';
import { type EventFields } from '../values/discovery.js';
import { stepInto } from '../values/step-into.js';
import { type Value } from '../values/value.js';

/** A field that a command made, and those made before it: the latest of a name is the field. */
interface MadeField {
  readonly name: string;
  readonly value: Value;
  readonly earlier: MadeField | undefined;
  /** Those behind it, and itself. */
  readonly count: number;
}

/** Past it a row of many fields takes time to look one up: they move to a map. */
const MAX_CHAINED = 16;

/** What a command works on: an event with the fields made so far, or a row of `stats`. */
export class Row {
  readonly event: QueryableEvent | undefined;
  readonly #fields: EventFields | undefined;
  /** Most rows have few: a chain, of which copies share what they have in common, takes less than a map each. */
  #made: MadeField | undefined;
  /** Fields made before those of the chain; no copy changes it. */
  #madeBefore: ReadonlyMap<string, Value> | undefined;

  constructor(event?: QueryableEvent, fields?: EventFields, made?: ReadonlyMap<string, Value>) {
    this.event = event;
    this.#fields = fields;
    this.#madeBefore = made;
    this.#made = undefined;
  }

  /** The same row, to be changed by itself. */
  copy(): Row {
    const copy = new Row(this.event, this.#fields, this.#madeBefore);
    copy.#made = this.#made;
    return copy;
  }

  /** The same row with one field more: as a copy in which it is set. */
  copyWith(name: string, value: Value): Row {
    const copy = new Row(this.event, this.#fields, this.#madeBefore);
    const earlier = this.#made;
    if (earlier !== undefined && earlier.count >= MAX_CHAINED) {
      copy.#made = earlier;
      copy.set(name, value);
    } else {
      copy.#made = { name, value, earlier, count: earlier === undefined ? 1 : earlier.count + 1 };
    }
    return copy;
  }

  /** Makes a field, or hides the one of that name. */
  set(name: string, value: Value): void {
    const earlier = this.#made;
    if (earlier === undefined) {
      this.#made = { name, value, earlier, count: 1 };
    } else if (earlier.count < MAX_CHAINED) {
      this.#made = { name, value, earlier, count: earlier.count + 1 };
    } else {
      this.#madeBefore = this.#allMade().set(name, value);
      this.#made = undefined;
    }
  }

  /** UTF-16 units of the texts that commands made. */
  madeTextLength(): number {
    let length = 0;
    if (this.#made === undefined && this.#madeBefore === undefined) return 0;
    for (const value of this.#allMade().values()) if (typeof value === 'string') length += value.length;
    return length;
  }

  /** A field by its flat name; null where there is none. */
  get(name: string): Value {
    const made = this.#madeField(name);
    return made === undefined ? (this.#fields?.get(name) ?? null) : made;
  }

  /** A field by its steps: made ones may be maps and lists into which the later steps lead. */
  resolve(flat: string, steps: readonly FieldStep[]): Value {
    if (this.#made !== undefined || this.#madeBefore !== undefined) {
      const made = this.#madeField(flat);
      if (made !== undefined) return made;
      for (let taken = steps.length - 1; taken > 0; taken--) {
        const outer = this.#madeField(taken === 1 ? String(steps[0]) : steps.slice(0, taken).join('.'));
        if (outer !== undefined) return stepInto(outer, steps, taken);
      }
    }
    return this.#fields?.get(flat) ?? null;
  }

  #madeField(name: string): Value | undefined {
    for (let made = this.#made; made !== undefined; made = made.earlier) {
      if (made.name === name) return made.value;
    }
    return this.#madeBefore?.get(name);
  }

  #allMade(): Map<string, Value> {
    const all = new Map(this.#madeBefore);
    const chain: MadeField[] = [];
    for (let made = this.#made; made !== undefined; made = made.earlier) chain.push(made);
    for (const { name, value } of chain.reverse()) all.set(name, value);
    return all;
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
