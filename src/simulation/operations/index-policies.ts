import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidParameter } from '../service-error.js';
import { indexPolicyFor } from './account-policy-rules.js';
import { logGroupArn } from './arns.js';
import type { LogGroupDocument } from './collections.js';
import { changeLogGroup, findIdentifiedLogGroup } from './find-log-group.js';
import { type IndexType, parseIndexPolicy } from './index-policy-document.js';
import { DEFAULT_INDEXED_FIELDS, isEventField } from '../store/indexed-values.js';
import { INDEX_AFTERLIFE_MILLIS } from '../store/store-event-source.js';
import { pageOfList } from './page-tokens.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

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
  return [
    ...new Set([...DEFAULT_INDEXED_FIELDS, ...(policy ? parseIndexPolicy(policy.document).keys() : [])]),
  ];
}

/**
 * Tells the store which fields of events that come from now on are indexed, and notes those that no longer are.
 * Called after each change of policies.
 */
export function applyIndexPolicies(context: ServiceContext, group: LogGroupDocument): void {
  const { logGroupName, formerIndexFields = {} } = group;
  const before = context.events.indexedFields(logGroupName);
  const now = indexedFieldNames(context, group);
  context.events.setIndexedFields(logGroupName, now);
  if (group.logGroupClass !== 'STANDARD') return;
  const former = new Map(Object.entries(formerIndexFields));
  for (const name of before) if (!now.includes(name)) former.set(name, context.epochMillis());
  for (const name of now) former.delete(name);
  const changed = Object.fromEntries(former);
  if (JSON.stringify(changed) === JSON.stringify(formerIndexFields)) return;
  changeLogGroup(context, group, { formerIndexFields: changed });
}

function putIndexPolicy(context: ServiceContext, request: RequestOf<'PutIndexPolicy'>): Answer {
  const group = findIdentifiedLogGroup(context, request.logGroupIdentifier);
  if (group.logGroupClass !== 'STANDARD') {
    throw invalidParameter('Index policies are only supported for log groups in the Standard log class.');
  }
  parseIndexPolicy(request.policyDocument);
  changePolicy(context, group, { document: request.policyDocument, lastUpdateTime: context.epochMillis() });
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
  changeLogGroup(context, group, { indexPolicy });
  applyIndexPolicies(context, { ...group, indexPolicy });
}

function describeIndexPolicies(context: ServiceContext, request: RequestOf<'DescribeIndexPolicies'>): Answer {
  const { logGroupIdentifiers } = request;
  const { items, nextToken } = pageOfList(
    JSON.stringify(['DescribeIndexPolicies', logGroupIdentifiers]),
    { nextToken: request.nextToken, limit: 50, now: context.epochMillis() },
    logGroupIdentifiers.flatMap((identifier) => describePolicies(context, identifier)),
  );
  return { indexPolicies: items, nextToken };
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
    { nextToken: request.nextToken, limit: 100, now: context.epochMillis() },
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
  const current = new Set([...DEFAULT_INDEXED_FIELDS, ...custom.keys()]);
  const former = Object.entries(group.formerIndexFields ?? {})
    .filter(([name, since]) => !current.has(name) && context.epochMillis() - since < INDEX_AFTERLIFE_MILLIS)
    .map(([name]) => name);
  const logGroupIdentifier = logGroupArn(context, group.logGroupName);
  const lastScanTime = context.epochMillis();
  const groupTimes = timesOf(context, group);
  const index = (
    fieldIndexName: string,
    type: IndexType,
    indexCategory: FieldIndex['indexCategory'],
  ): FieldIndex => ({
    logGroupIdentifier,
    fieldIndexName,
    lastScanTime,
    ...(isEventField(fieldIndexName)
      ? !isDataSourceField(fieldIndexName) && groupTimes
      : indexedTimes(context, group, fieldIndexName)),
    type,
    indexCategory,
  });
  return [
    ...DEFAULT_INDEXED_FIELDS.filter((name) => !custom.has(name)).map((name) =>
      index(name, 'FIELD_INDEX', 'DEFAULT'),
    ),
    ...[...custom].map(([name, type]) => index(name, type, 'CUSTOM')),
    ...former.map((name) => index(name, 'FIELD_INDEX', 'INACTIVE')),
  ];
}

type EventTimes = Pick<FieldIndex, 'firstEventTime' | 'lastEventTime'>;

/** No event of the local service has a data source. */
function isDataSourceField(field: string): boolean {
  return field.startsWith('@data_');
}

function indexedTimes(
  context: ServiceContext,
  { logGroupName }: LogGroupDocument,
  field: string,
): EventTimes | undefined {
  const times = context.events.indexedTimes(logGroupName, field);
  return times && { firstEventTime: times.firstTimestamp, lastEventTime: times.lastTimestamp };
}

/** When the first and the last event of a group happened: every event has the system fields. */
function timesOf(context: ServiceContext, group: LogGroupDocument): EventTimes | undefined {
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
