const ROW_COMMANDS = new Set(['fields', 'display', 'filter', 'where', 'filterindex', 'parse', 'unnest']);

/**
 * Tells whether a query looks at each event alone and leaves the order to `@timestamp`, so that the rows of
 * several queries together are the rows of one. Anything that is not surely so is not.
 */
export function isRowByRow(query: string): boolean {
  return splitAtPipes(query).every((part) => {
    const text = part.trim();
    const word = /^[A-Za-z_]+/.exec(text)?.[0].toLowerCase();
    if (word === undefined) return text === '';
    return (
      ROW_COMMANDS.has(word) ||
      /^sort\s+@timestamp(?:\s+(?:asc|desc))?$/i.test(text) ||
      /^limit\s+\d+$/i.test(text)
    );
  });
}

/** The order that a query asks for; `desc`, the service's own, where it asks for none. */
export function timestampOrder(query: string): 'asc' | 'desc' {
  const sort = splitAtPipes(query).findLast((part) => /^\s*sort\b/i.test(part));
  return sort === undefined || /\bdesc\s*$/i.test(sort) ? 'desc' : 'asc';
}

/** The smallest count of the query's `limit` commands. */
export function limitOf(query: string): number | undefined {
  const counts = splitAtPipes(query).flatMap((part) => {
    const count = /^\s*limit\s+(\d+)\s*$/i.exec(part)?.[1];
    return count === undefined ? [] : [Number(count)];
  });
  return counts.length === 0 ? undefined : Math.min(...counts);
}

/** One that is not closed goes on to the end: to look for its end from each of many would cost their square. */
const PASSED_OVER =
  /"(?:\\[^]|[^"\\])*"?|'(?:\\[^]|[^'\\])*'?|`[^`]*`?|#[^\n]*|(?:\blike|=~)\s*\/(?:\\[^]|[^/\\])*\/?/gi;

function splitAtPipes(query: string): string[] {
  // Same length, so that nothing moves; a comment becomes blanks, anything else keeps its first letters.
  const bare = query.replace(PASSED_OVER, (text) =>
    text.startsWith('#') ? ' '.repeat(text.length) : 'x'.repeat(text.length),
  );
  return bare.split('|');
}
