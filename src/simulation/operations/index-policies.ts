import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidParameter } from '../service-error.js';
import { indexPolicyFor } from './account-policy-rules.js';
import { logGroupArn } from './arns.js';
import type { LogGroupDocument } from './collections.js';
import { changeLogGroup, findIdentifiedLogGroup } from './find-log-group.js';
import { type IndexType, parseIndexPolicy } from './index-policy-document.js';
import { pageOfList } from './page-tokens.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

/** Fields that every group of the Standard class indexes. Source: PutIndexPolicy, "Default field indexes". */
const DEFAULT_FIELDS: readonly string[] = [
  '@logStream',
  '@aws.region',
  '@aws.account',
  '@source.log',
  'traceId',
  'severityText',
  'attributes.session.id',
];

/** The policy that a group follows: its own, which replaces the account's, or the account's. */
function effectivePolicy(
  context: ServiceContext,
  group: LogGroupDocument,
): { document: string; lastUpdateTime: number; policyName?: string } | undefined {
  return group.indexPolicy ?? indexPolicyFor(context, group);
}

/** Names of all fields that a group indexes now, the default ones too. */
export function indexedFieldNames(context: ServiceContext, group: LogGroupDocument): readonly string[] {
  if (group.logGroupClass !== 'STANDARD') return [];
  const policy = effectivePolicy(context, group);
  return [...new Set([...DEFAULT_FIELDS, ...(policy ? parseIndexPolicy(policy.document).keys() : [])])];
}

/** Tells the store which fields of events that come from now on are indexed. */
export function applyIndexPolicies(context: ServiceContext, group: LogGroupDocument): void {
  context.events.setIndexedFields(group.logGroupName, indexedFieldNames(context, group));
}

function putIndexPolicy(context: ServiceContext, request: RequestOf<'PutIndexPolicy'>): Answer {
  const group = findIdentifiedLogGroup(context, request.logGroupIdentifier);
  if (group.logGroupClass !== 'STANDARD') {
    throw invalidParameter('Index policies are only supported for log groups in the Standard log class.');
  }
  parseIndexPolicy(request.policyDocument);
  changePolicy(context, group, { document: request.policyDocument, lastUpdateTime: context.now() });
  return { indexPolicy: describePolicies(context, request.logGroupIdentifier)[0] };
}

function deleteIndexPolicy(context: ServiceContext, request: RequestOf<'DeleteIndexPolicy'>): Answer {
  const group = findIdentifiedLogGroup(context, request.logGroupIdentifier);
  changePolicy(context, group, undefined);
  return {};
}

function changePolicy(
  context: ServiceContext,
  group: LogGroupDocument,
  indexPolicy: LogGroupDocument['indexPolicy'],
): void {
  const before = indexedFieldNames(context, group);
  const changed = { ...group, indexPolicy };
  const now = indexedFieldNames(context, changed);
  const formerIndexFields = [
    ...new Set([...(group.formerIndexFields ?? []), ...before.filter((name) => !now.includes(name))]),
  ];
  changeLogGroup(context, group, { indexPolicy, formerIndexFields });
  applyIndexPolicies(context, changed);
}

function describeIndexPolicies(context: ServiceContext, request: RequestOf<'DescribeIndexPolicies'>): Answer {
  return {
    indexPolicies: request.logGroupIdentifiers.flatMap((identifier) => describePolicies(context, identifier)),
  };
}

function describePolicies(context: ServiceContext, identifier: string): object[] {
  const group = findIdentifiedLogGroup(context, identifier);
  const policy = effectivePolicy(context, group);
  if (!policy) return [];
  return [
    {
      logGroupIdentifier: logGroupArn(context, group.logGroupName),
      lastUpdateTime: policy.lastUpdateTime,
      policyDocument: policy.document,
      policyName: policy.policyName,
      source: group.indexPolicy ? 'LOG_GROUP' : 'ACCOUNT',
    },
  ];
}

function describeFieldIndexes(context: ServiceContext, request: RequestOf<'DescribeFieldIndexes'>): Answer {
  const wanted = new Set<string>(request.indexCategories ?? ['DEFAULT', 'CUSTOM', 'INACTIVE']);
  const all = request.logGroupIdentifiers.flatMap((identifier) => {
    const group = findIdentifiedLogGroup(context, identifier);
    return fieldIndexes(context, group).filter(({ indexCategory }) => wanted.has(indexCategory));
  });
  const { items, nextToken } = pageOfList(
    JSON.stringify(['DescribeFieldIndexes', request.logGroupIdentifiers, [...wanted]]),
    { nextToken: request.nextToken, limit: 100, now: context.now() },
    all,
  );
  return { fieldIndexes: items, nextToken };
}

interface FieldIndex {
  readonly logGroupIdentifier: string | undefined;
  readonly fieldIndexName: string;
  readonly lastScanTime: number;
  readonly firstEventTime?: number;
  readonly lastEventTime?: number;
  readonly type: IndexType;
  readonly indexCategory: 'DEFAULT' | 'CUSTOM' | 'INACTIVE';
}

function fieldIndexes(context: ServiceContext, group: LogGroupDocument): FieldIndex[] {
  if (group.logGroupClass !== 'STANDARD') return [];
  const policy = effectivePolicy(context, group);
  const custom = policy ? parseIndexPolicy(policy.document) : new Map<string, IndexType>();
  const current = new Set([...DEFAULT_FIELDS, ...custom.keys()]);
  const former = (group.formerIndexFields ?? []).filter((name) => !current.has(name));
  const logGroupIdentifier = logGroupArn(context, group.logGroupName);
  const lastScanTime = context.now();
  const eventTimes = timesOf(context, group);
  const index = (
    fieldIndexName: string,
    type: IndexType,
    indexCategory: FieldIndex['indexCategory'],
  ): FieldIndex => ({
    logGroupIdentifier,
    fieldIndexName,
    lastScanTime,
    // Every event has the system fields. Which have another field first and last is not kept; the members are
    // optional, and left out there.
    ...(fieldIndexName.startsWith('@') && eventTimes),
    type,
    indexCategory,
  });
  return [
    ...DEFAULT_FIELDS.filter((name) => !custom.has(name)).map((name) =>
      index(name, 'FIELD_INDEX', 'DEFAULT'),
    ),
    ...[...custom].map(([name, type]) => index(name, type, 'CUSTOM')),
    ...former.map((name) => index(name, 'FIELD_INDEX', 'INACTIVE')),
  ];
}

/** When the first and the last event of a group happened. */
function timesOf(
  context: ServiceContext,
  group: LogGroupDocument,
): Pick<FieldIndex, 'firstEventTime' | 'lastEventTime'> | undefined {
  let firstEventTime = Infinity;
  let lastEventTime = -Infinity;
  for (const stream of context.events.groupStreams(group.logGroupName).values()) {
    if (stream.eventCount === 0) continue;
    firstEventTime = Math.min(firstEventTime, stream.firstEventTimestamp);
    lastEventTime = Math.max(lastEventTime, stream.lastEventTimestamp);
  }
  return firstEventTime === Infinity ? undefined : { firstEventTime, lastEventTime };
}

export const INDEX_POLICY_HANDLERS = {
  PutIndexPolicy: putIndexPolicy,
  DeleteIndexPolicy: deleteIndexPolicy,
  DescribeIndexPolicies: describeIndexPolicies,
  DescribeFieldIndexes: describeFieldIndexes,
} satisfies Handlers;
