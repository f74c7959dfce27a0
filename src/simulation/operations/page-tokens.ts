import { createHash } from 'node:crypto';

import { invalidParameter } from '../service-error.js';

/** Milliseconds a token is good for. Source: the model's `nextToken`, "expires after 24 hours". */
const TOKEN_LIFE_MILLIS = 24 * 60 * 60 * 1000;

/**
 * Writes an opaque paging token.
 * @param scope - what the pages are of: the operation and what its order depends on; a token of another
 *   scope is refused
 * @param position - where the next page begins
 */
export function writePageToken(scope: string, position: string, now: number): string {
  const body = Buffer.from(JSON.stringify([now, position]));
  return Buffer.concat([checksum(scope, body), body]).toString('base64url');
}

/**
 * Reads a token that {@link writePageToken} wrote for the same scope.
 * @throws ServiceError for any other text, in the service's words
 */
export function readPageToken(
  scope: string,
  token: string,
  now: number,
  lifeMillis = TOKEN_LIFE_MILLIS,
): string {
  const bytes = Buffer.from(token, 'base64url');
  const body = bytes.subarray(CHECKSUM_BYTES);
  // The decoder skips what is not base64, so only the same text again proves the token.
  if (
    bytes.toString('base64url') !== token ||
    !checksum(scope, body).equals(bytes.subarray(0, CHECKSUM_BYTES))
  ) {
    throw invalidToken();
  }
  const [issued, position] = JSON.parse(body.toString()) as [number, string];
  if (now - issued > lifeMillis) throw invalidToken();
  return position;
}

export function invalidToken(): Error {
  return invalidParameter('The specified nextToken is invalid.');
}

const CHECKSUM_BYTES = 16;

function checksum(scope: string, body: Buffer): Buffer {
  return createHash('sha256').update(scope).update('\0').update(body).digest().subarray(0, CHECKSUM_BYTES);
}

/**
 * Cuts one page from ordered entries.
 * @param entriesAfter - the entries behind a key, in order
 */
export function pageOf<T>(
  scope: string,
  { nextToken, limit, now }: { nextToken: string | undefined; limit: number; now: number },
  entriesAfter: (after: string | undefined) => Iterable<readonly [key: string, item: T]>,
): { items: T[]; nextToken?: string } {
  const after = nextToken === undefined ? undefined : readPageToken(scope, nextToken, now);
  const items: T[] = [];
  let lastKey = '';
  for (const [key, item] of entriesAfter(after)) {
    if (items.length === limit) return { items, nextToken: writePageToken(scope, lastKey, now) };
    items.push(item);
    lastKey = key;
  }
  return { items };
}

/** As {@link pageOf} over a list that is small and already in its order, by position in it. */
export function pageOfList<T>(
  scope: string,
  { nextToken, limit, now }: { nextToken: string | undefined; limit: number; now: number },
  all: readonly T[],
): { items: T[]; nextToken?: string } {
  const start = nextToken === undefined ? 0 : Number(readPageToken(scope, nextToken, now));
  const items = all.slice(start, start + limit);
  return start + limit < all.length
    ? { items, nextToken: writePageToken(scope, String(start + limit), now) }
    : { items };
}
