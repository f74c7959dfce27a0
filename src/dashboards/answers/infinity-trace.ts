import { type CorrelatedEvent } from '../../insights/look-up/correlated-event.js';
import { buildTraces, type SpanNode, type TraceTree } from '../../insights/look-up/trace-tree.js';
import { levelOf } from '../model/level.js';
import { shownText } from '../model/shown-text.js';
import { type Found, takenOut } from './found.js';
import { labelsOf } from './infinity-logs.js';

interface KeyAndValue {
  readonly key: string;
  readonly value: string;
}

/**
 * A row of Grafana's Infinity data source in its format `trace`. Sources: its documentation, "Tracing"; Grafana's
 * `TraceSpanRow` for the forms of `tags` and `logs`.
 */
export interface InfinitySpan {
  readonly traceID: string;
  readonly spanID: string;
  /** Empty for roots. */
  readonly parentSpanID: string;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly serviceName: string;
  readonly operationName: string;
  /** As OpenTelemetry's and Tempo's: 0 unset, 1 OK, 2 error. */
  readonly statusCode: 0 | 1 | 2;
  readonly tags: readonly KeyAndValue[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly KeyAndValue[] }[];
}

const UNKNOWN_SERVICE = 'unknown';

/**
 * The spans as an array of {@link InfinitySpan}, parents before their children: those that were found, those
 * that are rebuilt from the ids in the records, and the gaps between them. Records without a span are logs of a
 * row of their own, so that every event is in the answer.
 */
export function* infinityTrace({ events, summary }: Found): Generator<string, void> {
  yield '[';
  let comma = '';
  for (const { span, logs } of rowsOf(events, summary.search.value)) {
    yield comma;
    yield* spanText(span, logs);
    comma = ',';
  }
  yield ']';
}

/** A span, and the records that are its logs: one span may hold all of a trace. */
interface SpanRow {
  readonly span: Omit<InfinitySpan, 'logs'>;
  readonly logs: readonly CorrelatedEvent[];
}

/** The text of an {@link InfinitySpan}, never of many records at once. */
function* spanText(span: SpanRow['span'], logs: readonly CorrelatedEvent[]): Generator<string, void> {
  yield `${JSON.stringify(span).slice(0, -1)},"logs":[`;
  let comma = '';
  // The tree was made for this answer: what is written of it is let go.
  for (const event of takenOut(logs as CorrelatedEvent[])) {
    yield comma + JSON.stringify(toLog(event));
    comma = ',';
  }
  yield ']}';
}

function* rowsOf(events: CorrelatedEvent[], searched: string): Generator<SpanRow, void> {
  const records = spanRecords(events);
  const traceless = events.filter((event) => event.traceId === undefined);
  const traces = buildTraces(events);
  events.length = 0;
  for (const trace of traces) yield* rowsOfTrace(trace, records);
  if (traceless.length > 0) yield looseRow(searched, traceless);
}

function* rowsOfTrace(
  trace: TraceTree,
  records: ReadonlyMap<string, CorrelatedEvent>,
): Generator<SpanRow, void> {
  const pending = trace.roots.toReversed();
  for (let node = pending.pop(); node; node = pending.pop()) {
    yield { span: toSpan(trace, node, records.get(`${trace.traceId} ${node.spanId}`)), logs: node.events };
    pending.push(...node.children.toReversed());
  }
  if (trace.looseEvents.length > 0) yield looseRow(trace.traceId, trace.looseEvents);
}

function toSpan(trace: TraceTree, node: SpanNode, record: CorrelatedEvent | undefined): SpanRow['span'] {
  const startTime = node.startMillis ?? trace.startMillis;
  return {
    traceID: trace.traceId,
    spanID: node.spanId,
    parentSpanID: node.parentSpanId ?? '',
    startTime,
    duration: node.durationMillis ?? Math.max(0, (node.endMillis ?? startTime) - startTime),
    serviceName: node.service ?? UNKNOWN_SERVICE,
    operationName: record?.text ?? node.name ?? (node.isMissing ? '(span not found)' : nameFromEvents(node)),
    statusCode: node.hasError ? 2 : record?.span?.isOk ? 1 : 0,
    tags: tagsOf(node, record),
  };
}

/** What a span did that only records tell of: what it logged first. */
function nameFromEvents({ events: [first], spanId }: SpanNode): string {
  return first ? shownText(first) : spanId;
}

function tagsOf(node: SpanNode, record: CorrelatedEvent | undefined): KeyAndValue[] {
  return [
    // Grafana marks a span by this tag.
    ...(node.hasError ? [{ key: 'error', value: 'true' }] : []),
    ...(node.isMissing ? [{ key: 'missing', value: 'true' }] : []),
    ...(!record && !node.isMissing ? [{ key: 'rebuilt_from_logs', value: 'true' }] : []),
    ...(node.kind === undefined ? [] : [{ key: 'span.kind', value: node.kind }]),
    ...(record ? fieldsOf(labelsOf(record)) : []),
  ];
}

function looseRow(traceID: string, events: readonly CorrelatedEvent[]): SpanRow {
  const times = events.map((event) => event.timeMillis);
  const startTime = times.reduce((least, time) => Math.min(least, time), Infinity);
  const end = times.reduce((most, time) => Math.max(most, time), startTime);
  const services = new Set(events.flatMap((event) => event.service ?? []));
  const hasError = events.some((event) => event.isError);
  const span = {
    traceID,
    spanID: `${traceID}-without-span`,
    parentSpanID: '',
    startTime,
    duration: end - startTime,
    serviceName: services.size === 1 ? [...services][0]! : UNKNOWN_SERVICE,
    operationName: '(records without a span)',
    statusCode: hasError ? 2 : 0,
    tags: hasError ? [{ key: 'error', value: 'true' }] : [],
  } as const;
  return { span, logs: events };
}

function toLog(event: CorrelatedEvent): InfinitySpan['logs'][number] {
  return {
    timestamp: event.timeMillis,
    fields: [
      { key: 'message', value: event.text },
      { key: 'level', value: levelOf(event) ?? 'unknown' },
      ...fieldsOf(labelsOf(event)),
    ],
  };
}

function fieldsOf(labels: Readonly<Record<string, string>>): KeyAndValue[] {
  return Object.entries(labels).map(([key, value]) => ({ key, value }));
}

/** The spans' own records, by trace and span. */
function spanRecords(events: readonly CorrelatedEvent[]): Map<string, CorrelatedEvent> {
  const records = new Map<string, CorrelatedEvent>();
  for (const event of events) {
    if (!event.span || event.spanId === undefined) continue;
    const key = `${event.traceId ?? ''} ${event.spanId}`;
    if (!records.has(key)) records.set(key, event);
  }
  return records;
}
