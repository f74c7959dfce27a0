import type { IncomingMessage } from 'node:http';

/** Whose request it is, by its signature; whether that is right is another matter. */
export interface Caller {
  readonly accessKeyId: string;
  /** As the signature names it. */
  readonly region: string;
}

/** What stands in the scope of a signature, in the header or in the query. */
const CREDENTIAL = /(?:^|[\s,])Credential=([^,\s]+)/;

/**
 * Reads by which key and for which region a request is signed.
 * @returns undefined for a request that is not signed
 */
export function callerOf({ headers, url = '/' }: IncomingMessage): Caller | undefined {
  const { authorization } = headers;
  const credential =
    authorization === undefined
      ? new URLSearchParams(url.split(/\?(.*)/s)[1]).get('X-Amz-Credential')
      : CREDENTIAL.exec(authorization)?.[1];
  const [accessKeyId, , region] = credential?.split('/') ?? [];
  return accessKeyId !== undefined && region !== undefined ? { accessKeyId, region } : undefined;
}
