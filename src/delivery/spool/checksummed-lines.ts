import { crc32 } from 'node:zlib';

const LINE_FEED = 0x0a;
/** Eight hexadecimal digits of a CRC-32, and a space. */
const HEAD_BYTES = 9;

/**
 * A line of a file that says itself whether it is whole: its CRC-32, a space, the text, a line feed.
 * @param text - without line feeds
 */
export function checksummedLine(text: string): string {
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
}

/**
 * Reads the lines of a file, each by itself: one that is harmed or torn costs no other.
 * @returns for each line its text, or undefined where it is not what was written
 */
export function* readChecksummedLines(bytes: Buffer): Generator<string | undefined, undefined> {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(LINE_FEED, start);
    // A line that no line feed ends was torn.
    yield end === -1 ? undefined : textOf(bytes.subarray(start, end));
    if (end === -1) break;
    start = end + 1;
  }
  return undefined;
}

function textOf(line: Buffer): string | undefined {
  if (line.length < HEAD_BYTES || line[HEAD_BYTES - 1] !== 0x20) return undefined;
  const head = line.toString('latin1', 0, HEAD_BYTES - 1);
  const text = line.subarray(HEAD_BYTES);
  return crc32(text).toString(16).padStart(8, '0') === head ? text.toString('utf8') : undefined;
}
