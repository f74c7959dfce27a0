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

const LEVELS = ['info', 'info', 'debug', 'warn', 'info', 'error', 'info', 'fatal'];

/** One line as many applications write it: about 130 bytes, one in eight of them with "timeout". */
export function shortLogLine(event: number): string {
  const mixed = Math.imul(event + 1, 2_654_435_761) >>> 0;
  const level = LEVELS[mixed % LEVELS.length]!;
  const message =
    (mixed >>> 8) % 8 === 0
      ? `upstream timeout, ${(mixed >>> 16) % 2 === 0 ? 'retry' : 'gave up'} after`
      : `order ${event % 100_000} took`;
  return (
    `{"level":"${level}","path":"/api/orders/${mixed % 10_007}","msg":"${message} ${mixed % 977}ms",` +
    `"id":"${traceIdOf(event).slice(0, 16)}","items":[${mixed % 7},${mixed % 11},${mixed % 13}],"host":"10.0.0.${mixed % 256}"}`
  );
}

/** Hexadecimal digits that look as random as those of real ids, which compress as badly. */
function spread(number: number, digits: number): string {
  let text = '';
  let state = number + 1;
  while (text.length < digits) {
    state = Math.imul(state ^ (state >>> 15), 2_246_822_507) + 0x9e3779b9;
    text += ((state ^ (state >>> 13)) >>> 0).toString(16).padStart(8, '0');
  }
  return text;
}
