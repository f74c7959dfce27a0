import { type MeterProvider } from '@opentelemetry/api';
import { ComponentMetrics, type Figure } from '../observability/component-metrics.js';
import { isWanted } from '../observability/losses.js';
import { type LogDeliveryStatus } from './log-delivery-status.js';

const OURS = 'log_delivery';

/** Names and units of `otel.*` are those of the semantic conventions. */
const FIGURES: readonly Figure<LogDeliveryStatus>[] = [
  {
    name: 'otel.sdk.exporter.log.exported',
    kind: 'counter',
    unit: '{log_record}',
    description:
      'The number of log records for which the export has finished, either successful or failed (error.type).',
    read: ({ delivered, droppedByReason }) => ({
      '': delivered,
      ...Object.fromEntries(Object.entries(droppedByReason).filter(([reason]) => !isWanted(reason))),
    }),
  },
  {
    name: 'otel.sdk.exporter.log.inflight',
    kind: 'upDownCounter',
    unit: '{log_record}',
    description: 'The number of log records which were passed to the exporter and are not exported yet.',
    read: ({ kept }) => kept,
  },
  {
    name: `${OURS}.dropped`,
    kind: 'counter',
    unit: '{log_record}',
    description: 'Log records that were not delivered, by reason (error.type).',
    read: ({ droppedByReason }) => droppedByReason,
  },
  {
    name: `${OURS}.requests`,
    kind: 'counter',
    unit: '{request}',
    description: 'Requests to the back end.',
    read: ({ requests }) => requests,
  },
  {
    name: `${OURS}.retries`,
    kind: 'counter',
    unit: '{request}',
    description: 'Requests whose events are to be sent again.',
    read: ({ retries }) => retries,
  },
  {
    name: `${OURS}.throttles`,
    kind: 'counter',
    unit: '{throttle}',
    description: 'Times that delivery slowed down because the back end throttled.',
    read: ({ throttles }) => throttles,
  },
  {
    name: `${OURS}.held.size`,
    kind: 'upDownCounter',
    unit: 'By',
    description: 'Bytes of events in memory; bounded by maxBufferBytes.',
    read: ({ heldBytes }) => heldBytes,
  },
  {
    name: `${OURS}.breaker.open`,
    kind: 'gauge',
    unit: '1',
    description: '1 while requests are held back because the back end is down, else 0.',
    read: ({ breaker }) => (breaker === 'closed' ? 0 : 1),
  },
  {
    name: `${OURS}.spool.size`,
    kind: 'upDownCounter',
    unit: 'By',
    description: 'Bytes of the files that this process has in the spool.',
    read: ({ spool }) => spool?.bytes,
  },
  {
    name: `${OURS}.spool.events`,
    kind: 'upDownCounter',
    unit: '{event}',
    description: 'Events that this process has in the spool.',
    read: ({ spool }) => spool?.events,
  },
  {
    name: `${OURS}.spool.writable`,
    kind: 'gauge',
    unit: '1',
    description: '1 where the last write to the spool worked, 0 while writing fails.',
    read: ({ spool }) => spool && Number(spool.isWritable),
  },
];

/** Shows the status of a delivery as metrics, of a component that has the back end's name. */
export function createBaseMetrics(parts: {
  readonly meterProvider: MeterProvider;
  readonly read: () => LogDeliveryStatus;
  readonly backEndName: string;
}): ComponentMetrics<LogDeliveryStatus> {
  const type = `${parts.backEndName.replaceAll('-', '_')}_log_exporter`;
  return new ComponentMetrics(parts, { type, figures: FIGURES });
}
