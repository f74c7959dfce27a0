import { type Value } from './value.js';

interface DelimitedLog {
  /** Recognises a line of this log. */
  readonly line: RegExp;
  readonly names: readonly string[];
}

/**
 * Logs of AWS services with blanks between their fields. Not documented how the service recognises them:
 * here by the number of fields and the shape of those that can't be anything else.
 */
const DELIMITED_LOGS: readonly DelimitedLog[] = [
  {
    // VPC flow log, default format (version 2).
    line: /^\d+ (?:\d{12}|unknown|-) eni-\S+ \S+ \S+ \S+ \S+ \S+ \S+ \S+ \d+ \d+ (?:ACCEPT|REJECT|-) (?:OK|NODATA|SKIPDATA)\s*$/,
    names: [
      'version',
      'accountId',
      'interfaceId',
      'srcAddr',
      'dstAddr',
      'srcPort',
      'dstPort',
      'protocol',
      'packets',
      'bytes',
      'startTime',
      'endTime',
      'action',
      'logStatus',
    ],
  },
  {
    // Route 53 public DNS query log.
    line: /^\d+\.\d+ \d{4}-\d{2}-\d{2}T[\d:.]+Z [A-Z0-9]+ \S+ [A-Z0-9]+ [A-Z]+ (?:UDP|TCP) \S+ \S+ \S+\s*$/,
    names: [
      'version',
      'queryTimestamp',
      'hostZoneId',
      'queryName',
      'queryType',
      'responseCode',
      'protocol',
      'edgeLocation',
      'resolverIp',
      'ednsClientSubnet',
    ],
  },
];

const NAMES: ReadonlySet<string> = new Set(DELIMITED_LOGS.flatMap(({ names }) => names));
const NONE: ReadonlyMap<string, Value> = new Map();

/** Whether any of these logs has a field of this name. */
export function isDelimitedField(name: string): boolean {
  return NAMES.has(name);
}

/** Whether a text begins as the lines of these logs do. */
export function mayBeDelimited(message: string): boolean {
  const first = message.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}

/** The fields of a VPC flow log or Route 53 line; none for any other text. */
export function delimitedFields(message: string): ReadonlyMap<string, Value> {
  if (!mayBeDelimited(message) || message.length > 2048) return NONE;
  const log = DELIMITED_LOGS.find(({ line }) => line.test(message));
  if (log === undefined) return NONE;
  const parts = message.trim().split(' ');
  return new Map(log.names.map((name, index) => [name, parts[index]!]));
}
