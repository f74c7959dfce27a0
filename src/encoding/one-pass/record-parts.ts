import { type EventPage, putInRoom, putWords } from '../../delivery/event-page.js';
import { PageText } from '../../delivery/page-text.js';
import { putWhole } from '../../delivery/put-digits.js';
import { jsonString } from '../json-text.js';
import { countJson, textJson, traceFlagsJson } from '../layouts/record-parts.js';
import { type Redaction } from '../redact.js';
import { isSmall, putMessage, putNumber, putShortText, putText, SHORT_TEXT } from './page-writing.js';
import { putAttributesValue, putValue } from './value-writer.js';

const OPEN_BRACE = 0x7b;
const EMPTY_OBJECT_BYTES = 2;

/** The name of a member as it stands in a message: a comma, the name, a colon. */
export function memberName(name: string): PageText {
  return PageText.within(`,${jsonString(name)}:`);
}

/** As `jsonText` of the value; nothing where JSON leaves it out. */
export function putMember(
  page: EventPage,
  from: number,
  name: PageText,
  value: unknown,
  redaction: Redaction | undefined,
): number {
  const { escapes } = page;
  const start = putWords(page, from, name);
  const end = putValue(page, start, value, redaction);
  if (end !== start) return end;
  page.escapes = escapes;
  return from;
}

/** As `bodyJson`. */
export function putBody(
  page: EventPage,
  from: number,
  name: PageText,
  body: unknown,
  redaction: Redaction | undefined,
): number {
  return body === null ? from : putMember(page, from, name, body, redaction);
}

/** As `attributesJson`. */
export function putAttributes(
  page: EventPage,
  from: number,
  name: PageText,
  attributes: unknown,
  redaction: Redaction | undefined,
): number {
  if (attributes === undefined || attributes === null || redaction?.isWhole) return from;
  const { escapes } = page;
  const start = putWords(page, from, name);
  const end = putAttributesValue(page, start, attributes, redaction);
  const isEmpty = end === start + EMPTY_OBJECT_BYTES && page.bytes[start] === OPEN_BRACE;
  if (end !== start && !isEmpty) return end;
  page.escapes = escapes;
  return from;
}

/** As `textJson`, where there is room for a short member. */
export function putTextMember(page: EventPage, from: number, name: PageText, text: unknown): number {
  if (typeof text !== 'string') return text ? putJsonMember(page, from, name, textJson(text)) : from;
  if (text === '') return from;
  if (text.length <= SHORT_TEXT) {
    const end = putShortText(page.bytes, putInRoom(page.view, from, name), text);
    if (end > 0) {
      page.escapes += name.escapes + 2;
      return end;
    }
  }
  return putText(page, putWords(page, from, name), text);
}

/** As `countJson`, where there is room for a short member. */
export function putCount(page: EventPage, from: number, name: PageText, count: unknown): number {
  if (typeof count !== 'number') return count ? putJsonMember(page, from, name, countJson(count)) : from;
  if (!(count > 0)) return from;
  if (!isSmall(count)) return putNumber(page, putWords(page, from, name), count);
  page.escapes += name.escapes;
  return putWhole(page.bytes, putInRoom(page.view, from, name), count);
}

/** As `traceFlagsJson`, where there is room for a short member. */
export function putTraceFlags(page: EventPage, from: number, name: PageText, flags: unknown): number {
  return flags === 1
    ? putTextMember(page, from, name, '01')
    : putJsonMember(page, from, name, traceFlagsJson(flags));
}

/** Writes a member whose value is JSON already. */
function putJsonMember(page: EventPage, from: number, name: PageText, json: string | undefined): number {
  return json === undefined ? from : putMessage(page, putWords(page, from, name), json);
}

/** A member that is the same for all records of one owner, such as a resource. */
export class RememberedMember<Owner extends object> {
  readonly #write: (owner: Owner) => string | undefined;
  readonly #isFinal: (owner: Owner) => boolean;
  readonly #known = new WeakMap<Owner, PageText>();
  /** Most records are of the owner of the one before. */
  #last: Owner | undefined;
  #lastText: PageText | undefined;

  /**
   * @param write - the member with its comma and its name; undefined where there is none
   * @param isFinal - whether it will be the same the next time
   */
  constructor(write: (owner: Owner) => string | undefined, isFinal: (owner: Owner) => boolean) {
    this.#write = write;
    this.#isFinal = isFinal;
  }

  put(page: EventPage, from: number, owner: Owner): number {
    if (owner !== this.#last || this.#lastText === undefined) this.#find(owner);
    return putWords(page, from, this.#lastText!);
  }

  #find(owner: Owner): void {
    this.#last = undefined;
    this.#lastText = this.#known.get(owner);
    if (this.#lastText === undefined) {
      this.#lastText = PageText.within(this.#write(owner) ?? '');
      if (!this.#isFinal(owner)) return;
      this.#known.set(owner, this.#lastText);
    }
    this.#last = owner;
  }
}
