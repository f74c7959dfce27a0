import { classifyError, describeError, permissionIn } from './classify-error.js';
import { factsOf } from './error-facts.js';

/**
 * The IAM action for want of which a request was denied; undefined for all other errors. The service names it in its
 * text, others in its place do not: then it has the name of the operation.
 * @param operation - the request, for example `FilterLogEvents`
 */
export function deniedAction(error: unknown, operation: string): string | undefined {
  if (classifyError(error) !== 'denied') return undefined;
  return permissionIn(factsOf(error).message) ?? `logs:${operation}`;
}

/** The error, and what to allow where it is for want of a permission. */
export function describeWithRemedy(error: unknown, operation: string): string {
  const action = deniedAction(error, operation);
  return action === undefined
    ? describeError(error)
    : `${describeError(error)}; allow ${action} to the role in use`;
}

/** The same in words that are alike for all requests that are denied so: without the id of each. */
export function reasonWithRemedy(error: unknown, operation: string): string {
  const action = deniedAction(error, operation);
  return action === undefined ? describeError(error) : `${action} is denied; allow it to the role in use`;
}
