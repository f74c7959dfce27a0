import { invalidOperation, invalidParameter, notFound, ServiceError } from '../service-error.js';
import { retentionPolicyFor } from './account-policy-rules.js';
import { logGroupNameOf } from './arns.js';
import { LOG_GROUPS, type LogGroupDocument, logStreamsOf, type LogStreamDocument } from './collections.js';
import type { ServiceContext } from './service-context.js';

const DAY_MILLIS = 24 * 60 * 60 * 1000;
/** Source: CreateLogGroup, `logGroupClass`. */
export const DELIVERY_RETENTION_DAYS = 1;

/** @throws ServiceError where there is no such group */
export function findLogGroup(context: ServiceContext, logGroupName: string): LogGroupDocument {
  const group = context.catalog.get<LogGroupDocument>(LOG_GROUPS, logGroupName);
  if (!group) {
    context.notHere(logGroupName);
    throw notFound('The specified log group does not exist.');
  }
  return group;
}

/**
 * The group that a request names by name or by identifier (a name or an ARN).
 * @throws ServiceError where it names none, both, or one that does not exist
 */
export function findNamedLogGroup(
  context: ServiceContext,
  names: { readonly logGroupName?: string | undefined; readonly logGroupIdentifier?: string | undefined },
): LogGroupDocument {
  const { logGroupName, logGroupIdentifier } = names;
  if (logGroupName !== undefined && logGroupIdentifier !== undefined) {
    throw new ServiceError(
      'ValidationException',
      'LogGroup name and LogGroup ARN are mutually exclusive parameters.',
    );
  }
  if (logGroupName !== undefined) return findLogGroup(context, logGroupName);
  if (logGroupIdentifier !== undefined) return findIdentifiedLogGroup(context, logGroupIdentifier);
  throw invalidParameter('Either LogGroup name or LogGroup ARN must be specified.');
}

/**
 * Refuses to read the events of a group in the Infrequent Access class otherwise than by queries. Source: user
 * guide, "Log classes"; the text as seen for FilterLogEvents.
 */
export function refuseInfrequentAccess(group: LogGroupDocument, operation: string): void {
  if (group.logGroupClass !== 'INFREQUENT_ACCESS') return;
  throw invalidOperation(
    `The log group ${group.logGroupName} is of log-group-class INFREQUENT_ACCESS. ${operation} is not supported for this log class.`,
  );
}

/** @throws ServiceError where a name or ARN names no group of this account and region */
export function findIdentifiedLogGroup(context: ServiceContext, identifier: string): LogGroupDocument {
  const name = logGroupNameOf(context, identifier);
  if (name === undefined) throw notFound('The specified log group does not exist.');
  return findLogGroup(context, name);
}

/** @throws ServiceError where there is no such stream in the group */
export function findLogStream(
  context: ServiceContext,
  logGroupName: string,
  logStreamName: string,
): LogStreamDocument {
  const stream = context.catalog.get<LogStreamDocument>(logStreamsOf(logGroupName), logStreamName);
  if (!stream) throw notFound('The specified log stream does not exist.');
  return stream;
}

/** Stores a group with changed members; a member set to undefined is removed. */
export function changeLogGroup(
  context: ServiceContext,
  group: LogGroupDocument,
  change: Partial<LogGroupDocument>,
): void {
  context.catalog.put(LOG_GROUPS, group.logGroupName, { ...group, ...change });
}

/** Days that a group keeps its events; undefined where it keeps them for good. */
export function retentionDays(context: ServiceContext, group: LogGroupDocument): number | undefined {
  if (group.logGroupClass === 'DELIVERY') return DELIVERY_RETENTION_DAYS;
  const policy = retentionPolicyFor(context, group);
  return policy ? policy.days : group.retentionInDays;
}

/** Milliseconds since 1970 before which the group's events have expired; undefined where they never do. */
export function expiryTime(context: ServiceContext, group: LogGroupDocument): number | undefined {
  const days = retentionDays(context, group);
  return days === undefined ? undefined : context.epochMillis() - days * DAY_MILLIS;
}

/** Removes what has outlived the group's retention; called before anything reads the group's events. */
export function expireEvents(context: ServiceContext, group: LogGroupDocument): void {
  const time = expiryTime(context, group);
  if (time !== undefined) context.events.expireBefore(group.logGroupName, time);
}
