import { type MeterProvider } from '@opentelemetry/api';
import { ComponentMetrics, type Figure } from '../observability/component-metrics.js';
import { type TailStatus } from './tail-status.js';

const FIGURES: readonly Figure<TailStatus>[] = [
  {
    name: 'cloudwatch_logs.tail.streams',
    kind: 'gauge',
    unit: '{stream}',
    description: 'Streams of log groups that are open: live sessions and polled sets.',
    read: (status) => status.streamsActive,
  },
  {
    name: 'cloudwatch_logs.tail.calls',
    kind: 'counter',
    unit: '{call}',
    description: 'Requests made.',
    read: (status) => status.calls,
  },
  {
    name: 'cloudwatch_logs.tail.errors',
    kind: 'counter',
    unit: '{error}',
    description: 'Requests and streams that failed.',
    read: (status) => status.errors,
  },
  {
    name: 'cloudwatch_logs.tail.events',
    kind: 'counter',
    unit: '{event}',
    description: 'Events that the service sent.',
    read: (status) => status.eventsSeen,
  },
  {
    name: 'cloudwatch_logs.tail.events.deduplicated',
    kind: 'counter',
    unit: '{event}',
    description: 'Events that another source had brought already.',
    read: (status) => status.eventsDeduplicated,
  },
  {
    name: 'cloudwatch_logs.tail.events.sampled_out',
    kind: 'counter',
    unit: '{event}',
    description: 'Events left out for the sampling ratio.',
    read: (status) => status.eventsSampledOut,
  },
  {
    name: 'cloudwatch_logs.tail.gaps',
    kind: 'counter',
    unit: '{gap}',
    description: 'Times in which nothing was heard of some log groups.',
    read: (status) => status.gaps,
  },
  {
    name: 'cloudwatch_logs.tail.lag',
    kind: 'gauge',
    unit: 's',
    description: 'Time between the ingestion of the newest event and its arrival.',
    read: (status) => (status.lagMillis === undefined ? undefined : status.lagMillis / 1000),
  },
  {
    name: 'cloudwatch_logs.tail.breaker.open',
    kind: 'gauge',
    unit: '1',
    description: '1 while no request is made, because several failed in a row.',
    read: (status) => (status.breaker === 'open' ? 1 : 0),
  },
];

/** Metrics of one tail. */
export function createTailMetrics(parts: {
  readonly meterProvider: MeterProvider;
  readonly read: () => TailStatus;
}): ComponentMetrics<TailStatus> {
  return new ComponentMetrics(parts, { type: 'cloudwatch_logs_tail', figures: FIGURES });
}
