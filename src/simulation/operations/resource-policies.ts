import { randomUUID } from 'node:crypto';

import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidParameter, limitExceeded, notFound, ServiceError } from '../service-error.js';
import {
  type LogGroupDocument,
  RESOURCE_POLICIES,
  type ResourcePolicyDocument,
  resourcePolicyKey,
} from './collections.js';
import { findIdentifiedLogGroup } from './find-log-group.js';
import { pageOf } from './page-tokens.js';
import { checkAccessPolicy, describeAccessPolicy } from './policy-document.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

/** Policies of an account. Recorded: the eleventh is refused, an update of one of the ten passes. */
const MAX_ACCOUNT_POLICIES = 10;
const MAX_ACCOUNT_POLICY_LENGTH = 5120;

/** Only log groups have policies of their own. Source: PutResourcePolicy, `resourceArn`. */
function findResource(context: ServiceContext, resourceArn: string): LogGroupDocument {
  if (!resourceArn.startsWith('arn:')) throw invalidParameter('Invalid resource ARN.');
  return findIdentifiedLogGroup(context, resourceArn);
}

function putResourcePolicy(context: ServiceContext, request: RequestOf<'PutResourcePolicy'>): Answer {
  const { policyName, policyDocument, resourceArn } = request;
  if (policyDocument === undefined) throw invalidParameter('A policy document is required.');
  checkAccessPolicy(policyDocument);
  if (resourceArn !== undefined) {
    const key = resourcePolicyKey(findResource(context, resourceArn).logGroupName);
    const existing = context.catalog.get<ResourcePolicyDocument>(RESOURCE_POLICIES, key);
    checkRevision(existing, request.expectedRevisionId);
    const policy: ResourcePolicyDocument = {
      policyName,
      policyDocument,
      lastUpdatedTime: context.epochMillis(),
      policyScope: 'RESOURCE',
      resourceArn,
      revisionId: randomUUID(),
    };
    context.catalog.put(RESOURCE_POLICIES, key, policy);
    return { resourcePolicy: policy, revisionId: policy.revisionId };
  }
  if (policyName === undefined || policyName === '') throw invalidParameter('A policy name is required.');
  if (policyDocument.length > MAX_ACCOUNT_POLICY_LENGTH) {
    throw invalidParameter(`The policy document must have at most ${MAX_ACCOUNT_POLICY_LENGTH} characters.`);
  }
  const key = `account ${policyName}`;
  const isNew = context.catalog.get(RESOURCE_POLICIES, key) === undefined;
  const count = [...context.catalog.list(RESOURCE_POLICIES, { prefix: 'account ' })].length;
  if (isNew && count >= MAX_ACCOUNT_POLICIES) throw limitExceeded();
  const policy: ResourcePolicyDocument = {
    policyName,
    policyDocument,
    lastUpdatedTime: context.epochMillis(),
    policyScope: 'ACCOUNT',
  };
  context.catalog.put(RESOURCE_POLICIES, key, policy);
  return { resourcePolicy: policy };
}

/** Source: `expectedRevisionId`: needed to change or delete the policy of a resource; none makes the first. */
function checkRevision(
  existing: ResourcePolicyDocument | undefined,
  expectedRevisionId: string | undefined,
): void {
  if (existing?.revisionId === expectedRevisionId) return;
  if (expectedRevisionId === undefined) throw invalidParameter('An expected revision id is required.');
  throw new ServiceError('OperationAbortedException', 'The expected revision id is not the current one.');
}

function describeResourcePolicies(
  context: ServiceContext,
  request: RequestOf<'DescribeResourcePolicies'>,
): Answer {
  const { resourceArn } = request;
  const scope = request.policyScope ?? (resourceArn === undefined ? 'ACCOUNT' : 'RESOURCE');
  if (scope === 'RESOURCE' && resourceArn !== undefined) {
    const key = resourcePolicyKey(findResource(context, resourceArn).logGroupName);
    const policy = context.catalog.get<ResourcePolicyDocument>(RESOURCE_POLICIES, key);
    return { resourcePolicies: policy ? [describe(policy)] : [] };
  }
  const prefix = scope === 'ACCOUNT' ? 'account ' : 'resource ';
  const { items, nextToken } = pageOf<ResourcePolicyDocument>(
    JSON.stringify(['DescribeResourcePolicies', prefix]),
    { nextToken: request.nextToken, limit: request.limit ?? 50, now: context.epochMillis() },
    (after) => context.catalog.list(RESOURCE_POLICIES, { prefix, after }),
  );
  return { resourcePolicies: items.map(describe), nextToken };
}

/** Recorded: unlike the answer of the call that puts it, the document is rewritten. */
function describe(policy: ResourcePolicyDocument): ResourcePolicyDocument {
  return { ...policy, policyDocument: describeAccessPolicy(policy.policyDocument) };
}

function deleteResourcePolicy(
  context: ServiceContext,
  { policyName, resourceArn, expectedRevisionId }: RequestOf<'DeleteResourcePolicy'>,
): Answer {
  const key =
    resourceArn === undefined
      ? `account ${policyName ?? ''}`
      : resourcePolicyKey(findResource(context, resourceArn).logGroupName);
  const existing = context.catalog.get<ResourcePolicyDocument>(RESOURCE_POLICIES, key);
  if (!existing) throw notFound(`Policy with name [${policyName ?? resourceArn ?? ''}] does not exist.`);
  checkRevision(existing, expectedRevisionId);
  context.catalog.delete(RESOURCE_POLICIES, key);
  return undefined;
}

export const RESOURCE_POLICY_HANDLERS = {
  PutResourcePolicy: putResourcePolicy,
  DescribeResourcePolicies: describeResourcePolicies,
  DeleteResourcePolicy: deleteResourcePolicy,
} satisfies Handlers;
