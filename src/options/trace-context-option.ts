import { OptionError } from '../cloudwatch/errors.js';
import { TRACE_CONTEXT_SOURCES } from './trace-context-names.js';
import { either, type Option, splitList } from './option-kinds.js';

/** The trace context that a record gets where OpenTelemetry has none for it. */
export interface ForeignTraceContext {
  /** 32 hex digits, or in X-Ray's form (`1-<8>-<24>`). */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** 1 where the trace is sampled. Default 0. */
  readonly traceFlags?: number | undefined;
}

/** Gives the trace context of what is running; undefined where there is none. It is called for each such record. */
export type TraceContextFunction = () => ForeignTraceContext | undefined;

/** Whose trace context is taken. */
export type TraceContextSource = (typeof TRACE_CONTEXT_SOURCES)[number];

type TraceContext = TraceContextFunction | readonly TraceContextSource[];

/** The option `traceContext`. */
export function traceContextOption(): Option<TraceContext, TraceContext | undefined> {
  return either<TraceContext, TraceContext | undefined>({
    check(name, value) {
      if (typeof value === 'function') return value as TraceContextFunction;
      const isKnown = (item: unknown): boolean => TRACE_CONTEXT_SOURCES.includes(item as TraceContextSource);
      if (Array.isArray(value) && value.every(isKnown)) return value as TraceContextSource[];
      throw new OptionError(name, `be a function or a list of ${TRACE_CONTEXT_SOURCES.join(', ')}`, value);
    },
    fromText: (_, value) => splitList(value) as TraceContextSource[],
  });
}
