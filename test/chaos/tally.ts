import {
  DeleteLogGroupCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';
import { readRecordId } from './sender-settings.js';

/** How often each record of each sender was found in the store. */
export class Tally {
  readonly #counts: readonly Uint8Array[];
  /** Events that no sender wrote. */
  foreign = 0;

  constructor(senders: number, recordsEach: number) {
    this.#counts = Array.from({ length: senders }, () => new Uint8Array(recordsEach));
  }

  count(sender: number, record: number): number {
    return this.#counts[sender]![record]!;
  }

  /** Reads every event of a group by the service's own API. The service must be free of faults. */
  async addGroup(endpoint: string, logGroupName: string): Promise<void> {
    const client = createCloudWatchLogsClient({ endpoint, region: 'us-east-1' });
    try {
      const { logStreams = [] } = await client.send(new DescribeLogStreamsCommand({ logGroupName }));
      for (const { logStreamName } of logStreams) {
        let nextToken: string | undefined;
        for (;;) {
          const page = await client.send(
            new GetLogEventsCommand({ logGroupName, logStreamName, nextToken, startFromHead: true }),
          );
          for (const { message } of page.events ?? []) this.#add(message!);
          if (page.nextForwardToken === nextToken) break;
          nextToken = page.nextForwardToken;
        }
      }
    } catch (error) {
      // No sender got as far as making the group.
      if (!isMissing(error)) throw error;
    } finally {
      client.destroy();
    }
  }

  #add(message: string): void {
    const id = readRecordId(message);
    const counts = id && this.#counts[id.sender];
    if (!id || !counts || id.record >= counts.length) this.foreign++;
    else counts[id.record]!++;
  }
}

/** Deletes a group with all that is in it. */
export async function deleteGroup(endpoint: string, logGroupName: string): Promise<void> {
  const client = createCloudWatchLogsClient({ endpoint, region: 'us-east-1' });
  try {
    await client.send(new DeleteLogGroupCommand({ logGroupName }));
  } catch (error) {
    if (!isMissing(error)) throw error;
  } finally {
    client.destroy();
  }
}

/** By its name: a client of this package throws errors of its own in place of the SDK's. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && error.name === 'ResourceNotFoundException';
}
