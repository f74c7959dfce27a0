import { invalidParameter } from '../service-error.js';

/** What a subscription filter policy of the account says. Source: PutAccountPolicy, "Subscription filter policy". */
export interface SubscriptionPolicy {
  readonly destinationArn: string;
  readonly roleArn: string | undefined;
  readonly filterPattern: string;
  readonly distribution: 'Random' | 'ByLogStream';
  readonly excludedLogGroupNames: readonly string[];
}

/** @throws ServiceError for a document or criteria that the service does not take */
export function parseSubscriptionPolicy(
  document: string,
  selectionCriteria: string | undefined,
): SubscriptionPolicy {
  const fail = (): Error => invalidParameter('Invalid policy document.');
  let policy: unknown;
  try {
    policy = JSON.parse(document);
  } catch {
    throw fail();
  }
  if (typeof policy !== 'object' || policy === null) throw fail();
  const {
    DestinationArn,
    RoleArn,
    FilterPattern,
    Distribution = 'ByLogStream',
  } = policy as Record<string, unknown>;
  if (typeof DestinationArn !== 'string' || typeof FilterPattern !== 'string') throw fail();
  if (RoleArn !== undefined && typeof RoleArn !== 'string') throw fail();
  if (Distribution !== 'ByLogStream' && Distribution !== 'Random') throw fail();
  return {
    destinationArn: DestinationArn,
    roleArn: RoleArn,
    filterPattern: FilterPattern,
    distribution: Distribution,
    excludedLogGroupNames: excluded(selectionCriteria),
  };
}

/** Reads `LogGroupName NOT IN ["…", …]`. */
function excluded(criteria: string | undefined): string[] {
  if (criteria === undefined) return [];
  const list = /^\s*LogGroupName\s+NOT\s+IN\s*(\[.*\])\s*$/is.exec(criteria)?.[1];
  try {
    const names: unknown = JSON.parse(list ?? '');
    if (Array.isArray(names) && names.every((name): name is string => typeof name === 'string')) return names;
  } catch {
    // The same answer as for other criteria.
  }
  throw invalidParameter('Invalid selection criteria.');
}
