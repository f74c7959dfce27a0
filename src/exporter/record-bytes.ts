import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';

/** Bytes of a record as an object: its members, times, and the list it stands in. */
const RECORD_BYTES = 500;

/** Bytes of a value that is no text: a number, a flag, an empty object. */
const VALUE_BYTES = 16;

/** Characters of the stack that is written with an error; to ask for it would make it. */
const STACK_LENGTH = 1_500;

/** Values of one record that are looked at; of a longer list the rest counts as much as what was seen of it. */
const MAX_VALUES = 10_000;

/** Levels of nested values that are looked at; what lies deeper is not written either. */
const MAX_DEPTH = 64;

/** Values that may still be looked at. One record is measured at a time. */
let valuesLeft = 0;

/**
 * About how many bytes a record takes in memory while it waits to be encoded: a character counts as one. Reads no
 * more of it than it must, for it runs in `emit`.
 */
export function estimateRecordBytes({ body, attributes }: ReadableLogRecord): number {
  let bytes = RECORD_BYTES;
  try {
    valuesLeft = MAX_VALUES;
    bytes += typeof body === 'string' ? body.length : bytesOf(body, 0);
    for (const key in attributes) {
      const value = attributes[key];
      bytes += key.length + (typeof value === 'string' ? value.length : bytesOf(value, 0));
    }
  } catch {
    // A getter or proxy of the application's: what it hides is measured when it is encoded.
  }
  return bytes;
}

function bytesOf(value: unknown, depth: number): number {
  valuesLeft--;
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return VALUE_BYTES;
  if (Array.isArray(value)) return bytesOfList(value, depth + 1);
  if (ArrayBuffer.isView(value)) return VALUE_BYTES + value.byteLength;
  if (value instanceof Error) return value.message.length + STACK_LENGTH;
  if (value instanceof Map) return bytesOfList([...value.keys(), ...value.values()], depth + 1);
  if (value instanceof Set) return bytesOfList([...value], depth + 1);
  let bytes = VALUE_BYTES;
  for (const key in value) {
    if (valuesLeft <= 0) break;
    bytes += key.length + bytesOf((value as Record<string, unknown>)[key], depth + 1);
  }
  return bytes;
}

function bytesOfList(list: readonly unknown[], depth: number): number {
  let bytes = VALUE_BYTES;
  let seen = 0;
  for (; seen < list.length && valuesLeft > 0; seen++) bytes += bytesOf(list[seen], depth);
  return seen === list.length ? bytes : bytes * (list.length / Math.max(1, seen));
}
