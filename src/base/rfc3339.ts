/**
 * Writes a time: `2026-02-03T04:05:06.123456789Z`.
 * @param nanos - `timestampNanos` of a plain record
 * @param digits - of the second's fraction, 1 to 9
 */
export function rfc3339(nanos: string, digits = 9): string {
  const padded = nanos.padStart(10, '0');
  const second = new Date(Number(padded.slice(0, -9)) * 1000).toISOString().slice(0, 19);
  return `${second}.${padded.slice(-9).slice(0, digits)}Z`;
}
