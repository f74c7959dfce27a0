import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { AdjustableClock } from './faults/adjustable-clock.js';
import type { FaultInjection } from './faults/fault-injection.js';
import type { LocalCloudWatchLogsOptions } from './local-options.js';
import { Metrics } from './metrics/metrics.js';
import { metricsTarget } from './metrics/metrics-target.js';
import { LOG_GROUPS, type LogGroupDocument } from './operations/collections.js';
import { EventFeed } from './operations/event-feed.js';
import { failInterruptedExports } from './operations/export-tasks.js';
import { expireEvents } from './operations/find-log-group.js';
import { applyIndexPolicies } from './operations/index-policies.js';
import { observeMetrics } from './operations/metric-observations.js';
import { OlderEvents } from './operations/older-events.js';
import type { ServiceContext } from './operations/service-context.js';
import { subscriptionsOf } from './operations/subscription-filters.js';
import { countUnknownNames } from './operations/unknown-names.js';
import type { Place } from './place.js';
import type { SignatureCheck } from './protocol/signatures.js';
import { INSIGHTS_QUERY_ENGINE } from './queries/insights-query-engine.js';
import { QueryService } from './queries/query-service.js';
import { openStorage } from './store/storage.js';
import { describeHarm, type FolderRecovery } from './store/store-damage.js';
import { createEventSource } from './store/store-event-source.js';
import type { LocalDestinations } from './subscriptions/local-destinations.js';
import { SubscriptionDelivery } from './subscriptions/subscription-delivery.js';
import { deliverFresh } from './subscriptions/subscriptions.js';

const EXPIRY_INTERVAL_MILLIS = 60_000;

/** Source: "CloudWatch Logs quotas", queries in Logs Insights QL that run at once. */
const MAX_CONCURRENT_QUERIES = 100;
/** Of them, those that read log groups of the Infrequent Access class. */
const MAX_CONCURRENT_INFREQUENT_QUERIES = 5;

/** What the places of a service share. */
export interface SharedParts {
  readonly clock: AdjustableClock;
  readonly faults: FaultInjection;
  readonly destinations: LocalDestinations;
  readonly authenticate: SignatureCheck;
  /** Takes what nobody asked for and somebody should know. */
  readonly tell: (line: string) => void;
  /** Says where a log group is that is not in a place. */
  tellElsewhere(logGroupName: string, place: Place): void;
}

/** The local service in one region of one account. */
export interface PlaceService {
  readonly context: ServiceContext;
  /** What of the data folder could not be read. */
  readonly recovery: Readonly<FolderRecovery>;
  /** What metric filters made. */
  readonly metrics: Metrics;
  /** Ends what runs; what is stored is written and closed. */
  close(): Promise<void>;
  /** Ends what runs, and removes all that is stored. */
  clear(): Promise<void>;
}

/**
 * Puts the parts of a service together.
 * @param directory - undefined for one that is kept in memory
 * @param options - already checked
 * @throws CloudWatchLogsError for a folder that can't be used
 */
export function openPlace(
  { accountId, region }: Place,
  directory: string | undefined,
  shared: SharedParts,
  options: LocalCloudWatchLogsOptions,
): PlaceService {
  const { clock, faults, destinations, authenticate, tell } = shared;
  const epochMillis = (): number => clock.now();
  const storage = openStorage({ directory, maxBytes: options.maxBytes, fsync: options.fsync });
  const { catalog, events } = storage;
  const tellHarm = (harm: Partial<FolderRecovery>): void => {
    for (const line of describeHarm(harm)) tell(`${directory ?? 'memory'}: ${line}`);
  };
  const logGroups = function* (): Generator<LogGroupDocument> {
    for (const [, group] of catalog.list<LogGroupDocument>(LOG_GROUPS)) yield group;
  };
  const olderEvents = new OlderEvents(options.answerOlderEvents ?? false, tell);
  const eventSource = createEventSource(events, {
    accountId,
    region,
    epochMillis,
    logGroups,
    answersOlder: olderEvents.answered,
    onOlderLeftOut: (group) => {
      olderEvents.leftOut(group);
    },
  });
  const queries = new QueryService(
    {
      events: eventSource,
      epochMillis,
      onFailure: ({ queryId, failure }) => options.onWarning?.(`query ${queryId} failed: ${failure!}`),
    },
    {
      maxConcurrent: MAX_CONCURRENT_QUERIES,
      maxConcurrentInfrequent: MAX_CONCURRENT_INFREQUENT_QUERIES,
    },
  );
  const delivery = new SubscriptionDelivery(epochMillis, options.onWarning);
  const metrics = new Metrics(epochMillis, metricsTarget({ ...options, region }), options.onWarning);
  const context: ServiceContext = {
    accountId,
    region,
    catalog,
    events,
    eventSource,
    queryEngine: INSIGHTS_QUERY_ENGINE,
    queries,
    feed: new EventFeed(),
    destinations,
    delivery,
    olderEvents,
    notHere: (logGroupName) => {
      shared.tellElsewhere(logGroupName, { accountId, region });
    },
    sequenceTokens: options.sequenceTokens ?? false,
    exportDirectory: options.exportDirectory,
    faults,
    verifiesSignatures: options.verifySignatures !== undefined,
    authenticate,
    epochMillis,
    settled: async () => {
      await Promise.all([catalog.settled(), events.settled()]);
    },
  };
  context.feed.subscribe((fresh) => {
    deliverFresh(fresh, accountId, subscriptionsOf(context, fresh.group), delivery);
    observeMetrics(context, fresh, metrics.store);
  });
  storage.noteHarm({ unknownNames: countUnknownNames(storage) });
  tellHarm(storage.recovery);
  storage.onHarmFound(tellHarm);
  failInterruptedExports(context);
  for (const group of logGroups()) applyIndexPolicies(context, group);
  const expiry = setInterval(() => {
    for (const group of logGroups()) expireEvents(context, group);
  }, EXPIRY_INTERVAL_MILLIS);
  expiry.unref();
  const stop = (): void => {
    clearInterval(expiry);
    queries.stop();
    delivery.stop();
    context.feed.end();
  };
  return {
    context,
    recovery: storage.recovery,
    metrics,
    close: async () => {
      stop();
      await metrics.close();
      await storage.close();
    },
    clear: async () => {
      stop();
      metrics.clear();
      await metrics.close();
      await storage.close();
      if (directory !== undefined) emptyFolder(directory);
    },
  };
}

/** What says whose the folder is, and the folders of other places, stay. */
const KEPT_FILES: readonly string[] = ['VERSION', 'PLACE', 'places'];

function emptyFolder(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (!KEPT_FILES.includes(name)) rmSync(join(directory, name), { recursive: true, force: true });
  }
}
