import { alreadyExists, invalidParameter, limitExceeded, ServiceError } from '../service-error.js';
import type { RequestOf } from '../protocol/request-shapes.js';
import { logGroupArn, logGroupNameOf } from './arns.js';
import {
  LOG_GROUPS,
  type LogGroupDocument,
  logStreamsOf,
  metricFiltersOf,
  RESOURCE_POLICIES,
  resourcePolicyKey,
  sequenceTokensOf,
  subscriptionFiltersOf,
} from './collections.js';
import { policiesOf, retentionPolicyFor } from './account-policy-rules.js';
import {
  changeLogGroup,
  expireEvents,
  findIdentifiedLogGroup,
  findLogGroup,
  retentionDays,
} from './find-log-group.js';
import { applyIndexPolicies, indexedFieldNames } from './index-policies.js';
import { pageOf, writePageToken } from './page-tokens.js';
import { refuseReservedTags } from './reserved-tags.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

/** Log groups of an account. Source: "CloudWatch Logs quotas". */
const MAX_LOG_GROUPS = 1_000_000;

function createLogGroup(context: ServiceContext, request: RequestOf<'CreateLogGroup'>): Answer {
  const { logGroupName } = request;
  if (/^aws\//i.test(logGroupName)) {
    throw invalidParameter('Log groups starting with AWS/ are reserved for AWS.');
  }
  if (context.catalog.get(LOG_GROUPS, logGroupName)) {
    throw alreadyExists('The specified log group already exists');
  }
  if (context.catalog.count(LOG_GROUPS) >= MAX_LOG_GROUPS) throw limitExceeded();
  refuseReservedTags(request.tags);
  if (request.kmsKeyId !== undefined) checkKmsKey(request.kmsKeyId, logGroupName);
  addLogGroup(context, request);
  return undefined;
}

/** Makes a group, also one that clients may not make themselves. */
export function addLogGroup(
  context: ServiceContext,
  request: RequestOf<'CreateLogGroup'>,
  creationTime = context.epochMillis(),
): void {
  const group: LogGroupDocument = {
    logGroupName: request.logGroupName,
    creationTime,
    logGroupClass: request.logGroupClass ?? 'STANDARD',
    tags: { ...request.tags },
    kmsKeyId: request.kmsKeyId,
    deletionProtectionEnabled: request.deletionProtectionEnabled ?? false,
  };
  context.catalog.put(LOG_GROUPS, group.logGroupName, group);
  applyIndexPolicies(context, group);
}

/**
 * @param encrypted - what the key is for, a group's name or a resource identifier
 * @throws ServiceError for what is not the ARN of a key, as seen where its id alone was given
 */
export function checkKmsKey(kmsKeyId: string, encrypted: string): void {
  if (!/^arn:[^:]+:kms:[^:]+:\d{12}:key\/[^\s]+$/.test(kmsKeyId)) {
    throw invalidParameter(`The specified KMS Key Id could not be found. '${encrypted}'`);
  }
}

function deleteLogGroup(context: ServiceContext, { logGroupName }: RequestOf<'DeleteLogGroup'>): Answer {
  const group = findLogGroup(context, logGroupName);
  refuseProtected(group);
  const { catalog, events } = context;
  // The events first: if the process ends in between, there is a group without events, not events without a group.
  events.deleteLogGroup(logGroupName);
  for (const collection of [logStreamsOf, sequenceTokensOf, metricFiltersOf, subscriptionFiltersOf]) {
    const name = collection(logGroupName);
    for (const [key] of catalog.list(name)) catalog.delete(name, key);
  }
  catalog.delete(RESOURCE_POLICIES, resourcePolicyKey(logGroupName));
  catalog.delete(LOG_GROUPS, logGroupName);
  return undefined;
}

/** @throws ServiceError where the group's deletion protection is on */
export function refuseProtected(group: LogGroupDocument): void {
  if (group.deletionProtectionEnabled) {
    throw new ServiceError(
      'ValidationException',
      `Log group ${group.logGroupName} has deletion protection enabled. Disable it before you delete the log group or its log streams.`,
    );
  }
}

function describeLogGroups(context: ServiceContext, request: RequestOf<'DescribeLogGroups'>): Answer {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, logGroupIdentifiers } = request;
  if (prefix !== undefined && pattern !== undefined) {
    throw invalidParameter(
      'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
    );
  }
  const others = [prefix, pattern, request.logGroupClass, request.nextToken, request.limit];
  if (logGroupIdentifiers && others.some((other) => other !== undefined)) {
    throw invalidParameter(
      'LogGroup identifiers and any other parameter but includeLinkedAccounts are mutually exclusive.',
    );
  }
  if (logGroupIdentifiers) {
    const names = logGroupIdentifiers.map((identifier) => logGroupNameOf(context, identifier));
    const logGroups = [...new Set(names)].sort().flatMap((name) => {
      const group = name === undefined ? undefined : context.catalog.get<LogGroupDocument>(LOG_GROUPS, name);
      return group ? [describeLogGroup(context, group)] : [];
    });
    return { logGroups };
  }
  if (request.includeLinkedAccounts && request.accountIdentifiers?.includes(context.accountId) === false) {
    return { logGroups: [] };
  }

  const matches = (group: LogGroupDocument): boolean =>
    (pattern === undefined || group.logGroupName.includes(pattern)) &&
    classMatches(group, request.logGroupClass);
  const scope = JSON.stringify(['DescribeLogGroups', prefix, pattern, request.logGroupClass]);
  const { items, nextToken } = pageOf<LogGroupDocument>(
    scope,
    { nextToken: request.nextToken, limit: request.limit ?? 50, now: context.epochMillis() },
    (after) => filtered(context.catalog.list<LogGroupDocument>(LOG_GROUPS, { prefix, after }), matches),
  );
  if (pattern === undefined || pattern === '') {
    return { logGroups: items.map((group) => describeLogGroup(context, group)), nextToken };
  }
  const last = items.at(-1);
  return {
    // Recorded in 2026; in 2023 it was the first, the second and the fifth of these.
    logGroups: items.map(({ logGroupName, creationTime, logGroupClass }) => ({
      arn: `${logGroupArn(context, logGroupName)}:*`,
      creationTime,
      logGroupArn: logGroupArn(context, logGroupName),
      logGroupClass,
      logGroupName,
      metricFilterCount: context.catalog.count(metricFiltersOf(logGroupName)),
    })),
    // Recorded: by a pattern a token comes even when everything is shown.
    nextToken: nextToken ?? (last && writePageToken(scope, last.logGroupName, context.epochMillis())),
  };
}

/** Asking for either of the cheaper classes shows both. Source: DescribeLogGroups, `logGroupClass`. */
function classMatches(group: LogGroupDocument, wanted: string | undefined): boolean {
  if (wanted === 'INFREQUENT_ACCESS' || wanted === 'ESSENTIALS') {
    return group.logGroupClass === 'INFREQUENT_ACCESS' || group.logGroupClass === 'ESSENTIALS';
  }
  return wanted === undefined || wanted === group.logGroupClass;
}

function* filtered<T>(
  entries: Iterable<readonly [string, T]>,
  matches: (item: T) => boolean,
): Generator<readonly [string, T]> {
  for (const entry of entries) if (matches(entry[1])) yield entry;
}

function describeLogGroup(context: ServiceContext, group: LogGroupDocument): object {
  expireEvents(context, group);
  const arn = logGroupArn(context, group.logGroupName);
  return {
    arn: `${arn}:*`,
    bearerTokenAuthenticationEnabled: group.bearerTokenAuthenticationEnabled,
    creationTime: group.creationTime,
    dataProtectionStatus: dataProtectionStatus(group),
    deletionProtectionEnabled: group.deletionProtectionEnabled,
    inheritedProperties: inheritedProperties(context, group),
    kmsKeyId: group.kmsKeyId,
    logGroupArn: arn,
    logGroupClass: group.logGroupClass,
    logGroupName: group.logGroupName,
    metricFilterCount: context.catalog.count(metricFiltersOf(group.logGroupName)),
    retentionInDays: retentionDays(context, group),
    retentionPolicyName: retentionPolicyFor(context, group)?.policyName,
    storedBytes: context.events.storedBytes(group.logGroupName),
  };
}

/** Source: the model's `LogGroup`: whether the group has a policy, or had one in the past. */
function dataProtectionStatus(group: LogGroupDocument): 'ACTIVATED' | 'DELETED' | undefined {
  if (group.dataProtectionPolicy) return 'ACTIVATED';
  return group.hadDataProtectionPolicy ? 'DELETED' : undefined;
}

function inheritedProperties(context: ServiceContext, group: LogGroupDocument): string[] | undefined {
  const inherits =
    group.logGroupClass === 'STANDARD' && policiesOf(context, 'DATA_PROTECTION_POLICY').length > 0;
  return inherits ? ['ACCOUNT_DATA_PROTECTION'] : undefined;
}

function listLogGroups(context: ServiceContext, request: RequestOf<'ListLogGroups'>): Answer {
  const { logGroupNamePattern, fieldIndexNames, dataSources } = request;
  const named = (group: LogGroupDocument): boolean =>
    logGroupNamePattern === undefined || namePatternMatches(logGroupNamePattern, group.logGroupName);
  const matches = (group: LogGroupDocument): boolean =>
    named(group) &&
    (request.logGroupClass === undefined || request.logGroupClass === group.logGroupClass) &&
    (fieldIndexNames === undefined || indexesAll(context, group, fieldIndexNames)) &&
    // No group of the local service has a data source.
    dataSources === undefined &&
    (request.logGroupTags ?? []).every(({ key, values }) => tagMatches(group, key, values));
  if (request.includeLinkedAccounts && request.accountIdentifiers?.includes(context.accountId) === false) {
    return { logGroups: [] };
  }
  const { items, nextToken } = pageOf<LogGroupDocument>(
    JSON.stringify(['ListLogGroups', { ...request, nextToken: undefined, limit: undefined }]),
    { nextToken: request.nextToken, limit: request.limit ?? 50, now: context.epochMillis() },
    (after) => filtered(context.catalog.list<LogGroupDocument>(LOG_GROUPS, { after }), matches),
  );
  return {
    logGroups: items.map((group) => ({
      logGroupName: group.logGroupName,
      logGroupArn: logGroupArn(context, group.logGroupName),
      logGroupClass: group.logGroupClass,
    })),
    nextToken,
  };
}

/** `^` anchors an alternative at the start; otherwise it may stand anywhere. Source: ListLogGroups. */
function namePatternMatches(pattern: string, logGroupName: string): boolean {
  return pattern
    .split('|')
    .some((part) =>
      part.startsWith('^') ? logGroupName.startsWith(part.slice(1)) : logGroupName.includes(part),
    );
}

function indexesAll(context: ServiceContext, group: LogGroupDocument, fields: readonly string[]): boolean {
  const indexed = indexedFieldNames(context, group);
  return fields.every((field) => indexed.includes(field));
}

/**
 * A value may begin with `!` (not) and begin or end with `*`; with a `*`, case does not matter. Source: the
 * model's `TagFilter`.
 */
function tagMatches(group: LogGroupDocument, key: string, values: readonly string[] | undefined): boolean {
  if (!Object.hasOwn(group.tags, key)) return false;
  if (values === undefined || values.length === 0) return true;
  const tag = group.tags[key]!;
  return values.some((value) => {
    const not = value.startsWith('!');
    return tagValueMatches(not ? value.slice(1) : value, tag) !== not;
  });
}

function tagValueMatches(wanted: string, tag: string): boolean {
  const [start, end] = [wanted.startsWith('*'), wanted.endsWith('*')];
  if (!start && !end) return tag === wanted;
  const text = wanted.replace(/^\*|\*$/g, '').toLowerCase();
  const lowered = tag.toLowerCase();
  if (start && end) return lowered.includes(text);
  return start ? lowered.endsWith(text) : lowered.startsWith(text);
}

function putDeletionProtection(
  context: ServiceContext,
  request: RequestOf<'PutLogGroupDeletionProtection'>,
): Answer {
  const group = findIdentifiedLogGroup(context, request.logGroupIdentifier);
  changeLogGroup(context, group, { deletionProtectionEnabled: request.deletionProtectionEnabled });
  return undefined;
}

export const LOG_GROUP_HANDLERS = {
  CreateLogGroup: createLogGroup,
  DeleteLogGroup: deleteLogGroup,
  DescribeLogGroups: describeLogGroups,
  ListLogGroups: listLogGroups,
  PutLogGroupDeletionProtection: putDeletionProtection,
} satisfies Handlers;
