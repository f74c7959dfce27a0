import { createHash, createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Bench } from './conformance-case.js';

interface Post {
  /** With its query. */
  readonly path: string;
  readonly body: string | Uint8Array;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly gzip?: boolean;
}

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Posts to an HTTP endpoint of the service that has no command in the SDK, signed with Signature Version 4. */
export async function signedPost(
  { client, endpoint }: Bench,
  { path, body, headers, gzip = false }: Post,
): Promise<{ status: number; text: string; headers: Headers }> {
  const bytes = gzip ? gzipSync(body) : Buffer.from(body as Uint8Array);
  const credentials = await client.config.credentials();
  const region = await client.config.region();
  const url = new URL(path, endpoint);
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const signed: Record<string, string> = {
    ...headers,
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    ...(credentials.sessionToken ? { 'x-amz-security-token': credentials.sessionToken } : {}),
    host: url.host,
    'x-amz-content-sha256': sha256(bytes),
    'x-amz-date': stamp,
  };
  const names = Object.keys(signed).sort();
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const canonical = [
    'POST',
    url.pathname,
    query,
    ...names.map((name) => `${name}:${signed[name]!.trim()}`),
    '',
    names.join(';'),
    sha256(bytes),
  ].join('\n');
  const scope = `${stamp.slice(0, 8)}/${region}/logs/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  const sent = Object.fromEntries(Object.entries(signed).filter(([name]) => name !== 'host'));
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      ...sent,
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    },
    body: bytes,
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}
