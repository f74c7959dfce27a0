import { type AllSentAtOnce, type DeliverySettings } from '../delivery/delivery.js';
import { type Destination, type LogEntity, type LogEventBatch } from '../delivery/encoded-event.js';
import { type ClientOptions } from '../cloudwatch/client.js';
import { type Credentials } from './credentials-at-hand.js';

/**
 * The input that the process that ends hands to the one that sends what is left, over its standard input: one line of JSON, then
 * a line for each event, then {@link LAST_LINE}.
 */
export interface LastDelivery {
  /** Milliseconds since 1970. */
  readonly endsAtMillis: number;
  readonly client: Pick<ClientOptions, 'region' | 'endpoint' | 'maxAttempts' | 'retryMode'>;
  /** The credentials of the last request, where there was one. */
  readonly credentials: Omit<Credentials, 'expiration'> | undefined;
  /** With a spool where there is something in it, which is to be sent first. */
  readonly settings: DeliverySettings;
  /** The variables by which the AWS SDK finds region, endpoint and credentials. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A batch, without its events. */
interface BatchHead {
  readonly destination: Destination;
  readonly entity: LogEntity | undefined;
  readonly bytes: number;
  readonly events: number;
}

/** Shows that the input is whole. */
const LAST_LINE = 'end';

export function writeLastDelivery(delivery: LastDelivery, batches: readonly LogEventBatch[]): string {
  const heads = batches.map(({ destination, entity, bytes, events }): BatchHead => {
    return { destination, entity, bytes, events: events.length };
  });
  const lines = [JSON.stringify({ ...delivery, batches: heads })];
  for (const { events } of batches) {
    for (const { timestamp, messageBytes, messageJson } of events) {
      lines.push(`${timestamp} ${messageBytes} ${messageJson}`);
    }
  }
  return [...lines, LAST_LINE].join('\n');
}

/** @returns undefined where the input ends too soon: the process that wrote it was killed */
export function readLastDelivery(
  text: string,
): { delivery: LastDelivery; batches: LogEventBatch[] } | undefined {
  const lines = text.split('\n');
  if (lines.at(-1) !== LAST_LINE) return undefined;
  const { batches: heads, ...delivery } = JSON.parse(lines[0]!) as LastDelivery & { batches: BatchHead[] };
  let next = 1;
  const batches = heads.map(({ events, ...head }) => {
    const first = next;
    next += events;
    return { ...head, events: lines.slice(first, next).map(readEvent) };
  });
  return { delivery, batches };
}

function readEvent(line: string): LogEventBatch['events'] extends Iterable<infer Event> ? Event : never {
  const afterTime = line.indexOf(' ');
  const afterBytes = line.indexOf(' ', afterTime + 1);
  return {
    timestamp: Number(line.slice(0, afterTime)),
    messageBytes: Number(line.slice(afterTime + 1, afterBytes)),
    messageJson: line.slice(afterBytes + 1),
  };
}

/** Reads the sender's report, which it writes to standard output at its end. @returns undefined where it said nothing that can be read */
export function readSent(text: string): AllSentAtOnce | undefined {
  try {
    return JSON.parse(text) as AllSentAtOnce;
  } catch {
    return undefined;
  }
}
