import { classifyError, describeError, httpStatusOf, remedyFor } from '../cloudwatch/classify-error.js';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';

/** A call to the service that failed. The AWS error is its `cause`. */
export class ResourceError extends CloudWatchLogsError {
  /** The operation, for example `PutRetentionPolicy`. */
  readonly operation: string;
  /** The AWS error's name, for example `AccessDeniedException`. */
  readonly awsErrorName: string;
  readonly requestId: string | undefined;
  readonly httpStatusCode: number | undefined;

  constructor(operation: string, cause: unknown) {
    const remedy = remedyFor(cause);
    super('ERR_RESOURCE', `${operation} failed: ${describeError(cause)}${remedy ? `; ${remedy}` : ''}`, {
      cause,
    });
    const error = cause as { name?: string; $metadata?: { requestId?: string } };
    this.operation = operation;
    this.awsErrorName = error.name ?? 'Error';
    this.requestId = error.$metadata?.requestId;
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
