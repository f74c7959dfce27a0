import { isLoopbackHost } from '../cloudwatch/client.js';
import { isLoopbackAddress } from '../cloudwatch/loopback-address.js';
import { type HandlerSettings } from './handler-options.js';

/** What is known of a request beside itself. */
export interface RequestPeer {
  /**
   * The address that the connection came from, such as `127.0.0.1`. A fetch-style request does not tell it; without
   * it, and without `authorize`, nothing is answered.
   */
  readonly address?: string | undefined;
}

/** What a reverse proxy adds: then the connection's own end says nothing about who asks. */
const FORWARDED = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-real-ip',
  'cf-connecting-ip',
];

/** Anybody may send `Host: localhost`: a request without an address may come from anywhere. */
const NO_ADDRESS =
  'Without `authorize` only requests of this machine are answered, and where this one came from was not said: ' +
  'give its address as the second argument, handler(request, { address }).';

/**
 * Decides whether a request is answered.
 * @returns undefined where it is; else why not, or the answer that `authorize` gave
 */
export async function refuseAccess(
  settings: Pick<HandlerSettings, 'authorize'>,
  request: Request,
  peer: RequestPeer,
): Promise<string | Response | undefined> {
  if (settings.authorize) {
    const decision: unknown = await settings.authorize(request);
    if (decision instanceof Response) return decision;
    // Anything but true refuses: a function that forgets to answer must not let everybody in.
    return decision === true ? undefined : 'You may not look up logs here.';
  }
  if (peer.address === undefined) return NO_ADDRESS;
  return isOfThisMachine(request, peer.address)
    ? undefined
    : 'Only requests of this machine are answered here, as no `authorize` is set.';
}

/**
 * Whether a request was made on this machine to this machine. A web page can make a browser resolve its own
 * name to 127.0.0.1, but not change the Host header.
 */
function isOfThisMachine(request: Request, address: string): boolean {
  if (FORWARDED.some((name) => request.headers.has(name))) return false;
  if (!isLoopbackAddress(address)) return false;
  const host = request.headers.get('host');
  // A fetch-style request may come without the header; its URL was made from it.
  const name = host === null ? new URL(request.url).hostname : hostName(host);
  // 0.0.0.0 means this machine where one connects to it, but as a name it is one that anybody may send.
  return name !== undefined && name !== '0.0.0.0' && isLoopbackHost(name);
}

/** The name of `name`, `name:port` or `[address]:port`. */
function hostName(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[^:[\]/@]+)(?::\d{1,5})?$/i.exec(host.trim())?.[1];
}

/**
 * Whether another web page made a browser send a request for data: it could not read the answer, but
 * look-ups cost. Addresses of the page may be linked to from anywhere.
 */
export function isOfOtherPage(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  return site !== null && site !== 'same-origin' && site !== 'none';
}
