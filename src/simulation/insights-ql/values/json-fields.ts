import { isArray, MAX_JSON_DEPTH, type PlainJson, type PlainObject } from './json.js';
import { asLogged, type Value } from './value.js';

/** Fields that are discovered in one JSON event. Source: User Guide, "Supported logs and discovered fields". */
export const MAX_DISCOVERED_FIELDS = 200;

const DOT = 0x2e;

type Container = PlainObject | readonly PlainJson[];

/**
 * The fields of a JSON event: names of nested keys are joined by dots, list elements named by their
 * position. Booleans are 1 and 0, nulls and empty objects no fields.
 *
 * Not documented: the 200 fields that are discovered are the first in document order; of two with one name
 * the first counts.
 */
export class JsonFields {
  readonly #object: PlainObject;
  /** Made for {@link JsonFields.names}, and for events that may hold more fields than are discovered. */
  #flat: Map<string, Value> | undefined;

  /** @param source - the object's text */
  constructor(object: PlainObject, source: string) {
    this.#object = object;
    if (mayExceedLimit(source)) this.#flat = flatten(object);
  }

  get(name: string): Value {
    return this.#flat === undefined ? find(this.#object, name, 0) : (this.#flat.get(name) ?? null);
  }

  names(): IterableIterator<string> {
    return (this.#flat ??= flatten(this.#object)).keys();
  }
}

export function isJsonObject(plain: PlainJson): plain is PlainObject {
  return typeof plain === 'object' && plain !== null && !isArray(plain);
}

/** Whether a JSON text may have more fields than are discovered. A field needs a comma before the next. */
export function mayExceedLimit(source: string): boolean {
  if (source.length < 2 * MAX_DISCOVERED_FIELDS) return false;
  let commas = 0;
  for (let at = source.indexOf(','); at >= 0; at = source.indexOf(',', at + 1)) {
    if (++commas >= MAX_DISCOVERED_FIELDS) return true;
  }
  return false;
}

function flatten(object: PlainObject): Map<string, Value> {
  const fields = new Map<string, Value>();
  flattenInto(fields, object, '', 0);
  return fields;
}

/** @returns false when the limit is reached */
function flattenInto(
  fields: Map<string, Value>,
  container: Container,
  prefix: string,
  depth: number,
): boolean {
  if (depth >= MAX_JSON_DEPTH) return true;
  for (const key of Object.keys(container)) {
    const item = itemOf(container, key);
    if (typeof item === 'object' && item !== null) {
      if (!flattenInto(fields, item, `${prefix}${key}.`, depth + 1)) return false;
    } else if (item !== null && !fields.has(prefix + key)) {
      if (fields.size >= MAX_DISCOVERED_FIELDS) return false;
      fields.set(prefix + key, leafValue(item));
    }
  }
  return true;
}

/** Finds one field without making the others; keys may hold dots themselves. */
function find(container: Container, name: string, depth: number): Value {
  if (depth >= MAX_JSON_DEPTH) return null;
  if (!name.includes('.')) return leafOf(container, name);
  const keys = keysOfName(container, name);
  for (const key of keys) {
    if (key.length === name.length) {
      const leaf = leafOf(container, key);
      if (leaf !== null) return leaf;
      continue;
    }
    const item = itemOf(container, key);
    const found =
      typeof item === 'object' && item !== null ? find(item, name.slice(key.length + 1), depth + 1) : null;
    if (found !== null) return found;
  }
  return null;
}

/** The container's keys with which a dotted name may begin, in document order. */
function keysOfName(container: Container, name: string): readonly string[] {
  if (isArray(container))
    return [name.slice(0, name.indexOf('.'))].filter((key) => Object.hasOwn(container, key));
  return Object.keys(container).filter(
    (key) => name.startsWith(key) && (key.length === name.length || name.charCodeAt(key.length) === DOT),
  );
}

function leafOf(container: Container, key: string): Value {
  if (!Object.hasOwn(container, key)) return null;
  // A list has properties that are no elements.
  if (isArray(container) && !/^\d+$/.test(key)) return null;
  const item = itemOf(container, key);
  return typeof item === 'object' ? null : leafValue(item);
}

function itemOf(container: Container, key: string): PlainJson {
  return (container as PlainObject)[key] ?? null;
}

function leafValue(item: string | number | boolean): Value {
  if (typeof item === 'number') return asLogged(item);
  return typeof item === 'boolean' ? Number(item) : item;
}
