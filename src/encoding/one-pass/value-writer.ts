import { type EventPage, putInRoom, putWords, SPARE_BYTES } from '../../delivery/event-page.js';
import { PageText } from '../../delivery/page-text.js';
import { putWhole } from '../../delivery/put-digits.js';
import { CIRCULAR, DEEP, MAX_JSON_DEPTH, UNREADABLE } from '../../cloudwatch/json-marks.js';
import {
  isSpent,
  LEFT_OUT,
  MAX_JSON_LENGTH,
  MAX_JSON_VALUES,
  type OwnJson,
  type Walk,
  jsonString,
  writeByKind,
  writeJson,
  writeOwnJson,
  writeStackOr,
} from '../json-text.js';
import { type Redaction } from '../redact.js';
import { findName, type KnownName, NO_NAME } from './known-names.js';
import {
  isSmall,
  putByte,
  putMessage,
  putNumber,
  putShortText,
  putText,
  SHORT_TEXT,
} from './page-writing.js';

const within = (message: string): PageText => PageText.within(message);
const TRUE = within('true');
const FALSE = within('false');
const NULL = within('null');
const LEFT_OUT_TEXT = within(`"${LEFT_OUT}"`);
const LEFT_OUT_MEMBER = within(`,"${LEFT_OUT}":true`);
const UNREADABLE_TEXT = within(`"${UNREADABLE}"`);
const CIRCULAR_TEXT = within(`"${CIRCULAR}"`);
const DEEP_TEXT = within(`"${DEEP}"`);

const OBJECT_END = within('}');
const EMPTY_OBJECT = within('{}');

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Used for the next value. A getter of the application may log, and so come back here before a value is through. */
let spareWalk: Walk | undefined;

/**
 * Writes what `jsonText` gives for a value, byte by byte the same, without making the text: plain objects, lists and
 * what they mostly hold are written here, all else is left to the careful writer. Never throws.
 * @returns where it ends; where it should have begun, for what JSON leaves out
 */
export function putValue(
  page: EventPage,
  from: number,
  value: unknown,
  redaction: Redaction | undefined,
): number {
  if (redaction === undefined) {
    if (typeof value === 'string') return putText(page, from, value);
    if (typeof value === 'number') return putNumber(page, from, value);
    if (typeof value === 'boolean') return putWords(page, from, value ? TRUE : FALSE);
  }
  const walk = spareWalk ?? { values: 0, length: 0, ancestors: [] };
  spareWalk = undefined;
  walk.values = 0;
  walk.length = 0;
  const end = put(page, from, value, walk, redaction);
  spareWalk = walk;
  return end;
}

/**
 * As {@link putValue}, of attributes: mostly a plain object, which is written here without the ways that any value may
 * take.
 */
export function putAttributesValue(
  page: EventPage,
  from: number,
  attributes: unknown,
  redaction: Redaction | undefined,
): number {
  if (redaction !== undefined || !isObject(attributes) || Array.isArray(attributes)) {
    return putValue(page, from, attributes, redaction);
  }
  const walk = spareWalk ?? { values: 0, length: 0, ancestors: [] };
  spareWalk = undefined;
  walk.values = 1;
  walk.length = 0;
  walk.ancestors.push(attributes);
  const { escapes } = page;
  let end: number;
  try {
    end = isPlain(attributes)
      ? putPlainObject(page, from, attributes, walk, undefined)
      : putJson(page, from, writeByKind(attributes, walk, undefined));
  } catch {
    page.escapes = escapes;
    end = putWords(page, from, UNREADABLE_TEXT);
  }
  walk.ancestors.pop();
  spareWalk = walk;
  return end;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function put(
  page: EventPage,
  from: number,
  value: unknown,
  walk: Walk,
  redaction: Redaction | undefined,
): number {
  if (redaction !== undefined && (redaction.isWhole || redaction.isStack)) {
    return putJson(page, from, writeJson(value, walk, redaction));
  }
  // One after another, as a switch over the kinds would make a text of the kind first.
  if (typeof value === 'string') {
    walk.values++;
    if (isSpent(walk)) return putWords(page, from, LEFT_OUT_TEXT);
    walk.length += value.length;
    return putText(page, from, value);
  }
  if (typeof value === 'number') {
    walk.values++;
    return putNumber(page, from, value);
  }
  if (typeof value === 'boolean') {
    walk.values++;
    return putWords(page, from, value ? TRUE : FALSE);
  }
  if (typeof value !== 'object') return putJson(page, from, writeJson(value, walk, redaction));
  walk.values++;
  return value === null ? putWords(page, from, NULL) : putObject(page, from, value, walk, redaction);
}

/** Writes a part of the message that the careful writer made, where it made one. */
export function putJson(page: EventPage, from: number, json: string | undefined): number {
  return json === undefined ? from : putMessage(page, from, json);
}

/** Looks at the value in the careful writer's order, so that both see the same of one that changes. */
function putObject(
  page: EventPage,
  from: number,
  value: object,
  walk: Walk,
  redaction: Redaction | undefined,
): number {
  const { ancestors } = walk;
  if (ancestors.length > 0 && ancestors.includes(value)) return putWords(page, from, CIRCULAR_TEXT);
  if (ancestors.length >= MAX_JSON_DEPTH) return putWords(page, from, DEEP_TEXT);
  const { escapes } = page;
  ancestors.push(value);
  try {
    if (Array.isArray(value)) return putArray(page, from, value as readonly unknown[], walk, redaction);
    if (isPlain(value)) return putPlainObject(page, from, value, walk, redaction);
    return putJson(page, from, writeByKind(value, walk, redaction));
  } catch {
    page.escapes = escapes;
    return putWords(page, from, UNREADABLE_TEXT);
  } finally {
    ancestors.pop();
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !ArrayBuffer.isView(value);
}

function putArray(
  page: EventPage,
  from: number,
  items: readonly unknown[],
  walk: Walk,
  redaction: Redaction | undefined,
): number {
  let end = putByte(page, from, OPEN_BRACKET);
  for (let index = 0; index < items.length; index++) {
    if (index > 0) end = putByte(page, end, COMMA);
    if (isSpent(walk)) {
      end = putWords(page, end, LEFT_OUT_TEXT);
      break;
    }
    end = putItem(page, end, items, index, walk, redaction);
  }
  return putByte(page, end, CLOSE_BRACKET);
}

function putItem(
  page: EventPage,
  from: number,
  items: readonly unknown[],
  index: number,
  walk: Walk,
  redaction: Redaction | undefined,
): number {
  const { escapes } = page;
  try {
    const end = put(page, from, items[index], walk, redaction?.item(index));
    return end === from ? putWords(page, from, NULL) : end;
  } catch {
    page.escapes = escapes;
    return putWords(page, from, UNREADABLE_TEXT);
  }
}

function putPlainObject(
  page: EventPage,
  from: number,
  object: object,
  walk: Walk,
  redaction: Redaction | undefined,
): number {
  const { toJSON } = object as { toJSON?: unknown };
  if (typeof toJSON === 'function') {
    return putMessage(page, from, writeOwnJson(object, toJSON as OwnJson, walk, redaction));
  }
  const end =
    redaction === undefined
      ? putMembers(page, from, object, walk)
      : putRedactedMembers(page, from, object, Object.keys(object), walk, redaction);
  return endObject(page, from, end);
}

/** In place of a member's value that throws when it is read. */
const UNREADABLE_VALUE = Symbol(UNREADABLE);

function readMember(object: object, name: string): unknown {
  try {
    return (object as Record<string, unknown>)[name];
  } catch {
    return UNREADABLE_VALUE;
  }
}

/**
 * Nearly all members of records come here, and nearly all are short texts and small numbers: they are written without
 * a look at the page or the walk in between. V8 reads members within such a loop by their places, and not by their names.
 * @param object - a plain one
 */
function putMembers(page: EventPage, from: number, object: object, walk: Walk): number {
  let { bytes, view } = page;
  let { values, length } = walk;
  let end = from;
  let known: KnownName | undefined = NO_NAME;
  // Some program may have given all objects members that the loop finds.
  let areExtended = false;
  for (const _ in Object.prototype) areExtended = true;
  for (const name in object) {
    if (areExtended && !Object.hasOwn(object, name)) continue;
    known = known?.next?.name === name ? known.next : findName(name, known);
    let value: unknown;
    try {
      value = (object as Record<string, unknown>)[name];
    } catch {
      value = UNREADABLE_VALUE;
    }
    let after = -1;
    if (known !== undefined && end <= bytes.length - SPARE_BYTES && values < MAX_JSON_VALUES) {
      if (typeof value === 'string') {
        if (value.length <= SHORT_TEXT && length + name.length <= MAX_JSON_LENGTH) {
          after = putShortText(bytes, putInRoom(view, end, known.text), value);
        }
      } else if (typeof value === 'number' && isSmall(value)) {
        after = putWhole(bytes, putInRoom(view, end, known.text), value);
      }
    }
    if (after > 0) {
      page.escapes += known!.text.escapes;
      length += name.length;
      if (typeof value === 'string') {
        page.escapes += 2;
        length += value.length;
      }
      values++;
      end = after;
    } else {
      walk.values = values;
      walk.length = length;
      end = putOther(page, end, name, known, value, walk);
      ({ values, length } = walk);
      ({ bytes, view } = page);
    }
    if (values > MAX_JSON_VALUES || length > MAX_JSON_LENGTH) {
      end = putWords(page, end, LEFT_OUT_MEMBER);
      break;
    }
  }
  walk.values = values;
  walk.length = length;
  return end;
}

/** @returns where it began, for a member that JSON leaves out */
function putOther(
  page: EventPage,
  from: number,
  name: string,
  known: KnownName | undefined,
  value: unknown,
  walk: Walk,
): number {
  walk.length += name.length;
  const { escapes } = page;
  const start = putName(page, from, name, known);
  const escapesOfName = page.escapes;
  try {
    if (value === UNREADABLE_VALUE) return putWords(page, start, UNREADABLE_TEXT);
    const end = put(page, start, value, walk, undefined);
    if (end !== start) return end;
    page.escapes = escapes;
    return from;
  } catch {
    page.escapes = escapesOfName;
    return putWords(page, start, UNREADABLE_TEXT);
  }
}

function putName(page: EventPage, from: number, name: string, known: KnownName | undefined): number {
  return known ? putWords(page, from, known.text) : putMessage(page, from, `,${jsonString(name)}:`);
}

/** @param redaction - of the object */
function putRedactedMembers(
  page: EventPage,
  from: number,
  object: object,
  names: readonly string[],
  walk: Walk,
  redaction: Redaction,
): number {
  let end = from;
  let known: KnownName | undefined = NO_NAME;
  for (const name of names) {
    known = known?.next?.name === name ? known.next : findName(name, known);
    end = putRedactedMember(page, end, object, name, known, walk, redaction);
    if (isSpent(walk)) return putWords(page, end, LEFT_OUT_MEMBER);
  }
  return end;
}

function putRedactedMember(
  page: EventPage,
  from: number,
  object: object,
  name: string,
  known: KnownName | undefined,
  walk: Walk,
  redaction: Redaction,
): number {
  const value = readMember(object, name);
  const below = known ? known.below(redaction) : redaction.below(name);
  if (below === undefined) return putOther(page, from, name, known, value, walk);
  walk.length += name.length;
  const { escapes } = page;
  const start = putName(page, from, name, known);
  const escapesOfName = page.escapes;
  try {
    if (value === UNREADABLE_VALUE) return putWords(page, start, UNREADABLE_TEXT);
    const end = below.isStack
      ? putJson(page, start, writeStackOr(object, name, value, walk, below))
      : put(page, start, value, walk, below);
    if (end !== start) return end;
    page.escapes = escapes;
    return from;
  } catch {
    page.escapes = escapesOfName;
    return putWords(page, start, UNREADABLE_TEXT);
  }
}

/** Ends an object whose members each began with a comma. @param start - where the first of them began */
export function endObject(page: EventPage, start: number, end: number): number {
  if (end === start) return putWords(page, start, EMPTY_OBJECT);
  page.bytes[start] = OPEN_BRACE;
  return putWords(page, end, OBJECT_END);
}
