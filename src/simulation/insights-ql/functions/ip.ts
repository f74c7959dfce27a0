import { toText, type Value } from '../values/value.js';
import { scalar } from './define.js';
import { type ScalarFunction } from './function.js';
import { isInBlock, parseIpAddress, parseIpBlock, type IpAddress, type IpBlock } from './ip-address.js';

/** Source: RFC 1918. */
const PRIVATE_BLOCKS = blocks('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16');

/**
 * Addresses that IANA keeps for special purposes (RFC 6890 and its registries), private ones aside. Not
 * documented which of them the service means by "reserved".
 */
const RESERVED_BLOCKS = blocks(
  '0.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b:1::/48',
  '100::/64',
  '2001:db8::/32',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
);

/** IP functions; text that is no address gives false. Source: User Guide, "IP address string functions". */
export const ipFunctions: readonly ScalarFunction[] = [
  ofAddress('isValidIp', () => true),
  ofAddress('isValidIpV4', (address) => address.version === 4),
  ofAddress('isValidIpV6', (address) => address.version === 6),
  inSubnet('isIpInSubnet', () => true),
  inSubnet('isIpv4InSubnet', (block) => block.version === 4),
  inSubnet('isIpv6InSubnet', (block) => block.version === 6),
  ofAddress('isPrivateIP', isPrivate),
  ofAddress('isReservedIP', isReserved),
  ofAddress('isPublicIP', (address) => !isPrivate(address) && !isReserved(address)),
  scalar('ipv4ToNumber', 1, 1, ([value]) => {
    const address = addressOf(value!);
    return address?.version === 4 ? Number(address.value) : null;
  }),
];

function ofAddress(name: string, evaluate: (address: IpAddress) => boolean): ScalarFunction {
  return scalar(name, 1, 1, ([value]) => {
    const address = addressOf(value!);
    return address !== undefined && evaluate(address);
  });
}

function inSubnet(name: string, accepts: (block: IpBlock) => boolean): ScalarFunction {
  return scalar(name, 2, 2, ([value, subnet]) => {
    const address = addressOf(value!);
    const block = address && parseIpBlock(toText(subnet!) ?? '');
    return block !== undefined && accepts(block) && isInBlock(address!, block);
  });
}

function addressOf(value: Value): IpAddress | undefined {
  return typeof value === 'string' ? parseIpAddress(value) : undefined;
}

function isPrivate(address: IpAddress): boolean {
  return PRIVATE_BLOCKS.some((block) => isInBlock(address, block));
}

function isReserved(address: IpAddress): boolean {
  return RESERVED_BLOCKS.some((block) => isInBlock(address, block));
}

function blocks(...texts: string[]): readonly IpBlock[] {
  return texts.map((text) => parseIpBlock(text)!);
}
