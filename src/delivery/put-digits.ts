import { digitsOf } from './event-frame.js';

/** Writes the last digits of a number below 2^31. */
export function putDigits(bytes: Buffer, from: number, number: number, count: number): void {
  let rest = number | 0;
  for (let index = from + count - 1; index >= from; index--) {
    const tenth = (rest / 10) | 0;
    bytes[index] = 0x30 + rest - tenth * 10;
    rest = tenth;
  }
}

/** Writes a whole number from 0, below 2^31; mostly it has six digits at most. @returns where it ends */
export function putWhole(bytes: Buffer, from: number, value: number): number {
  const digits =
    value < 10
      ? 1
      : value < 100
        ? 2
        : value < 1_000
          ? 3
          : value < 10_000
            ? 4
            : value < 1e5
              ? 5
              : value < 1e6
                ? 6
                : String(value).length;
  putDigits(bytes, from, value, digits);
  return from + digits;
}

/** Writes a timestamp. @param timestamp - milliseconds since 1970, a whole number @returns where it ends */
export function putTimestamp(bytes: Buffer, from: number, timestamp: number): number {
  if (digitsOf(timestamp) !== 13) return from + bytes.write(String(timestamp), from, 'latin1');
  // Whole numbers of 31 bits are divided several times as fast as larger ones.
  const high = Math.floor(timestamp / 1e7);
  putDigits(bytes, from, high, 6);
  putDigits(bytes, from + 6, timestamp - high * 1e7, 7);
  return from + 13;
}
