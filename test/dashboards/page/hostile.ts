import { type LookUpEngine } from '../../../src/dashboards/index.js';
import { CorrelationEngine, type CorrelationResult } from '../../../src/insights/index.js';
import { type LocalService } from '../../simulation/local-service.js';

/** Texts that run a script wherever one of them is taken for markup, an attribute, an address or a style. */
export const HOSTILE: readonly string[] = [
  '<img src=x onerror=hacked()>',
  '"><svg onload=hacked()>',
  "'><script>hacked()</script>",
  'javascript:hacked()',
  '</script><script>hacked()</script>',
  '" onmouseover="hacked()" style="background:url(//evil.example/x)',
  '${hacked()}{{hacked()}}',
  // Turns the direction of what follows.
  '\u202Ereversed',
];

/** One text of all of them. */
export const ALL_HOSTILE = HOSTILE.join(' ');

/** Every member that a layout may have, each with hostile texts, under hostile keys as well. */
export function hostileMessages(traceId: string, atMillis: number): readonly string[] {
  const x = ALL_HOSTILE;
  const stack = `${x}\n    at ${x} (${x}/file.js:1:2)\n    at ${x} (/a/node_modules/${x}.js:3:4)`;
  const attributes = {
    [x]: x,
    nested: { [x]: [x, { [x]: x }] },
    'exception.type': x,
    'exception.message': x,
    'exception.stacktrace': stack,
    'event.name': x,
    request_id: x,
  };
  const resource = { 'service.name': x, [x]: x };
  const scope = { name: x, version: x, [x]: x };
  const isoTime = new Date(atMillis).toISOString();
  const xray = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
  const otel = { body: x, severity_number: 17, severity_text: x, trace_id: traceId, event_name: x };
  const otlp = {
    resource: { attributes: resource },
    scope,
    timeUnixNano: Number(`${atMillis}000000`),
    severityNumber: 17,
    severityText: x,
    eventName: x,
    body: { [x]: x },
    attributes,
    traceId,
    spanId: 'b'.repeat(16),
  };
  const lambda = { timestamp: isoTime, level: x, requestId: x, xray_TraceId: xray, message: x, errorType: x };
  const powertools = {
    level: 'ERROR',
    message: x,
    service: `${x} too`,
    timestamp: isoTime,
    xray_trace_id: xray,
  };
  return [
    JSON.stringify({ ...otel, span_id: 'a'.repeat(16), attributes, resource, scope }),
    JSON.stringify({ ...otel, span_id: x, attributes, resource, scope }),
    JSON.stringify(otlp),
    JSON.stringify({ ...lambda, stackTrace: [x, x], errorMessage: x, [x]: x }),
    JSON.stringify({
      ...powertools,
      function_request_id: x,
      location: x,
      exception: { type: x, stack },
      [x]: x,
    }),
    `${isoTime} ERROR trace_id=${traceId} span_id=${'a'.repeat(16)} ${x}`,
    `${x} ${traceId}`,
    JSON.stringify({ [x]: x, trace_id: traceId, level: 50, msg: x, err: { type: x, message: x, stack } }),
  ];
}

/** A span as the log group aws/spans holds it, hostile wherever it can be. */
export function hostileSpan(traceId: string, atMillis: number): string {
  const x = ALL_HOSTILE;
  return JSON.stringify({
    resource: { attributes: { 'service.name': x, [x]: x } },
    scope: { name: x },
    traceId,
    spanId: 'a'.repeat(16),
    name: x,
    kind: 'SERVER',
    startTimeUnixNano: Number(`${atMillis}000000`),
    endTimeUnixNano: Number(`${atMillis + 1000}000000`),
    attributes: { [x]: x, 'http.route': x },
    status: { code: 'ERROR', message: x },
  });
}

/** An engine that finds what is stored, and names groups and streams as no service lets one name them. */
export function engineWithHostileNames(service: LocalService): LookUpEngine {
  const clock = (): number => service.time;
  const engine = new CorrelationEngine({
    client: service.client,
    logGroups: ['*'],
    clock,
    firstPollMillis: 5,
  });
  const named = <T extends { readonly logGroup: string }>(one: T): T => ({
    ...one,
    logGroup: `${one.logGroup} ${ALL_HOSTILE}`,
    ...('logStream' in one && { logStream: ALL_HOSTILE }),
  });
  const rename = (result: CorrelationResult): CorrelationResult => ({
    ...result,
    events: result.events.map(named),
    logGroups: result.logGroups.map((name) => `${name} ${ALL_HOSTILE}`),
    leftOut: [{ logGroup: ALL_HOSTILE, reason: 'denied', detail: ALL_HOSTILE }],
    notes: [ALL_HOSTILE],
    isComplete: false,
  });
  return {
    logGroups: ['*'],
    correlateByTrace: async (id, options) => rename(await engine.correlateByTrace(id, options)),
    correlateBySpan: async (id, options) => rename(await engine.correlateBySpan(id, options)),
    correlateByRequest: async (id, options) => rename(await engine.correlateByRequest(id, options)),
    correlateBy: async (field, value, options) => rename(await engine.correlateBy(field, value, options)),
    newestEvents: async (options) => {
      const found = await engine.newestEvents(options);
      return { ...found, events: found.events.map(named), logGroups: [ALL_HOSTILE], notes: [ALL_HOSTILE] };
    },
    listLogGroups: async (options) => {
      const { groups } = await engine.listLogGroups(options);
      return {
        groups: groups.map((group) => ({ ...group, identifier: `${group.identifier} ${ALL_HOSTILE}` })),
        leftOut: [{ logGroup: ALL_HOSTILE, reason: 'denied', detail: ALL_HOSTILE }],
      };
    },
  };
}
