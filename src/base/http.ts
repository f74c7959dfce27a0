import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { retryAfterMillis as retryAfterOf } from '../cloudwatch/classify-error.js';
import { checkMembers } from '../cloudwatch/check-members.js';
import { checkFlags, checkGivenTexts, checkSignal } from '../cloudwatch/check-values.js';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { isObject } from '../cloudwatch/is-object.js';
import { type Answer, type Verdict } from './back-end.js';
import { describeThrown, verdictOfOwnError } from './back-end-error.js';
import { checkOption } from './check-option.js';

/** One request over HTTP. */
export interface HttpRequest {
  /** Where the request goes. */
  readonly url: string | URL;
  /** Default `POST`. */
  readonly method?: string | undefined;
  /** Sent with it. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What is sent, as it goes over the wire. */
  readonly body?: string | Uint8Array | undefined;
  /** A body that is JSON, as `Content-Type` says then. */
  readonly json?: string | undefined;
  /** Compresses the body, and says so in `Content-Encoding`, where it has 1 kB or more. Default false. */
  readonly gzip?: boolean | undefined;
  /** Of the context that `send` is given. */
  readonly signal: AbortSignal;
}

/** The answer to one request over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  /** The first 64 kB of its body. It may quote log records, so it stands in no diagnostics. */
  readonly body: string;
  /** What the header `Retry-After` asks for, in seconds or by a date: an hour at the most. */
  readonly retryAfterMillis: number | undefined;
}

/** An answer over HTTP that is no success, where an error is wanted: by `open`, `authenticate` and `health`. */
export class HttpStatusError extends CloudWatchLogsError {
  readonly answer: HttpAnswer;

  constructor(answer: HttpAnswer) {
    super('ERR_HTTP_STATUS', `HTTP ${answer.status}`);
    this.answer = answer;
  }
}

/** Bytes under which gzip is not worth its time. */
const MIN_GZIP_BYTES = 1024;

/** Bytes of an answer that are read: its end may be far. */
const MAX_ANSWER_BYTES = 64 * 1024;

const compress = promisify(gzip);

const REQUEST_MEMBERS = {
  url: true,
  method: true,
  headers: true,
  body: true,
  json: true,
  gzip: true,
  signal: true,
} as const satisfies Record<keyof HttpRequest, true>;

/**
 * Makes one request with `fetch`. It follows no redirect: where events go is what the options say.
 * @throws OptionError for a wrong member of the request
 */
export async function sendOverHttp(request: HttpRequest): Promise<HttpAnswer> {
  checkRequest(request);
  const { url, method = 'POST', headers, json, body = json, gzip: isCompressed = false, signal } = request;
  const isWorthIt = isCompressed && body !== undefined && Buffer.byteLength(body) >= MIN_GZIP_BYTES;
  const bytes = isWorthIt ? await compress(body) : body;
  const response = await fetch(url, {
    method,
    headers: mergeHeaders(
      json === undefined ? {} : { 'content-type': 'application/json' },
      headers,
      isWorthIt ? { 'content-encoding': 'gzip' } : {},
    ),
    redirect: 'manual',
    signal,
    ...(bytes !== undefined && { body: bytes as Exclude<typeof bytes, Uint8Array> }),
  });
  return {
    status: response.status,
    body: await readStart(response),
    retryAfterMillis: retryAfterOf({
      $response: { headers: { 'retry-after': response.headers.get('retry-after') } },
    }),
  };
}

/**
 * What answers over HTTP mean, by their status: 2xx `accepted`; 429 `throttled`; 408, 425 and 5xx `retry`; 401
 * `unauthenticated`; 400, 413 and 422 `split`; any other `denied`. What was thrown, as by `fetch`, is `retry`; a `BackEndError`
 * has its kind.
 * @param accepted - the statuses by which the back end accepts: another success, as of a proxy, is `denied` then
 */
export function classifyHttp(
  { response, error }: Answer<HttpAnswer>,
  options: { readonly accepted?: readonly number[] | undefined } = {},
): Verdict {
  checkMembers('', options, { accepted: true });
  const { accepted } = options;
  checkStatuses(accepted);
  const answer = error instanceof HttpStatusError ? error.answer : response;
  if (answer === undefined)
    return verdictOfOwnError(error) ?? { kind: 'retry', detail: describeThrown(error) };
  const { status, retryAfterMillis: afterMillis } = answer;
  const detail = `HTTP ${status}`;
  if (isSuccess(status, accepted)) return { kind: 'accepted' };
  if (status === 429) return { kind: 'throttled', detail, afterMillis };
  if (status >= 500 || status === 408 || status === 425) return { kind: 'retry', detail, afterMillis };
  if (status === 401) return { kind: 'unauthenticated', detail };
  if (status === 400 || status === 413 || status === 422) return { kind: 'split', detail };
  return { kind: 'denied', detail };
}

/**
 * @param accepted - statuses; default every 2xx
 * @returns the answer
 * @throws HttpStatusError for one that is no success; OptionError for what is no answer
 */
export function requireHttpSuccess(answer: HttpAnswer, accepted?: readonly number[]): HttpAnswer {
  const { status } = Object(answer) as Partial<HttpAnswer>;
  checkOption(typeof status === 'number', 'answer', 'be what sendOverHttp gives', answer);
  checkStatuses(accepted);
  if (isSuccess(status, accepted)) return answer;
  throw new HttpStatusError(answer);
}

/** The JSON of an answer; undefined for one that has none, or is longer than what is read of it. */
export function jsonOf(answer: HttpAnswer | undefined): unknown {
  try {
    return JSON.parse(answer?.body ?? '');
  } catch {
    return undefined;
  }
}

/** Puts headers together, of which later ones count alone: their names have no case, and `fetch` would send both. */
export function mergeHeaders(
  ...parts: readonly (Readonly<Record<string, string>> | undefined)[]
): Record<string, string> {
  const all = parts.flatMap((part) => Object.entries(part ?? {}));
  return Object.fromEntries(all.map(([name, value]) => [name.toLowerCase(), value]));
}

/** Shows nothing of what was given: headers and body hold secrets and log records. */
function checkRequest(request: HttpRequest): void {
  checkOption(isObject(request), 'request', 'be an object with url and signal');
  checkMembers('', request, REQUEST_MEMBERS);
  const { url, method, headers, body, json, gzip: isCompressed, signal } = request;
  checkOption(URL.canParse(String(url)), 'url', 'be an address like https://logs.example');
  checkGivenTexts({ method });
  checkOption(headers === undefined || isObject(headers), 'headers', 'be an object of texts');
  const isBody = body === undefined || typeof body === 'string' || (body as unknown) instanceof Uint8Array;
  checkOption(isBody, 'body', 'be a text or bytes');
  checkOption(json === undefined || typeof json === 'string', 'json', 'be the text of JSON');
  checkFlags({ gzip: isCompressed });
  checkSignal(signal);
}

function checkStatuses(accepted: unknown): void {
  const areStatuses = Array.isArray(accepted) && accepted.every((status) => Number.isInteger(status));
  checkOption(accepted === undefined || areStatuses, 'accepted', 'be a list of statuses', accepted);
}

function isSuccess(status: number, accepted: readonly number[] | undefined): boolean {
  return accepted?.includes(status) ?? (status >= 200 && status < 300);
}

async function readStart({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop lets go of the connection.
    if (bytes >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_ANSWER_BYTES);
}
