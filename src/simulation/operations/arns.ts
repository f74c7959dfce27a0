import { parseLogGroupArn } from '../../cloudwatch/names.js';

interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** @param resource - for example `log-group:/app` or `destination:name` */
export function arn({ accountId, region }: Place, resource: string): string {
  return `arn:${partition(region)}:logs:${region}:${accountId}:${resource}`;
}

/** The ARN of a log group without the trailing `:*`. */
export function logGroupArn(place: Place, logGroupName: string): string {
  return arn(place, `log-group:${logGroupName}`);
}

/**
 * The name of a log group that a member such as `logGroupIdentifier` gives: a name or an ARN.
 * @returns undefined for an ARN of another account or region, or of something else
 */
export function logGroupNameOf(place: Place, identifier: string): string | undefined {
  if (!identifier.startsWith('arn:')) return identifier;
  const parsed = parseLogGroupArn(identifier);
  if (parsed?.accountId !== place.accountId || parsed.region !== place.region) return undefined;
  return parsed.logGroupName;
}

function partition(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}
