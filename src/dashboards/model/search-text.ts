import { readTraceId } from '../../cloudwatch/trace-ids.js';

/** What a search box, or an address, asks for. */
export interface Search {
  /** `text` is looked for anywhere in the messages. */
  readonly kind: 'trace' | 'span' | 'request' | 'field' | 'text';
  readonly value: string;
  /** Only of `field`: as the query language names it. */
  readonly field?: string | undefined;
}

/** As Lambda and `crypto.randomUUID` make them: version 4, with its variant. */
const RANDOM_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SPAN_ID = /^[0-9a-f]{16}$/i;
const FIELD_AND_VALUE = /^([\w@.$/-]{1,256}) ?= ?([^]+)$/;
/** One word with a digit in it: rather an id than something to read. */
const ID_LIKE = /^(?=.*\d)[\w.:/#@+-]{6,128}$/;

const KIND_BY_FIELD: Readonly<Record<string, 'trace' | 'span' | 'request'>> = {
  trace_id: 'trace',
  traceid: 'trace',
  span_id: 'span',
  spanid: 'span',
  request_id: 'request',
  requestid: 'request',
};

/**
 * Reads what somebody typed or pasted into a search box.
 * @returns what it may mean, the likeliest first; none for blanks. The next one is worth a try where the
 * one before finds nothing.
 */
export function readSearch(text: string): readonly Search[] {
  const value = withoutQuotes(text.trim());
  if (value === '') return [];
  const asText: Search = { kind: 'text', value };
  if (UUID.test(value)) {
    const asTrace: Search = { kind: 'trace', value };
    const asRequest: Search = { kind: 'request', value };
    return RANDOM_UUID.test(value) ? [asRequest, asTrace] : [asTrace, asRequest];
  }
  const { traceId, isKnownForm } = readTraceId(value);
  if (isKnownForm) return [{ kind: 'trace', value: traceId }];
  if (SPAN_ID.test(value)) return [{ kind: 'span', value: value.toLowerCase() }];
  const named = FIELD_AND_VALUE.exec(value);
  if (named) {
    const [field, inField] = [named[1]!, withoutQuotes(named[2]!.trim())];
    const kind = KIND_BY_FIELD[field.toLowerCase()];
    if (inField !== '') {
      return [kind ? { kind, value: inField } : { kind: 'field', field, value: inField }, asText];
    }
  }
  return ID_LIKE.test(value) ? [{ kind: 'request', value }, asText] : [asText];
}

function withoutQuotes(text: string): string {
  const isQuoted = text.length > 1 && /^["'`]/.test(text) && text.endsWith(text[0]!);
  return isQuoted ? text.slice(1, -1).trim() : text;
}
