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

/**
 * What the service sends when a filter is made, to see whether the destination answers.
 * @param destination - how the destination is called in it
 */
export function controlMessage(destination: string, now: number): SubscriptionMessage {
  return {
    messageType: 'CONTROL_MESSAGE',
    owner: 'CloudwatchLogs',
    logGroup: '',
    logStream: '',
    subscriptionFilters: [],
    logEvents: [
      {
        // Source: the guide's example.
        id: '',
        timestamp: now,
        message: `CWL CONTROL MESSAGE: Checking health of destination ${destination}.`,
      },
    ],
  };
}

/** A message as destinations get it: gzipped JSON, in base64. */
export async function encodeMessage(message: SubscriptionMessage): Promise<string> {
  return (await gzipAsync(JSON.stringify(message))).toString('base64');
}
