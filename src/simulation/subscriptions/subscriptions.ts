import type { FreshEvents } from '../operations/event-feed.js';
import type { DeliveryTarget } from './delivery-target.js';
import type { DeliveredEvent, SubscriptionMessage } from './payload.js';
import type { SubscriptionDelivery } from './subscription-delivery.js';

/** A filter that is in force for a log group, of the group or of the account. */
export interface ActiveSubscription {
  readonly name: string;
  /** Where events really go, after logical destinations are followed; undefined: nobody listens there. */
  readonly target: DeliveryTarget | undefined;
  readonly distribution: 'Random' | 'ByLogStream';
  readonly matches: (message: string) => boolean;
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
  delivery: SubscriptionDelivery,
): void {
  const { logGroupName } = fresh.group;
  const { logStreamName } = fresh;
  for (const { name, target, distribution, matches, extractedFields } of subscriptions) {
    if (target === undefined) continue;
    const found: DeliveredEvent[] = [];
    for (const [index, { timestamp, message }] of fresh.events.entries()) {
      if (!matches(message)) continue;
      found.push({ id: fresh.appended.eventId(index), timestamp, message, extractedFields });
    }
    for (let start = 0; start < found.length; start += MAX_MESSAGE_EVENTS) {
      const message: SubscriptionMessage = {
        messageType: 'DATA_MESSAGE',
        owner: accountId,
        logGroup: logGroupName,
        logStream: logStreamName,
        subscriptionFilters: [name],
        logEvents: found.slice(start, start + MAX_MESSAGE_EVENTS),
      };
      delivery.send(target, message, {
        filter: `${logGroupName} ${name}`,
        // Source: PutSubscriptionFilter, `distribution`: it is for Kinesis streams alone.
        partition:
          distribution === 'Random' && target.kind === 'Kinesis'
            ? undefined
            : `${logGroupName} ${logStreamName}`,
      });
    }
  }
}
