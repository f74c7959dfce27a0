import type { Catalog } from '../store/catalog.js';
import type { EventStore } from '../store/event-store.js';
import { LOG_GROUPS, logStreamsOf } from './collections.js';

/**
 * Counts the log groups and streams that have events though the catalog does not have them: where the two were written
 * by one service, the catalog has lost something.
 */
export function countUnknownNames({ catalog, events }: { catalog: Catalog; events: EventStore }): number {
  let count = 0;
  for (const logGroupName of events.logGroupNames()) {
    const streams = events.groupStreams(logGroupName);
    if (streams.size === 0) continue;
    if (!catalog.get(LOG_GROUPS, logGroupName)) count++;
    for (const logStreamName of streams.keys()) {
      if (!catalog.get(logStreamsOf(logGroupName), logStreamName)) count++;
    }
  }
  return count;
}
