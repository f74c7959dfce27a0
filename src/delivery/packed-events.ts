import { gunzipSync } from 'node:zlib';
import { EVENT_OVERHEAD_BYTES } from '../cloudwatch/limits.js';
import { type EncodedEvent, type EncodedEvents } from './encoded-event.js';
import { messageJsonIn } from './event-frame.js';
import { EventPage, HEAD_BYTES } from './event-page.js';
import { gzip } from './gzip.js';
import { freePageMemory, type PageMemory } from './page-memory.js';

/** Closes the list of events and the request. */
const REQUEST_END = Buffer.from(']}');

/** The measures of each event, by its place. */
interface Known {
  readonly starts: readonly number[];
  readonly timestamps: readonly number[];
  readonly messageBytes: readonly number[];
}

/** Bytes of a page, and what a place in the page is to be lessened by to find it in them. */
interface Readable {
  readonly bytes: Buffer;
  readonly offset: number;
}

/**
 * Events as a page wrote them: the body of a request needs no more than a start before them. Once the body is
 * compressed, the page's memory is free for others and the body is what is left; whoever then asks for single events
 * gets them out of it.
 */
export class PackedEvents implements EncodedEvents {
  readonly #known: Known;
  /** Where the last event ends, its comma included. */
  readonly #end: number;
  #memory: PageMemory | undefined;
  #compressed: Uint8Array | undefined;
  #compressedOffset = 0;
  #compressing: Promise<Uint8Array> | undefined;

  /** @param page - that nobody writes to any more, with one event at least */
  constructor(page: EventPage) {
    const { starts, timestamps, messageBytes } = page;
    this.#known = { starts, timestamps, messageBytes };
    this.#end = page.end;
    this.#memory = page.release();
  }

  /** Packs events that are there as objects. @param expectedBytes - of the page, where that is known */
  static of(events: Iterable<EncodedEvent>, expectedBytes?: number): PackedEvents {
    const page = new EventPage(expectedBytes);
    for (const event of events) page.add(event);
    return new PackedEvents(page);
  }

  /** The events of several lists, in time order. @param lists - one at least */
  static join(lists: readonly PackedEvents[]): PackedEvents {
    const page = new EventPage(lists.reduce((sum, list) => sum + list.pageBytes, 0));
    for (const list of lists) list.#copyTo(page, list.#known.starts.keys());
    const { isInOrder, timestamps } = page;
    const joined = new PackedEvents(page);
    if (isInOrder) return joined;
    return joined.pick([...timestamps.keys()].sort((a, b) => timestamps[a]! - timestamps[b]!));
  }

  get length(): number {
    return this.#known.starts.length;
  }

  /** As the service counts them: messages plus overhead. */
  get countedBytes(): number {
    const { messageBytes } = this.#known;
    return messageBytes.reduce((sum, bytes) => sum + bytes, messageBytes.length * EVENT_OVERHEAD_BYTES);
  }

  /** Bytes of the events on their page. */
  get pageBytes(): number {
    return this.#end - HEAD_BYTES;
  }

  /** Milliseconds since 1970. */
  timestampOf(index: number): number {
    return this.#known.timestamps[index]!;
  }

  *[Symbol.iterator](): Generator<EncodedEvent, undefined> {
    // Whoever waits between two events finds the memory in other hands; one that is compressed is read once.
    let compressed: Readable | undefined;
    for (let index = 0; index < this.length; index++) {
      if (this.#memory === undefined) compressed ??= this.#readable();
      yield this.#event(index, compressed ?? this.#readable());
    }
  }

  map<T>(change: (event: EncodedEvent, index: number) => T): T[] {
    return Array.from(this, change);
  }

  slice(start = 0, end = this.length): EncodedEvents {
    const indexes = [...this.#known.starts.keys()].slice(start, end);
    if (indexes.length === this.length) return this;
    return indexes.length === 0 ? [] : this.pick(indexes);
  }

  /** Some of the events, in the order named. @param indexes - one at least */
  pick(indexes: readonly number[]): PackedEvents {
    const page = new EventPage();
    this.#copyTo(page, indexes);
    return new PackedEvents(page);
  }

  #copyTo(page: EventPage, indexes: Iterable<number>): void {
    const { bytes, offset } = this.#readable();
    const { timestamps, messageBytes } = this.#known;
    for (const index of indexes) {
      const [from, to] = [this.#startOf(index) - offset, this.#startOf(index + 1) - offset];
      page.copy(bytes, from, to, timestamps[index]!, messageBytes[index]!);
    }
  }

  /** The same events in memory of their own. */
  copy(): PackedEvents {
    return this.pick(this.#known.starts.map((_, index) => index));
  }

  /** Bytes of the body of a request. @param start - of the request, up to the list of events */
  bodyBytes(start: Buffer): number {
    return start.length + this.#end - HEAD_BYTES - 1 + REQUEST_END.length;
  }

  /** The body of a request. @param start - of the request, up to the list of events */
  body(start: Buffer): Uint8Array {
    const { bytes, offset } = this.#readable();
    return Buffer.concat([start, bytes.subarray(HEAD_BYTES - offset, this.#end - offset - 1), REQUEST_END]);
  }

  /**
   * The body of a request, compressed; the same whenever it is asked for, with whatever start.
   * @param start - of the request, up to the list of events
   */
  async compressedBody(start: Buffer): Promise<Uint8Array> {
    if (this.#compressed) return this.#compressed;
    // One that is asked for meanwhile must not read memory that others have by then.
    this.#compressing ??= this.#compress(start).finally(() => (this.#compressing = undefined));
    return await this.#compressing;
  }

  async #compress(start: Buffer): Promise<Uint8Array> {
    const compressed = await gzip(this.#plainBody(start));
    this.#compressed = compressed;
    this.#compressedOffset = HEAD_BYTES - start.length;
    freePageMemory(this.#memory!);
    this.#memory = undefined;
    return compressed;
  }

  /** The body in its place. It is valid as long as the memory is. */
  #plainBody(start: Buffer): Uint8Array {
    if (start.length > HEAD_BYTES) return this.body(start);
    const { bytes } = this.#memory!;
    const first = HEAD_BYTES - start.length;
    start.copy(bytes, first);
    const end = this.#end - 1 + REQUEST_END.copy(bytes, this.#end - 1);
    return bytes.subarray(first, end);
  }

  #readable(): Readable {
    if (this.#memory) return { bytes: this.#memory.bytes, offset: 0 };
    return { bytes: gunzipSync(this.#compressed!), offset: this.#compressedOffset };
  }

  #startOf(index: number): number {
    return this.#known.starts[index] ?? this.#end;
  }

  #event(index: number, { bytes, offset }: Readable): EncodedEvent {
    const timestamp = this.#known.timestamps[index]!;
    const [start, end] = [this.#startOf(index) - offset, this.#startOf(index + 1) - offset];
    return {
      timestamp,
      messageJson: messageJsonIn(bytes, start, end, timestamp),
      messageBytes: this.#known.messageBytes[index]!,
    };
  }
}
