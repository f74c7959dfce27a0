import type { FaultInjection } from '../faults/fault-injection.js';
import type { FaultRule } from '../faults/fault-rule.js';
import type { EventSource } from '../insights-ql/event-source.js';
import type { OperationName, RequestOf } from '../protocol/request-shapes.js';
import type { SignatureCheck } from '../protocol/signatures.js';
import type { QueryEngine } from '../queries/query-engine.js';
import type { QueryService } from '../queries/query-service.js';
import type { Catalog } from '../store/catalog.js';
import type { EventStore } from '../store/event-store.js';
import type { LocalDestinations } from '../subscriptions/local-destinations.js';
import type { SubscriptionDelivery } from '../subscriptions/subscription-delivery.js';
import type { EventFeed } from './event-feed.js';
import type { OlderEvents } from './older-events.js';

/** What the operations of the local service work on. */
export interface ServiceContext {
  /** 12 digits. */
  readonly accountId: string;
  readonly region: string;
  readonly catalog: Catalog;
  readonly events: EventStore;
  /** What queries read. */
  readonly eventSource: EventSource;
  readonly queryEngine: QueryEngine;
  readonly queries: QueryService;
  readonly feed: EventFeed;
  /** Where subscription filters deliver to. */
  readonly destinations: LocalDestinations;
  readonly delivery: SubscriptionDelivery;
  readonly olderEvents: OlderEvents;
  /** Hears of a log group that a request names and that is not here. */
  notHere(logGroupName: string): void;
  /** Whether PutLogEvents wants sequence tokens, as before 2023. */
  readonly sequenceTokens: boolean;
  /** Folder of the folders that stand for buckets; undefined: there is no bucket to export to. */
  readonly exportDirectory: string | undefined;
  readonly faults: FaultInjection;
  /** Whether requests must be signed. */
  readonly verifiesSignatures: boolean;
  readonly authenticate: SignatureCheck;
  /** Milliseconds since 1970. */
  epochMillis(): number;
  /** Resolves when everything stored so far is as safe as the store promises. */
  settled(): Promise<void>;
}

/** One request as a handler sees it. */
export interface RequestContext extends ServiceContext {
  readonly requestId: string;
  /** The fault that struck the request, where a handler has to see to it. */
  readonly fault: FaultRule | undefined;
}

/** What an operation answers; undefined for those that answer an empty body. */
export type Answer = object | undefined;

export type Handler<Name extends OperationName> = (
  context: RequestContext,
  request: RequestOf<Name>,
) => Answer | Promise<Answer>;

export type Handlers = { readonly [Name in OperationName]?: Handler<Name> };
