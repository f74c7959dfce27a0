import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';

/** A message in the default layout, as far as the tests look at it. */
export interface LogRecordMessage {
  readonly body: unknown;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly trace_flags?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly scope: { readonly name: string };
  readonly resource: Readonly<Record<string, unknown>>;
}

/** The messages of a log group, oldest first; none where the group does not exist. */
export async function readGroup(endpoint: string, logGroupName: string): Promise<LogRecordMessage[]> {
  const client = new CloudWatchLogsClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName }));
    return events.map((event) => JSON.parse(event.message ?? '') as LogRecordMessage);
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return [];
    throw error;
  } finally {
    client.destroy();
  }
}
