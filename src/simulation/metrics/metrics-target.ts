import type { LocalCloudWatchLogsOptions } from '../local-options.js';
import type { MetricsTarget } from './metric-publisher.js';
import type { AwsCredentials } from './sign-request.js';

const ANY_KEYS: AwsCredentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/**
 * Reads from the options of a service where metrics are published.
 * @returns undefined for nowhere
 */
export function metricsTarget({
  metricsEndpoint,
  metricsCredentials,
  region,
}: LocalCloudWatchLogsOptions): MetricsTarget | undefined {
  if (metricsEndpoint === undefined) return undefined;
  const endpoint = new URL(metricsEndpoint);
  if (typeof metricsCredentials === 'function') return { endpoint, credentials: metricsCredentials };
  if (metricsCredentials) return { endpoint, credentials: () => Promise.resolve(metricsCredentials) };
  const isAws = /\.amazonaws\.com(\.cn)?$/.test(endpoint.hostname);
  return { endpoint, credentials: isAws ? sdkCredentials(region) : () => Promise.resolve(ANY_KEYS) };
}

/** What the AWS SDK finds in the environment, in files or at the instance; it renews them as they end. */
function sdkCredentials(region = 'us-east-1'): () => Promise<AwsCredentials> {
  let provider: Promise<() => Promise<AwsCredentials>> | undefined;
  return async () => {
    provider ??= import('@aws-sdk/client-cloudwatch-logs').then(
      ({ CloudWatchLogsClient }) => new CloudWatchLogsClient({ region }).config.credentials,
    );
    return (await provider)();
  };
}
