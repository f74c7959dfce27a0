import type { RequestOf } from '../protocol/request-shapes.js';
import {
  invalidOperation,
  invalidParameter,
  limitExceeded,
  notFound,
  ServiceError,
} from '../service-error.js';
import {
  type DeliveryTarget,
  destinationKind,
  type DestinationKind,
} from '../subscriptions/delivery-target.js';
import { controlMessage } from '../subscriptions/payload.js';
import type { ActiveSubscription } from '../subscriptions/subscriptions.js';
import { policiesOf } from './account-policy-rules.js';
import {
  DESTINATIONS,
  type DestinationDocument,
  type LogGroupDocument,
  type SubscriptionFilterDocument,
  subscriptionFiltersOf,
} from './collections.js';
import { checkSystemFields, parseFieldSelection, systemFieldValues } from './field-selection.js';
import { compileFilterPattern, refuseManyRegexes, storedFilterTest } from './filter-pattern.js';
import { findLogGroup } from './find-log-group.js';
import { pageOf } from './page-tokens.js';
import type { Answer, Handlers, RequestContext, ServiceContext } from './service-context.js';
import { parseSubscriptionPolicy } from './subscription-policy.js';

/** Filters of one group. Recorded: a third is refused. */
const MAX_SUBSCRIPTION_FILTERS = 2;
/** Of the others `lambda` and `logs` need none, and the service refuses those that it does not know behind one. */
const VENDORS_WITH_ROLE: readonly string[] = ['kinesis', 'firehose'];

async function putSubscriptionFilter(
  context: RequestContext,
  request: RequestOf<'PutSubscriptionFilter'>,
): Promise<Answer> {
  const { logGroupName, filterName, filterPattern, destinationArn, roleArn } = request;
  // Measured: before the destination is looked at.
  compileFilterPattern(filterPattern);
  checkDestination(context, destinationArn, roleArn);
  if (request.fieldSelectionCriteria) parseFieldSelection(request.fieldSelectionCriteria);
  checkSystemFields(request.emitSystemFields);
  const group = findLogGroup(context, logGroupName);
  if (group.logGroupClass === 'INFREQUENT_ACCESS' || group.logGroupClass === 'ESSENTIALS') {
    throw invalidOperation(
      'Subscription filters are only supported for log groups in the Standard log class.',
    );
  }
  refuseManyRegexes(context, logGroupName, { filterName, filterPattern });
  const collection = subscriptionFiltersOf(logGroupName);
  const existing = context.catalog.get<SubscriptionFilterDocument>(collection, filterName);
  if (!existing && context.catalog.count(collection) >= MAX_SUBSCRIPTION_FILTERS) throw limitExceeded();
  await checkHealth(context, destinationArn, roleArn);
  const filter: SubscriptionFilterDocument = {
    filterName,
    logGroupName,
    filterPattern,
    destinationArn,
    roleArn,
    distribution: request.distribution ?? 'ByLogStream',
    applyOnTransformedLogs: request.applyOnTransformedLogs ?? false,
    fieldSelectionCriteria: request.fieldSelectionCriteria,
    emitSystemFields: request.emitSystemFields,
    creationTime: existing?.creationTime ?? context.epochMillis(),
  };
  context.catalog.put(collection, filterName, filter);
  return undefined;
}

/** @throws ServiceError for what a subscription can't deliver to */
export function checkDestination(
  context: ServiceContext,
  destinationArn: string,
  roleArn: string | undefined,
): void {
  if (context.destinations.urlOf(destinationArn) !== undefined) return;
  const [scheme, , vendor = '', , account, ...resource] = destinationArn.split(':');
  if (scheme !== 'arn' || resource.length === 0) throw invalidParameter('Invalid destination ARN.');
  if (vendor === 'lambda') {
    if (roleArn !== undefined)
      throw invalidParameter('destinationArn for vendor lambda cannot be used with roleArn');
    if (account === context.accountId) return;
    throw new ServiceError(
      'AccessDeniedException',
      'Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to create cross account lambda triggers.',
    );
  }
  if (vendor === 'logs' && resource[0] === 'destination') {
    if (account !== context.accountId || destinationNamed(context, destinationArn)) return;
    throw invalidParameter('The specified destination does not exist.');
  }
  if (roleArn === undefined) {
    throw invalidParameter(`destinationArn for vendor ${vendor} cannot be used without roleArn`);
  }
  if (VENDORS_WITH_ROLE.includes(vendor)) return;
  throw invalidParameter(
    `PutSubscriptionFilter operation cannot work with destinationArn for vendor ${vendor}`,
  );
}

function destinationNamed(context: ServiceContext, destinationArn: string): DestinationDocument | undefined {
  const name = /^arn:[^:]+:logs:[^:]*:\d{12}:destination:(.+)$/.exec(destinationArn)?.[1];
  return name === undefined ? undefined : context.catalog.get<DestinationDocument>(DESTINATIONS, name);
}

/** Where a destination's messages go. @returns undefined where nobody listens */
function targetOf(
  context: ServiceContext,
  destinationArn: string,
  filterRoleArn: string | undefined,
): DeliveryTarget | undefined {
  const logical =
    context.destinations.urlOf(destinationArn) === undefined
      ? destinationNamed(context, destinationArn)
      : undefined;
  const arn = logical?.targetArn ?? destinationArn;
  const url = context.destinations.urlOf(arn);
  if (url === undefined) return undefined;
  const region = arn.startsWith('arn:') ? (arn.split(':')[3] ?? '') : context.region;
  return { kind: destinationKind(arn), url, arn, region, roleArn: logical?.roleArn ?? filterRoleArn };
}

/** What the service says of a destination that does not take its message. Recorded. */
const UNREACHABLE: Readonly<Record<DestinationKind, string>> = {
  Kinesis:
    'Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state.',
  Firehose:
    'Could not deliver test message to specified Firehose stream. Check if the given Firehose stream is in ACTIVE state.',
  Lambda:
    'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.',
};

/** Sends the control message, where there is somebody to take it. @throws ServiceError when it is not taken */
async function checkHealth(
  context: ServiceContext,
  destinationArn: string,
  roleArn: string | undefined,
): Promise<void> {
  const target = targetOf(context, destinationArn, roleArn);
  if (!target) return;
  // Source: the guide's example for Firehose.
  const called = target.kind === 'Lambda' ? destinationArn : target.kind;
  if (await context.delivery.sendNow(target, controlMessage(called, context.epochMillis()))) return;
  throw invalidParameter(UNREACHABLE[target.kind]);
}

/** The filters in force for a group: its own and the account's. */
export function subscriptionsOf(context: ServiceContext, group: LogGroupDocument): ActiveSubscription[] {
  const values = systemFieldValues(context, group.logGroupName);
  const own: ActiveSubscription[] = [];
  for (const [, filter] of context.catalog.list<SubscriptionFilterDocument>(
    subscriptionFiltersOf(group.logGroupName),
  )) {
    const { fieldSelectionCriteria, emitSystemFields = [] } = filter;
    if (fieldSelectionCriteria && !parseFieldSelection(fieldSelectionCriteria)(values)) continue;
    checkSystemFields(emitSystemFields);
    own.push({
      name: filter.filterName,
      target: targetOf(context, filter.destinationArn, filter.roleArn),
      distribution: filter.distribution,
      matches: storedFilterTest(filter.filterPattern),
      extractedFields:
        emitSystemFields.length === 0
          ? undefined
          : Object.fromEntries(emitSystemFields.map((field) => [field, values[field]])),
    });
  }
  return [...own, ...accountSubscriptions(context, group)];
}

function accountSubscriptions(context: ServiceContext, group: LogGroupDocument): ActiveSubscription[] {
  return policiesOf(context, 'SUBSCRIPTION_FILTER_POLICY').flatMap((policy) => {
    const { destinationArn, roleArn, filterPattern, distribution, excludedLogGroupNames } =
      parseSubscriptionPolicy(policy.policyDocument, policy.selectionCriteria);
    if (group.logGroupClass !== 'STANDARD' || excludedLogGroupNames.includes(group.logGroupName)) return [];
    return [
      {
        name: policy.policyName,
        target: targetOf(context, destinationArn, roleArn),
        distribution,
        matches: storedFilterTest(filterPattern),
        extractedFields: undefined,
      },
    ];
  });
}

function describeSubscriptionFilters(
  context: ServiceContext,
  request: RequestOf<'DescribeSubscriptionFilters'>,
): Answer {
  const { logGroupName, filterNamePrefix: prefix } = request;
  findLogGroup(context, logGroupName);
  const { items, nextToken } = pageOf<SubscriptionFilterDocument>(
    JSON.stringify(['DescribeSubscriptionFilters', logGroupName, prefix]),
    { nextToken: request.nextToken, limit: request.limit ?? 50, now: context.epochMillis() },
    (after) => context.catalog.list(subscriptionFiltersOf(logGroupName), { prefix, after }),
  );
  return { subscriptionFilters: items, nextToken };
}

function deleteSubscriptionFilter(
  context: ServiceContext,
  { logGroupName, filterName }: RequestOf<'DeleteSubscriptionFilter'>,
): Answer {
  findLogGroup(context, logGroupName);
  if (!context.catalog.delete(subscriptionFiltersOf(logGroupName), filterName)) {
    throw notFound('The specified subscription filter does not exist.');
  }
  return undefined;
}

export const SUBSCRIPTION_FILTER_HANDLERS = {
  PutSubscriptionFilter: putSubscriptionFilter,
  DescribeSubscriptionFilters: describeSubscriptionFilters,
  DeleteSubscriptionFilter: deleteSubscriptionFilter,
} satisfies Handlers;
