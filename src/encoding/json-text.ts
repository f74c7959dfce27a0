import { CIRCULAR, DEEP, MAX_JSON_DEPTH, UNREADABLE } from '../cloudwatch/json-marks.js';
import { messageNameOf, REDACTED, type Redaction, redactStack } from './redact.js';

/** Values of one record that are written; no message holds more, as each takes two bytes at least. */
export const MAX_JSON_VALUES = 2 ** 19;

/** UTF-16 units of one record that are written, some 32 times the largest message. */
export const MAX_JSON_LENGTH = 32 * 1024 * 1024;

/** The text in place of a value for which there is no room. */
export const LEFT_OUT = '[Left out]';

/** One pass over a value: how much was written, and what lies above the present one. */
export interface Walk {
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
 * @param redaction - what of the value is not to be written
 * @returns undefined for what JSON leaves out: undefined, functions and symbols
 */
export function jsonText(value: unknown, redaction?: Redaction): string | undefined {
  if (redaction === undefined) {
    switch (typeof value) {
      case 'string':
        return jsonString(value);
      case 'number':
        return jsonNumber(value);
      case 'boolean':
        return value ? 'true' : 'false';
    }
  }
  return writeJson(value, { values: 0, length: 0, ancestors: [] }, redaction);
}

function jsonNumber(value: number): string {
  return Number.isFinite(value) ? JSON.stringify(value) : `"${String(value)}"`;
}

/** As {@link jsonText}, of a value that is part of another one. */
export function writeJson(value: unknown, walk: Walk, redaction: Redaction | undefined): string | undefined {
  walk.values++;
  if (redaction?.isWhole && value !== undefined && value !== null) return `"${REDACTED}"`;
  switch (typeof value) {
    case 'string':
      return writeText(redaction?.isStack ? redactStack(value, undefined) : value, walk);
    case 'number':
      return jsonNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return jsonBigInt(value);
    case 'object':
      return value === null ? 'null' : writeObject(value, walk, redaction);
    default:
      return undefined;
  }
}

function writeText(text: string, walk: Walk): string {
  if (isSpent(walk)) return `"${LEFT_OUT}"`;
  walk.length += text.length;
  return jsonString(text);
}

/** Values shared many times can make a text far larger than the values that it comes from. */
export function isSpent(walk: Walk): boolean {
  return walk.values > MAX_JSON_VALUES || walk.length > MAX_JSON_LENGTH;
}

function jsonBigInt(value: bigint): string {
  const text = value.toString();
  // Readers of JSON numbers lose digits past 2^53.
  return Number.isSafeInteger(Number(value)) ? text : `"${text}"`;
}

function writeObject(value: object, walk: Walk, redaction: Redaction | undefined): string | undefined {
  if (walk.ancestors.includes(value)) return `"${CIRCULAR}"`;
  if (walk.ancestors.length >= MAX_JSON_DEPTH) return `"${DEEP}"`;
  walk.ancestors.push(value);
  try {
    return writeByKind(value, walk, redaction);
  } catch {
    return `"${UNREADABLE}"`;
  } finally {
    walk.ancestors.pop();
  }
}

/** Writes an object that is among the ancestors already. @throws what its members throw */
export function writeByKind(value: object, walk: Walk, redaction: Redaction | undefined): string | undefined {
  if (Array.isArray(value)) return writeArray(value as readonly unknown[], walk, redaction);
  if (ArrayBuffer.isView(value)) return writeView(value, walk, redaction);
  if (value instanceof Date) return writeDate(value);
  if (value instanceof Error) return writeError(value, walk, redaction);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return writeOwnJson(value, toJSON as OwnJson, walk, redaction);
  if (value instanceof Map) return writeMap(value, walk, redaction);
  if (value instanceof Set) return writeSet(value, walk, redaction);
  if (value instanceof ArrayBuffer) return writeBytes(new Uint8Array(value), walk);
  if (value instanceof RegExp) return jsonString(String(value));
  if (value instanceof String || value instanceof Number || value instanceof Boolean) {
    return writeJson(value.valueOf(), walk, redaction);
  }
  return `{${writeMembers(value, Object.keys(value), walk, redaction)}}`;
}

/** A `toJSON`. */
export type OwnJson = (this: object, key: string) => unknown;

/** Writes what an object's `toJSON` gives. */
export function writeOwnJson(
  value: object,
  toJson: OwnJson,
  walk: Walk,
  redaction: Redaction | undefined,
): string {
  const json = toJson.call(value, '');
  // Where an object makes one text of itself, nobody can tell where in it the redacted members are.
  const isOpaque = redaction !== undefined && typeof json !== 'object' && json !== undefined;
  return isOpaque ? `"${UNREADABLE}"` : (writeJson(json, walk, redaction) ?? 'null');
}

function writeArray(items: ArrayLike<unknown>, walk: Walk, redaction: Redaction | undefined): string {
  let text = '[';
  for (let index = 0; index < items.length; index++) {
    if (index > 0) text += ',';
    if (isSpent(walk)) return `${text}"${LEFT_OUT}"]`;
    let item: string | undefined;
    try {
      item = writeJson(items[index], walk, redaction?.item(index));
    } catch {
      item = `"${UNREADABLE}"`;
    }
    text += item ?? 'null';
  }
  return `${text}]`;
}

/** One after another, as the rest of a large set, or of one that never ends, is not asked for. */
function writeSet(set: ReadonlySet<unknown>, walk: Walk, redaction: Redaction | undefined): string {
  let text = '';
  let index = 0;
  for (const item of set) {
    if (index > 0) text += ',';
    if (isSpent(walk)) return `[${text}"${LEFT_OUT}"]`;
    text += writeJson(item, walk, redaction?.item(index)) ?? 'null';
    index++;
  }
  return `[${text}]`;
}

function writeView(view: ArrayBufferView, walk: Walk, redaction: Redaction | undefined): string {
  if (view instanceof Uint8Array || view instanceof Uint8ClampedArray || view instanceof DataView) {
    return writeBytes(view, walk);
  }
  return writeArray(view as unknown as ArrayLike<unknown>, walk, redaction);
}

function writeBytes({ buffer, byteOffset, byteLength }: ArrayBufferView, walk: Walk): string {
  walk.length += byteLength;
  if (isSpent(walk)) return `"${LEFT_OUT}"`;
  return `"${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}"`;
}

function writeDate(date: Date): string {
  return Number.isNaN(date.getTime()) ? '"Invalid Date"' : `"${date.toISOString()}"`;
}

/** Members of an error that its own enumerable properties don't show. */
const ERROR_MEMBERS = ['message', 'stack', 'cause', 'errors'] as const;

function writeError(error: Error, walk: Walk, redaction: Redaction | undefined): string {
  const name = readOr(error, 'name');
  const type = writeJson(
    typeof name === 'string' && name !== '' ? name : 'Error',
    walk,
    redaction?.below('type'),
  );
  const shown = ERROR_MEMBERS.filter((name) => name in error);
  const others = Object.keys(error).filter(
    (name) => name !== 'type' && name !== 'name' && !(shown as readonly string[]).includes(name),
  );
  let text = addMember('', 'type', type);
  text += prefixed(writeMembers(error, shown, walk, redaction));
  text += prefixed(writeMembers(error, others, walk, redaction));
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

function writeMap(map: ReadonlyMap<unknown, unknown>, walk: Walk, redaction: Redaction | undefined): string {
  let text = '';
  for (const [key, value] of map) {
    const name = mapKey(key, walk);
    walk.length += name.length;
    const below = redaction?.below(name);
    text = addMember(text, name, writeStackOr(map, name, value, walk, below));
    if (isSpent(walk)) return `{${addMember(text, LEFT_OUT, 'true')}}`;
  }
  return `{${text}}`;
}

/** Objects as keys are written like values, as part of the same record. */
function mapKey(key: unknown, walk: Walk): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'object' && key !== null) return writeJson(key, walk, undefined) ?? UNREADABLE;
  return String(key);
}

function writeMembers(
  object: object,
  names: readonly string[],
  walk: Walk,
  redaction: Redaction | undefined,
): string {
  let text = '';
  for (const name of names) {
    text = addMember(text, name, writeMember(object, name, walk, redaction));
    if (isSpent(walk)) return addMember(text, LEFT_OUT, 'true');
  }
  return text;
}

/**
 * Writes a member of an object.
 * @param redaction - of the object
 * @returns undefined where the object is written without it
 */
export function writeMember(
  object: object,
  name: string,
  walk: Walk,
  redaction: Redaction | undefined,
): string | undefined {
  walk.length += name.length;
  try {
    const value = (object as Record<string, unknown>)[name];
    if (redaction === undefined) return writeJson(value, walk, undefined);
    const below = Array.isArray(object) ? redaction.item(Number(name)) : redaction.below(name);
    return writeStackOr(object, name, value, walk, below);
  } catch {
    return `"${UNREADABLE}"`;
  }
}

/** Writes a member that may be a stack, which begins with the message that stands beside it. */
export function writeStackOr(
  owner: object,
  name: string,
  value: unknown,
  walk: Walk,
  redaction: Redaction | undefined,
): string | undefined {
  if (typeof value !== 'string' || !redaction?.isStack || redaction.isWhole) {
    return writeJson(value, walk, redaction);
  }
  walk.values++;
  const messageName = messageNameOf(name);
  const message: unknown = owner instanceof Map ? owner.get(messageName) : readOr(owner, messageName);
  return writeText(redactStack(value, message), walk);
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
