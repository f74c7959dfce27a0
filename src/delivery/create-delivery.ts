import { createProvisioner } from '../resources/ensure-log-group.js';
import { createBreakerOnDemand } from './breaker-on-demand.js';
import { monotonicMillis as ofThisProcess } from './clocks.js';
import {
  DEFAULT_DELIVERY_SETTINGS,
  type Delivery,
  type DeliveryParts,
  type DeliverySettings,
} from './delivery.js';
import { Dispatcher } from './dispatcher.js';
import { observeRequests } from './observed-sender.js';
import { createSender } from './sender.js';
import { Spool } from './spool/spool.js';

/** Makes the delivery of one client. */
export function createDelivery(parts: DeliveryParts, settings: Partial<DeliverySettings> = {}): Delivery {
  const all: DeliverySettings = { ...DEFAULT_DELIVERY_SETTINGS, ...settings };
  const { client, losses, diagnostics } = parts;
  const monotonicMillis = parts.monotonicMillis ?? ofThisProcess;
  const sender = createSender({ client, diagnostics }, all);
  const breaker = createBreakerOnDemand({ diagnostics, monotonicMillis }, all.circuitBreaker);
  const { epochMillis, fileSystem } = parts;
  return new Dispatcher(
    {
      spool: all.spool && new Spool({ diagnostics, monotonicMillis, epochMillis, fileSystem }, all.spool),
      sender: parts.onRequest
        ? observeRequests(sender, parts.onRequest, { monotonicMillis, diagnostics })
        : sender,
      provisioner: createProvisioner({ client, diagnostics }, all.provisioning, all.requestTimeoutMillis),
      breaker,
      room: parts.room,
      losses,
      diagnostics,
      monotonicMillis,
      epochMillis,
      random: parts.random ?? Math.random,
    },
    all,
  );
}
