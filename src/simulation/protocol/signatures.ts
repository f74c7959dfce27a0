import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { parseAmzDate, skewError } from '../faults/fault-errors.js';
import { ServiceError } from '../service-error.js';

/** A pair of keys whose signatures are right. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const INVALID_SIGNATURE =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

interface Authorization {
  readonly accessKeyId: string;
  /** As in `X-Amz-Date`. */
  readonly signedAt: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** Milliseconds that a signature in the query is good for; the others are good for five minutes. */
  readonly lifeMillis?: number | undefined;
}

/** Members of a signature, as they stand in the query. */
const QUERY_SIGNATURE = 'X-Amz-Signature';
/** Source: IAM User Guide, "Authenticate requests by query parameters": a week. */
const MAX_LIFE_SECONDS = 604_800;

/**
 * Throws a ServiceError for a request that is not rightly signed.
 * @param usedHeaders - in lower case: those by which the service goes. A signature that leaves out one that is there
 * is not for this request.
 */
export type SignatureCheck = (request: IncomingMessage, body: Buffer, usedHeaders: readonly string[]) => void;

/**
 * Makes a check of a request's signature, which covers the whole body and each header by which the service goes.
 * Source: IAM User Guide, "Create a signed AWS API request".
 * @param clocks - milliseconds since 1970: a signature must be fresh by one of them
 */
export function createSignatureCheck(
  credentials: readonly SigningCredentials[],
  ...clocks: readonly [() => number, ...(() => number)[]]
): SignatureCheck {
  const secrets = new Map(
    credentials.map(({ accessKeyId, secretAccessKey }) => [accessKeyId, secretAccessKey]),
  );
  return (request, body, usedHeaders) => {
    const authorization = readAuthorization(request);
    const secret = secrets.get(authorization.accessKeyId);
    if (secret === undefined) {
      throw new ServiceError(
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
    }
    const stale = clocks.map((epochMillis) => staleness(authorization, epochMillis()));
    if (!stale.includes(undefined)) throw stale[0]!;
    refuseUnsigned(usedHeaders, request, authorization);
    const expected = sign(request, body, authorization, secret);
    const given = Buffer.from(authorization.signature);
    if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected))) {
      throw new ServiceError('InvalidSignatureException', INVALID_SIGNATURE);
    }
  };
}

/** The text is made after that of the service for `host`. */
function refuseUnsigned(
  names: readonly string[],
  { headers }: IncomingMessage,
  { signedHeaders }: Authorization,
): void {
  const unsigned = names.find((name) => headers[name] !== undefined && !signedHeaders.includes(name));
  if (unsigned === undefined) return;
  throw new ServiceError(
    'InvalidSignatureException',
    `'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`,
  );
}

/** A signature in the query says itself how long it is good for. */
function staleness({ signedAt, lifeMillis }: Authorization, now: number): ServiceError | undefined {
  if (lifeMillis === undefined) return skewError(signedAt, now);
  const lived = now - parseAmzDate(signedAt)!;
  if (lived < 0) return skewError(signedAt, now);
  if (lived <= lifeMillis) return undefined;
  return new ServiceError('InvalidSignatureException', 'Signature expired');
}

function readAuthorization(request: IncomingMessage): Authorization {
  const header = request.headers.authorization;
  const query = new URLSearchParams(targetOf(request).query);
  if (header === undefined && query.has(QUERY_SIGNATURE)) return readQueryAuthorization(query);
  if (header === undefined) {
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const [algorithm = '', rest = ''] = header.split(/\s+(.*)/s);
  const parts = new Map(
    rest.split(',').map((part) => {
      const [name = '', value = ''] = part.trim().split(/=(.*)/s);
      return [name, value] as const;
    }),
  );
  return checked({
    algorithm,
    credential: parts.get('Credential'),
    signedHeaders: parts.get('SignedHeaders'),
    signature: parts.get('Signature'),
    signedAt: headerText(request, 'x-amz-date'),
  });
}

function readQueryAuthorization(query: URLSearchParams): Authorization {
  const text = (name: string): string | undefined => query.get(name) ?? undefined;
  const seconds = Number(text('X-Amz-Expires') ?? 900);
  const authorization = checked({
    algorithm: text('X-Amz-Algorithm') ?? '',
    credential: text('X-Amz-Credential'),
    signedHeaders: text('X-Amz-SignedHeaders'),
    signature: text(QUERY_SIGNATURE),
    signedAt: text('X-Amz-Date'),
  });
  if (!(seconds >= 0 && seconds <= MAX_LIFE_SECONDS)) {
    throw new ServiceError(
      'InvalidSignatureException',
      'X-Amz-Expires must be non-negative and less than a week (in seconds).',
    );
  }
  return { ...authorization, lifeMillis: seconds * 1000 };
}

/** @throws ServiceError where a part is missing, or the signature is for another service */
function checked({
  algorithm,
  credential,
  signedHeaders = '',
  signature = '',
  signedAt,
}: {
  readonly algorithm: string;
  readonly credential: string | undefined;
  readonly signedHeaders: string | undefined;
  readonly signature: string | undefined;
  readonly signedAt: string | undefined;
}): Authorization {
  const scope = credential?.split('/') ?? [];
  const names = signedHeaders.split(';');
  const [accessKeyId = '', date = '', region = '', service = '', end = ''] = scope;
  const complete =
    algorithm === ALGORITHM &&
    scope.length === 5 &&
    end === 'aws4_request' &&
    signature !== '' &&
    names.includes('host') &&
    signedAt !== undefined &&
    parseAmzDate(signedAt) !== undefined &&
    signedAt.startsWith(date);
  if (!complete) {
    throw new ServiceError(
      'IncompleteSignatureException',
      `Authorization header requires 'Credential', 'SignedHeaders', 'Signature' parameters and a 'X-Amz-Date' header. Authorization=${algorithm.slice(0, 100)}`,
    );
  }
  if (service !== 'logs') {
    throw new ServiceError(
      'InvalidSignatureException',
      `Credential should be scoped to correct service: 'logs'.`,
    );
  }
  return { accessKeyId, signedAt, date, region, service, signedHeaders: names, signature };
}

function sign(
  request: IncomingMessage,
  body: Buffer,
  { date: day, signedAt, region, service, signedHeaders }: Authorization,
  secret: string,
): string {
  const { path, query } = targetOf(request);
  const canonical = [
    request.method ?? '',
    canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${(headerText(request, name) ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    // A client that signs UNSIGNED-PAYLOAD instead is refused: nobody could tell who wrote the body.
    sha256(body),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = [ALGORITHM, signedAt, scope, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(
    (previous, part) => hmac(previous, part),
    `AWS4${secret}`,
  );
  return hmac(key, text).toString('hex');
}

/** Every part is encoded once more, as for all services but S3. */
function canonicalPath(path: string): string {
  return path
    .split('/')
    .map((part) => encodeStrictly(part))
    .join('/');
}

function canonicalQuery(query: string): string {
  const pairs = [...new URLSearchParams(query)]
    .filter(([name]) => name !== QUERY_SIGNATURE)
    .map(([name, value]) => [encodeStrictly(name), encodeStrictly(value)] as const);
  const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
  return pairs
    .sort((left, right) => order(left[0], right[0]) || order(left[1], right[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function encodeStrictly(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Path and query as they were signed: without the host, which a client behind a proxy sends too. */
function targetOf(request: IncomingMessage): { path: string; query: string } {
  const target = (request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '');
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  return { path: path === '' ? '/' : path, query };
}

function headerText(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
