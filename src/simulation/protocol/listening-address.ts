/** Whether an IP address stands for all addresses of the machine. */
export function isEveryAddress(address: string): boolean {
  return address === '0.0.0.0' || (address.includes(':') && /^[0:]+$/.test(address));
}

/** An IP address as a URL, and the Host header, have it. */
export function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
