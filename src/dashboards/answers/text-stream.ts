/** Characters that are gathered before they are passed on. */
const CHUNK_CHARACTERS = 65_536;

/**
 * A body that is made while it is read: nothing of it is kept, and a reader that is slow or gone holds back, or
 * ends, its making.
 * @param pieces - of text, in order
 * @param onLeft - told when the reader is gone before the end
 */
export function textStream(
  pieces: AsyncIterable<string> | Iterable<string>,
  onLeft: () => void = () => undefined,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = toAsync(pieces);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await iterator.next();
        if (next.done) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      },
      cancel() {
        onLeft();
        // Not waited for: it may be in the middle of a look-up, which the signal ends.
        void iterator.return(undefined).catch(() => undefined);
      },
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
