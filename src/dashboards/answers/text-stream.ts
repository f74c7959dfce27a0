/** Characters that are gathered before they are passed on. */
const CHUNK_CHARACTERS = 65_536;

/** What a body is made with. */
export interface TextStreamSettings {
  /** Told once, when nothing more is read: at the end, or when the reader is gone before it. */
  readonly onEnd: () => void;
  /** Milliseconds after which a reader that takes nothing counts as gone. Default: it may take its time. */
  readonly idleMillis?: number | undefined;
  /** Aborts when the reader is gone. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A body that is made while it is read: nothing of it is kept, and a reader that is slow or gone holds back, or
 * ends, its making.
 * @param pieces - of text, in order
 */
export function textStream(
  pieces: AsyncIterable<string> | Iterable<string>,
  { onEnd, idleMillis, signal }: TextStreamSettings,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let iterator: AsyncGenerator<string, void> | undefined = toAsync(pieces);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let giveUp = (): void => undefined;
  const end = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
    const left = iterator;
    // What the pieces are made of is let go, also where somebody holds the body.
    iterator = undefined;
    if (!left) return;
    onEnd();
    // Not waited for: it may be in the middle of a look-up, which the signal ends.
    void left.return(undefined).catch(() => undefined);
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        giveUp = () => {
          end();
          controller.error(new Error('the answer was not read'));
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        if (signal?.aborted) giveUp();
      },
      async pull(controller) {
        clearTimeout(timer);
        const next = await iterator!.next().catch((error: unknown) => {
          end();
          throw error;
        });
        // The reader left meanwhile.
        if (!iterator) return;
        if (next.done) {
          end();
          controller.close();
          return;
        }
        controller.enqueue(encoder.encode(next.value));
        if (idleMillis === undefined) return;
        timer = setTimeout(giveUp, idleMillis);
        // It holds nothing but memory: a process that is done need not wait for it.
        (timer as Partial<NodeJS.Timeout>).unref?.();
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  );
}

async function* toAsync(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string, void> {
  yield* pieces;
}

/** Joins small pieces into larger ones, each written at once. */
export function* inChunks(pieces: Iterable<string>): Generator<string, void> {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length >= CHUNK_CHARACTERS) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}
