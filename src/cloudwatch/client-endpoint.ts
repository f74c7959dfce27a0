import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { isLoopbackHost } from './client.js';
import { hasConsole } from './console-links.js';

/** Where a client's requests go. */
export interface ClientTarget {
  /** The host of an endpoint that was configured; undefined for the region's own. */
  readonly hostname?: string | undefined;
  /** Undefined where nothing names one. */
  readonly region?: string | undefined;
}

/** Says where a client's requests go, as far as its configuration tells. Never rejects. */
export async function clientTarget(client: CloudWatchLogsClient): Promise<ClientTarget> {
  // A stand-in of a test has no configuration.
  const config = client.config as Partial<CloudWatchLogsClient['config']> | undefined;
  const read = async <T>(provider: (() => Promise<T>) | undefined): Promise<T | undefined> => {
    try {
      return await provider?.();
    } catch {
      return undefined;
    }
  };
  const [endpoint, region] = await Promise.all([read(config?.endpoint), read(config?.region)]);
  return {
    ...(endpoint !== undefined && { hostname: endpoint.hostname }),
    ...(region !== undefined && { region }),
  };
}

/** Whether a client's requests go to a service on this machine, where scanning costs nothing. */
export async function isOnThisMachine(client: CloudWatchLogsClient): Promise<boolean> {
  const { hostname } = await clientTarget(client);
  return hostname !== undefined && isLoopbackHost(hostname);
}

/** The region whose console shows what a client reads; undefined for a service that is not AWS's. */
export async function consoleRegion(client: CloudWatchLogsClient): Promise<string | undefined> {
  const target = await clientTarget(client);
  const { region } = target;
  return isOfAws(target) && region !== undefined && hasConsole(region) ? region : undefined;
}

/** Whether requests go to AWS, which bills them; another host may be a stand-in, or a way to AWS that nobody can see. */
export function isOfAws({ hostname }: ClientTarget): boolean {
  return hostname === undefined || isAwsHost(hostname);
}

/** Whether a host, without a port, is AWS's own, in any partition. */
export function isAwsHost(hostname: string): boolean {
  return AWS_HOST.test(hostname);
}

const AWS_HOST =
  /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws|amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$/i;
