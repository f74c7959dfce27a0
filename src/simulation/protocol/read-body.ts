import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';

import { serialization, ServiceError } from '../service-error.js';
import { HeldBytes, type Holder } from './held-bytes.js';

/**
 * Bytes of a request body, as sent and after decompression. A full PutLogEvents request of control
 * characters, each escaped by six bytes, needs some 7 MB.
 */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Bytes of the bodies of all requests together, from their first byte until the request is answered. */
export const MAX_HELD_BODY_BYTES = 256 * 1024 * 1024;

/** Bodies that are unpacked at a time: how large they get is known only then. */
const MAX_UNPACKED_AT_ONCE = 4;

const gunzipAsync = promisify(gunzip);
const inflateAsync = promisify(inflate);
const inflateRawAsync = promisify(inflateRaw);

/** Reads the bodies of requests, which together never hold more than a bound. */
export class BodyReader {
  readonly #held: HeldBytes;
  readonly #unpacking = new Turns(MAX_UNPACKED_AT_ONCE);

  constructor(maxHeldBytes = MAX_HELD_BODY_BYTES) {
    this.#held = new HeldBytes(maxHeldBytes);
  }

  /** Bytes that bodies hold now. */
  get heldBytes(): number {
    return this.#held.total;
  }

  bodyOf(request: IncomingMessage): RequestBody {
    return new RequestBody(request, this.#held, this.#unpacking);
  }
}

/** The body of one request. */
export class RequestBody {
  readonly #request: IncomingMessage;
  readonly #unpacking: Turns;
  readonly #holder: Holder;
  #raw: Buffer | undefined;
  #fail: ((error: Error) => void) | undefined;

  constructor(request: IncomingMessage, held: HeldBytes, unpacking: Turns) {
    this.#request = request;
    this.#unpacking = unpacking;
    this.#holder = held.holder(() => this.#fail?.(tooMany()));
  }

  /** The body as it was sent; empty before it was read, and once it is released. */
  get raw(): Buffer {
    return this.#raw ?? Buffer.alloc(0);
  }

  /**
   * Reads the body as it was sent.
   * @throws ServiceError over `maxBytes` (413), or where all bodies together hold too much and this one most (503)
   */
  async read(maxBytes = MAX_BODY_BYTES): Promise<Buffer> {
    if (Number(this.#request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    // Who comes second gets what is there.
    if (this.#raw) return this.#raw;
    this.#raw = await this.#collect(maxBytes);
    this.#holder.keep();
    return this.#raw;
  }

  /**
   * Undoes the `Content-Encoding` of the body, bounded so that a small request can't unpack to a large one.
   * @throws ServiceError `SerializationException` for bytes that are not what the header says
   */
  async decoded(maxBytes = MAX_BODY_BYTES): Promise<Buffer> {
    const names = encodingsOf(this.#request.headers['content-encoding']);
    if (names.length === 0) return this.raw;
    return this.#unpacking.take(async () => {
      let body = this.raw;
      for (const name of names.reverse()) body = await undo(name, body, maxBytes);
      if (!this.#holder.hold(body.length)) throw tooMany();
      return body;
    });
  }

  /** Nobody needs the body any more. */
  release(): void {
    this.#raw = undefined;
    this.#holder.release();
  }

  #collect(maxBytes: number): Promise<Buffer> {
    const request = this.#request;
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const stop = (): void => {
        request.off('data', take).off('end', end).off('error', fail).off('close', cut);
        this.#fail = undefined;
      };
      const fail = (error: Error): void => {
        stop();
        chunks.length = 0;
        this.#holder.release();
        reject(error);
      };
      const take = (chunk: Buffer): void => {
        bytes += chunk.length;
        if (bytes > maxBytes) fail(tooLarge(maxBytes));
        else if (this.#holder.hold(chunk.length)) chunks.push(chunk);
        else fail(tooMany());
      };
      const end = (): void => {
        stop();
        resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes));
      };
      const cut = (): void => {
        fail(new Error('the client has gone'));
      };
      this.#fail = fail;
      request.on('data', take).once('end', end).once('error', fail).once('close', cut);
    });
  }
}

/** `amz-1.0` is what the AWS SDKs of Java's first generation say of plain JSON. */
const NO_ENCODING: readonly string[] = ['', 'identity', 'amz-1.0'];
/** Encodings of one body, each of which is undone; no client sends more than two. */
const MAX_ENCODINGS = 3;

/** @param encodings - as the header lists them: the last was applied last */
function encodingsOf(encodings = ''): string[] {
  // `aws-chunked` would only be sent by clients that stream, which those of this service do not.
  const names = encodings
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => !NO_ENCODING.includes(name));
  if (names.length > MAX_ENCODINGS) throw serialization('The request body has too many encodings.');
  return names;
}

async function undo(name: string, body: Buffer, maxBytes: number): Promise<Buffer> {
  const unpack = unpackerOf(name, body);
  if (!unpack) throw serialization(`Content-Encoding ${name.slice(0, 100)} is not supported.`);
  try {
    return await unpack(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw serialization(`The request body could not be decoded as ${name}.`);
  }
}

function unpackerOf(name: string, body: Buffer): typeof gunzipAsync | undefined {
  if (name === 'gzip' || name === 'x-gzip') return gunzipAsync;
  if (name !== 'deflate') return undefined;
  // Some clients leave the zlib header out, whose first byte names the method (8).
  return body.length > 0 && (body[0]! & 0x0f) === 8 ? inflateAsync : inflateRawAsync;
}

function tooLarge(maxBytes: number): ServiceError {
  return new ServiceError(
    'RequestEntityTooLargeException',
    `The request body is larger than ${maxBytes} bytes.`,
    { status: 413 },
  );
}

/** Clients send again after this answer. */
function tooMany(): ServiceError {
  return new ServiceError(
    'ServiceUnavailableException',
    'The requests that the local service is reading hold too many bytes together; send this one again.',
    { status: 503 },
  );
}

/** Lets so many go on at a time, in the order in which they come. */
class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
