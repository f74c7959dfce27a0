import { classifyError, describeError, httpStatusOf, remedyFor } from '../cloudwatch/classify-error.js';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { destinationRemedy } from './destination-remedy.js';
import { RequestError, toRequestError } from '../cloudwatch/request-error.js';

/** A call to the service that failed. Its `cause` stands for the AWS error: its name, status and request id. */
export class ResourceError extends CloudWatchLogsError {
  /** The operation, for example `PutRetentionPolicy`. */
  readonly operation: string;
  /** The AWS error's name, for example `AccessDeniedException`. */
  readonly awsErrorName: string;
  readonly requestId: string | undefined;
  readonly httpStatusCode: number | undefined;

  constructor(operation: string, thrown: unknown) {
    const cause = toRequestError(thrown);
    const ofDestination = operation === 'PutSubscriptionFilter' ? destinationRemedy(thrown) : undefined;
    const remedy = ofDestination === undefined ? remedyFor(cause) : ofDestination;
    super('ERR_RESOURCE', `${operation} failed: ${describeError(cause)}${remedy ? `; ${remedy}` : ''}`, {
      cause,
    });
    this.operation = operation;
    this.awsErrorName = cause.name;
    this.requestId = cause instanceof RequestError ? cause.$metadata.requestId : undefined;
    this.httpStatusCode = httpStatusOf(cause);
  }
}

/** Makes a call; its failure becomes a {@link ResourceError}. */
export async function call<Output>(operation: string, work: () => Promise<Output>): Promise<Output> {
  try {
    return await work();
  } catch (error) {
    throw new ResourceError(operation, error);
  }
}

/** Makes a call that may find its work done already. @returns whether it did something */
export async function callUnless(
  kind: 'exists' | 'missing',
  operation: string,
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (classifyError(error) === kind) return false;
    throw new ResourceError(operation, error);
  }
}
