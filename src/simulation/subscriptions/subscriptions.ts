import type { FreshEvents } from '../operations/event-feed.js';
import type { DeliveredEvent, SubscriptionMessage } from './payload.js';
import type { LocalDestinations } from './local-destinations.js';
import type { SubscriptionDelivery } from './subscription-delivery.js';

/** A filter that is in force for a log group, of the group or of the account. */
export interface ActiveSubscription {
  readonly name: string;
  /** Where events really go, after logical destinations are followed. */
  readonly destinationArn: string;
  /** undefined: every message. */
  readonly matches: ((message: string) => boolean) | undefined;
  /** The system fields that go with each event. */
  readonly extractedFields: Readonly<Record<string, string>> | undefined;
}

/** Events of one message; more are sent in several. Source: the payload's limit of 1 MB, roughly. */
const MAX_MESSAGE_EVENTS = 1000;

/** Delivers what was just stored to the subscription filters that it matches. */
export function deliverFresh(
  fresh: FreshEvents,
  accountId: string,
  subscriptions: readonly ActiveSubscription[],
  { destinations, delivery }: { destinations: LocalDestinations; delivery: SubscriptionDelivery },
): void {
  for (const { name, destinationArn, matches, extractedFields } of subscriptions) {
    const url = destinations.urlOf(destinationArn);
    if (url === undefined) continue;
    const found: DeliveredEvent[] = [];
    for (const [index, { timestamp, message }] of fresh.events.entries()) {
      if (matches && !matches(message)) continue;
      found.push({ id: fresh.appended.eventId(index), timestamp, message, extractedFields });
    }
    for (let start = 0; start < found.length; start += MAX_MESSAGE_EVENTS) {
      const message: SubscriptionMessage = {
        messageType: 'DATA_MESSAGE',
        owner: accountId,
        logGroup: fresh.group.logGroupName,
        logStream: fresh.logStreamName,
        subscriptionFilters: [name],
        logEvents: found.slice(start, start + MAX_MESSAGE_EVENTS),
      };
      delivery.send(url, message);
    }
  }
}
