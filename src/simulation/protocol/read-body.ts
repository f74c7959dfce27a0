import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';

import { serialization, ServiceError } from '../service-error.js';

/**
 * Bytes of a request body, as sent and after decompression. A full PutLogEvents request of control
 * characters, each escaped by six bytes, needs some 7 MB.
 */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

const gunzipAsync = promisify(gunzip);
const inflateAsync = promisify(inflate);

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

/**
 * Undoes the `Content-Encoding` of a body, bounded so that a small request can't unpack to a large one.
 * @throws ServiceError `SerializationException` for bytes that are not what the header says
 */
export async function decodeBody(
  raw: Buffer,
  encoding: string | undefined,
  maxBytes = MAX_BODY_BYTES,
): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  // `aws-chunked` would only be sent by clients that stream, which those of this service do not.
  if (name === 'identity' || name === '') return raw;
  const unpack =
    name === 'gzip' || name === 'x-gzip' ? gunzipAsync : name === 'deflate' ? inflateAsync : undefined;
  if (!unpack) throw serialization(`Content-Encoding ${name.slice(0, 100)} is not supported.`);
  try {
    return await unpack(raw, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw serialization(`The request body could not be decoded as ${name}.`);
  }
}

function tooLarge(maxBytes: number): ServiceError {
  return new ServiceError(
    'RequestEntityTooLargeException',
    `The request body is larger than ${maxBytes} bytes.`,
    { status: 413 },
  );
}
