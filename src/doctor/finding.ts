import { classifyError, remedyFor } from '../cloudwatch/classify-error.js';
import { toRequestError } from '../cloudwatch/request-error.js';

/** `warning`: records arrive all the same; `skipped`: could not or need not be checked. */
export type FindingStatus = 'ok' | 'warning' | 'failed' | 'skipped';

/** The result of one check. */
export interface Finding {
  /** For example `clock`, or a permission: `logs:PutLogEvents`. */
  readonly check: string;
  readonly status: FindingStatus;
  readonly message: string;
  readonly remedy?: string | undefined;
}

/** A finding of an error of a request. */
export function findingOf(
  check: string,
  status: 'warning' | 'failed',
  error: unknown,
  remedy?: string,
): Finding {
  return { check, status, message: toRequestError(error).message, remedy: remedy ?? remedyFor(error) };
}

/** The finding of a request that a permission is needed for; other errors say nothing about the permission. */
export function permissionFinding(action: string, error: unknown, without: 'warning' | 'failed'): Finding {
  if (classifyError(error) !== 'denied') return findingOf(action, without, error);
  return findingOf(action, without, error, `allow ${action} to the role in use (see the policy below)`);
}
