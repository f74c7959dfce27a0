import { type LogRecord } from './records.js';

/** Spans above one another that are followed, as a hostile log may name a circle of them. */
const MAX_DEPTH = 100;

/**
 * Puts records of one and the same millisecond in the order in which they must have happened: a span before those
 * that it called, and before what was logged in it. The service keeps milliseconds alone.
 * @param records - in time order
 */
export function parentsFirst(records: readonly LogRecord[]): LogRecord[] {
  const ordered: LogRecord[] = [];
  for (let from = 0; from < records.length;) {
    let to = from + 1;
    while (to < records.length && records[to]!.timeMillis === records[from]!.timeMillis) to++;
    const together = records.slice(from, to);
    const places = together.some(({ span }) => span) ? byDepth(together) : together;
    for (const [index, record] of places.entries()) {
      ordered.push(record.index === from + index ? record : { ...record, index: from + index });
    }
    from = to;
  }
  return ordered;
}

function byDepth(together: readonly LogRecord[]): LogRecord[] {
  const parents = new Map<string, string | undefined>();
  for (const { span, spanId, parentSpanId } of together) {
    if (span && spanId !== undefined) parents.set(spanId, parentSpanId);
  }
  /** Spans of this millisecond above another. */
  const depthOf = (spanId: string | undefined): number => {
    let depth = 0;
    for (let above = spanId; above !== undefined && depth < MAX_DEPTH; depth++) {
      if (!parents.has(above)) break;
      above = parents.get(above);
    }
    return depth;
  };
  const placed = together.map((record) => ({
    record,
    // A span itself comes before what was logged in it, and both before the spans below.
    depth: depthOf(record.spanId) + (record.span ? 0 : 0.5),
  }));
  return placed.sort((a, b) => a.depth - b.depth).map(({ record }) => record);
}
