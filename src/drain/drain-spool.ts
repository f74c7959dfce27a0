import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Diagnostics } from '../observability/diagnostics.js';
import { Losses, type LossReason } from '../observability/losses.js';
import { type Provision } from '../resources/ensure-log-group.js';
import { createDelivery } from '../delivery/create-delivery.js';
import { listSpool, readSpoolEntry, type SpoolEntry } from '../delivery/spool/inspect-spool.js';
import { type FileSystem, nodeFileSystem } from '../delivery/spool/private-files.js';
import { DEFAULT_SPOOL_SETTINGS } from '../delivery/spool/spool.js';

/** The result of draining a spool. */
export interface DrainResult {
  readonly delivered: number;
  readonly lost: number;
  readonly lostByReason: Partial<Record<LossReason, number>>;
  /** Events that are still in the spool: the service failed, other processes hold them, or a later version wrote them. */
  readonly left: number;
  /** Those of them that other processes hold, and send themselves. */
  readonly leftToOthers: number;
  /** Those of them in files of a later version, or that can't be read. */
  readonly leftUnreadable: number;
  /** Diagnostics of it meanwhile, each kind once. */
  readonly messages: readonly string[];
  readonly error?: Error | undefined;
}

/** How a spool is drained. */
export interface DrainOptions {
  /** Milliseconds without progress after which it ends. Default 20,000. */
  readonly timeoutMillis?: number | undefined;
  /**
   * The resources that may be made where they are missing. Default `stream`: the spool knows nothing of a group's
   * retention, key, class and tags, so that a group made here has none of them.
   */
  readonly provision?: Provision | undefined;
  /** Ends it early; what is not sent stays. */
  readonly signal?: AbortSignal | undefined;
}

/** Bytes and milliseconds that are no bound: draining drops nothing. */
const NO_BOUND = Number.MAX_SAFE_INTEGER;

/**
 * Sends what is in a spool and not held by a living process. It ends when all is sent, or when the service
 * takes nothing more within `timeoutMillis`. Never rejects for the service's sake.
 * @param fileSystem - a test's may fail
 * @throws where the directory can't be read
 */
export async function drainSpool(
  directory: string,
  client: CloudWatchLogsClient,
  options: DrainOptions = {},
  fileSystem = nodeFileSystem,
): Promise<DrainResult> {
  // A directory that is not there is an error here, and no spool to be made.
  await listSpool(directory, fileSystem);
  const { timeoutMillis = 20_000, provision = 'stream', signal } = options;
  const losses = new Losses();
  const messages: string[] = [];
  const note = (message: string): void => void messages.push(message);
  const logger = { error: note, warn: note, info: () => undefined, debug: () => undefined };
  const delivery = createDelivery(
    { client, losses, diagnostics: new Diagnostics({ logger }), fileSystem },
    {
      flushTimeoutMillis: timeoutMillis,
      shutdownTimeoutMillis: 5_000,
      provisioning: { provision },
      spool: { ...DEFAULT_SPOOL_SETTINGS, directory, maxBytes: NO_BOUND, maxAgeMillis: NO_BOUND },
    },
  );
  await delivery.ready?.();
  const drained = new AbortController();
  const interrupted = new Promise<void>((resolve) => {
    signal?.addEventListener('abort', () => resolve(), { signal: drained.signal });
  });
  for (let before = -1; !signal?.aborted;) {
    const { spool, deliveredEvents } = delivery.status();
    if (spool!.batches === spool!.unreadableBatches || deliveredEvents === before) break;
    before = deliveredEvents;
    await Promise.race([delivery.forceFlush(), interrupted]);
  }
  drained.abort();
  // Shutting down aborts what is under way, which is not why events are left.
  const { spool, lastError } = delivery.status();
  await delivery.shutdown();
  const { deliveredEvents } = delivery.status();
  const { entries } = await listSpool(directory, fileSystem);
  const left = eventsOf(entries);
  return {
    delivered: deliveredEvents,
    lost: losses.total(),
    lostByReason: losses.byReason(),
    left,
    leftToOthers: eventsOf(entries.filter(({ heldByProcess }) => heldByProcess !== undefined)),
    leftUnreadable:
      spool!.unreadableBatches > 0 ? eventsOf(await unreadableOf(directory, entries, fileSystem)) : 0,
    messages,
    error: left > 0 ? lastError : undefined,
  };
}

function eventsOf(entries: readonly SpoolEntry[]): number {
  return entries.reduce((sum, { events }) => sum + events, 0);
}

async function unreadableOf(
  directory: string,
  entries: readonly SpoolEntry[],
  fileSystem: FileSystem,
): Promise<SpoolEntry[]> {
  const found: SpoolEntry[] = [];
  for (const entry of entries) {
    if (entry.heldByProcess !== undefined) continue;
    const { state } = await readSpoolEntry(directory, entry, fileSystem);
    if (state === 'future' || state === 'unreadable') found.push(entry);
  }
  return found;
}
