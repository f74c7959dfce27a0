import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const gzipAsync = promisify(gzip);

/** One event as a subscription carries it. */
export interface DeliveredEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
  readonly extractedFields?: Readonly<Record<string, string>> | undefined;
}

/** What a subscription filter sends. Source: user guide, "Real-time processing of log data". */
export interface SubscriptionMessage {
  readonly messageType: 'DATA_MESSAGE' | 'CONTROL_MESSAGE';
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilters: readonly string[];
  readonly logEvents: readonly DeliveredEvent[];
}

/** What the service sends when a filter is made, to see whether the destination answers. */
export function controlMessage(destination: string, now: number): SubscriptionMessage {
  return {
    messageType: 'CONTROL_MESSAGE',
    owner: 'CloudwatchLogs',
    logGroup: '',
    logStream: '',
    subscriptionFilters: [],
    logEvents: [
      {
        id: randomUUID(),
        timestamp: now,
        message: `CWL CONTROL MESSAGE: Checking health of destination ${destination}.`,
      },
    ],
  };
}

/** The body of a request to a destination: the event that a Lambda function would be called with. */
export async function encodeMessage(message: SubscriptionMessage): Promise<string> {
  const zipped = await gzipAsync(JSON.stringify(message));
  return JSON.stringify({ awslogs: { data: zipped.toString('base64') } });
}
