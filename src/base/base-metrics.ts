import { type MeterProvider } from '@opentelemetry/api';
import { ComponentMetrics, type Figure } from '../observability/component-metrics.js';
import { isWanted } from '../observability/losses.js';
import { sharedFigures } from '../observability/shared-figures.js';
import { type LogDeliveryStatus } from './log-delivery-status.js';

const OURS = 'log_delivery';

/** Names and units of `otel.*` are those of the semantic conventions. */
const FIGURES: readonly Figure<LogDeliveryStatus>[] = [
  ...sharedFigures(OURS),
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
    name: `${OURS}.requests`,
    kind: 'counter',
    unit: '{request}',
    description: 'Requests to the back end.',
    read: ({ requests }) => requests,
  },
  {
    name: `${OURS}.throttles`,
    kind: 'counter',
    unit: '{throttle}',
    description: 'Times that delivery slowed down because the back end throttled.',
    read: ({ throttles }) => throttles,
  },
  {
    name: `${OURS}.breaker.open`,
    kind: 'gauge',
    unit: '1',
    description: '1 while requests are held back because the back end is down, else 0.',
    read: ({ breaker }) => (breaker === 'closed' ? 0 : 1),
  },
  {
    name: `${OURS}.spool.events`,
    kind: 'upDownCounter',
    unit: '{event}',
    description: 'Events that this process has in the spool.',
    read: ({ spool }) => spool?.events,
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
