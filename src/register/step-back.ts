import type * as Api from '@opentelemetry/api';
import { type Application } from './application.js';
import { INSTRUMENTATION_HOLDERS } from './import-hook.js';
import { type Instrumentation } from './instrumentations.js';

/** The parts of `InstrumentationBase` used here; `_modules` is private, so it may be missing one day. */
interface AnyInstrumentation extends Instrumentation {
  readonly _modules?: readonly { readonly moduleExports?: unknown }[];
}

interface InstrumentationPackage {
  readonly InstrumentationBase?: { readonly prototype: AnyInstrumentation };
}

/**
 * Instrumentations that put something of theirs into each logger. Two of them add up, while others replace
 * what they find patched.
 */
const ADDING_UP = new Set(['@opentelemetry/instrumentation-pino', '@opentelemetry/instrumentation-bunyan']);

/**
 * Lets a later set of instrumentations take the place of ours. An application that starts an OpenTelemetry
 * SDK of its own, after this package, would otherwise have its loggers patched twice and each record made
 * twice. Ours stays only where its module is loaded and patched already, so that the other one can't.
 * @param own - the instrumentations that were made here
 * @param onFirst - called once, when an instrumentation of the same name as one of ours is enabled
 */
export function stepBackForOthers(
  application: Application,
  own: readonly Instrumentation[],
  onFirst: () => void,
): void {
  const ownByName = new Map(
    own.map((instrumentation) => [instrumentation.instrumentationName, instrumentation]),
  );
  let isFirst = true;

  const enableInstead = (other: AnyInstrumentation, enable: () => void): void => {
    const ours = ownByName.get(other.instrumentationName);
    if (!ours || ours === other) {
      enable();
      return;
    }
    if (isFirst) {
      isFirst = false;
      onFirst();
    }
    if (!hasPatched(ours)) {
      ownByName.delete(other.instrumentationName);
      ours.disable();
      enable();
      return;
    }
    enable();
    // Not for the others: their disable() takes off the outermost patch, which is the other one's by now.
    if (hasPatched(other) && ADDING_UP.has(other.instrumentationName)) ours.disable();
  };

  const name = '@opentelemetry/instrumentation';
  const halves = [
    application.load(name, INSTRUMENTATION_HOLDERS),
    application.loadModuleHalf(name, INSTRUMENTATION_HOLDERS),
  ] as (InstrumentationPackage | undefined)[];
  for (const prototype of new Set(halves.map((half) => half?.InstrumentationBase?.prototype))) {
    if (!prototype) continue;
    const enable = Reflect.get<AnyInstrumentation, 'enable'>(prototype, 'enable');
    prototype.enable = function (this: AnyInstrumentation): void {
      enableInstead(this, () => {
        enable.call(this);
      });
    };
  }
}

/**
 * Lets an SDK that has none of our instrumentations, such as `@vercel/otel`, set its context manager and its tracer
 * provider after us: the API takes the first ones alone, and its traces would go nowhere.
 * @param halves - of the API, as CommonJS and as ES modules get it
 * @param giveWay - called before another one is set, and for each
 */
export function giveWayToSetters(
  halves: readonly (Pick<typeof Api, 'context' | 'trace'> | undefined)[],
  giveWay: () => void,
): void {
  for (const half of new Set(halves)) {
    if (!half) continue;
    const { context, trace } = half;
    const setContextManager = context.setGlobalContextManager.bind(context);
    context.setGlobalContextManager = (manager) => {
      giveWay();
      return setContextManager(manager);
    };
    const setTracerProvider = trace.setGlobalTracerProvider.bind(trace);
    trace.setGlobalTracerProvider = (provider) => {
      giveWay();
      return setTracerProvider(provider);
    };
  }
}

/** Says whether the module of an instrumentation has been loaded and patched. */
function hasPatched(instrumentation: AnyInstrumentation): boolean {
  return instrumentation._modules?.some((module) => module.moduleExports !== undefined) ?? false;
}
