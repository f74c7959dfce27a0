import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidParameter, limitExceeded, notFound } from '../service-error.js';
import {
  ACCOUNT_POLICIES,
  type AccountPolicyDocument,
  LOG_GROUPS,
  type LogGroupDocument,
} from './collections.js';
import {
  parseDocument,
  parseRetention,
  policiesOf,
  type PolicyType,
  prefixOf,
  selects,
} from './account-policy-rules.js';
import { applyIndexPolicies } from './index-policies.js';
import { parseIndexPolicy } from './index-policy-document.js';
import { pageOfList } from './page-tokens.js';
import { checkSubscriptionPolicy } from './subscription-policy.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

/** Policies of each type. Source: PutAccountPolicy; "Field indexing quotas" (20 with a prefix, 20 by data source). */
const MAX_POLICIES: Readonly<Record<PolicyType, number>> = {
  DATA_PROTECTION_POLICY: 1,
  SUBSCRIPTION_FILTER_POLICY: 1,
  FIELD_INDEX_POLICY: 20,
  TRANSFORMER_POLICY: 20,
  METRIC_EXTRACTION_POLICY: 1,
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
  const policy: AccountPolicyDocument = {
    policyName,
    policyType,
    policyDocument,
    selectionCriteria,
    lastUpdatedTime: context.now(),
  };
  if (request.dryRun) return { dryRunResult: dryRun(context, policy) };
  const isNew = context.catalog.get(ACCOUNT_POLICIES, keyOf(policyType, policyName)) === undefined;
  if (isNew && policiesOf(context, policyType).length >= MAX_POLICIES[policyType]) throw limitExceeded();
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
    case 'RETENTION_POLICY':
      parseRetention(policyDocument);
      return;
    case 'SUBSCRIPTION_FILTER_POLICY':
      checkSubscriptionPolicy(policyDocument, selectionCriteria);
      return;
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
  if (policyType === 'DATA_PROTECTION_POLICY' || policyType === 'METRIC_EXTRACTION_POLICY') {
    throw invalidParameter(`selectionCriteria is not supported for ${policyType}.`);
  }
  if (policyType === 'SUBSCRIPTION_FILTER_POLICY') return;
  const prefix = prefixOf(selectionCriteria);
  if (prefix === undefined) {
    // A data source selects no group of the local service.
    if (policyType === 'FIELD_INDEX_POLICY' && /^\s*DataSource(Name|Type)\b/.test(selectionCriteria)) return;
    throw invalidParameter('Invalid selection criteria.');
  }
  for (const other of policiesOf(context, policyType)) {
    if (other.policyName === policyName || other.selectionCriteria === undefined) continue;
    const taken = prefixOf(other.selectionCriteria);
    if (taken !== undefined && (taken.startsWith(prefix) || prefix.startsWith(taken))) {
      throw invalidParameter(
        `The log group name prefix ${prefix} overlaps with the one of the policy ${other.policyName}.`,
      );
    }
  }
}

function dryRun(context: ServiceContext, policy: AccountPolicyDocument): object {
  const { days = Infinity, newOnly } = parseRetention(policy.policyDocument);
  const matched = newOnly
    ? []
    : [...context.catalog.list<LogGroupDocument>(LOG_GROUPS)]
        .map(([, group]) => group)
        .filter((group) => selects(policy, group));
  const change = (group: LogGroupDocument): number => {
    const current = group.retentionInDays ?? Infinity;
    return current === days ? 0 : days - current;
  };
  return {
    totalMatchedLogGroups: matched.length,
    increasedRetentionLogGroupCount: matched.filter((group) => change(group) > 0).length,
    decreasedRetentionLogGroupCount: matched.filter((group) => change(group) < 0).length,
    unchangedRetentionLogGroupCount: matched.filter((group) => change(group) === 0).length,
    failedAnalysisCount: 0,
    topLogGroupsImpacted: matched
      .filter((group) => change(group) !== 0)
      .map((group) => ({
        logGroupName: group.logGroupName,
        currentRetention: group.retentionInDays,
        proposedRetention: days === Infinity ? undefined : days,
        storedBytes: context.events.storedBytes(group.logGroupName),
      }))
      .sort((a, b) => b.storedBytes - a.storedBytes)
      .slice(0, 10),
  };
}

function deleteAccountPolicy(context: ServiceContext, request: RequestOf<'DeleteAccountPolicy'>): Answer {
  const { policyName, policyType } = request;
  const key = keyOf(policyType, policyName);
  if (!context.catalog.get(ACCOUNT_POLICIES, key)) {
    throw notFound(`Policy with name [${policyName}] does not exist.`);
  }
  if (request.dryRun) {
    if (policyType === 'RETENTION_POLICY') return { dryRunResult: { totalMatchedLogGroups: 0 } };
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
    { nextToken: request.nextToken, limit: 50, now: context.now() },
    policies,
  );
  return { accountPolicies: items.map((policy) => describePolicy(context, policy)), nextToken };
}

function describePolicy(context: ServiceContext, policy: AccountPolicyDocument): object {
  return { ...policy, scope: 'ALL', accountId: context.accountId };
}

export const ACCOUNT_POLICY_HANDLERS = {
  PutAccountPolicy: putAccountPolicy,
  DescribeAccountPolicies: describeAccountPolicies,
  DeleteAccountPolicy: deleteAccountPolicy,
} satisfies Handlers;
