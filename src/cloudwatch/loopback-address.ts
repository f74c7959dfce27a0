import { isIPv6 } from 'node:net';

/**
 * Whether only this machine gets to what listens on an IP address. `0.0.0.0` and `::`, by which a client means its own
 * machine, are every address to a server.
 */
export function isLoopbackAddress(address: string): boolean {
  if (isIPv6(address))
    return URL.canParse(`http://[${address}]`) && new URL(`http://[${address}]`).hostname === '[::1]';
  return /^127(\.\d{1,3}){3}$/.test(address);
}
