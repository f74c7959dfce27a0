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
const UNSIGNED = 'UNSIGNED-PAYLOAD';
const INVALID_SIGNATURE =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/**
 * Makes a check of a request's signature. Source: IAM User Guide, "Create a signed AWS API request".
 * @param now - milliseconds since 1970
 * @returns a function that throws a ServiceError for a request that is not rightly signed
 */
export function createSignatureCheck(
  credentials: readonly SigningCredentials[],
  now: () => number,
): (request: IncomingMessage, body: Buffer) => void {
  const secrets = new Map(
    credentials.map(({ accessKeyId, secretAccessKey }) => [accessKeyId, secretAccessKey]),
  );
  return (request, body) => {
    const authorization = readAuthorization(request);
    const secret = secrets.get(authorization.accessKeyId);
    if (secret === undefined) {
      throw new ServiceError(
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
    }
    const date = headerText(request, 'x-amz-date') ?? '';
    const skew = skewError(date, now());
    if (skew) throw skew;
    const expected = sign(request, body, authorization, { date, secret });
    const given = Buffer.from(authorization.signature);
    if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected))) {
      throw new ServiceError('InvalidSignatureException', INVALID_SIGNATURE);
    }
  };
}

function readAuthorization(request: IncomingMessage): Authorization {
  const header = request.headers.authorization;
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
  const scope = parts.get('Credential')?.split('/') ?? [];
  const signedHeaders = parts.get('SignedHeaders')?.split(';') ?? [];
  const signature = parts.get('Signature') ?? '';
  const [accessKeyId = '', date = '', region = '', service = '', end = ''] = scope;
  const amzDate = headerText(request, 'x-amz-date');
  const complete =
    algorithm === ALGORITHM &&
    scope.length === 5 &&
    end === 'aws4_request' &&
    signature !== '' &&
    signedHeaders.includes('host') &&
    amzDate !== undefined &&
    parseAmzDate(amzDate) !== undefined &&
    amzDate.startsWith(date);
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
  return { accessKeyId, date, region, service, signedHeaders, signature };
}

function sign(
  request: IncomingMessage,
  body: Buffer,
  { date: day, region, service, signedHeaders }: Authorization,
  { date, secret }: { date: string; secret: string },
): string {
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const canonical = [
    request.method ?? '',
    canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${(headerText(request, name) ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    headerText(request, 'x-amz-content-sha256') === UNSIGNED ? UNSIGNED : sha256(body),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = [ALGORITHM, date, scope, sha256(canonical)].join('\n');
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
  const pairs = [...new URLSearchParams(query)].map(
    ([name, value]) => [encodeStrictly(name), encodeStrictly(value)] as const,
  );
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
