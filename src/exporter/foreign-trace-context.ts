import { isSpanContextValid, type SpanContext } from '@opentelemetry/api';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type ForeignTraceContext, type TraceContextFunction } from '../options/trace-context-option.js';

/**
 * Gives a record the trace context of somebody else, unless OpenTelemetry has one for it.
 * @returns what is wrong with the function; undefined where nothing is
 */
export function takeTraceContext(record: ReadableLogRecord, from: TraceContextFunction): string | undefined {
  try {
    if (record.spanContext && isSpanContextValid(record.spanContext)) return undefined;
    const given = from();
    if (!given) return undefined;
    const spanContext = spanContextOf(given);
    if (!isSpanContextValid(spanContext)) return 'gave no trace context';
    // A processor may set it: OpenTelemetry's specification, "ReadWriteLogRecord".
    (record as { spanContext?: SpanContext }).spanContext = spanContext;
    return undefined;
  } catch (error) {
    // Its text may quote anything.
    return `failed (${(Object(error) as Error).name})`;
  }
}

function spanContextOf({ traceId, spanId, traceFlags }: ForeignTraceContext): SpanContext {
  return {
    traceId: traceId.toLowerCase().replace(/^1-(.{8})-/, '$1'),
    spanId: spanId.toLowerCase(),
    traceFlags: Number(traceFlags) & 255,
  };
}
