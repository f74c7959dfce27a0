import { createHash, createHmac } from 'node:crypto';

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** What is sent, and what of it is signed. */
export interface SignedRequest {
  readonly method?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Lower-case names; all are signed but those of `unsigned`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly unsigned?: Readonly<Record<string, string>>;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region?: string;
  /** Milliseconds since 1970; the system's time when left out. */
  readonly time?: number;
  /** What stands in place of the body's hash. */
  readonly payloadHash?: string;
}

/** Signs a request with Signature Version 4 in its header, and sends it. */
export async function sendSigned(
  url: URL,
  {
    method = 'POST',
    body = '',
    headers = {},
    unsigned = {},
    accessKeyId,
    secretAccessKey,
    region = 'us-east-1',
    time = Date.now(),
    payloadHash = sha256(body),
  }: SignedRequest,
): Promise<{ status: number; text: string }> {
  const stamp = new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
  const signed: Record<string, string> = { ...headers, host: url.host, 'x-amz-date': stamp };
  const names = Object.keys(signed).sort();
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const canonical = [
    method,
    url.pathname,
    query,
    ...names.map((name) => `${name}:${signed[name]!}`),
    '',
    names.join(';'),
    payloadHash,
  ].join('\n');
  const scope = `${stamp.slice(0, 8)}/${region}/logs/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(key, toSign).toString('hex');
  const { host: _, ...sent } = signed;
  const response = await fetch(url, {
    method,
    headers: {
      ...sent,
      ...unsigned,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    },
    ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
  });
  return { status: response.status, text: await response.text() };
}
