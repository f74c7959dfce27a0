import { describeError, safeNameOf, systemCodeOf } from './describe-error.js';
import { factsOf, rememberFacts } from './error-facts.js';
import { CloudWatchLogsError } from './errors.js';

/**
 * A request that failed. It stands for the AWS SDK's error, whose name it has, and holds of the service's
 * text what is known to be safe: no log content, no session token. With `errorDetails` it holds all of it
 * but the credentials.
 */
export class RequestError extends CloudWatchLogsError {
  /** As on the AWS SDK's errors. */
  readonly $metadata: { readonly httpStatusCode?: number; readonly requestId?: string };
  /** The code of the network's error, for example `ECONNREFUSED`. */
  readonly systemCode: string | undefined;
  /** Whether the message has the service's whole text. */
  readonly isDetailed: boolean;

  /** @param message - describes it */
  constructor(error: unknown, message: string, { isDetailed = false } = {}) {
    super('ERR_REQUEST', message);
    const facts = factsOf(error);
    this.name = safeNameOf(facts);
    this.systemCode = systemCodeOf(facts);
    this.isDetailed = isDetailed;
    const { statusCode, requestId } = facts;
    const isUuid = /^[\da-f-]{36}$/i.test(requestId);
    this.$metadata = {
      ...(statusCode !== undefined && { httpStatusCode: statusCode }),
      ...(isUuid && { requestId }),
    };
    rememberFacts(this, facts);
  }
}

/**
 * The error to go on with in place of one that a client threw: counts as what that one was, and may be shown
 * to anybody. An error of this package stays as it is.
 */
export function toRequestError(thrown: unknown): CloudWatchLogsError {
  if (thrown instanceof CloudWatchLogsError) return thrown;
  return new RequestError(thrown, describeError(thrown, 'text withheld; errorDetails shows it'));
}
