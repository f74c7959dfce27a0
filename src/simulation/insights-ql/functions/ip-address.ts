import { isIPv4, isIPv6 } from 'node:net';

/** An address as a number of 32 or 128 bits. */
export interface IpAddress {
  readonly version: 4 | 6;
  readonly value: bigint;
}

/** A block of addresses: those whose first `prefix` bits are its own. */
export interface IpBlock extends IpAddress {
  readonly prefix: number;
}

/** Reads an IPv4 address in four decimal parts or an IPv6 address (without a zone). */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { version: 4, value: parseIPv4(text) };
  if (isIPv6(text) && !text.includes('%')) return { version: 6, value: parseIPv6(text) };
  return undefined;
}

function parseIPv4(text: string): bigint {
  return text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseIPv6(text: string): bigint {
  const [head, tail] = withoutIPv4Tail(text).split('::', 2);
  const first = groups(head!);
  const last = tail === undefined ? [] : groups(tail);
  const zeros = new Array<string>(8 - first.length - last.length).fill('0');
  return [...first, ...zeros, ...last].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

/** `::ffff:192.0.2.1` as `::ffff:c000:201`. */
function withoutIPv4Tail(text: string): string {
  const at = text.lastIndexOf(':') + 1;
  if (!text.includes('.', at)) return text;
  const value = parseIPv4(text.slice(at));
  return `${text.slice(0, at)}${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

function groups(text: string): string[] {
  return text === '' ? [] : text.split(':');
}

/** Reads a block in CIDR notation: `192.0.2.0/24`, `2001:db8::/32`. */
export function parseIpBlock(text: string): IpBlock | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parseIpAddress(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  if (address === undefined || !/^\d{1,3}$/.test(bits)) return undefined;
  const prefix = Number(bits);
  return prefix > bitsOf(address) ? undefined : { ...address, prefix };
}

/** Whether an address lies in a block; never across versions. */
export function isInBlock(address: IpAddress, block: IpBlock): boolean {
  if (address.version !== block.version) return false;
  const rest = BigInt(bitsOf(block) - block.prefix);
  return address.value >> rest === block.value >> rest;
}

function bitsOf(address: IpAddress): number {
  return address.version === 4 ? 32 : 128;
}
