import { isIPv4, isIPv6 } from 'node:net';

/**
 * Whether only this machine gets to what listens on an IP address. `0.0.0.0` and `::`, by which a client means its own
 * machine, are every address to a server.
 */
export function isLoopbackAddress(address: string): boolean {
  // IPv4 as a socket of IPv6 names it.
  const ipv4 = /^(?:::ffff:)?(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (ipv4 !== undefined) return isIPv4(ipv4) && ipv4.startsWith('127.');
  return (
    isIPv6(address) &&
    URL.canParse(`http://[${address}]`) &&
    new URL(`http://[${address}]`).hostname === '[::1]'
  );
}
