import { RETENTION_DAYS } from '../../cloudwatch/limits.js';
import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidParameter } from '../service-error.js';
import { changeLogGroup, expireEvents, findLogGroup } from './find-log-group.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

function putRetentionPolicy(context: ServiceContext, request: RequestOf<'PutRetentionPolicy'>): Answer {
  const { retentionInDays } = request;
  if (!(RETENTION_DAYS as readonly number[]).includes(retentionInDays)) {
    throw invalidParameter(
      `1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
    );
  }
  const group = findLogGroup(context, request.logGroupName);
  if (group.logGroupClass === 'DELIVERY') {
    throw invalidParameter('Retention settings are not supported for log groups in the Delivery log class.');
  }
  const change = { retentionInDays };
  changeLogGroup(context, group, change);
  expireEvents(context, { ...group, ...change });
  return undefined;
}

function deleteRetentionPolicy(context: ServiceContext, request: RequestOf<'DeleteRetentionPolicy'>): Answer {
  const group = findLogGroup(context, request.logGroupName);
  // What had expired until now does not come back.
  expireEvents(context, group);
  changeLogGroup(context, group, { retentionInDays: undefined });
  return undefined;
}

export const RETENTION_HANDLERS = {
  PutRetentionPolicy: putRetentionPolicy,
  DeleteRetentionPolicy: deleteRetentionPolicy,
} satisfies Handlers;
