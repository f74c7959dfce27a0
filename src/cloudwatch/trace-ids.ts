import { toXRayTraceId } from './xray-trace-id.js';

const W3C_TRACE_ID = /^[0-9a-f]{32}$/i;
/** Also as people copy it: without the version, or with a blank for a dash. */
const XRAY_TRACE_ID = /^(?:1[- ])?([0-9a-f]{8})[- ]([0-9a-f]{24})$/i;
/** As text: the X-Ray form, with the segment that some loggers of the X-Ray SDK put behind an `@`. */
const XRAY_WITH_SEGMENT = /^(1-[0-9a-f]{8}-[0-9a-f]{24})@([0-9a-f]{16})$/i;
/** A W3C id that somebody wrote as a UUID. */
const DASHED_TRACE_ID = /^[0-9a-f]{8}([- ])(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}$/i;
/** Source: W3C "Trace Context", version, trace id, parent id, flags. */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/i;
const HEADER_NAME = /^(?:traceparent|x-amzn-trace-id|_x_amzn_trace_id) ?[:=] ?/i;

/** A trace id as a person may have copied it, and what stood beside it. */
export interface GivenTraceId {
  /** In W3C form where it is a trace id; else the text without blanks around it. */
  readonly traceId: string;
  /** The span that a header or a logger's text named with it. */
  readonly spanId?: string | undefined;
  /** Whether it is a trace id of W3C or X-Ray. */
  readonly isKnownForm: boolean;
}

/**
 * Reads a trace id in any form in which people meet one: W3C (32 hex digits), X-Ray (`1-<8>-<24>`), with dashes as a
 * UUID, with single blanks for dashes, a whole `traceparent`, a whole `X-Amzn-Trace-Id` (`Root=1-…;Parent=…`), with the header's name before it, in
 * either case, with blanks or quotes around it.
 */
export function readTraceId(text: string): GivenTraceId {
  const trimmed = withoutQuotes(text.trim()).replace(HEADER_NAME, '').trim();
  const traceparent = TRACEPARENT.exec(trimmed);
  if (traceparent) return known(traceparent[1]!, traceparent[2]);
  const withSegment = XRAY_WITH_SEGMENT.exec(trimmed);
  if (withSegment) return known(withSegment[1]!, withSegment[2]);
  const parts = trimmed.includes('=') ? partsOf(trimmed) : undefined;
  const root = parts?.get('root');
  if (root !== undefined && isTraceId(root)) return known(root, parts?.get('parent'));
  return isTraceId(trimmed)
    ? known(trimmed, undefined)
    : { traceId: withoutQuotes(text.trim()), isKnownForm: false };
}

function known(id: string, spanId: string | undefined): GivenTraceId {
  const traceId = id.replace(XRAY_TRACE_ID, '$1$2').replace(/[- ]/g, '').toLowerCase();
  const isSpan = spanId !== undefined && /^[0-9a-f]{16}$/i.test(spanId);
  return { traceId, ...(isSpan && { spanId: spanId.toLowerCase() }), isKnownForm: true };
}

function isTraceId(text: string): boolean {
  return W3C_TRACE_ID.test(text) || XRAY_TRACE_ID.test(text) || DASHED_TRACE_ID.test(text);
}

/** The parts of `Root=…;Parent=…;Sampled=…`, names in lower case. */
function partsOf(header: string): Map<string, string> {
  return new Map(
    header.split(';').map((part) => {
      const equals = part.indexOf('=');
      return [part.slice(0, Math.max(0, equals)).trim().toLowerCase(), part.slice(equals + 1).trim()];
    }),
  );
}

function withoutQuotes(text: string): string {
  const isQuoted = text.length > 1 && /^["'`]/.test(text) && text.endsWith(text[0]!);
  return isQuoted ? text.slice(1, -1).trim() : text;
}

/**
 * The two forms in which one trace id is written in logs: W3C first, then X-Ray (`1-<8 hex>-<24 hex>`, the same 32
 * digits; source: AWS X-Ray, "Tracing header").
 * @param id - any string, read as {@link readTraceId} does
 * @returns the id alone where it is no trace id
 */
export function traceIdForms(id: string): readonly string[] {
  const { traceId, isKnownForm } = readTraceId(id);
  return isKnownForm ? [traceId, toXRayTraceId(traceId)] : [id];
}
