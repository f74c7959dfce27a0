import { buildTraces, type SpanNode, type TraceTree } from '../../insights/look-up/trace-tree.js';
import { type LogRecord } from './records.js';
import { shownText } from './shown-text.js';
import { type Stretch } from './time-scale.js';

/** One line of the lanes. */
export interface SpanRow {
  /** Unlike any other row's. */
  readonly key: string;
  /** `span`: found as such. `rebuilt`: from the ids in records. `gap`: only named as a parent. `loose`: records without a span. */
  readonly kind: 'span' | 'rebuilt' | 'gap' | 'loose';
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly parentKey: string | undefined;
  readonly depth: number;
  readonly label: string;
  readonly service: string | undefined;
  readonly spanKind: string | undefined;
  /** Milliseconds since 1970. */
  readonly startMillis: number;
  readonly endMillis: number;
  readonly hasError: boolean;
  /** Leads to an error, or is one. */
  readonly isOnErrorPath: boolean;
  /** What was logged in it. */
  readonly records: readonly LogRecord[];
  /** The span's own record, where it was found. */
  readonly record: LogRecord | undefined;
  readonly hasChildren: boolean;
}

/** How lanes are put together. */
export type LaneGrouping = 'spans' | 'services' | 'groups';

/** The lanes of records: the trees of their spans, or one line for each service or log group. */
export function spanRows(records: readonly LogRecord[], grouping: LaneGrouping): SpanRow[] {
  if (grouping === 'services') return flatRows(records, (record) => record.service ?? record.logGroup);
  if (grouping === 'groups') return flatRows(records, (record) => record.logGroup);
  const own = ownRecords(records);
  const rows = buildTraces(records).flatMap((trace) => rowsOfTrace(trace, own));
  const traceless = records.filter((record) => record.traceId === undefined);
  return [...rows, ...looseRows(undefined, traceless)];
}

function rowsOfTrace(trace: TraceTree<LogRecord>, own: ReadonlyMap<string, LogRecord>): SpanRow[] {
  const onErrorPath = errorPath(trace.roots);
  const rows: SpanRow[] = [];
  const pending = trace.roots
    .toReversed()
    .map((node) => ({ node, depth: 0, parentKey: undefined as string | undefined }));
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, depth, parentKey } = next;
    const key = keyOf(trace.traceId, node.spanId);
    rows.push(toRow(trace, node, depth, parentKey, own.get(key), onErrorPath.has(node)));
    for (const child of node.children.toReversed()) {
      pending.push({ node: child, depth: depth + 1, parentKey: key });
    }
  }
  return [...rows, ...looseRows(trace.traceId, trace.looseEvents)];
}

function toRow(
  trace: TraceTree<LogRecord>,
  node: SpanNode<LogRecord>,
  depth: number,
  parentKey: string | undefined,
  record: LogRecord | undefined,
  isOnErrorPath: boolean,
): SpanRow {
  const startMillis = node.startMillis ?? trace.startMillis;
  const endMillis = Math.max(startMillis, node.endMillis ?? endOfChildren(node) ?? startMillis);
  return {
    key: keyOf(trace.traceId, node.spanId),
    kind: node.isMissing ? 'gap' : record ? 'span' : 'rebuilt',
    traceId: trace.traceId,
    spanId: node.spanId,
    parentKey,
    depth,
    label: labelOf(node, record),
    service: node.service,
    spanKind: node.kind,
    startMillis,
    endMillis,
    hasError: node.hasError,
    isOnErrorPath,
    records: node.events,
    record,
    hasChildren: node.children.length > 0,
  };
}

function labelOf(node: SpanNode<LogRecord>, record: LogRecord | undefined): string {
  if (record) return shownText(record);
  if (node.isMissing) return `span ${node.spanId} not found`;
  return node.events[0] ? shownText(node.events[0]) : '';
}

/** A gap reaches at least as far as what hangs under it. */
function endOfChildren(node: SpanNode<LogRecord>): number | undefined {
  let end: number | undefined;
  for (const child of node.children) {
    if (child.endMillis !== undefined) end = Math.max(end ?? -Infinity, child.endMillis);
  }
  return end;
}

/** The spans that failed, and all above them. */
function errorPath(roots: readonly SpanNode<LogRecord>[]): Set<SpanNode<LogRecord>> {
  const order = [...roots];
  for (const node of order) order.push(...node.children);
  const onPath = new Set<SpanNode<LogRecord>>();
  for (const node of order.reverse()) {
    if (node.hasError || node.children.some((child) => onPath.has(child))) onPath.add(node);
  }
  return onPath;
}

/** Records without a span: one line for each service, or log group where there is none. */
function looseRows(traceId: string | undefined, records: readonly LogRecord[]): SpanRow[] {
  return flatRows(records, (record) => record.service ?? record.logGroup).map((row) => ({
    ...row,
    key: `loose ${traceId ?? ''} ${row.key}`,
    traceId,
  }));
}

function flatRows(records: readonly LogRecord[], nameOf: (record: LogRecord) => string): SpanRow[] {
  const byName = new Map<string, LogRecord[]>();
  for (const record of records) {
    const name = nameOf(record);
    const list = byName.get(name);
    if (list) list.push(record);
    else byName.set(name, [record]);
  }
  return [...byName].map(([name, list]) => {
    const hasError = list.some((record) => record.isError);
    return {
      key: name,
      kind: 'loose',
      traceId: undefined,
      spanId: undefined,
      parentKey: undefined,
      depth: 0,
      label: name,
      service: list.find((record) => record.service !== undefined)?.service,
      spanKind: undefined,
      startMillis: list.reduce((least, { timeMillis }) => Math.min(least, timeMillis), Infinity),
      endMillis: list.reduce((most, record) => Math.max(most, endOf(record)), -Infinity),
      hasError,
      isOnErrorPath: hasError,
      records: list,
      record: undefined,
      hasChildren: false,
    };
  });
}

/**
 * What stands in the place of a lane's service where none is known: the log group of what was logged in it, or of the
 * span itself.
 */
export function standInOf({ kind, label, records, record }: SpanRow): string | undefined {
  return kind === 'loose' ? label : (records[0] ?? record)?.logGroup;
}

/** When a record, or the span that it tells of, ended. */
export function endOf(record: LogRecord): number {
  return record.span?.endMillis ?? record.timeMillis;
}

/** From the first begin of records to their last end; at 0 where there are none. */
export function wholeOf(records: readonly LogRecord[]): Stretch {
  let fromMillis = Infinity;
  let toMillis = -Infinity;
  for (const record of records) {
    fromMillis = Math.min(fromMillis, record.timeMillis);
    toMillis = Math.max(toMillis, endOf(record));
  }
  return records.length === 0 ? { fromMillis: 0, toMillis: 0 } : { fromMillis, toMillis };
}

/** The key of the lane of a span. */
export function keyOf(traceId: string | undefined, spanId: string): string {
  return `${traceId ?? ''} ${spanId}`;
}

function ownRecords(records: readonly LogRecord[]): Map<string, LogRecord> {
  const own = new Map<string, LogRecord>();
  for (const record of records) {
    if (!record.span || record.spanId === undefined || record.traceId === undefined) continue;
    const key = keyOf(record.traceId, record.spanId);
    if (!own.has(key)) own.set(key, record);
  }
  return own;
}
