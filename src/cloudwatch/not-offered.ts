import { classifyError, type ErrorKind, httpStatusOf } from './classify-error.js';

/**
 * Says whether the endpoint does not have the operation at all, so that asking again is of no use: HTTP 501, as emulators
 * answer (LocalStack with the name InternalFailure, which is a passing fault of AWS itself otherwise).
 */
export function isNotOffered(error: unknown): boolean {
  return httpStatusOf(error) === 501;
}

/**
 * As `classifyError`, for requests that ask for something: an endpoint that does not have the operation refuses it. What is
 * sent is not given up for that, as log records would be lost.
 */
export function classifyReadError(error: unknown): ErrorKind {
  return isNotOffered(error) ? 'refused' : classifyError(error);
}
