import { URLSearchParams } from 'node:url';
import { checkMembers } from '../cloudwatch/check-members.js';
import { isObject } from '../cloudwatch/is-object.js';
import { type Authentication } from './back-end.js';
import { BackEndError } from './back-end-error.js';
import { checkOption } from './check-option.js';
import { classifyHttp, jsonOf, mergeHeaders, requireHttpSuccess, sendOverHttp } from './http.js';

/** A request for an access token. */
export interface AccessTokenRequest {
  /** Where tokens are asked for. */
  readonly url: string | URL;
  /** What the grant needs: `grant_type`, `client_id`, `client_secret`. */
  readonly form: Readonly<Record<string, string>>;
  /** Sent with the request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Ends the request. */
  readonly signal: AbortSignal;
}

const MEMBERS = { url: true, form: true, headers: true, signal: true } as const satisfies Record<
  keyof AccessTokenRequest,
  true
>;

/**
 * Gets an access token by OAuth 2 (RFC 6749), for `authenticate`; `send` finds it as `credentials`.
 * @throws BackEndError `denied` where who asks is refused, which is no event's fault; HttpStatusError for another failure;
 *   OptionError for a wrong member of the request
 */
export async function requestAccessToken(request: AccessTokenRequest): Promise<Authentication<string>> {
  // Shows nothing of what was given: it is secrets.
  checkOption(isObject(request), 'request', 'be an object with url, form and signal');
  checkMembers('', request, MEMBERS);
  const { url, form, headers, signal } = request;
  const isForm = isObject(form) && Object.values(form).every((value) => typeof value === 'string');
  checkOption(isForm, 'form', 'be an object of texts');
  // Before the request: the token's time runs from somewhere within it.
  const start = Date.now();
  const answer = await sendOverHttp({
    url,
    headers: mergeHeaders(
      { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      headers,
    ),
    body: new URLSearchParams(form).toString(),
    signal,
  });
  const { status } = answer;
  const { kind } = classifyHttp({ response: answer });
  // What passes says nothing of who asks.
  if (status >= 400 && kind !== 'retry' && kind !== 'throttled') {
    throw new BackEndError('denied', `HTTP ${status} for a token`);
  }
  const { access_token: credentials, expires_in: given } = Object(jsonOf(requireHttpSuccess(answer))) as {
    readonly access_token?: unknown;
    readonly expires_in?: unknown;
  };
  if (typeof credentials !== 'string' || credentials === '') {
    throw new BackEndError('retry', `HTTP ${status} for a token, without access_token`);
  }
  // Some write it as a text, and some null or 0 where it is not known: a token would be asked for before each request.
  const seconds = typeof given === 'string' || typeof given === 'number' ? Number(given) : 0;
  const isKnown = Number.isFinite(seconds) && seconds > 0;
  return { credentials, expiresAt: isKnown ? start + seconds * 1000 : undefined };
}
