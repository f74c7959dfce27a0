import { CloudWatchLogsError } from './errors.js';

/** The members of the SDK's HttpResponse that matter here; its class lives in a package we do not import. */
export interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string | undefined>;
  /** A stream of Node.js or of the web, bytes, or nothing. */
  body?: unknown;
}

/** Bytes of the longest answer of any operation; a page of log events has some 10 MiB at the most. */
export const MAX_ANSWER_BYTES = 64 * 1024 ** 2;

/**
 * Reads the body of an answer, which then has its bytes. An error's body that is too long is left out: its status and
 * headers still say what it is. A stream of events is left alone.
 * @param signal - stops the reading
 * @throws CloudWatchLogsError where it is longer; what the stream throws
 */
export async function readAnswerBody(
  answer: HttpAnswer,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<void> {
  if (/eventstream/i.test(answer.headers['content-type'] ?? '')) return;
  const bytes = await readBounded(answer.body, maxBytes, signal);
  if (bytes === undefined && answer.statusCode < 300) {
    throw new CloudWatchLogsError('ERR_ANSWER_TOO_LONG', `the answer is longer than ${maxBytes} bytes`);
  }
  answer.body = bytes ?? new Uint8Array();
}

/** @returns undefined where there is more; the rest is not read */
async function readBounded(
  body: unknown,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  // It was read before.
  if (body instanceof Uint8Array) return body.length > maxBytes ? undefined : body;
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stop = (): void => {
    (body as { destroy?: () => void }).destroy?.();
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    // Leaving the loop ends the stream, and with it the connection.
    for await (const chunk of chunksOf(body)) {
      length += chunk.length;
      if (length > maxBytes) return undefined;
      chunks.push(chunk);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  return Buffer.concat(chunks);
}

function chunksOf(body: unknown): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body) {
    return body as AsyncIterable<Uint8Array>;
  }
  return body instanceof Blob ? body.stream() : [];
}
