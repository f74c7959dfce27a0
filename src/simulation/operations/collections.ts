/** Documents of the catalog that the operations keep, and the names of their collections. */
import type { LogGroupClassName } from '../../cloudwatch/limits.js';

export interface LogGroupDocument {
  readonly logGroupName: string;
  /** Milliseconds since 1970. */
  readonly creationTime: number;
  readonly logGroupClass: LogGroupClassName;
  readonly tags: Readonly<Record<string, string>>;
  readonly retentionInDays?: number | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly deletionProtectionEnabled: boolean;
  readonly bearerTokenAuthenticationEnabled?: boolean | undefined;
  readonly dataProtectionPolicy?: { readonly document: string; readonly lastUpdatedTime: number } | undefined;
  /** Fields that a policy once named and none names now. */
  readonly formerIndexFields?: readonly string[] | undefined;
  readonly indexPolicy?: { readonly document: string; readonly lastUpdateTime: number } | undefined;
}

export interface LogStreamDocument {
  readonly logStreamName: string;
  readonly creationTime: number;
}

export const LOG_GROUPS = 'log-groups';

export function logStreamsOf(logGroupName: string): string {
  return `log-streams ${logGroupName}`;
}

export function metricFiltersOf(logGroupName: string): string {
  return `metric-filters ${logGroupName}`;
}

export function subscriptionFiltersOf(logGroupName: string): string {
  return `subscription-filters ${logGroupName}`;
}

export const ACCOUNT_POLICIES = 'account-policies';

export interface AccountPolicyDocument {
  readonly policyName: string;
  readonly policyType: string;
  readonly policyDocument: string;
  readonly selectionCriteria?: string | undefined;
  readonly lastUpdatedTime: number;
}
