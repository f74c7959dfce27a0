import { randomBytes } from 'node:crypto';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { jsonString } from './json-text.js';
import { cutUtf8 } from './cut-utf8.js';
import {
  type ExactJson,
  exactJsonText,
  type ExactObject,
  NumberToken,
  parseExactJson,
} from './exact-json.js';

/** Bytes of one shortened text under which shortening texts is given up for keeping the start of all. */
const MIN_TEXT_BYTES = 64;

/** The end of a shortened text. */
const ELLIPSIS = '…';

/**
 * Shortens a message to a number of bytes. A JSON object stays valid JSON: its longest texts are
 * shortened, and `truncated: true` and `original_bytes` are added. Other text keeps its start.
 * @param messageBytes - UTF-8 bytes of the message
 * @param maxBytes - UTF-8 bytes of the result, at least 1,024
 */
export function truncateMessage(message: string, messageBytes: number, maxBytes: number): string {
  const object = parseObject(message);
  if (object === undefined) {
    const mark = `${ELLIPSIS} [truncated, ${messageBytes} bytes]`;
    return cutUtf8(message, maxBytes - Buffer.byteLength(mark)) + mark;
  }
  const marked = { ...object, truncated: true, original_bytes: messageBytes };
  return shortenTexts(marked, maxBytes) ?? keepStart(message, object, messageBytes, maxBytes);
}

function parseObject(text: string): ExactObject | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return parseExactJson(text) as ExactObject;
  } catch {
    return undefined;
  }
}

/** @returns undefined where even short texts leave too much: many keys, numbers or items */
function shortenTexts(object: ExactObject, maxBytes: number): string | undefined {
  const sizes: number[] = [];
  collectTextBytes(object, sizes);
  const excess = Buffer.byteLength(exactJsonText(object)) - maxBytes;
  const bound = longestTextBytes(sizes, excess);
  if (bound < MIN_TEXT_BYTES) return undefined;
  return exactJsonText(shorten(object, bound));
}

function isNested(value: ExactJson): value is ExactJson[] | ExactObject {
  return typeof value === 'object' && value !== null && !(value instanceof NumberToken);
}

function collectTextBytes(value: ExactJson, sizes: number[]): void {
  if (typeof value === 'string') sizes.push(jsonBytes(value));
  else if (isNested(value)) {
    for (const member of Object.values(value)) collectTextBytes(member, sizes);
  }
}

/** Bytes of a text inside JSON, quotes left out. */
function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/**
 * The bytes to which the longest texts must be cut so that all together lose `excess`: like water let out
 * of a vessel, the longest go down to one level.
 */
function longestTextBytes(sizes: readonly number[], excess: number): number {
  const sorted = sizes.toSorted((a, b) => b - a);
  let sum = 0;
  for (let count = 1; count <= sorted.length; count++) {
    sum += sorted[count - 1]!;
    const level = Math.floor((sum - excess) / count);
    if (level >= (sorted[count] ?? 0)) return level;
  }
  return 0;
}

function shorten(value: ExactJson, maxBytes: number): ExactJson {
  if (typeof value === 'string') return shortenText(value, maxBytes);
  if (Array.isArray(value)) return value.map((item) => shorten(item, maxBytes));
  if (isNested(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shorten(item, maxBytes)]));
  }
  return value;
}

function shortenText(text: string, maxBytes: number): string {
  if (jsonBytes(text) <= maxBytes) return text;
  return cutJsonText(text, maxBytes - Buffer.byteLength(ELLIPSIS)) + ELLIPSIS;
}

/** The longest start of a text whose JSON has at most so many bytes. */
export function cutJsonText(text: string, maxBytes: number): string {
  let low = 0;
  let high = Math.min(text.length, maxBytes);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (jsonBytes(wholeStart(text, middle)) <= maxBytes) low = middle;
    else high = middle - 1;
  }
  return wholeStart(text, low);
}

/** The first UTF-16 units of a text, less one where they would end with half of a surrogate pair. */
function wholeStart(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** Keeps the short members at the top (ids, severity) and the start of the whole text as the body. */
function keepStart(message: string, object: ExactObject, messageBytes: number, maxBytes: number): string {
  const kept: ExactObject = {
    ...shortMembers(object),
    truncated: true,
    original_bytes: messageBytes,
  };
  const room = maxBytes - Buffer.byteLength(exactJsonText({ ...kept, body: ELLIPSIS }));
  return exactJsonText({ body: cutJsonText(message, room) + ELLIPSIS, ...kept });
}

/** Members at the top that are short and few enough to stand in every part of a record. */
function shortMembers(object: ExactObject): ExactObject {
  const kept: ExactObject = {};
  let bytes = 0;
  for (const [key, value] of Object.entries(object)) {
    if (key === 'body' || isNested(value)) continue;
    const memberBytes = jsonBytes(key) + Buffer.byteLength(exactJsonText(value));
    if (bytes + memberBytes > 384) continue;
    bytes += memberBytes;
    kept[key] = value;
  }
  return kept;
}

/**
 * Splits a message into several that fit. Each part of a JSON object is a JSON object with the ids and
 * severity of the record and `split: {id, part, parts, text}`; joined in order, the texts are the message.
 * Other text is cut into lines that begin with `[split <id> <part>/<parts>] `.
 * @param record - gives the ids where the message is not JSON
 * @param maxBytes - UTF-8 bytes of each part, at least 1,024
 */
export function splitMessage(
  message: string,
  record: ReadableLogRecord,
  maxBytes: number,
): readonly string[] {
  const id = randomBytes(8).toString('hex');
  const object = parseObject(message);
  if (object === undefined) {
    const traceId: unknown = record.spanContext?.traceId;
    // A record made by hand may hold any text there: a long one would leave no room for the message.
    const isId = typeof traceId === 'string' && /^[\w-]{1,64}$/.test(traceId);
    const span = isId ? ` trace_id=${traceId}` : '';
    const head = (part: string, parts: string): string => `[split ${id} ${part}/${parts}${span}] `;
    const room = maxBytes - Buffer.byteLength(head('99999999', '99999999'));
    const texts = [...pieces(message, (rest) => cutUtf8(rest, room))];
    return texts.map((text, index) => head(String(index + 1), String(texts.length)) + text);
  }
  const kept = shortMembers(object);
  const wrap = (text: string, part: number, parts: number): string => {
    const members = exactJsonText(kept).slice(1, -1);
    return `{${members}${members === '' ? '' : ','}"split":{"id":"${id}","part":${part},"parts":${parts},"text":${jsonString(text)}}}`;
  };
  const room = maxBytes - Buffer.byteLength(wrap('', 99_999_999, 99_999_999));
  const texts = [...pieces(message, (rest) => cutJsonText(rest, room))];
  return texts.map((text, index) => wrap(text, index + 1, texts.length));
}

function* pieces(text: string, cutStart: (rest: string) => string): Generator<string> {
  for (let rest = text; rest !== '';) {
    const piece = cutStart(rest);
    yield piece;
    rest = rest.slice(piece.length);
  }
}
