import { EVENT_OVERHEAD_BYTES } from '../cloudwatch/limits.js';
import { type EncodedEvent } from './encoded-event.js';
import { EVENT_END, EVENT_START, MAX_FRAME_BYTES, MESSAGE_START } from './event-frame.js';
import { freePageMemory, type PageMemory, takePageMemory } from './page-memory.js';
import { type PageText } from './page-text.js';
import { putTimestamp } from './put-digits.js';
import { StoredEvent } from './stored-event.js';

/** Bytes in front of the events, in which the start of nearly every request fits. */
export const HEAD_BYTES = 1024;

/**
 * Bytes that are always there behind what room was made for: for some short members of a message, which make no room of
 * their own, for the end of an event, and for the last of the words of eight bytes.
 */
export const SPARE_BYTES = 2_048;

/** Bytes behind the last event that a request's body needs. */
const END_BYTES = 8;

const COMMA = 0x2c;

/**
 * Log events as they will stand in a request's body, one behind the other, and what is to be known of each. An event is
 * begun, whoever knows messages writes its message behind that, and it is there once it is committed. There are no
 * objects for single events: in a process that logs much they would be most of the garbage.
 */
export class EventPage {
  bytes: Buffer;
  view: DataView;
  /** Where the next event begins. */
  end = HEAD_BYTES;
  /** Bytes of the present event's message that are there only because it stands in a JSON string. */
  escapes = 0;
  /** Where each event begins, when it happened in milliseconds since 1970, and UTF-8 bytes of its message. */
  readonly starts: number[] = [];
  readonly timestamps: number[] = [];
  readonly messageBytes: number[] = [];
  /** Bytes of all events as the service counts them. */
  countedBytes = 0;
  /** No event happened before the one that came before it. */
  isInOrder = true;
  #memory: PageMemory;
  /** Before the last event. */
  #wasInOrder = true;
  #messageStart = HEAD_BYTES;

  /** @param expectedBytes - of all that will be written, where that is known */
  constructor(expectedBytes = 0) {
    this.#memory = takePageMemory(expectedBytes + HEAD_BYTES + SPARE_BYTES);
    this.bytes = this.#memory.bytes;
    this.view = this.#memory.view;
  }

  /** Events that are committed. */
  get length(): number {
    return this.starts.length;
  }

  /** Makes sure that so many bytes can be written from a place on; {@link bytes} and {@link view} may be others then. */
  reserve(from: number, bytes: number): void {
    const needed = from + bytes + SPARE_BYTES;
    if (needed > this.bytes.length) this.#move(from, Math.max(needed, 2 * this.bytes.length));
  }

  /**
   * Begins an event, in place of one that was begun and not committed.
   * @param timestamp - milliseconds since 1970, a whole number
   * @returns where its message is to be written
   */
  begin(timestamp: number): number {
    this.reserve(this.end, MAX_FRAME_BYTES);
    const afterTime = putTimestamp(this.bytes, putWords(this, this.end, EVENT_START), timestamp);
    this.#messageStart = putWords(this, afterTime, MESSAGE_START);
    this.escapes = 0;
    return this.#messageStart;
  }

  /** UTF-8 bytes of the present event's message. @param end - of what was written of it */
  messageBytesTo(end: number): number {
    return end - this.#messageStart - this.escapes;
  }

  /** The present event's message. @param end - of what was written of it */
  messageTo(end: number): string {
    return JSON.parse(`"${this.bytes.toString('utf8', this.#messageStart, end)}"`) as string;
  }

  /** The present event is whole. @param end - of its message */
  commit(timestamp: number, end: number): void {
    this.#note(this.end, timestamp, this.messageBytesTo(end));
    this.end = putWords(this, end, EVENT_END);
  }

  /** Adds an event that is there as an object. */
  add(event: EncodedEvent): void {
    const { timestamp, messageBytes, stored } = event;
    if (stored !== undefined) {
      this.copy(stored.bytes, stored.start, stored.end, timestamp, messageBytes);
      return;
    }
    const { messageJson } = event;
    const start = this.begin(timestamp);
    this.reserve(start, mostBytes(messageJson));
    this.#note(this.end, timestamp, messageBytes);
    // The quote in front of it is there already, the one behind it comes with the event's end.
    const end = start - 1 + this.bytes.write(messageJson, start - 1);
    this.end = putWords(this, end - 1, EVENT_END);
  }

  /** Adds an event that stands in other bytes. @param start - where it begins, and where it ends with its comma */
  copy(from: Buffer, start: number, end: number, timestamp: number, messageBytes: number): void {
    this.reserve(this.end, end - start);
    from.copy(this.bytes, this.end, start, end);
    this.#note(this.end, timestamp, messageBytes);
    this.end += end - start;
    // The last event of a request's body has a bracket in its place.
    this.bytes[this.end - 1] = COMMA;
  }

  /** Takes out the last event, which stays in its place: what is taken out of a page so is all that comes of it. */
  takeLast(): StoredEvent {
    const { start, end, timestamp, messageBytes } = this.#dropLast();
    this.end = end;
    return new StoredEvent(timestamp, messageBytes, this.#memory, start, end);
  }

  /** Moves the last event to another page. */
  moveLastTo(other: EventPage): void {
    const { start, end, timestamp, messageBytes } = this.#dropLast();
    other.copy(this.bytes, start, end, timestamp, messageBytes);
  }

  /** Lets go of the memory, in which nothing is to be kept. */
  free(): void {
    freePageMemory(this.#memory);
  }

  /** The memory, for whoever holds the events from now on; no more than four times what they need. */
  release(): PageMemory {
    if (this.bytes.length > 4 * (this.end + END_BYTES)) this.#move(this.end, this.end + END_BYTES);
    return this.#memory;
  }

  #note(start: number, timestamp: number, messageBytes: number): void {
    const { timestamps } = this;
    this.#wasInOrder = this.isInOrder;
    if (timestamps.length > 0 && timestamp < timestamps[timestamps.length - 1]!) this.isInOrder = false;
    this.starts.push(start);
    timestamps.push(timestamp);
    this.messageBytes.push(messageBytes);
    this.countedBytes += messageBytes + EVENT_OVERHEAD_BYTES;
  }

  #dropLast(): { start: number; end: number; timestamp: number; messageBytes: number } {
    const { end } = this;
    const start = this.starts.pop()!;
    const timestamp = this.timestamps.pop()!;
    const messageBytes = this.messageBytes.pop()!;
    this.end = start;
    this.countedBytes -= messageBytes + EVENT_OVERHEAD_BYTES;
    this.isInOrder = this.#wasInOrder;
    return { start, end, timestamp, messageBytes };
  }

  #move(end: number, size: number): void {
    const old = this.#memory;
    const memory = takePageMemory(size);
    old.bytes.copy(memory.bytes, 0, 0, end);
    freePageMemory(old);
    this.#memory = memory;
    this.bytes = memory.bytes;
    this.view = memory.view;
  }
}

/** Characters of which it is worth counting the bytes, so that not three times the room is made. */
const LONG_TEXT = 16_384;

/** Most bytes that a text takes in UTF-8: three for each UTF-16 unit. */
export function mostBytes(text: string): number {
  return text.length < LONG_TEXT ? text.length * 3 : Buffer.byteLength(text);
}

/**
 * Writes a text that is written often; it is what most of a message consists of. What is written returns where it ends
 * rather than to note it in the page: each note would have to be read again by what comes next.
 */
export function putWords(page: EventPage, from: number, text: PageText): number {
  page.reserve(from, text.length);
  page.escapes += text.escapes;
  return putInRoom(page.view, from, text);
}

/** As {@link putWords} where there is room for it; its escapes are still to be counted. */
export function putInRoom(view: DataView, from: number, { words, length }: PageText): number {
  for (let index = 0; index < words.length; index++) view.setFloat64(from + index * 8, words[index]!, true);
  return from + length;
}
