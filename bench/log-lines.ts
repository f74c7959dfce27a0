/** Events of one trace. */
export const EVENTS_PER_TRACE = 10;

/** The trace id of an event, W3C form; the same for {@link EVENTS_PER_TRACE} in a row. */
export function traceIdOf(event: number): string {
  return spread(Math.floor(event / EVENTS_PER_TRACE), 32);
}

/** The span id of an event; no other event has it. */
export function spanIdOf(event: number): string {
  return spread(event, 16);
}

/** One JSON line, as the default layout of the exporter writes it: about 330 bytes. */
export function logLine(event: number, timestamp: number): string {
  const failed = event % 50 === 0;
  const severity = failed ? 'ERROR' : 'INFO';
  const path = `/orders/${event % 10_007}`;
  const body = failed
    ? `payment of order ${event} failed: card declined`
    : `GET ${path} handled in ${event % 977} ms`;
  return (
    `{"timestamp":${timestamp},"severity_text":"${severity}","severity_number":${failed ? 17 : 9},` +
    `"body":"${body}","trace_id":"${traceIdOf(event)}","span_id":"${spanIdOf(event)}","trace_flags":1,` +
    `"attributes":{"http.request.method":"GET","url.path":"${path}","http.response.status_code":${failed ? 502 : 200}},` +
    `"resource":{"service.name":"orders"}}`
  );
}

function spread(number: number, digits: number): string {
  const eight = (Math.imul(number + 1, 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
  return eight.repeat(digits / 8);
}
