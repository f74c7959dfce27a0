import { type EventPage, mostBytes } from '../../delivery/event-page.js';
import { putWhole } from '../../delivery/put-digits.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Most bytes that one UTF-16 unit takes: a control character, escaped twice. */
const MAX_UNIT_BYTES = 7;

/** Characters up to which a look at each is faster than a call out of JavaScript, which writes them all at once. */
export const SHORT_TEXT = 40;

/**
 * Writes a text as a JSON string of the message, quotes included, as it stands in the message's own JSON string. Lone
 * surrogates become U+FFFD.
 * @returns where it ends, as all that writes here
 */
export function putText(page: EventPage, from: number, text: string): number {
  page.reserve(from, mostBytes(text) + 4);
  let { bytes } = page;
  bytes[from] = BACKSLASH;
  bytes[from + 1] = QUOTE;
  page.escapes += 2;
  let end = putUnescaped(bytes, page.view, from + 2, text);
  if (end < 0) {
    end = putEscaped(page, from + 2, text, true);
    bytes = page.bytes;
  }
  bytes[end] = BACKSLASH;
  bytes[end + 1] = QUOTE;
  return end + 2;
}

/**
 * As {@link putText}, of a text of {@link SHORT_TEXT} at most, where there is room for it; its two escapes are still to
 * be counted.
 * @returns less than 0 where some character needs an escape or more than a byte
 */
export function putShortText(bytes: Buffer, from: number, text: string): number {
  const { length } = text;
  bytes[from] = BACKSLASH;
  bytes[from + 1] = QUOTE;
  const end = putPlainUnits(bytes, from + 2, text, length);
  bytes[end] = BACKSLASH;
  bytes[end + 1] = QUOTE;
  return end < 0 ? end : end + 2;
}

/** Writes a part of the message that is there as text, escaped for the message's JSON string. */
export function putMessage(page: EventPage, from: number, text: string): number {
  page.reserve(from, mostBytes(text));
  const end = putUnescaped(page.bytes, page.view, from, text);
  return end < 0 ? putEscaped(page, from, text, false) : end;
}

/** Writes a text of which no character needs an escape. @returns less than 0 where some character does */
function putUnescaped(bytes: Buffer, view: DataView, from: number, text: string): number {
  const { length } = text;
  if (length <= SHORT_TEXT) return putPlainUnits(bytes, from, text, length);
  const end = from + bytes.write(text, from);
  const last = end - 4;
  for (let at = from; at < last; at += 4) if (holdsEscapes(view.getInt32(at, true))) return -1;
  return holdsEscapes(view.getInt32(last, true)) ? -1 : end;
}

/** Of each character of one byte, whether it needs an escape. */
const NEEDS_ESCAPE = new Uint8Array(0x80).fill(1, 0, 0x20);
NEEDS_ESCAPE[QUOTE] = 1;
NEEDS_ESCAPE[BACKSLASH] = 1;

/**
 * Writes characters that are themselves, in one byte each. Whether all are is asked once, behind the last: with four
 * questions for each of them the encoding of a batch took an eighth more.
 * @returns less than 0 where some character is not
 */
function putPlainUnits(bytes: Buffer, from: number, text: string, length: number): number {
  let others = 0;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    others |= NEEDS_ESCAPE[unit & 0x7f]! | (unit >>> 7);
    bytes[from + index] = unit;
  }
  return others === 0 ? from + length : -1;
}

/** Says whether one of four bytes is below 20, 22 or 5c, hexadecimal: with a borrow its highest bit changes. */
function holdsEscapes(four: number): boolean {
  const quotes = four ^ 0x22222222;
  const backslashes = four ^ 0x5c5c5c5c;
  const borrows =
    ((four - 0x20202020) & ~four) |
    ((quotes - 0x01010101) & ~quotes) |
    ((backslashes - 0x01010101) & ~backslashes);
  return (borrows & 0x80808080) !== 0;
}

/** The letter behind the backslash of a control character's escape, from U+0008 on; a blank where it is written with digits. */
const SHORT_ESCAPES = Buffer.from('btn fr');
const BLANK = 0x20;

const HEX_DIGITS = Buffer.from('0123456789abcdef');

/** Characters for which room is made at once: for the longest text of control characters it would be much. */
const STEP_LENGTH = 4096;

/** @param isTwice - the text stands in a JSON string of the message, not in the message itself */
function putEscaped(page: EventPage, from: number, text: string, isTwice: boolean): number {
  let end = from;
  for (let start = 0; start < text.length;) {
    const stop = wholeStop(text, start + STEP_LENGTH);
    page.reserve(end, (stop - start) * MAX_UNIT_BYTES + 2);
    end = putEscapedPart(page, end, text, start, stop, isTwice);
    start = stop;
  }
  return end;
}

/** No pair of surrogates is divided. */
function wholeStop(text: string, stop: number): number {
  if (stop >= text.length) return text.length;
  const last = text.charCodeAt(stop - 1);
  return last >= 0xd800 && last <= 0xdbff ? stop + 1 : stop;
}

function putEscapedPart(
  page: EventPage,
  from: number,
  text: string,
  start: number,
  stop: number,
  isTwice: boolean,
): number {
  const { bytes } = page;
  let end = from;
  let { escapes } = page;
  for (let index = start; index < stop; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) {
      const next = unit >= 0xd800 && unit <= 0xdbff ? text.charCodeAt(index + 1) : 0;
      if (next >= 0xdc00 && next <= 0xdfff) index++;
      end = putCharacter(bytes, end, unit, next);
    } else if (unit === QUOTE || unit === BACKSLASH) {
      // Each escape is a backslash, which is escaped in its turn.
      const backslashes = isTwice ? 3 : 1;
      for (let count = 0; count < backslashes; count++) bytes[end++] = BACKSLASH;
      bytes[end++] = unit;
      escapes += isTwice ? 2 : 1;
    } else if (unit >= 0x20) {
      bytes[end++] = unit;
    } else {
      const before = end;
      bytes[end++] = BACKSLASH;
      if (isTwice) bytes[end++] = BACKSLASH;
      end = putControl(bytes, end, unit);
      // In the message the control character is escaped once, or stands there itself.
      escapes += isTwice ? 1 : end - before - 1;
    }
  }
  page.escapes = escapes;
  return end;
}

function putControl(bytes: Buffer, start: number, unit: number): number {
  const letter = SHORT_ESCAPES[unit - 8] ?? BLANK;
  if (letter !== BLANK) {
    bytes[start] = letter;
    return start + 1;
  }
  bytes.write('u00', start, 'latin1');
  bytes[start + 3] = HEX_DIGITS[unit >> 4]!;
  bytes[start + 4] = HEX_DIGITS[unit & 15]!;
  return start + 5;
}

/** Writes a character above U+007F in UTF-8. @param low - the second half of a surrogate pair, else any other unit */
function putCharacter(bytes: Buffer, start: number, unit: number, low: number): number {
  if (unit < 0x800) {
    bytes[start] = 0xc0 | (unit >> 6);
    bytes[start + 1] = 0x80 | (unit & 0x3f);
    return start + 2;
  }
  if (low >= 0xdc00 && low <= 0xdfff) {
    const point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    bytes[start] = 0xf0 | (point >> 18);
    bytes[start + 1] = 0x80 | ((point >> 12) & 0x3f);
    bytes[start + 2] = 0x80 | ((point >> 6) & 0x3f);
    bytes[start + 3] = 0x80 | (point & 0x3f);
    return start + 4;
  }
  const written = unit >= 0xd800 && unit <= 0xdfff ? 0xfffd : unit;
  bytes[start] = 0xe0 | (written >> 12);
  bytes[start + 1] = 0x80 | ((written >> 6) & 0x3f);
  bytes[start + 2] = 0x80 | (written & 0x3f);
  return start + 3;
}

/** Says whether a number is a whole one that is short: `putWhole` writes it as `jsonText` does. */
export function isSmall(value: number): boolean {
  return value >= 0 && value < 1e6 && (value | 0) === value;
}

/** Writes a number as `jsonText` does. */
export function putNumber(page: EventPage, from: number, value: number): number {
  page.reserve(from, 0);
  if (isSmall(value)) return putWhole(page.bytes, from, value);
  if (Number.isFinite(value)) return putAscii(page, from, String(value));
  return putText(page, from, String(value));
}

/** Writes a short text of characters that are themselves. */
export function putAscii(page: EventPage, from: number, text: string): number {
  const { length } = text;
  page.reserve(from, length);
  const { bytes } = page;
  for (let index = 0; index < length; index++) bytes[from + index] = text.charCodeAt(index);
  return from + length;
}

export function putByte(page: EventPage, from: number, byte: number): number {
  page.reserve(from, 1);
  page.bytes[from] = byte;
  return from + 1;
}
