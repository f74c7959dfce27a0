import { ServiceError } from '../service-error.js';
import type { FaultRule } from './fault-rule.js';

/** Minutes by which a signature may be off. Source: AWS General Reference, "Signature Version 4". */
export const MAX_SKEW_MILLIS = 5 * 60 * 1000;

export function throttled(): ServiceError {
  return new ServiceError('ThrottlingException', 'Rate exceeded');
}

/** The error that a rule of the kind `error` describes. */
export function describedError({ code, status, message, members }: FaultRule): ServiceError {
  const type = code ?? (status === 500 ? 'InternalFailure' : 'ServiceUnavailableException');
  const text = message ?? KNOWN_TEXTS.get(type) ?? `${type} by a rule of the local service.`;
  return new ServiceError(type, text, { status: status ?? statusOf(type), ...(members && { members }) });
}

const KNOWN_TEXTS: ReadonlyMap<string, string> = new Map([
  ['InternalFailure', 'The request processing has failed because of an unknown error.'],
  ['ServiceUnavailableException', 'The service cannot complete the request.'],
  ['ThrottlingException', 'Rate exceeded'],
]);

function statusOf(type: string): number {
  if (type.startsWith('Internal')) return 500;
  return type.includes('Unavailable') ? 503 : 400;
}

export function expiredToken(): ServiceError {
  return new ServiceError('ExpiredTokenException', 'The security token included in the request is expired');
}

/**
 * Says that a request was signed too long ago, or too far ahead.
 * @param signed - the request's `X-Amz-Date`
 * @param now - milliseconds since 1970
 * @returns undefined when the date is near enough
 */
export function skewError(signed: string | undefined, now: number): ServiceError | undefined {
  const time = signed === undefined ? undefined : parseAmzDate(signed);
  if (time === undefined || Math.abs(time - now) <= MAX_SKEW_MILLIS) return undefined;
  const limit = time < now ? now - MAX_SKEW_MILLIS : now + MAX_SKEW_MILLIS;
  const message =
    time < now
      ? `Signature expired: ${signed!} is now earlier than ${amzDate(limit)} (${amzDate(now)} - 5 min.)`
      : `Signature not yet current: ${signed!} is still later than ${amzDate(limit)} (${amzDate(now)} + 5 min.)`;
  return new ServiceError('InvalidSignatureException', message);
}

/** Reads `20260301T120000Z`. @returns undefined for anything else */
export function parseAmzDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function amzDate(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** Recorded form of an answer to a call that no policy allows. */
export function accessDenied(
  place: { readonly accountId: string },
  operation: string,
  resource: string,
): ServiceError {
  const user = `arn:aws:iam::${place.accountId}:user/local`;
  return new ServiceError(
    'AccessDeniedException',
    `User: ${user} is not authorized to perform: logs:${operation} on resource: ${resource} because no identity-based policy allows the logs:${operation} action`,
  );
}
