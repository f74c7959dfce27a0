import { type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { errorLine, parseMessageLine, resultLine, RPC_ERROR, RpcError, type RpcMessage } from './json-rpc.js';

/** Whatever answers the requests. */
export interface Answerer {
  /** @throws RpcError for an error that the client sees; anything else is an internal one */
  answer(message: RpcMessage, signal: AbortSignal): Promise<object>;
}

/** A message is a tool's name and a few arguments: what is longer is no message. */
const MAX_LINE_LENGTH = 1024 * 1024;

/**
 * Serves requests that come as lines of JSON, as MCP's stdio transport has them: answers and nothing else are written.
 * Requests run side by side; `notifications/cancelled` ends one.
 * @returns when the input has ended, or the signal is aborted, and all answers are written
 */
export async function serveLines(
  streams: { readonly input: Readable; readonly output: { write(line: string): unknown } },
  answerer: Answerer,
  signal: AbortSignal,
): Promise<void> {
  const running = new Map<string | number, AbortController>();
  const answers = new Set<Promise<void>>();
  const write = (line: string): void => void streams.output.write(line);

  const serve = async (message: RpcMessage, id: string | number, stop: AbortController): Promise<void> => {
    const ended = AbortSignal.any([signal, stop.signal]);
    try {
      const result = await answerer.answer(message, ended);
      // Who cancelled a request wants no answer.
      if (!stop.signal.aborted) write(resultLine(id, result));
    } catch (error) {
      if (stop.signal.aborted) return;
      const known =
        error instanceof RpcError ? error : new RpcError(RPC_ERROR.internal, 'the request failed');
      write(errorLine(id, known));
    } finally {
      running.delete(id);
    }
  };

  const take = (line: string): void => {
    if (line.trim() === '') return;
    let message: RpcMessage | undefined;
    try {
      message = parseMessageLine(line);
    } catch (error) {
      write(errorLine(null, error as RpcError));
      return;
    }
    if (message === undefined) return;
    const { id, method, params } = message;
    if (method === 'notifications/cancelled') running.get(params.requestId as string)?.abort();
    if (id === undefined) return;
    if (running.has(id)) {
      write(errorLine(id, new RpcError(RPC_ERROR.invalidRequest, 'a request with this id is under way')));
      return;
    }
    const stop = new AbortController();
    running.set(id, stop);
    const answer = serve(message, id, stop);
    answers.add(answer);
    void answer.then(() => answers.delete(answer));
  };

  await readLines(streams.input, signal, take, () => {
    write(
      errorLine(
        null,
        new RpcError(RPC_ERROR.invalidRequest, `a line has at most ${MAX_LINE_LENGTH} characters`),
      ),
    );
  });
  await Promise.all(answers);
}

/** Cuts a stream into lines. One that is too long is told once, and its rest passed over. */
function readLines(
  input: Readable,
  signal: AbortSignal,
  onLine: (line: string) => void,
  onTooLong: () => void,
): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let isTooLong = false;
  return new Promise((resolve) => {
    const onData = (chunk: Buffer): void => {
      const pieces = (pending + decoder.write(chunk)).split('\n');
      pending = pieces.pop()!;
      for (const piece of pieces) {
        if (isTooLong) isTooLong = false;
        else onLine(piece);
      }
      if (pending.length <= MAX_LINE_LENGTH) return;
      pending = '';
      if (!isTooLong) onTooLong();
      isTooLong = true;
    };
    const end = (): void => {
      input.off('data', onData);
      input.pause();
      resolve();
    };
    input.on('data', onData);
    input.once('end', () => {
      if (pending !== '' && !isTooLong) onLine(pending);
      end();
    });
    input.once('error', end);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}
