import { EVENT_OVERHEAD_BYTES } from '../../src/cloudwatch/limits.js';
import {
  type Destination,
  type EncodedEvent,
  type LogEntity,
  type LogEventBatch,
} from '../../src/delivery/encoded-event.js';
import { type Provisioner } from '../../src/resources/ensure-log-group.js';

/** Groups and streams are there. */
export const readyProvisioner: Provisioner = {
  ensure: () => Promise.resolve({ kind: 'ready' }),
  ensureGroupAhead: () => Promise.resolve({ kind: 'ready' }),
  settled: () => Promise.resolve(),
};

export const destination: Destination = { logGroupName: '/apps/orders', logStreamName: 'one' };

export function event(message: string, timestamp = 1_700_000_000_000): EncodedEvent {
  return { timestamp, messageJson: JSON.stringify(message), messageBytes: Buffer.byteLength(message) };
}

export function batch(
  messages: readonly string[],
  { to = destination, entity }: { to?: Destination; entity?: LogEntity } = {},
): LogEventBatch {
  const events = messages.map((message, index) => event(message, 1_700_000_000_000 + index));
  const bytes = events.reduce((sum, { messageBytes }) => sum + messageBytes + EVENT_OVERHEAD_BYTES, 0);
  return { destination: to, entity, events, bytes };
}

export function messages(count: number, prefix = 'message'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix} ${index}`);
}
