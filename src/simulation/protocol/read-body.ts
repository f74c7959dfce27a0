import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';

import { serialization, ServiceError } from '../service-error.js';

/**
 * Bytes of a request body, as sent and after decompression. A full PutLogEvents request of control
 * characters, each escaped by six bytes, needs some 7 MB.
 */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

const gunzipAsync = promisify(gunzip);
const inflateAsync = promisify(inflate);
const inflateRawAsync = promisify(inflateRaw);

/**
 * Reads a request body as it was sent.
 * @throws ServiceError over {@link MAX_BODY_BYTES} (413)
 */
export async function readRawBody(request: IncomingMessage, maxBytes = MAX_BODY_BYTES): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes);
}

/** `amz-1.0` is what the AWS SDKs of Java's first generation say of plain JSON. */
const NO_ENCODING: readonly string[] = ['', 'identity', 'amz-1.0'];
/** Encodings of one body, each of which is undone; no client sends more than two. */
const MAX_ENCODINGS = 3;

/**
 * Undoes the `Content-Encoding` of a body, bounded so that a small request can't unpack to a large one.
 * @param encodings - as the header lists them: the last was applied last
 * @throws ServiceError `SerializationException` for bytes that are not what the header says
 */
export async function decodeBody(
  raw: Buffer,
  encodings: string | undefined,
  maxBytes = MAX_BODY_BYTES,
): Promise<Buffer> {
  // `aws-chunked` would only be sent by clients that stream, which those of this service do not.
  const names = (encodings ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => !NO_ENCODING.includes(name));
  if (names.length > MAX_ENCODINGS) throw serialization('The request body has too many encodings.');
  let body = raw;
  for (const name of names.reverse()) body = await undo(name, body, maxBytes);
  return body;
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
