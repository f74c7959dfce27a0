import { type LogRecord } from './records.js';

type Placed = Pick<LogRecord, 'timestampMillis' | 'logGroup' | 'logStream' | 'message'>;

/**
 * A short name of a record for an address: of what is stored, so that whoever looks it up again finds the same one,
 * wherever it stands in what was found. Records that are stored twice are told apart by their order.
 * @param records - those that were found, in their order
 */
export function recordKey(record: Placed, records: readonly Placed[]): string {
  const key = keyOf(record);
  let before = 0;
  for (const other of records) {
    if (other === record) break;
    if (other.timestampMillis === record.timestampMillis && keyOf(other) === key) before++;
  }
  return before === 0 ? key : `${key}.${before}`;
}

/** The records that such names mean, as far as they were found; each name of another kind means none. */
export function recordsOfKeys<T extends Placed>(
  keys: Iterable<string>,
  records: readonly T[],
): Map<string, T> {
  const wanted = new Set(keys);
  const times = new Set([...wanted].map((key) => parseInt(key, 36)));
  const found = new Map<string, T>();
  if (wanted.size === 0) return found;
  const counts = new Map<string, number>();
  for (const record of records) {
    // Of a hundred thousand messages only these few are read.
    if (!times.has(record.timestampMillis)) continue;
    const base = keyOf(record);
    const before = counts.get(base) ?? 0;
    counts.set(base, before + 1);
    const key = before === 0 ? base : `${base}.${before}`;
    if (wanted.has(key)) found.set(key, record);
  }
  return found;
}

function keyOf({ timestampMillis, logGroup, logStream, message }: Placed): string {
  return `${timestampMillis.toString(36)}-${shortHash(`${logGroup}\n${logStream}\n${message}`)}`;
}

/** FNV-1a: a text in seven characters, to be told from the few others beside it. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
