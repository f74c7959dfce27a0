import { RETENTION_DAYS } from '../../cloudwatch/limits.js';
import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidParameter } from '../service-error.js';
import { ACCOUNT_POLICIES, type AccountPolicyDocument, type LogGroupDocument } from './collections.js';
import type { ServiceContext } from './service-context.js';

export type PolicyType = RequestOf<'PutAccountPolicy'>['policyType'];

/** Shorter retentions can be set on a group alone. Source: PutAccountPolicy, "Retention policy". */
const MIN_ACCOUNT_RETENTION_DAYS = 30;

const RETENTION_CHANGE_MILLIS = 24 * 60 * 60 * 1000;

export function policiesOf(context: ServiceContext, policyType: PolicyType): AccountPolicyDocument[] {
  const prefix = `${policyType} `;
  return [...context.catalog.list<AccountPolicyDocument>(ACCOUNT_POLICIES, { prefix })].map(
    ([, policy]) => policy,
  );
}

/** The account's index policy that a group follows unless it has its own. */
export function indexPolicyFor(
  context: ServiceContext,
  group: LogGroupDocument,
): { document: string; lastUpdateTime: number; policyName: string } | undefined {
  const policy = policiesOf(context, 'FIELD_INDEX_POLICY').find((each) => selects(each, group));
  if (!policy) return undefined;
  return {
    document: policy.policyDocument,
    lastUpdateTime: policy.lastUpdatedTime,
    policyName: policy.policyName,
  };
}

/** A retention policy as it applies to groups. */
type RetentionRule = Pick<
  AccountPolicyDocument,
  'policyName' | 'policyDocument' | 'selectionCriteria' | 'creationTime'
>;

/** The retention policies of the account that are in force: a change takes a day. Source: PutAccountPolicy. */
export function retentionRules(context: ServiceContext): RetentionRule[] {
  return policiesOf(context, 'RETENTION_POLICY').flatMap(
    (policy) => inForce(policy, context.epochMillis()) ?? [],
  );
}

/** What is in force of a retention policy at a time. */
export function inForce(policy: AccountPolicyDocument, now: number): AccountPolicyDocument | undefined {
  return now - policy.lastUpdatedTime >= RETENTION_CHANGE_MILLIS ? policy : policy.previous;
}

/**
 * Days for a group under the account's retention policies; they override the group's own setting.
 * Source: PutAccountPolicy, "Retention policy": the longest holds; of equal ones the oldest is named.
 */
export function longestRetention(
  rules: readonly RetentionRule[],
  group: LogGroupDocument,
): { days: number | undefined; policyName: string } | undefined {
  const [longest] = rules
    .filter((rule) => retentionApplies(rule, group))
    .map((rule) => ({ ...rule, days: parseRetention(rule.policyDocument).days }))
    .sort((a, b) => order(b.days ?? Infinity, a.days ?? Infinity) || order(a.creationTime, b.creationTime));
  return longest && { days: longest.days, policyName: longest.policyName };
}

export function retentionApplies(rule: RetentionRule, group: LogGroupDocument): boolean {
  const { newOnly } = parseRetention(rule.policyDocument);
  return selects(rule, group) && !(newOnly && group.creationTime < rule.creationTime);
}

/** As {@link longestRetention} under the policies in force. */
export function retentionPolicyFor(
  context: ServiceContext,
  group: LogGroupDocument,
): { days: number | undefined; policyName: string } | undefined {
  return longestRetention(retentionRules(context), group);
}

function order(left: number, right: number): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

export function selects(
  policy: Pick<AccountPolicyDocument, 'selectionCriteria'>,
  group: LogGroupDocument,
): boolean {
  if (policy.selectionCriteria === undefined) return true;
  const prefix = prefixOf(policy.selectionCriteria);
  return prefix !== undefined && group.logGroupName.startsWith(prefix);
}

/** Reads `LogGroupNamePrefix IN ["…"]` or `LogGroupNamePrefix = "…"`. */
export function prefixOf(criteria: string): string | undefined {
  const match = /^\s*LogGroupNamePrefix\s*(?:IN\s*\[\s*"([^"]*)"\s*\]|=\s*"([^"]*)")\s*$/i.exec(criteria);
  return match?.[1] ?? match?.[2];
}

export function parseDocument(text: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null) return document as Record<string, unknown>;
  } catch {
    // The same answer as for JSON that is no object.
  }
  throw invalidParameter('Invalid policy document.');
}

export function parseRetention(text: string): { days: number | undefined; newOnly: boolean } {
  const { retentionInDays, enforcementMode } = parseDocument(text);
  if (enforcementMode !== 'NEW_ONLY' && enforcementMode !== 'RETROACTIVE') {
    throw invalidParameter('Invalid policy document: enforcementMode must be NEW_ONLY or RETROACTIVE.');
  }
  const newOnly = enforcementMode === 'NEW_ONLY';
  if (retentionInDays === 'NEVER_EXPIRE') return { days: undefined, newOnly };
  const days = RETENTION_DAYS.find((each) => each === retentionInDays);
  if (days === undefined || days < MIN_ACCOUNT_RETENTION_DAYS) {
    throw invalidParameter('Invalid policy document: retentionInDays is not one of the valid values.');
  }
  return { days, newOnly };
}
