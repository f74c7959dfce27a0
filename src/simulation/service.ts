import type { AdjustableClock } from './faults/adjustable-clock.js';
import { FaultInjection } from './faults/fault-injection.js';
import type { LocalCloudWatchLogsOptions } from './local-options.js';
import { LOG_GROUPS, type LogGroupDocument } from './operations/collections.js';
import { EventFeed } from './operations/event-feed.js';
import { failInterruptedExports } from './operations/export-tasks.js';
import { expireEvents } from './operations/find-log-group.js';
import { HANDLERS } from './operations/handlers.js';
import { INGESTION_PATHS } from './operations/http-ingestion.js';
import { applyIndexPolicies } from './operations/index-policies.js';
import { OTHER_OPERATIONS } from './operations/other-operations.js';
import type { ServiceContext } from './operations/service-context.js';
import { subscriptionsOf } from './operations/subscription-filters.js';
import { createSignatureCheck } from './protocol/signatures.js';
import { INSIGHTS_QUERY_ENGINE } from './queries/insights-query-engine.js';
import { QueryService } from './queries/query-service.js';
import type { FolderRecovery } from './store/folder-event-store.js';
import { openStorage } from './store/storage.js';
import { createEventSource } from './store/store-event-source.js';
import { LocalDestinations } from './subscriptions/local-destinations.js';
import { SubscriptionDelivery } from './subscriptions/subscription-delivery.js';
import { deliverFresh } from './subscriptions/subscriptions.js';

const EXPIRY_INTERVAL_MILLIS = 60_000;

/** Source: "CloudWatch Logs quotas", queries in Logs Insights QL that run at once. */
const MAX_CONCURRENT_QUERIES = 100;
/** Of them, those that read log groups of the Infrequent Access class. */
const MAX_CONCURRENT_INFREQUENT_QUERIES = 5;

/** What faults may name: all operations of the service, also those that it lacks, and the HTTP endpoints. */
const FAULT_OPERATIONS: readonly string[] = [
  ...Object.keys(HANDLERS),
  'StartLiveTail',
  ...OTHER_OPERATIONS,
  ...INGESTION_PATHS.map((path) => path.slice(1)),
];

/** The local service without its HTTP server. */
export interface Service {
  readonly context: ServiceContext;
  /** What of the data folder could not be read. */
  readonly recovery: FolderRecovery;
  /** Ends what runs; what is stored is written and closed. */
  close(): Promise<void>;
}

/**
 * Puts the parts of a service together.
 * @param options - already checked
 * @throws OptionError for a wrong fault or destination; CloudWatchLogsError for a folder that can't be used
 */
export function createService(options: LocalCloudWatchLogsOptions, clock: AdjustableClock): Service {
  const { accountId = '000000000000', region = 'us-east-1', verifySignatures } = options;
  const now = (): number => clock.now();
  const faults = new FaultInjection(options.faultSeed, FAULT_OPERATIONS);
  for (const rule of options.faults ?? []) faults.add(rule);
  const destinations = new LocalDestinations(options.subscriptionDestinations);
  const storage = openStorage({
    directory: options.dataDirectory,
    maxBytes: options.maxBytes,
    fsync: options.fsync,
  });
  const { catalog, events } = storage;
  const logGroups = function* (): Generator<LogGroupDocument> {
    for (const [, group] of catalog.list<LogGroupDocument>(LOG_GROUPS)) yield group;
  };
  const eventSource = createEventSource(events, { accountId, region, now, logGroups });
  const queries = new QueryService(
    { events: eventSource, now },
    {
      maxConcurrent: MAX_CONCURRENT_QUERIES,
      maxConcurrentInfrequent: MAX_CONCURRENT_INFREQUENT_QUERIES,
    },
  );
  const delivery = new SubscriptionDelivery();
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
    exportDirectory: options.exportDirectory,
    faults,
    authenticate: verifySignatures ? createSignatureCheck(verifySignatures, now) : () => undefined,
    now,
    settled: async () => {
      await Promise.all([catalog.settled(), events.settled()]);
    },
  };
  context.feed.subscribe((fresh) => {
    deliverFresh(fresh, accountId, subscriptionsOf(context, fresh.group), context);
  });
  failInterruptedExports(context);
  for (const group of logGroups()) applyIndexPolicies(context, group);
  const expiry = setInterval(() => {
    for (const group of logGroups()) expireEvents(context, group);
  }, EXPIRY_INTERVAL_MILLIS);
  expiry.unref();
  return {
    context,
    recovery: storage.recovery,
    close: async () => {
      clearInterval(expiry);
      queries.stop();
      delivery.stop();
      await storage.close();
    },
  };
}
