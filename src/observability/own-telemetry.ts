import { context, createContextKey, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';

// createContextKey goes by Symbol.for, so the key is the same in every loaded copy of this package.
/** Set in a context, to true, where something runs on behalf of this package. */
export const OWN_TELEMETRY = createContextKey('opentelemetry-cloudwatch-logs own telemetry');

const OWN_CONTEXT = suppressTracing(ROOT_CONTEXT).setValue(OWN_TELEMETRY, true);

/**
 * Says whether something runs on behalf of this package: its requests to the service, its diagnostics.
 * A log record made there must not be exported: it would feed on itself.
 * @param of - the active context by default
 */
export function isOwnTelemetry(of: Context = context.active()): boolean {
  return of.getValue(OWN_TELEMETRY) === true;
}

/**
 * Runs work of this package so that no instrumentation makes spans of it, and records made by it can be
 * told by {@link isOwnTelemetry}. It starts from the root context: what runs here outlives the request of
 * the application that caused it, and must not keep its context alive.
 */
export function runAsOwnTelemetry<T>(work: () => T): T {
  return context.with(OWN_CONTEXT, work);
}
