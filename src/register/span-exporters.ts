import { type Environment, listOf } from './environment.js';

/** Milliseconds in which an application may start an OpenTelemetry SDK of its own, before it is said that none is there. */
const MOST_MILLIS = 2_000;

/**
 * Says once that OTEL_TRACES_EXPORTER is not honoured, where nobody exports spans: later, as the application may start
 * another SDK, and at the end of a process that ends before.
 * @param isTracedByUs - whether spans are still made by the tracer that exports none
 * @returns says it now, if it is to be said
 */
export function remarkOnSpanExporters(
  environment: Environment,
  complain: (message: string) => void,
  isTracedByUs: () => boolean,
): () => void {
  const names = listOf(environment, 'OTEL_TRACES_EXPORTER')?.map((name) => name.toLowerCase()) ?? [];
  if (names.length === 0 || names.includes('none')) return () => undefined;
  let isSaid = false;
  const say = (): void => {
    clearTimeout(timer);
    if (isSaid || !isTracedByUs()) return;
    isSaid = true;
    complain(
      `OTEL_TRACES_EXPORTER=${names.join(',')} is not honoured: spans are made for the trace ids of log records and exported nowhere. For spans, start an OpenTelemetry SDK first: node --import @opentelemetry/auto-instrumentations-node/register --import opentelemetry-cloudwatch-logs/register. To say that none are wanted: OTEL_TRACES_EXPORTER=none`,
    );
  };
  const timer = setTimeout(say, MOST_MILLIS).unref();
  return say;
}
