import { cutUtf8 } from '../encoding/cut-utf8.js';
import { type EncodedRecord } from './back-end.js';
import { checkOption } from './check-option.js';
import { type PlainLogRecord } from './plain-log-record.js';

/** Bytes of a body that is not cut further for the sake of attributes. What JSON escapes takes more bytes than it has. */
const LEAST_BODY_BYTES = 1024;

/**
 * Makes an event that fits: `write` is asked for its content, and again, with half of the body each time, down to 1 kB, while that
 * has too many bytes; then without attributes, and the whole body first.
 * @param maxBytes - that `encode` is told
 * @param write - makes the content; where the body is cut, `body` is the text that `bodyText` is
 * @returns what is too long still, where nothing fits: it is counted as lost (`oversize`)
 * @throws OptionError for a wrong parameter
 */
export function encodeWithin(
  plain: PlainLogRecord,
  maxBytes: number,
  write: (plain: PlainLogRecord) => string,
): EncodedRecord {
  const { bodyText: whole } = Object(plain) as Partial<PlainLogRecord>;
  checkOption(typeof whole === 'string', 'plain', 'be what plainLogRecord gives');
  checkOption(maxBytes > 0, 'maxBytes', 'be a number above 0', maxBytes);
  checkOption(typeof write === 'function', 'write', 'be a function', write);
  let content = '';
  for (const [attributes, least] of [
    [plain.attributes, Math.min(LEAST_BODY_BYTES, maxBytes)],
    [{}, 1],
  ] as const) {
    let tried: string | undefined;
    for (let bytes = maxBytes; bytes >= least; bytes /= 2) {
      const bodyText = cutUtf8(plain.bodyText, Math.floor(bytes));
      // A short body is the same at most lengths, and writing costs what the attributes have.
      if (bodyText === tried) continue;
      tried = bodyText;
      const body = bodyText === plain.bodyText ? plain.body : bodyText;
      content = write({ ...plain, body, bodyText, attributes });
      if (Buffer.byteLength(content) <= maxBytes) return { content, timestamp: plain.timestampMillis };
    }
  }
  return { content, timestamp: plain.timestampMillis };
}
