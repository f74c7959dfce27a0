import { sleep } from '../cloudwatch/sleep.js';
import { type FoundEvent } from '../insights/look-up/correlated-event.js';
import { type CorrelationEngine } from '../insights/look-up/correlation-engine.js';
import { type LiveSource } from './live-source.js';

const POLL_MILLIS = 2_000;
/** How far each poll looks back over the one before: events may arrive late, with older times. */
const OVERLAP_MILLIS = 30_000;
/** Range of the first look back. */
const BACKLOG_MILLIS = 24 * 3_600_000;
/** Events of one poll at the most. */
const MAX_POLL_EVENTS = 5_000;
/** Ids of events that were seen, to tell new ones; the oldest are forgotten. */
const MAX_SEEN = 50_000;

/** Follows log groups by reading their newest events again and again; it works wherever FilterLogEvents is allowed. */
export function createPollingLiveSource(
  {
    engine,
    epochMillis,
  }: { readonly engine: Pick<CorrelationEngine, 'newestEvents'>; readonly epochMillis: () => number },
  { pollMillis = POLL_MILLIS }: { readonly pollMillis?: number } = {},
): LiveSource {
  return {
    async *follow({ logGroups, backlog, signal }) {
      const seen = new Set<string>();
      let from = epochMillis() - BACKLOG_MILLIS;
      let limit = backlog;
      for (;;) {
        const found = await engine.newestEvents({ logGroups, from, limit, signal });
        const events = found.events.filter((event) => isNew(event, seen));
        const last = found.events.at(-1)?.timestampMillis ?? from;
        const missed = limit === MAX_POLL_EVENTS && found.events.length === limit;
        yield {
          events,
          logGroups: found.logGroups,
          notes: [
            ...found.notes,
            ...found.leftOut.map(({ logGroup, reason }) =>
              logGroup === '*' && reason === 'missing'
                ? 'there are no log groups yet'
                : `${logGroup} is not followed: ${REASONS[reason]}`,
            ),
            ...(missed ? [`more than ${limit} events arrived at once; the older of them are not shown`] : []),
          ],
        };
        from = Math.max(from, Math.min(last, epochMillis()) - OVERLAP_MILLIS);
        limit = MAX_POLL_EVENTS;
        await sleep(pollMillis, signal);
      }
    },
  };
}

const REASONS = {
  missing: 'it does not exist',
  denied: 'reading it is denied',
  younger_than_range: 'it is younger than the range',
  expired: 'its events have expired',
  not_queryable: 'its class does not allow it',
  failed: 'it could not be read',
} as const;

function isNew(event: FoundEvent, seen: Set<string>): boolean {
  const { eventId, logGroup, logStream, timestampMillis, message } = event;
  const key =
    eventId === undefined
      ? JSON.stringify([logGroup, logStream, timestampMillis, message])
      : `${logGroup} ${eventId}`;
  if (seen.has(key)) return false;
  seen.add(key);
  if (seen.size > MAX_SEEN) seen.delete(seen.values().next().value!);
  return true;
}
