import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { type IncomingMessage } from 'node:http';
// As a whole: a banner that bundles begin with may import `createRequire`, and webpack warns of calls of it by name.
import nodeModule from 'node:module';
import { isValidSpanId, isValidTraceId } from '@opentelemetry/api';
import { readTraceId } from '../cloudwatch/trace-ids.js';
import {
  type ForeignTraceContext,
  type TraceContextFunction,
  type TraceContextSource,
} from '../options/trace-context-option.js';

/**
 * Trace contexts of tracers that are not OpenTelemetry's, where they are loaded. Nothing of them is loaded from here:
 * each is found where it puts itself. What is said of them was tried with the versions that are named.
 */
const SOURCES: Readonly<Record<TraceContextSource, () => TraceContextFunction>> = {
  xray: () => xray,
  sentry: () => sentry,
  datadog: () => datadog,
  newrelic: () => newRelic,
  elastic: () => elastic,
  request: () => ofRequest,
};

/**
 * Takes the trace context of the first of them that has one. What throws, or gives ids that are none, keeps none of the
 * others from being asked.
 * @param names - in the order in which they are asked
 * @returns a function that, where none of them has one, does the first wrong thing that one of them did, to be said
 */
export function traceContextOf(names: readonly TraceContextSource[]): TraceContextFunction {
  if (names.includes('request')) watchRequests();
  const sources = names.map((name) => SOURCES[name]());
  return () => {
    const wrong: TraceContextFunction[] = [];
    for (const source of sources) {
      try {
        const found = source();
        if (!found) continue;
        if (hasIds(found)) return found;
        // Zeros are how a tracer that is switched off has no trace.
        if (!/^0*$/.test(found.traceId)) wrong.push(() => found);
      } catch (error) {
        wrong.push(() => {
          throw error;
        });
      }
    }
    return wrong[0]?.();
  };
}

/** @throws for ids that are no texts, as whoever is handed them would */
function hasIds({ traceId, spanId }: ForeignTraceContext): boolean {
  return isValidTraceId(traceId.replace(/^1-(.{8})-/, '$1')) && isValidSpanId(spanId);
}

/** Anything of somebody else's, of which nothing is sure. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- other packages' objects, whose types are not here
type Foreign = any;

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call,
   @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-argument --
   as above */

/**
 * aws-xray-sdk-core 3.12 keeps its segments in a namespace of cls-hooked, which stands on `process`; `getSegment` would
 * print an error where there is none. Without it, and for its stand-in of Lambda's own segment, AWS Lambda names the trace
 * of each invocation in a variable.
 */
function xray(): ForeignTraceContext | undefined {
  const segment: Foreign = (process as Foreign).namespaces?.AWSXRay?.get('segment');
  const traceId = segment?.trace_id ?? segment?.segment?.trace_id;
  if (traceId !== undefined && (segment.segment ?? segment).facade !== true) {
    return { traceId, spanId: segment.id, traceFlags: segment.notTraced === true ? 0 : 1 };
  }
  return ofHeader(process.env._X_AMZN_TRACE_ID);
}

/**
 * The Sentry SDKs (tried: 10, 11) share one object for each version. A span is the scope's own; without tracing each request
 * has a trace all the same. The outermost scope is of no request: its trace would be that of the process.
 */
function sentry(): ForeignTraceContext | undefined {
  const carrier: Foreign = (globalThis as Foreign).__SENTRY__;
  const own: Foreign = carrier?.[carrier.version];
  const scope: Foreign = own?.acs?.getCurrentScope?.();
  const reference: Foreign = scope?.refs?.span ?? scope?._sentrySpan;
  const span: Foreign = own?.acs?.getActiveSpan?.() ?? reference?.deref?.() ?? reference;
  if (typeof span?.spanContext === 'function') return span.spanContext();
  if (!scope || scope === own.defaultCurrentScope) return undefined;
  const { traceId, propagationSpanId, parentSpanId, spanId, sampled } = scope.getPropagationContext();
  if (traceId === undefined) return undefined;
  return {
    traceId,
    spanId: propagationSpanId ?? spanId ?? parentSpanId ?? spanIdFor(scope),
    traceFlags: sampled === true ? 1 : 0,
  };
}

const madeSpanIds = new WeakMap<object, string>();

/** For a trace without a span: the same for all records of one scope. */
function spanIdFor(scope: object): string {
  const made = madeSpanIds.get(scope) ?? randomBytes(8).toString('hex');
  madeSpanIds.set(scope, made);
  return made;
}

/**
 * dd-trace 5 is one object for the process. `true` asks for 128 and 64 bits in hex digits, as Datadog's traces show them;
 * versions that don't know it give 64 bits as decimal numbers.
 */
function datadog(): ForeignTraceContext | undefined {
  const context: Foreign = (globalThis as Foreign)._ddtrace?.scope?.().active()?.context();
  if (!context) return undefined;
  const [traceId, spanId] = [String(context.toTraceId(true)), String(context.toSpanId(true))];
  if (traceId.length === 32) return { traceId, spanId };
  const hex = (decimal: string, digits: number): string => BigInt(decimal).toString(16).padStart(digits, '0');
  return { traceId: hex(traceId, 32), spanId: hex(spanId, 16) };
}

/** Of all modules that `require` has loaded. New Relic's agent (tried: 13) puts itself there under a name of its own. */
const { cache } = nodeModule.createRequire(process.execPath);

function newRelic(): ForeignTraceContext | undefined {
  const { traceId, spanId }: Foreign = (cache as Foreign).__NR_cache?.getTraceMetadata?.() ?? {};
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId };
}

/** elastic-apm-node 4 names the ids of what is running. */
function elastic(): ForeignTraceContext | undefined {
  const agent: Foreign = elasticAgent();
  const ids: Foreign = agent?.currentTraceIds;
  const traceId = ids?.['trace.id'];
  const spanId = ids?.['span.id'] ?? ids?.['transaction.id'];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, traceFlags: agent.currentTransaction?.sampled === true ? 1 : 0 };
}

const ELASTIC_FILE = /[\\/]node_modules[\\/]elastic-apm-node[\\/]index\.js$/;
/** Milliseconds after which modules are looked through again: there may be thousands. */
const LOOK_AGAIN_MILLIS = 250;
let elasticFile: string | undefined;
let lookAgainAt = 0;

function elasticAgent(): Foreign {
  if (elasticFile === undefined && performance.now() >= lookAgainAt) {
    elasticFile = Object.keys(cache).find((file) => ELASTIC_FILE.test(file));
    lookAgainAt = performance.now() + LOOK_AGAIN_MILLIS;
  }
  return elasticFile === undefined ? undefined : cache[elasticFile]?.exports;
}

/* eslint-enable */

/** What the headers of a request say; made when the first record asks. */
interface RequestTrace {
  readonly traceparent: string | undefined;
  readonly xray: string | undefined;
  context?: ForeignTraceContext;
}

const requests = new AsyncLocalStorage<RequestTrace>();
let isWatching = false;

/** Notes each request that a server of `node:http` gets, for all that is done for it. */
function watchRequests(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe('http.server.request.start', (message) => {
    const { headers } = (message as { request: IncomingMessage }).request;
    // The handlers are called next, in the same context; the connection's next request comes with its own.
    requests.enterWith({
      traceparent: textOf(headers.traceparent),
      xray: textOf(headers['x-amzn-trace-id']),
    });
  });
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

function ofRequest(): ForeignTraceContext | undefined {
  const request = requests.getStore();
  if (!request) return undefined;
  request.context ??= ofHeader(request.traceparent) ?? ofHeader(request.xray) ?? newTrace();
  return request.context;
}

/** W3C "Trace Context", flags. */
const W3C_FLAGS = /-([0-9a-f]{2})$/i;
const XRAY_SAMPLED = /(?:^|;)\s*sampled=1/i;

/** Reads a `traceparent` or an `X-Amzn-Trace-Id`; undefined where it is none. */
function ofHeader(header: string | undefined): ForeignTraceContext | undefined {
  if (header === undefined || header.length > MAX_HEADER_LENGTH) return undefined;
  const { traceId, spanId, isKnownForm } = readTraceId(header);
  if (!isKnownForm || /^0+$/.test(traceId)) return undefined;
  const flags = W3C_FLAGS.exec(header)?.[1];
  return {
    traceId,
    // Load balancers name a trace without a span.
    spanId: spanId ?? newSpanId(),
    traceFlags: flags === undefined ? Number(XRAY_SAMPLED.test(header)) : Number.parseInt(flags, 16),
  };
}

/** A longer one is no such header. */
const MAX_HEADER_LENGTH = 512;

/** For a request without a header: its records belong together all the same. The time makes it X-Ray's form too. */
function newTrace(): ForeignTraceContext {
  const seconds = Math.floor(Date.now() / 1000);
  return {
    traceId: seconds.toString(16).padStart(8, '0') + randomBytes(12).toString('hex'),
    spanId: newSpanId(),
  };
}

function newSpanId(): string {
  return randomBytes(8).toString('hex');
}
