import { type OnePassWriter } from '../layouts/layout.js';
import { type Redaction } from '../redact.js';
import { putMessage } from './page-writing.js';
import { putValue } from './value-writer.js';

const BACKSLASH = 0x5c;

/** Writes the body alone: text as it is, a map as JSON. @param redaction - of the body */
export function createBodyWriter(redaction: Redaction | undefined): OnePassWriter {
  return (page, start, { body }) => {
    if (typeof body === 'string' && !redaction?.isWhole) return putMessage(page, start, body);
    if (body === undefined || body === null) return start;
    const end = putValue(page, start, body, redaction);
    // Bytes, dates and NaN are strings in JSON; alone they need no quotes.
    if (end === start || page.bytes[start] !== BACKSLASH) return end;
    const text = JSON.parse(page.messageTo(end)) as string;
    page.escapes = 0;
    return putMessage(page, start, text);
  };
}
