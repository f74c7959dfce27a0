import { type LogRecord } from './records.js';
import { shownText } from './shown-text.js';
import { templateOf } from './template.js';

/** What two traces have at one place. */
export interface ComparedRow {
  /** `both`, `onlyHere`, `onlyThere`; `slower` and `worse` where both have it, but here it took longer or is an error. */
  readonly kind: 'both' | 'onlyHere' | 'onlyThere' | 'slower' | 'worse';
  readonly here: LogRecord | undefined;
  readonly there: LogRecord | undefined;
  /** How much longer it took here. Milliseconds; of `slower` alone. */
  readonly slowerByMillis?: number | undefined;
}

/** The least time that counts as slower, and the least part of the other's. */
const LEAST_MILLIS = 20;
const LEAST_PART = 0.5;

/**
 * Lays two traces side by side. A record here and one there are the same where the same service says the same but
 * for numbers and ids, the n-th time in both.
 */
export function compareTraces(here: readonly LogRecord[], there: readonly LogRecord[]): ComparedRow[] {
  const partners = pairUp(here, there);
  const stepsHere = stepTimes(here);
  const stepsThere = stepTimes(there);
  // What is only there stands behind what came before it there.
  const after = new Map<LogRecord | undefined, LogRecord[]>();
  let before: LogRecord | undefined;
  const paired = new Map([...partners].map(([a, b]) => [b, a]));
  for (const record of there) {
    const partner = paired.get(record);
    if (partner) before = partner;
    else after.set(before, [...(after.get(before) ?? []), record]);
  }
  const rows: ComparedRow[] = [];
  const addOthers = (record: LogRecord | undefined): void => {
    for (const other of after.get(record) ?? [])
      rows.push({ kind: 'onlyThere', here: undefined, there: other });
  };
  addOthers(undefined);
  for (const record of here) {
    const other = partners.get(record);
    if (!other) rows.push({ kind: 'onlyHere', here: record, there: undefined });
    else rows.push(comparedPair(record, other, durationOf(record, stepsHere), durationOf(other, stepsThere)));
    addOthers(record);
  }
  return rows;
}

function comparedPair(
  here: LogRecord,
  there: LogRecord,
  hereMillis: number,
  thereMillis: number,
): ComparedRow {
  if (here.isError && !there.isError) return { kind: 'worse', here, there };
  const slowerByMillis = hereMillis - thereMillis;
  return slowerByMillis >= Math.max(LEAST_MILLIS, thereMillis * LEAST_PART)
    ? { kind: 'slower', here, there, slowerByMillis }
    : { kind: 'both', here, there };
}

function pairUp(here: readonly LogRecord[], there: readonly LogRecord[]): Map<LogRecord, LogRecord> {
  const waiting = new Map<string, LogRecord[]>();
  for (const record of there) {
    const key = keyOf(record);
    const list = waiting.get(key);
    if (list) list.push(record);
    else waiting.set(key, [record]);
  }
  const partners = new Map<LogRecord, LogRecord>();
  for (const record of here) {
    const partner = waiting.get(keyOf(record))?.shift();
    if (partner) partners.set(record, partner);
  }
  return partners;
}

function keyOf(record: LogRecord): string {
  const { service, logGroup, span } = record;
  const kind = span ? (span.kind ?? 'span') : 'record';
  return JSON.stringify([service ?? logGroup, kind, templateOf(shownText(record))]);
}

/** How long a span took; of another record, how long after the one before it of the same service it came. */
function durationOf(record: LogRecord, steps: ReadonlyMap<LogRecord, number>): number {
  return record.span?.durationMillis ?? steps.get(record) ?? 0;
}

function stepTimes(records: readonly LogRecord[]): Map<LogRecord, number> {
  const last = new Map<string, number>();
  const steps = new Map<LogRecord, number>();
  for (const record of records) {
    if (record.span) continue;
    const name = record.service ?? record.logGroup;
    const before = last.get(name);
    if (before !== undefined) steps.set(record, record.timeMillis - before);
    last.set(name, record.timeMillis);
  }
  return steps;
}
