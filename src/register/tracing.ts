import type * as Api from '@opentelemetry/api';
import { type Application } from './application.js';
import { type Environment, listOf, numberOf, stringOf } from './environment.js';

type ContextManager = Api.ContextManager;
type Sampler = object;

/** The exports of the packages that hold a tracer provider, across OpenTelemetry's lines. */
interface TracePackage {
  NodeTracerProvider?: new (config: object) => Api.TracerProvider;
  BasicTracerProvider?: new (config: object) => Api.TracerProvider;
  TracerProvider?: new (config: object) => Api.TracerProvider;
  AlwaysOnSampler: new () => Sampler;
  AlwaysOffSampler: new () => Sampler;
  ParentBasedSampler: new (config: { root: Sampler }) => Sampler;
  TraceIdRatioBasedSampler: new (ratio: number) => Sampler;
}

interface CorePackage {
  CompositePropagator: new (config: { propagators: Api.TextMapPropagator[] }) => Api.TextMapPropagator;
  W3CTraceContextPropagator: new () => Api.TextMapPropagator;
  W3CBaggagePropagator: new () => Api.TextMapPropagator;
}

/** Packages with a tracer provider, newest name first, and those that hold them. */
const TRACE_PACKAGES = [
  '@opentelemetry/sdk-trace-node',
  '@opentelemetry/sdk-trace',
  '@opentelemetry/sdk-trace-base',
] as const;
const TRACE_HOLDERS = [
  '@opentelemetry/sdk-node',
  '@opentelemetry/auto-instrumentations-node',
  '@opentelemetry/sdk-trace-node',
] as const;

/** Carries the active span through asynchronous code. */
export function createContextManager(
  application: Application,
  createOwn: () => ContextManager,
): ContextManager {
  const name = '@opentelemetry/context-async-hooks';
  const found = application.load(name, TRACE_HOLDERS) as
    { AsyncLocalStorageContextManager?: new () => ContextManager } | undefined;
  const manager = found?.AsyncLocalStorageContextManager
    ? new found.AsyncLocalStorageContextManager()
    : createOwn();
  return manager.enable();
}

/**
 * A tracer provider out of the application's own packages, so that log records have trace ids. It exports
 * no spans: sampled or not only decides the trace flags.
 * @param resource - of its spans. Default: the SDK's own
 * @returns undefined where the application has no package with one
 */
export function createTracerProvider(
  application: Application,
  environment: Environment,
  complain: (message: string) => void,
  resource?: object,
): Api.TracerProvider | undefined {
  for (const name of TRACE_PACKAGES) {
    const found = application.load(name, TRACE_HOLDERS) as TracePackage | undefined;
    const Provider = found?.NodeTracerProvider ?? found?.TracerProvider ?? found?.BasicTracerProvider;
    if (!found || !Provider) continue;
    // The packages read OTEL_TRACES_SAMPLER themselves up to 2.x; sdk-trace leaves it to its caller.
    const sampler = createSampler(found, environment, complain);
    return new Provider({
      ...(sampler && { sampler }),
      ...(resource && { resource }),
      spanProcessors: [],
    });
  }
  return undefined;
}

function createSampler(
  trace: TracePackage,
  environment: Environment,
  complain: (message: string) => void,
): Sampler | undefined {
  const name = stringOf(environment, 'OTEL_TRACES_SAMPLER');
  const ratio = () => {
    const value = numberOf(environment, 'OTEL_TRACES_SAMPLER_ARG', complain);
    if (value !== undefined && value <= 1) return value;
    if (value !== undefined) complain('OTEL_TRACES_SAMPLER_ARG must be from 0 to 1; 1 is used');
    return 1;
  };
  const parentBased = (root: Sampler) => new trace.ParentBasedSampler({ root });
  switch (name) {
    case undefined:
      return undefined;
    case 'always_on':
      return new trace.AlwaysOnSampler();
    case 'always_off':
      return new trace.AlwaysOffSampler();
    case 'traceidratio':
      return new trace.TraceIdRatioBasedSampler(ratio());
    case 'parentbased_always_on':
      return parentBased(new trace.AlwaysOnSampler());
    case 'parentbased_always_off':
      return parentBased(new trace.AlwaysOffSampler());
    case 'parentbased_traceidratio':
      return parentBased(new trace.TraceIdRatioBasedSampler(ratio()));
    default:
      complain(`OTEL_TRACES_SAMPLER is ${JSON.stringify(name)}, which is unknown; the default is used`);
      return undefined;
  }
}

/** Where a propagator that OTEL_PROPAGATORS can name comes from. */
const PROPAGATORS: Readonly<
  Record<string, { package: string; export: string; options?: object } | undefined>
> = {
  tracecontext: { package: '@opentelemetry/core', export: 'W3CTraceContextPropagator' },
  baggage: { package: '@opentelemetry/core', export: 'W3CBaggagePropagator' },
  b3: { package: '@opentelemetry/propagator-b3', export: 'B3Propagator' },
  b3multi: {
    package: '@opentelemetry/propagator-b3',
    export: 'B3Propagator',
    // B3InjectEncoding.MULTI_HEADER
    options: { injectEncoding: 1 },
  },
  jaeger: { package: '@opentelemetry/propagator-jaeger', export: 'JaegerPropagator' },
  xray: { package: '@opentelemetry/propagator-aws-xray', export: 'AWSXRayPropagator' },
  'xray-lambda': { package: '@opentelemetry/propagator-aws-xray-lambda', export: 'AWSXRayLambdaPropagator' },
};

/**
 * The propagator that OTEL_PROPAGATORS asks for; W3C trace context and baggage by default.
 * @returns undefined for `none`
 */
export function createPropagator(
  application: Application,
  environment: Environment,
  complain: (message: string) => void,
): Api.TextMapPropagator | undefined {
  const names = listOf(environment, 'OTEL_PROPAGATORS') ?? ['tracecontext', 'baggage'];
  if (names.includes('none')) return undefined;
  const propagators: Api.TextMapPropagator[] = [];
  for (const name of new Set(names)) {
    const source = Object.hasOwn(PROPAGATORS, name) ? PROPAGATORS[name] : undefined;
    if (!source) {
      complain(`OTEL_PROPAGATORS names ${name}, which is unknown; it is left out`);
      continue;
    }
    const found = application.load(source.package, TRACE_HOLDERS) as
      Record<string, new (options?: object) => Api.TextMapPropagator> | undefined;
    const Propagator = found?.[source.export];
    if (Propagator) propagators.push(new Propagator(source.options));
    else complain(`OTEL_PROPAGATORS names ${name}, but ${source.package} is not installed; it is left out`);
  }
  const core = application.load('@opentelemetry/core', TRACE_HOLDERS) as CorePackage | undefined;
  if (propagators.length === 0 || !core) return undefined;
  return new core.CompositePropagator({ propagators });
}
