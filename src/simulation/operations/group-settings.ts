import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidOperation, invalidParameter, notFound } from '../service-error.js';
import type { LogGroupDocument } from './collections.js';
import { checkDataProtectionDocument } from './data-protection-document.js';
import { changeLogGroup, findIdentifiedLogGroup, findLogGroup } from './find-log-group.js';
import { checkKmsKey } from './log-groups.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

const QUERY_RESULTS = /^arn:[^:]+:logs:[^:]*:\d{12}:query-result:\*$/;
const SETTINGS = 'account-settings';

interface QueryResultKey {
  readonly kmsKeyId?: string | undefined;
}

/** ARN of the key that query results are encrypted with, where one was associated. */
export function queryResultKey(context: ServiceContext): string | undefined {
  return context.catalog.get<QueryResultKey>(SETTINGS, 'query-result')?.kmsKeyId;
}

function associateKmsKey(context: ServiceContext, request: RequestOf<'AssociateKmsKey'>): Answer {
  checkKmsKey(request.kmsKeyId, request.logGroupName ?? request.resourceIdentifier ?? '');
  return setKey(context, request, request.kmsKeyId);
}

function disassociateKmsKey(context: ServiceContext, request: RequestOf<'DisassociateKmsKey'>): Answer {
  return setKey(context, request, undefined);
}

function setKey(
  context: ServiceContext,
  { logGroupName, resourceIdentifier }: RequestOf<'DisassociateKmsKey'>,
  kmsKeyId: string | undefined,
): Answer {
  if ((logGroupName === undefined) === (resourceIdentifier === undefined)) {
    throw invalidParameter('Exactly one of logGroupName and resourceIdentifier must be specified.');
  }
  if (resourceIdentifier !== undefined && QUERY_RESULTS.test(resourceIdentifier)) {
    context.catalog.put(SETTINGS, 'query-result', { kmsKeyId });
    return undefined;
  }
  const group =
    logGroupName === undefined
      ? findIdentifiedLogGroup(context, resourceIdentifier!)
      : findLogGroup(context, logGroupName);
  changeLogGroup(context, group, { kmsKeyId });
  return undefined;
}

function putDataProtectionPolicy(
  context: ServiceContext,
  request: RequestOf<'PutDataProtectionPolicy'>,
): Answer {
  const { policyDocument } = request;
  const group = findIdentifiedLogGroup(context, request.logGroupIdentifier);
  checkDataProtectionDocument(policyDocument);
  if (group.logGroupClass !== 'STANDARD') {
    throw invalidParameter('Data protection policies need a log group in the Standard log class.');
  }
  const dataProtectionPolicy = { document: policyDocument, lastUpdatedTime: context.epochMillis() };
  changeLogGroup(context, group, { dataProtectionPolicy });
  return describePolicy(request.logGroupIdentifier, { ...group, dataProtectionPolicy });
}

function getDataProtectionPolicy(
  context: ServiceContext,
  request: RequestOf<'GetDataProtectionPolicy'>,
): Answer {
  const { logGroupIdentifier } = request;
  return describePolicy(logGroupIdentifier, findIdentifiedLogGroup(context, logGroupIdentifier));
}

function deleteDataProtectionPolicy(
  context: ServiceContext,
  request: RequestOf<'DeleteDataProtectionPolicy'>,
): Answer {
  const group = findIdentifiedLogGroup(context, request.logGroupIdentifier);
  if (!group.dataProtectionPolicy) throw notFound('The specified data protection policy does not exist.');
  changeLogGroup(context, group, { dataProtectionPolicy: undefined, hadDataProtectionPolicy: true });
  return undefined;
}

/** @param logGroupIdentifier - the name or the ARN, as the request gave it */
function describePolicy(logGroupIdentifier: string, group: LogGroupDocument): object {
  return {
    logGroupIdentifier,
    policyDocument: group.dataProtectionPolicy?.document,
    lastUpdatedTime: group.dataProtectionPolicy?.lastUpdatedTime,
  };
}

function putBearerTokenAuthentication(
  context: ServiceContext,
  request: RequestOf<'PutBearerTokenAuthentication'>,
): Answer {
  const group = findIdentifiedLogGroup(context, request.logGroupIdentifier);
  if (group.logGroupClass === 'DELIVERY') {
    throw invalidOperation('Bearer token authentication is not supported in the Delivery log class.');
  }
  const { bearerTokenAuthenticationEnabled } = request;
  changeLogGroup(context, group, { bearerTokenAuthenticationEnabled });
  return undefined;
}

export const GROUP_SETTINGS_HANDLERS = {
  AssociateKmsKey: associateKmsKey,
  DisassociateKmsKey: disassociateKmsKey,
  PutDataProtectionPolicy: putDataProtectionPolicy,
  GetDataProtectionPolicy: getDataProtectionPolicy,
  DeleteDataProtectionPolicy: deleteDataProtectionPolicy,
  PutBearerTokenAuthentication: putBearerTokenAuthentication,
} satisfies Handlers;
