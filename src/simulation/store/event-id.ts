/**
 * The service's event ids have 56 digits and begin with the timestamp: divided by 2^144 they give
 * milliseconds (observed on ids in the AWS documentation). Ours hold, behind the timestamp, the group's
 * number and the event's number in the group, so ids of a group are ordered as its events are read, and
 * an id finds its event.
 */
const TIMESTAMP_SHIFT = 144n;
const GROUP_SHIFT = 64n;
const SEQUENCE_MASK = (1n << GROUP_SHIFT) - 1n;
const GROUP_MASK = (1n << (TIMESTAMP_SHIFT - GROUP_SHIFT)) - 1n;
const DIGITS = 56;

/** Where an event is in the order of its group: by timestamp, then sequence. */
export interface Position {
  readonly timestamp: number;
  readonly groupNumber: number;
  /** Number of the event in its group, by arrival. -1 stands before the first. */
  readonly sequence: number;
}

/** Writes the id of an event. */
export function formatEventId(timestamp: number, groupNumber: number, sequence: number): string {
  const id =
    (BigInt(timestamp) << TIMESTAMP_SHIFT) |
    (BigInt(groupNumber) << GROUP_SHIFT) |
    // 0 is left for the position before the first event of a millisecond.
    BigInt(sequence + 1);
  return id.toString().padStart(DIGITS, '0');
}

/** Reads an event id or a position. @returns undefined for what can't be one */
export function parseEventId(text: string): Position | undefined {
  if (!/^\d{56,62}$/.test(text)) return undefined;
  const id = BigInt(text);
  const timestamp = Number(id >> TIMESTAMP_SHIFT);
  const groupNumber = Number((id >> GROUP_SHIFT) & GROUP_MASK);
  const sequence = Number(id & SEQUENCE_MASK) - 1;
  if (![timestamp, groupNumber, sequence].every(Number.isSafeInteger)) return undefined;
  return { timestamp, groupNumber, sequence };
}

/** The position before the first event of a millisecond: reading ascending after it begins there. */
export function positionAt(timestamp: number): string {
  return formatEventId(timestamp, 0, -1);
}

/** Writes the `@ptr` of an event: opaque, base64 as the service's. */
export function formatPtr(groupNumber: number, sequence: number): string {
  const bytes = Buffer.alloc(15);
  bytes[0] = PTR_VERSION;
  bytes.writeUIntBE(groupNumber, 1, 6);
  bytes.writeBigUInt64BE(BigInt(sequence), 7);
  return bytes.toString('base64');
}

/** Reads a `@ptr`. @returns undefined for what {@link formatPtr} did not write */
export function parsePtr(ptr: string): { groupNumber: number; sequence: number } | undefined {
  const bytes = Buffer.from(ptr, 'base64');
  if (bytes.length !== 15 || bytes[0] !== PTR_VERSION || bytes.toString('base64') !== ptr) return undefined;
  const sequence = Number(bytes.readBigUInt64BE(7));
  if (!Number.isSafeInteger(sequence)) return undefined;
  return { groupNumber: bytes.readUIntBE(1, 6), sequence };
}

const PTR_VERSION = 1;
