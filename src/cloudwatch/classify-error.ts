import { factsOf } from './error-facts.js';
import { permissionIn } from './known-actions.js';
import { knownSentenceIn, MISSING_STREAM } from './known-sentences.js';

export { describeError } from './describe-error.js';
export { permissionIn } from './known-actions.js';

/**
 * What an error of a request to the service means for whoever made the request:
 *
 * - `retry`: passing; the same request may succeed later
 * - `throttled`: passing; ask less often
 * - `credentials`: no credentials, or wrong or expired ones; passes when they are renewed
 * - `denied`: these credentials lack a permission
 * - `missing`: log group or log stream does not exist
 * - `exists`: what was to be made is there already
 * - `invalid`: the service will never take this request as it is; a smaller part of it may be fine
 * - `unreadable`: the endpoint could not read the request (see the gzip fallback); else as `invalid`
 * - `sequence_token`, `already_accepted`: only from endpoints of before 2023
 * - `configuration`: cannot work until the process is configured otherwise
 * - `unexpected`: any other HTTP 4xx without a known name, as of something between us and the service; it may pass
 * - `refused`: any other permanent error
 */
export type ErrorKind =
  | 'retry'
  | 'throttled'
  | 'credentials'
  | 'denied'
  | 'missing'
  | 'exists'
  | 'invalid'
  | 'unreadable'
  | 'sequence_token'
  | 'already_accepted'
  | 'configuration'
  | 'unexpected'
  | 'refused';

/**
 * By the error's name: every exception of the service's model (2014-03-28), the common errors of AWS's
 * APIs, and the errors that the SDK itself makes.
 */
export const KIND_BY_ERROR_NAME: Readonly<Record<string, ErrorKind>> = {
  // The service's model.
  AccessDeniedException: 'denied',
  ConflictException: 'retry',
  DataAlreadyAcceptedException: 'already_accepted',
  InternalServerException: 'retry',
  InternalStreamingException: 'retry',
  InvalidOperationException: 'refused',
  InvalidParameterException: 'invalid',
  InvalidSequenceTokenException: 'sequence_token',
  // Of queries at once, or of resources: for the former waiting helps, and it does no harm for the latter.
  LimitExceededException: 'throttled',
  MalformedQueryException: 'refused',
  OperationAbortedException: 'retry',
  ResourceAlreadyExistsException: 'exists',
  ResourceNotFoundException: 'missing',
  ServiceQuotaExceededException: 'throttled',
  ServiceUnavailableException: 'retry',
  SessionStreamingException: 'retry',
  SessionTimeoutException: 'retry',
  ThrottlingException: 'throttled',
  TooManyTagsException: 'refused',
  UnrecognizedClientException: 'credentials',
  ValidationException: 'invalid',
  // Common to AWS's APIs.
  AccessDenied: 'denied',
  NotAuthorized: 'denied',
  OptInRequired: 'denied',
  ExpiredToken: 'credentials',
  ExpiredTokenException: 'credentials',
  IncompleteSignature: 'credentials',
  IncompleteSignatureException: 'credentials',
  InvalidAccessKeyId: 'credentials',
  InvalidClientTokenId: 'credentials',
  InvalidSignatureException: 'credentials',
  InvalidToken: 'credentials',
  MissingAuthenticationToken: 'credentials',
  MissingAuthenticationTokenException: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  TokenRefreshRequired: 'credentials',
  // The SDK mends the clock's offset by itself from the answer's date, so these pass.
  RequestExpired: 'retry',
  RequestInTheFuture: 'retry',
  RequestTimeTooSkewed: 'retry',
  BandwidthLimitExceeded: 'throttled',
  EC2ThrottledException: 'throttled',
  LimitExceeded: 'throttled',
  PriorRequestNotComplete: 'throttled',
  ProvisionedThroughputExceededException: 'throttled',
  RequestLimitExceeded: 'throttled',
  RequestThrottled: 'throttled',
  RequestThrottledException: 'throttled',
  SlowDown: 'throttled',
  ThrottledException: 'throttled',
  Throttling: 'throttled',
  TooManyRequestsException: 'throttled',
  TransactionInProgressException: 'throttled',
  InternalError: 'retry',
  InternalFailure: 'retry',
  RequestTimeout: 'retry',
  RequestTimeoutException: 'retry',
  ServiceUnavailable: 'retry',
  RequestEntityTooLarge: 'invalid',
  RequestEntityTooLargeException: 'invalid',
  SerializationException: 'unreadable',
  UnknownOperationException: 'refused',
  // Of the SDK.
  AbortError: 'retry',
  TimeoutError: 'retry',
  CredentialsProviderError: 'credentials',
  TokenProviderError: 'credentials',
  ProviderError: 'credentials',
};

/** By the `code` of Node's network and TLS errors. A code that is missing here is taken as `retry` as well. */
export const KIND_BY_NETWORK_CODE: Readonly<Record<string, ErrorKind>> = {
  EADDRINUSE: 'retry',
  EADDRNOTAVAIL: 'retry',
  EAI_AGAIN: 'retry',
  ECONNABORTED: 'retry',
  ECONNREFUSED: 'retry',
  ECONNRESET: 'retry',
  EHOSTDOWN: 'retry',
  EHOSTUNREACH: 'retry',
  EMFILE: 'retry',
  ENETDOWN: 'retry',
  ENETRESET: 'retry',
  ENETUNREACH: 'retry',
  ENFILE: 'retry',
  ENOBUFS: 'retry',
  // Also while a container's resolver is not up yet: never a reason to give up.
  ENOTFOUND: 'retry',
  EPIPE: 'retry',
  EPROTO: 'retry',
  ETIMEDOUT: 'retry',
  ERR_STREAM_PREMATURE_CLOSE: 'retry',
  CERT_HAS_EXPIRED: 'retry',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'retry',
  ERR_TLS_CERT_ALTNAME_INVALID: 'retry',
  SELF_SIGNED_CERT_IN_CHAIN: 'retry',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'retry',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'retry',
};

/** By HTTP status, for answers without a known name. Any other of 400 to 499 is `unexpected`, all else `retry`. */
export const KIND_BY_STATUS: Readonly<Record<number, ErrorKind>> = {
  401: 'credentials',
  403: 'denied',
  404: 'unreadable',
  408: 'retry',
  413: 'invalid',
  415: 'unreadable',
  425: 'retry',
  429: 'throttled',
};

/** Says what an error of a request means. An error that nothing is known of counts as passing. */
export function classifyError(error: unknown): ErrorKind {
  const { name, code, message, statusCode } = factsOf(error);
  if (Object.hasOwn(KIND_BY_ERROR_NAME, name)) return KIND_BY_ERROR_NAME[name]!;
  if (Object.hasOwn(KIND_BY_NETWORK_CODE, code)) return KIND_BY_NETWORK_CODE[code]!;
  // For these the AWS SDK throws errors without a code of their own: its sentence alone tells them from a passing failure.
  if (
    statusCode === undefined &&
    /^(?:Region is missing|Invalid region|The config profile \()/i.test(message)
  ) {
    return 'configuration';
  }
  return kindOfStatus(statusCode);
}

/** Where the answer's body names no known error, as from proxies, load balancers and emulators: by its status. */
function kindOfStatus(statusCode: number | undefined): ErrorKind {
  if (statusCode === undefined) return 'retry';
  if (Object.hasOwn(KIND_BY_STATUS, statusCode)) return KIND_BY_STATUS[statusCode]!;
  return statusCode >= 400 && statusCode < 500 ? 'unexpected' : 'retry';
}

/** HTTP status of the answer, where there was one. */
export function httpStatusOf(error: unknown): number | undefined {
  return factsOf(error).statusCode;
}

/**
 * A short name of an error for metrics: one of a bounded number.
 * Source: OpenTelemetry's semantic conventions, `error.type`.
 */
export function errorTypeOf(error: unknown): string {
  const { name, code } = factsOf(error);
  if (Object.hasOwn(KIND_BY_ERROR_NAME, name) || LANGUAGE_ERRORS.has(name)) return name;
  return Object.hasOwn(KIND_BY_NETWORK_CODE, code) ? code : '_OTHER';
}

/** Milliseconds that the answer's `Retry-After` (seconds or a date) asks to wait, at the most an hour. */
export function retryAfterMillis(error: unknown, nowMillis: number = Date.now()): number | undefined {
  const { retryAfter } = factsOf(error);
  if (retryAfter === undefined || retryAfter === '') return undefined;
  const seconds = Number(retryAfter);
  const millis = Number.isNaN(seconds) ? Date.parse(retryAfter) - nowMillis : seconds * 1000;
  return Number.isNaN(millis) ? undefined : Math.min(Math.max(0, millis), 3_600_000);
}

/**
 * Which of both an error finds missing. The service has one exception for both, and tells them apart by its sentence alone:
 * that one, word for word, and not any text that names a stream, as a group's own name may.
 */
export function missingIn(error: unknown): 'group' | 'stream' {
  const sentence = knownSentenceIn(factsOf(error).message)?.replace(/\.$/, '');
  return sentence === MISSING_STREAM ? 'stream' : 'group';
}

/** What can be done about errors that the user has to mend; undefined for all others. */
export function remedyFor(error: unknown): string | undefined {
  const { message } = factsOf(error);
  switch (classifyError(error)) {
    case 'configuration':
      // Only the AWS SDK's sentence says what of the configuration is missing, as it alone gave the kind.
      return /profile/i.test(message)
        ? 'check AWS_PROFILE and the files ~/.aws/config and ~/.aws/credentials'
        : 'set the option `region`, AWS_REGION, or `region` of the profile in ~/.aws/config';
    case 'credentials':
      return 'check the option `credentials`, AWS_ACCESS_KEY_ID and its companions, AWS_PROFILE with ~/.aws (aws sso login), or the role of the instance, task or function';
    case 'denied':
      return `allow ${permissionIn(message) ?? 'the action'} to the role in use`;
    default:
      return undefined;
  }
}

const LANGUAGE_ERRORS: ReadonlySet<string> = new Set([
  'AggregateError',
  'Error',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
]);
