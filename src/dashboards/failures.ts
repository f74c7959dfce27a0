import { classifyError, remedyFor } from '../cloudwatch/classify-error.js';
import { deniedActionsOf } from '../cloudwatch/known-actions.js';
import { CloudWatchLogsError, OptionError } from '../cloudwatch/errors.js';

/** An answer that is no result. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  /** @param message - for people; never the text of a foreign error */
  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** What an error is answered with. The service's own text stays behind: it names accounts and roles. */
export function toRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof OptionError) return new RequestError(400, 'wrong_request', error.message);
  // A request that failed stands for the AWS SDK's error, and counts as what that was.
  if (error instanceof CloudWatchLogsError && error.code !== 'ERR_REQUEST') return ofOurs(error);
  const remedy = remedyFor(error);
  const advice = remedy === undefined ? '' : ` Remedy: ${remedy}.`;
  switch (classifyError(error)) {
    case 'denied':
      return new RequestError(502, 'denied', `The service denied the request.${advice}`);
    case 'credentials':
      return new RequestError(502, 'credentials', `The service did not accept the credentials.${advice}`);
    case 'configuration':
      return new RequestError(502, 'configuration', `The service can't be asked.${advice}`);
    case 'throttled':
      return new RequestError(503, 'throttled', 'The service asks to try again later.', {
        'retry-after': '5',
      });
    case 'retry':
      return new RequestError(502, 'unreachable', 'The service could not be reached, or failed.');
    default:
      return new RequestError(502, 'failed', 'The service refused the request.');
  }
}

function ofOurs(error: CloudWatchLogsError): RequestError {
  switch (error.code) {
    case 'ERR_ACCESS_DENIED':
      return new RequestError(
        502,
        'denied',
        `No log group may be read. Remedy: allow ${deniedActionsOf(error)} to the role in use.`,
      );
    case 'ERR_QUERY_TIMEOUT':
      return new RequestError(504, 'timeout', 'The look-up took too long and was stopped.');
    default:
      return new RequestError(502, 'failed', 'The service could not answer the look-up.');
  }
}
