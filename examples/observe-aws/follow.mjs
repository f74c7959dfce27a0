/**
 * Follows what a service only answers when it is asked: an async iterator in the form of `tailLogs`. Each item is shown once,
 * what could not be asked is said as a gap and asked for again, and an abort ends it.
 *
 * @param ask - from and to, in milliseconds since 1970; answers items with an `id`, oldest first
 */
export async function* follow(
  ask,
  { intervalMillis = 60_000, overlapMillis = 300_000, from, signal, clock = Date.now } = {},
) {
  const seen = new Map();
  let gap;
  let to = from ?? clock();
  while (!signal?.aborted) {
    const begin = gap ?? to;
    const end = clock();
    try {
      // What is late by less than the overlap is found by the next question.
      for (const item of await ask(begin - overlapMillis, end, signal)) {
        if (seen.has(item.id)) continue;
        seen.set(item.id, end);
        yield { kind: 'event', ...item };
      }
      if (gap !== undefined) yield { kind: 'gap', fromMillis: gap, toMillis: end, isFilled: true };
      gap = undefined;
      to = end;
    } catch (error) {
      if (signal?.aborted) return;
      if (gap === undefined) yield { kind: 'gap', fromMillis: begin, reason: error.name, isFilled: false };
      gap = begin;
    }
    for (const [id, at] of seen) if (at < end - 4 * overlapMillis) seen.delete(id);
    await wait(intervalMillis, signal);
  }
}

function wait(millis, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, millis);
    signal?.addEventListener('abort', end, { once: true });
  });
}
