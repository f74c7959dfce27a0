import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';

/** The region of the console that shows the same; none for a service that is not AWS's. */
export async function consoleRegionOf(
  client: CloudWatchLogsClient,
  endpoint: string | undefined,
): Promise<string | undefined> {
  if (endpoint !== undefined && !/\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/.test(new URL(endpoint).hostname)) {
    return undefined;
  }
  return client.config.region();
}
