import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidParameter, limitExceeded, notFound } from '../service-error.js';
import {
  ACCOUNT_POLICIES,
  type AccountPolicyDocument,
  LOG_GROUPS,
  type LogGroupDocument,
} from './collections.js';
import {
  inForce,
  longestRetention,
  parseDocument,
  parseRetention,
  policiesOf,
  type PolicyType,
  prefixOf,
  retentionApplies,
  retentionRules,
} from './account-policy-rules.js';
import { checkDataProtectionDocument } from './data-protection-document.js';
import { compileFilterPattern } from './filter-pattern.js';
import { DELIVERY_RETENTION_DAYS } from './find-log-group.js';
import { applyIndexPolicies } from './index-policies.js';
import { parseIndexPolicy } from './index-policy-document.js';
import { checkMetricExtractionCriteria } from './metric-extraction-criteria.js';
import { pageOfList } from './page-tokens.js';
import { checkDestination } from './subscription-filters.js';
import { parseSubscriptionPolicy } from './subscription-policy.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

/** Policies of each type. Source: PutAccountPolicy; "Field indexing quotas" (20 with a prefix, 20 by data source). */
const MAX_POLICIES: Readonly<Record<PolicyType, number>> = {
  DATA_PROTECTION_POLICY: 1,
  SUBSCRIPTION_FILTER_POLICY: 1,
  FIELD_INDEX_POLICY: 20,
  TRANSFORMER_POLICY: 20,
  METRIC_EXTRACTION_POLICY: 5,
  RETENTION_POLICY: 20,
};
const MAX_DOCUMENT_LENGTH = 30_720;
const MAX_CRITERIA_BYTES = 25 * 1024;
function keyOf(policyType: string, policyName: string): string {
  return `${policyType} ${policyName}`;
}

function putAccountPolicy(context: ServiceContext, request: RequestOf<'PutAccountPolicy'>): Answer {
  checkPolicy(context, request);
  const { policyName, policyType, policyDocument, selectionCriteria } = request;
  const existing = context.catalog.get<AccountPolicyDocument>(
    ACCOUNT_POLICIES,
    keyOf(policyType, policyName),
  );
  const now = context.epochMillis();
  const policy: AccountPolicyDocument = {
    policyName,
    policyType,
    policyDocument,
    selectionCriteria,
    lastUpdatedTime: now,
    creationTime: existing?.creationTime ?? now,
    previous: policyType === 'RETENTION_POLICY' ? existing && inForce(existing, now) : undefined,
  };
  if (request.dryRun) return { dryRunResult: dryRun(context, policyName, policy) };
  checkCount(context, request);
  context.catalog.put(ACCOUNT_POLICIES, keyOf(policyType, policyName), policy);
  applyToGroups(context, policyType);
  return { accountPolicy: describePolicy(context, policy) };
}

function checkPolicy(context: ServiceContext, request: RequestOf<'PutAccountPolicy'>): void {
  const { policyName, policyType, policyDocument, selectionCriteria } = request;
  if (policyName === '' || policyName.length > 256 || /^aws\//i.test(policyName) || /[:*]/.test(policyName)) {
    throw invalidParameter('Invalid policy name.');
  }
  if (policyDocument.length > MAX_DOCUMENT_LENGTH) {
    throw invalidParameter(`The policy document must have at most ${MAX_DOCUMENT_LENGTH} characters.`);
  }
  if (request.dryRun && policyType !== 'RETENTION_POLICY') {
    throw invalidParameter('dryRun is only supported for RETENTION_POLICY.');
  }
  checkCriteria(context, request);
  switch (policyType) {
    case 'FIELD_INDEX_POLICY':
      parseIndexPolicy(policyDocument);
      return;
    case 'DATA_PROTECTION_POLICY':
      checkDataProtectionDocument(policyDocument);
      return;
    case 'RETENTION_POLICY':
      parseRetention(policyDocument);
      return;
    case 'SUBSCRIPTION_FILTER_POLICY': {
      const { destinationArn, roleArn, filterPattern } = parseSubscriptionPolicy(
        policyDocument,
        selectionCriteria,
      );
      compileFilterPattern(filterPattern);
      checkDestination(context, destinationArn, roleArn);
      return;
    }
    default:
      parseDocument(policyDocument);
  }
}

function checkCriteria(context: ServiceContext, request: RequestOf<'PutAccountPolicy'>): void {
  const { policyName, policyType, selectionCriteria } = request;
  if (selectionCriteria === undefined) return;
  if (Buffer.byteLength(selectionCriteria) > MAX_CRITERIA_BYTES) {
    throw invalidParameter(`The selection criteria must have at most ${MAX_CRITERIA_BYTES} bytes.`);
  }
  if (policyType === 'DATA_PROTECTION_POLICY') {
    throw invalidParameter(`selectionCriteria is not supported for ${policyType}.`);
  }
  if (policyType === 'SUBSCRIPTION_FILTER_POLICY') return;
  const others = policiesOf(context, policyType).filter((policy) => policy.policyName !== policyName);
  if (policyType === 'METRIC_EXTRACTION_POLICY') {
    checkMetricExtractionCriteria(
      selectionCriteria,
      others.flatMap((policy) => policy.selectionCriteria ?? []),
    );
    return;
  }
  const prefix = prefixOf(selectionCriteria);
  if (prefix === undefined) {
    // A data source selects no group of the local service.
    if (policyType === 'FIELD_INDEX_POLICY' && isOfDataSource(selectionCriteria)) return;
    throw invalidParameter('Invalid selection criteria.');
  }
  // Source: PutAccountPolicy: those of retention alone may overlap.
  if (policyType === 'RETENTION_POLICY') return;
  for (const other of others) {
    if (other.selectionCriteria === undefined) continue;
    const taken = prefixOf(other.selectionCriteria);
    if (taken !== undefined && (taken.startsWith(prefix) || prefix.startsWith(taken))) {
      throw invalidParameter(
        `The log group name prefix ${prefix} overlaps with the one of the policy ${other.policyName}.`,
      );
    }
  }
}

/**
 * But for retention there is one policy of all log groups, or several of some. Source: PutAccountPolicy; user
 * guide, "Field index syntax and quotas".
 * @throws ServiceError where another policy would be one too many
 */
function checkCount(context: ServiceContext, request: RequestOf<'PutAccountPolicy'>): void {
  const { policyName, policyType, selectionCriteria } = request;
  // Policies of data sources are counted apart, and stand beside all others.
  const ofDataSource = isOfDataSource(selectionCriteria);
  const others = policiesOf(context, policyType).filter(
    (policy) => policy.policyName !== policyName && isOfDataSource(policy.selectionCriteria) === ofDataSource,
  );
  if (others.length >= MAX_POLICIES[policyType]) throw limitExceeded();
  if (policyType === 'RETENTION_POLICY' || others.length === 0) return;
  const isOfAll = (criteria: string | undefined): boolean => criteria === undefined;
  if (isOfAll(selectionCriteria) || others.some((policy) => isOfAll(policy.selectionCriteria))) {
    throw limitExceeded();
  }
}

function isOfDataSource(criteria: string | undefined): boolean {
  return /^\s*DataSource(Name|Type)\b/.test(criteria ?? '');
}

/** Log groups that a dry run lists. Source: the model's `DryRunResult`. */
const MAX_IMPACTED_LOG_GROUPS = 20;

/**
 * What changing a retention policy would do.
 * @param changed - the policy as it would be; undefined for one that would be deleted
 */
function dryRun(
  context: ServiceContext,
  policyName: string,
  changed: AccountPolicyDocument | undefined,
): object {
  const rules = retentionRules(context);
  const existing = rules.filter((rule) => rule.policyName === policyName);
  const others = rules.filter((rule) => rule.policyName !== policyName);
  const future = changed ? [...others, changed] : others;
  const scope = changed ? [changed] : existing;
  const impacts = [...context.catalog.list<LogGroupDocument>(LOG_GROUPS)]
    .map(([, group]) => group)
    .filter((group) => scope.some((rule) => retentionApplies(rule, group)))
    .map((group) => {
      const days = (under: typeof rules): number =>
        group.logGroupClass === 'DELIVERY'
          ? DELIVERY_RETENTION_DAYS
          : ((longestRetention(under, group) ?? { days: group.retentionInDays }).days ?? Infinity);
      return { group, current: days(rules), proposed: days(future) };
    });
  return {
    totalMatchedLogGroups: impacts.length,
    increasedRetentionLogGroupCount: impacts.filter(({ current, proposed }) => proposed > current).length,
    decreasedRetentionLogGroupCount: impacts.filter(({ current, proposed }) => proposed < current).length,
    unchangedRetentionLogGroupCount: impacts.filter(({ current, proposed }) => proposed === current).length,
    failedAnalysisCount: 0,
    topLogGroupsImpacted: impacts
      .map(({ group, current, proposed }) => ({
        logGroupName: group.logGroupName,
        currentRetention: printRetention(current),
        proposedRetention: printRetention(proposed),
        storedBytes: context.events.storedBytes(group.logGroupName),
      }))
      .sort((left, right) => right.storedBytes - left.storedBytes)
      .slice(0, MAX_IMPACTED_LOG_GROUPS),
  };
}

function printRetention(days: number): string {
  return days === Infinity ? 'NEVER_EXPIRE' : String(days);
}

function deleteAccountPolicy(context: ServiceContext, request: RequestOf<'DeleteAccountPolicy'>): Answer {
  const { policyName, policyType } = request;
  const key = keyOf(policyType, policyName);
  if (!context.catalog.get(ACCOUNT_POLICIES, key)) {
    throw notFound(`Policy with name [${policyName}] does not exist.`);
  }
  if (request.dryRun) {
    if (policyType === 'RETENTION_POLICY') return { dryRunResult: dryRun(context, policyName, undefined) };
    throw invalidParameter('dryRun is only supported for RETENTION_POLICY.');
  }
  context.catalog.delete(ACCOUNT_POLICIES, key);
  applyToGroups(context, policyType);
  return undefined;
}

function applyToGroups(context: ServiceContext, policyType: PolicyType): void {
  if (policyType !== 'FIELD_INDEX_POLICY') return;
  for (const [, group] of context.catalog.list<LogGroupDocument>(LOG_GROUPS)) {
    applyIndexPolicies(context, group);
  }
}

function describeAccountPolicies(
  context: ServiceContext,
  request: RequestOf<'DescribeAccountPolicies'>,
): Answer {
  const { policyType, policyName, accountIdentifiers } = request;
  const ours = accountIdentifiers === undefined || accountIdentifiers.includes(context.accountId);
  const policies = (ours ? policiesOf(context, policyType) : []).filter(
    (policy) => policyName === undefined || policy.policyName === policyName,
  );
  if (policyName !== undefined && policies.length === 0) {
    throw notFound(`Policy with name [${policyName}] does not exist.`);
  }
  const { items, nextToken } = pageOfList(
    JSON.stringify(['DescribeAccountPolicies', policyType, policyName]),
    { nextToken: request.nextToken, limit: 50, now: context.epochMillis() },
    policies,
  );
  return { accountPolicies: items.map((policy) => describePolicy(context, policy)), nextToken };
}

function describePolicy(context: ServiceContext, policy: AccountPolicyDocument): object {
  const { policyName, policyType, policyDocument, selectionCriteria, lastUpdatedTime } = policy;
  return {
    policyName,
    policyType,
    policyDocument,
    selectionCriteria,
    lastUpdatedTime,
    scope: 'ALL',
    accountId: context.accountId,
  };
}

export const ACCOUNT_POLICY_HANDLERS = {
  PutAccountPolicy: putAccountPolicy,
  DescribeAccountPolicies: describeAccountPolicies,
  DeleteAccountPolicy: deleteAccountPolicy,
} satisfies Handlers;
