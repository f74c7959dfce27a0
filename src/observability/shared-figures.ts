import { type Figure } from './component-metrics.js';
import { type LossReason } from './losses.js';

/** The part of the status of every delivery that becomes metrics of the same meaning. */
interface SharedStatus {
  readonly kept: number;
  readonly droppedByReason: Partial<Record<LossReason, number>>;
  readonly retries: number;
  readonly heldBytes: number;
  readonly spool?: { readonly bytes: number; readonly isWritable: boolean } | undefined;
}

/** What is read of every delivery. @param prefix - of the names that the semantic conventions do not have */
export function sharedFigures(prefix: string): readonly Figure<SharedStatus>[] {
  return [
    {
      name: 'otel.sdk.exporter.log.inflight',
      kind: 'upDownCounter',
      unit: '{log_record}',
      description: 'The number of log records which were passed to the exporter and are not exported yet.',
      read: ({ kept }) => kept,
    },
    {
      name: `${prefix}.dropped`,
      kind: 'counter',
      unit: '{log_record}',
      description: 'Log records that were not delivered, by reason (error.type).',
      read: ({ droppedByReason }) => droppedByReason,
    },
    {
      name: `${prefix}.retries`,
      kind: 'counter',
      unit: '{request}',
      description: 'Requests whose events are to be sent again.',
      read: ({ retries }) => retries,
    },
    {
      name: `${prefix}.held.size`,
      kind: 'upDownCounter',
      unit: 'By',
      description: 'Bytes of log events in the delivery buffer; bounded by maxBufferBytes.',
      read: ({ heldBytes }) => heldBytes,
    },
    {
      name: `${prefix}.spool.size`,
      kind: 'upDownCounter',
      unit: 'By',
      description: 'Bytes of the files that this process has in the spool.',
      read: ({ spool }) => spool?.bytes,
    },
    {
      name: `${prefix}.spool.writable`,
      kind: 'gauge',
      unit: '1',
      description: '1 where the last write to the spool worked, 0 while writing fails.',
      read: ({ spool }) => spool && Number(spool.isWritable),
    },
  ];
}
