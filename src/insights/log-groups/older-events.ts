import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { namedLogGroup } from '../../cloudwatch/named-log-group.js';
import { olderEventsSentence } from '../../cloudwatch/older-events-sentence.js';
import { type ReadCalls } from '../queries/read-calls.js';
import { type KnownLogGroup } from './log-group-directory.js';

/**
 * Events that are older than their log group. Queries show none of them, at the console neither: whoever
 * makes a group late, or puts events of the past, finds nothing and is told nothing. FilterLogEvents has them.
 */

/** Groups that are asked: each costs a call. */
const MAX_GROUPS = 10;
/** Pages of one group: they may be empty while the service searches on. */
const MAX_PAGES = 5;

/** The part of a range that lies before a group was made; undefined where nothing does. */
export function rangeBefore(
  { creationMillis }: KnownLogGroup,
  range: { readonly fromMillis: number; readonly toMillis: number },
): { fromMillis: number; toMillis: number } | undefined {
  if (creationMillis === undefined || creationMillis <= range.fromMillis) return undefined;
  return { fromMillis: range.fromMillis, toMillis: Math.min(range.toMillis, creationMillis - 1) };
}

/**
 * Says which groups hold events of the range that are older than themselves.
 * Never rejects but for an aborted signal: a group that can't be asked is passed over.
 * @returns a sentence for each such group
 */
export async function olderEventsNotes(
  calls: ReadCalls,
  groups: readonly KnownLogGroup[],
  range: { readonly fromMillis: number; readonly toMillis: number },
  settings: { readonly isLocal: boolean; readonly signal?: AbortSignal | undefined },
): Promise<string[]> {
  const young = groups.filter((group) => rangeBefore(group, range)).slice(0, MAX_GROUPS);
  const notes = await Promise.all(
    young.map(async (group) => {
      const before = rangeBefore(group, range)!;
      return (await holdsEvents(calls, group, before, settings.signal))
        ? olderEventsNote(group, settings.isLocal)
        : undefined;
    }),
  );
  return notes.filter((note) => note !== undefined);
}

/**
 * The sentence for one group.
 * @param found - events of a look-up that were read in another way
 */
export function olderEventsNote(group: KnownLogGroup, isLocal: boolean, found?: number): string {
  const { identifier: logGroup, creationMillis = 0 } = group;
  return olderEventsSentence({ logGroup, creationMillis }, isLocal, found);
}

async function holdsEvents(
  calls: ReadCalls,
  { identifier }: KnownLogGroup,
  { fromMillis, toMillis }: { readonly fromMillis: number; readonly toMillis: number },
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let nextToken: string | undefined;
  try {
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const command = new FilterLogEventsCommand({
        ...namedLogGroup(identifier),
        startTime: Math.floor(fromMillis),
        endTime: Math.floor(toMillis),
        limit: 1,
        ...(nextToken !== undefined && { nextToken }),
      });
      // Not made again where it fails: it only explains.
      const options = signal ? { abortSignal: signal } : {};
      const page = await calls.once(() => calls.client.send(command, options), { signal });
      if ((page.events ?? []).length > 0) return true;
      nextToken = page.nextToken;
      if (nextToken === undefined) return false;
    }
  } catch {
    signal?.throwIfAborted();
  }
  return false;
}
