import { MAX_NAME_LENGTH } from '../../cloudwatch/limits.js';
import type { RequestBody } from './read-body.js';
import { readRequest, violationText } from './read-request.js';
import { type OperationName, REQUESTS } from './request-shapes.js';
import { serialization, ServiceError } from '../service-error.js';

const TARGET_PREFIX = 'Logs_20140328.';

/** Content type of requests and answers. */
export const AWS_JSON = 'application/x-amz-json-1.1';

/**
 * The operation that `X-Amz-Target` names.
 * @throws ServiceError `UnknownOperationException`
 */
export function operationOf(target: string | undefined): string {
  if (!target?.startsWith(TARGET_PREFIX)) throw unknownOperation();
  return target.slice(TARGET_PREFIX.length);
}

/**
 * Operations that answer `ValidationException` to a broken constraint, and show the value that breaks a pattern,
 * where the others answer `InvalidParameterException`. Recorded for PutDeliveryDestination and seen for
 * GetDataProtectionPolicy; the others are their relatives, or have no other error of that kind in the model.
 */
const VALIDATION_EXCEPTION: ReadonlySet<string> = new Set<OperationName>([
  'CreateDelivery',
  'DeleteDataProtectionPolicy',
  'DeleteDelivery',
  'DeleteDeliveryDestination',
  'DeleteDeliveryDestinationPolicy',
  'DeleteDeliverySource',
  'DescribeConfigurationTemplates',
  'DescribeDeliveries',
  'DescribeDeliveryDestinations',
  'DescribeDeliverySources',
  'GetDataProtectionPolicy',
  'GetDelivery',
  'GetDeliveryDestination',
  'GetDeliveryDestinationPolicy',
  'GetDeliverySource',
  'ListScheduledQueries',
  'PutDataProtectionPolicy',
  'PutDeliveryDestination',
  'PutDeliveryDestinationPolicy',
  'PutDeliverySource',
  'UpdateDeliveryConfiguration',
]);

/** As the service answers it: without a message. */
export function unknownOperation(message = ''): ServiceError {
  return new ServiceError('UnknownOperationException', message);
}

export function isKnownRequest(operation: string): operation is OperationName {
  return Object.hasOwn(REQUESTS, operation);
}

/**
 * Decodes and checks the body of a request, which has been read.
 * @throws ServiceError for a body that is not JSON, has a wrong type or breaks a constraint of the model
 */
export async function parseRequest(operation: OperationName, requestBody: RequestBody): Promise<unknown> {
  const text = (await requestBody.decoded()).toString('utf8');
  let body: unknown;
  try {
    body = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw serialization('The request body is not valid JSON.');
  }
  return checkRequest(operation, body);
}

/**
 * Checks the members of a request.
 * @throws ServiceError for a wrong type or a broken constraint of the model
 */
export function checkRequest(operation: OperationName, body: unknown): unknown {
  const validates = VALIDATION_EXCEPTION.has(operation);
  const { value, violations } = readRequest(REQUESTS[operation], body, { showsPatternValues: validates });
  if (violations.length > 0) {
    const type = validates ? 'ValidationException' : 'InvalidParameterException';
    throw nameLengthError(value) ?? new ServiceError(type, violationText(violations));
  }
  return value;
}

/**
 * The name of a group or a stream over the limit has a text of its own. Recorded for CreateLogGroup and
 * DeleteMetricFilter; other names, such as `filterName`, have the usual one.
 */
function nameLengthError(value: unknown): ServiceError | undefined {
  const { logGroupName, logStreamName } = value as { logGroupName?: unknown; logStreamName?: unknown };
  const tooLong = [logGroupName, logStreamName].some(
    (name) => typeof name === 'string' && name.length > MAX_NAME_LENGTH,
  );
  if (!tooLong) return undefined;
  return new ServiceError(
    'InvalidParameterException',
    `Invalid LogGroup or LogStream, both must have length less than or equal to ${MAX_NAME_LENGTH}.`,
  );
}
