/** Levels of nesting that are written; what lies deeper becomes {@link DEEP}. */
export const MAX_JSON_DEPTH = 100;

/** Values of one record that are written; no message holds more, as each takes two bytes at least. */
export const MAX_JSON_VALUES = 2 ** 19;

/** UTF-16 units of one record that are written, some 32 times the largest message. */
export const MAX_JSON_LENGTH = 32 * 1024 * 1024;

/** What stands in place of a value that can't be written. */
export const CIRCULAR = '[Circular]';
export const DEEP = '[Too deep]';
export const UNREADABLE = '[Unreadable]';
export const LEFT_OUT = '[Left out]';

interface Walk {
  values: number;
  length: number;
  readonly ancestors: object[];
}

/** Writes a string as JSON; lone surrogates become U+FFFD, so the text is valid UTF-8 everywhere. */
export function jsonString(text: string): string {
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}

/**
 * Writes any value as JSON. For plain values the text is `JSON.stringify`'s. Beyond it: NaN and infinities
 * and integers past 2^53 are strings, bytes are base64, maps are objects, sets are arrays, errors are
 * `{type, message, stack, cause}`; a cycle, a getter or `toJSON` that throws, and what lies too deep are
 * marked in their place. Never throws.
 * @returns undefined for what JSON leaves out: undefined, functions and symbols
 */
export function jsonText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return jsonString(value);
    case 'number':
      return jsonNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      return write(value, { values: 0, length: 0, ancestors: [] });
  }
}

function jsonNumber(value: number): string {
  return Number.isFinite(value) ? JSON.stringify(value) : `"${String(value)}"`;
}

function write(value: unknown, walk: Walk): string | undefined {
  walk.values++;
  switch (typeof value) {
    case 'string': {
      if (isSpent(walk)) return `"${LEFT_OUT}"`;
      walk.length += value.length;
      return jsonString(value);
    }
    case 'number':
      return jsonNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return jsonBigInt(value);
    case 'object':
      return value === null ? 'null' : writeObject(value, walk);
    default:
      return undefined;
  }
}

/** Values shared many times can make a text far larger than the values that it comes from. */
function isSpent(walk: Walk): boolean {
  return walk.values > MAX_JSON_VALUES || walk.length > MAX_JSON_LENGTH;
}

function jsonBigInt(value: bigint): string {
  const text = value.toString();
  // Readers of JSON numbers lose digits past 2^53.
  return Number.isSafeInteger(Number(value)) ? text : `"${text}"`;
}

function writeObject(value: object, walk: Walk): string | undefined {
  if (walk.ancestors.includes(value)) return `"${CIRCULAR}"`;
  if (walk.ancestors.length >= MAX_JSON_DEPTH) return `"${DEEP}"`;
  walk.ancestors.push(value);
  try {
    return writeByKind(value, walk);
  } catch {
    return `"${UNREADABLE}"`;
  } finally {
    walk.ancestors.pop();
  }
}

function writeByKind(value: object, walk: Walk): string | undefined {
  if (Array.isArray(value)) return writeArray(value as readonly unknown[], walk);
  if (ArrayBuffer.isView(value)) return writeView(value, walk);
  if (value instanceof Date) return writeDate(value);
  if (value instanceof Error) return writeError(value, walk);
  if (hasToJson(value)) return write(value.toJSON(''), walk) ?? 'null';
  if (value instanceof Map) return writeMap(value, walk);
  if (value instanceof Set) return writeArray([...value], walk);
  if (value instanceof ArrayBuffer) return `"${Buffer.from(value).toString('base64')}"`;
  if (value instanceof RegExp) return jsonString(String(value));
  if (value instanceof String || value instanceof Number || value instanceof Boolean) {
    return write(value.valueOf(), walk);
  }
  return `{${writeMembers(value, Object.keys(value), walk)}}`;
}

function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

function writeArray(items: readonly unknown[], walk: Walk): string {
  let text = '[';
  for (let index = 0; index < items.length; index++) {
    if (index > 0) text += ',';
    if (isSpent(walk)) return `${text}"${LEFT_OUT}"]`;
    let item: string | undefined;
    try {
      item = write(items[index], walk);
    } catch {
      item = `"${UNREADABLE}"`;
    }
    text += item ?? 'null';
  }
  return `${text}]`;
}

function writeView(view: ArrayBufferView, walk: Walk): string {
  if (view instanceof Uint8Array || view instanceof Uint8ClampedArray || view instanceof DataView) {
    return `"${Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64')}"`;
  }
  return writeArray(Array.from(view as unknown as ArrayLike<unknown>), walk);
}

function writeDate(date: Date): string {
  return Number.isNaN(date.getTime()) ? '"Invalid Date"' : `"${date.toISOString()}"`;
}

/** What an error holds that its own enumerable properties don't show. */
export const ERROR_MEMBERS = ['message', 'stack', 'cause', 'errors'] as const;

function writeError(error: Error, walk: Walk): string {
  const type = readOr(error, 'name');
  let text = `"type":${write(typeof type === 'string' && type !== '' ? type : 'Error', walk) ?? '"Error"'}`;
  const shown = ERROR_MEMBERS.filter((name) => name in error);
  text += prefixed(writeMembers(error, shown, walk));
  const others = Object.keys(error).filter(
    (name) => name !== 'type' && name !== 'name' && !(shown as readonly string[]).includes(name),
  );
  text += prefixed(writeMembers(error, others, walk));
  return `{${text}}`;
}

function prefixed(members: string): string {
  return members === '' ? '' : `,${members}`;
}

function readOr(object: object, name: string): unknown {
  try {
    return (object as Record<string, unknown>)[name];
  } catch {
    return UNREADABLE;
  }
}

function writeMap(map: ReadonlyMap<unknown, unknown>, walk: Walk): string {
  let text = '';
  for (const [key, value] of map) {
    text = addMember(text, mapKey(key), write(value, walk));
    if (isSpent(walk)) return `{${addMember(text, LEFT_OUT, 'true')}}`;
  }
  return `{${text}}`;
}

function mapKey(key: unknown): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'object' && key !== null) return jsonText(key) ?? UNREADABLE;
  return String(key);
}

function writeMembers(object: object, names: readonly string[], walk: Walk): string {
  let text = '';
  for (const name of names) {
    let member: string | undefined;
    try {
      member = write((object as Record<string, unknown>)[name], walk);
    } catch {
      member = `"${UNREADABLE}"`;
    }
    walk.length += name.length;
    text = addMember(text, name, member);
    if (isSpent(walk)) return addMember(text, LEFT_OUT, 'true');
  }
  return text;
}

/** Adds `"name":member` to the members of an object; nothing where there is no member. */
export function addMember(members: string, name: string, member: string | undefined): string {
  if (member === undefined) return members;
  return `${members}${members === '' ? '' : ','}${jsonKey(name)}:${member}`;
}

/** Names are few and come again with each record: remembering them is faster than writing them. */
const MAX_KNOWN_KEYS = 2_000;
const knownKeys = new Map<string, string>();

function jsonKey(name: string): string {
  const known = knownKeys.get(name);
  if (known !== undefined) return known;
  const text = jsonString(name);
  if (knownKeys.size < MAX_KNOWN_KEYS && name.length <= 100) knownKeys.set(name, text);
  return text;
}
