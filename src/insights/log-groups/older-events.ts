import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { reasonWithRemedy } from '../../cloudwatch/denied-action.js';
import { namedLogGroup } from '../../cloudwatch/named-log-group.js';
import { olderEventsSentence } from '../../cloudwatch/older-events-sentence.js';
import { type RunsQueries } from '../queries/query-runner.js';
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
/** Nobody waits longer for a note. */
const PROBE_MILLIS = 5_000;

/** The part of a range that lies before a group was made; undefined where nothing does. */
export function rangeBefore(
  { creationMillis }: KnownLogGroup,
  range: { readonly fromMillis: number; readonly toMillis: number },
): { fromMillis: number; toMillis: number } | undefined {
  if (creationMillis === undefined || creationMillis <= range.fromMillis) return undefined;
  return { fromMillis: range.fromMillis, toMillis: Math.min(range.toMillis, creationMillis - 1) };
}

/**
 * Says which groups hold events of the range that are older than themselves, and of which that is not known.
 * Never rejects but for an aborted signal.
 * @returns a sentence for each such group
 */
export async function olderEventsNotes(
  calls: ReadCalls,
  groups: readonly KnownLogGroup[],
  range: { readonly fromMillis: number; readonly toMillis: number },
  settings: {
    readonly isLocal: boolean;
    readonly runner: RunsQueries;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<string[]> {
  const { isLocal, runner, signal } = settings;
  const young = groups.filter((group) => rangeBefore(group, range));
  const unknown = new Map<string, string>();
  const notes = await Promise.all(
    young.slice(0, MAX_GROUPS).map(async (group) => {
      const before = rangeBefore(group, range)!;
      try {
        if (!(await holdsEvents(calls, group, before, signal))) return [];
        if (isLocal && (await queriesShowOlder(runner, group, before, signal))) return [];
        return [olderEventsNote(group, isLocal)];
      } catch (error) {
        signal?.throwIfAborted();
        unknown.set(group.identifier, reasonWithRemedy(error, 'FilterLogEvents'));
        return [];
      }
    }),
  );
  for (const { identifier } of young.slice(MAX_GROUPS)) {
    unknown.set(identifier, `at most ${MAX_GROUPS} log groups are asked`);
  }
  return [...notes.flat(), ...notAskedNotes(unknown)];
}

/** Groups that a sentence names. */
const MAX_NAMED = 5;

/**
 * The sentences for groups that were not asked for what is older than they are.
 * @param unknown - why, by the group's identifier
 */
export function notAskedNotes(unknown: ReadonlyMap<string, string>): string[] {
  return [...new Set(unknown.values())].map((why) => {
    const groups = [...unknown].filter(([, one]) => one === why).map(([identifier]) => identifier);
    const names = groups.slice(0, MAX_NAMED).join(', ');
    const more = groups.length > MAX_NAMED ? ` and ${groups.length - MAX_NAMED} more` : '';
    return `events that are older than their log group, which no query shows, were not looked for in ${names}${more}: ${why}`;
  });
}

/**
 * The sentence for one group.
 * @param found - events of a look-up that were read in another way
 */
export function olderEventsNote(group: KnownLogGroup, isLocal: boolean, found?: number): string {
  const { identifier: logGroup, creationMillis = 0 } = group;
  return olderEventsSentence({ logGroup, creationMillis }, isLocal, found);
}

/**
 * Tells whether queries show events that are older than their group, which holds some: AWS's never do, and a service on this machine may have been
 * told to. Only its answer tells; it bills nothing for it. Never rejects but for an aborted signal.
 * @param before - the part of a range that lies before the group was made
 */
export async function queriesShowOlder(
  runner: RunsQueries,
  { identifier, creationMillis = 0 }: KnownLogGroup,
  before: { readonly fromMillis: number; readonly toMillis: number },
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    const { rows } = await runner.run({
      query: 'fields @timestamp | sort @timestamp asc | limit 1',
      logGroups: [identifier],
      from: before.fromMillis,
      to: before.toMillis,
      timeoutMillis: PROBE_MILLIS,
      signal,
    });
    // Ranges are cut to seconds: an event of the group's first second may be younger than the group.
    return rows.some((row) => Date.parse(`${row['@timestamp']?.replace(' ', 'T')}Z`) < creationMillis);
  } catch {
    // Refused: the group is younger than this range, and nothing older is shown.
    signal?.throwIfAborted();
    return false;
  }
}

async function holdsEvents(
  calls: ReadCalls,
  { identifier }: KnownLogGroup,
  { fromMillis, toMillis }: { readonly fromMillis: number; readonly toMillis: number },
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let nextToken: string | undefined;
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
  return false;
}
