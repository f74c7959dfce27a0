import { AsyncLocalStorage } from 'node:async_hooks';
import { isSpanContextValid, type SpanContext } from '@opentelemetry/api';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { isForsakenPromise } from '../cloudwatch/is-thenable.js';
import { reason } from '../encoding/record-encoder.js';
import { type ForeignTraceContext, type TraceContextFunction } from '../options/trace-context-option.js';

/**
 * Set in all that such a function does, at once or later: a record made there is not asked about, or a function that
 * logs would be asked for its own record, and so on without end.
 */
const asking = new AsyncLocalStorage<true>();

/**
 * Gives a record the trace context of somebody else, unless OpenTelemetry has one for it. Never throws.
 * @returns what is wrong with the function; undefined where nothing is
 */
export function takeTraceContext(record: ReadableLogRecord, from: TraceContextFunction): string | undefined {
  try {
    if (asking.getStore() || (record.spanContext && isSpanContextValid(record.spanContext))) return undefined;
    // Its members may be getters, which do what the function could do.
    const spanContext = asking.run(true, () => {
      const given: ForeignTraceContext | undefined = from();
      isForsakenPromise(given);
      return (
        given && {
          traceId: given.traceId.toLowerCase().replace(/^1-(.{8})-/, '$1'),
          spanId: given.spanId.toLowerCase(),
          traceFlags: Number(given.traceFlags) & 255,
        }
      );
    });
    if (spanContext) {
      if (!isSpanContextValid(spanContext)) return 'gave no ids';
      // A processor may set it: OpenTelemetry's specification, "ReadWriteLogRecord".
      (record as { spanContext?: SpanContext }).spanContext = spanContext;
    }
    return undefined;
  } catch (error) {
    return `failed (${reason(error)})`;
  }
}
