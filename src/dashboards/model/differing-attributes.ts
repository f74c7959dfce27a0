import { flatten } from './flatten.js';
import { detailsOf, type LogRecord } from './records.js';

/** One attribute of a record. */
export interface ShownAttribute {
  readonly name: string;
  readonly value: string;
}

/**
 * The attributes of a record, those first that the record before did not have, or had otherwise: what changed
 * says more than what all records repeat.
 */
export function differingAttributes(
  record: Pick<LogRecord, 'message'>,
  previous: Pick<LogRecord, 'message'> | undefined,
): { readonly differing: readonly ShownAttribute[]; readonly same: readonly ShownAttribute[] } {
  const before = new Map(previous ? flatten(detailsOf(previous).attributes) : []);
  const differing: ShownAttribute[] = [];
  const same: ShownAttribute[] = [];
  for (const [name, value] of flatten(detailsOf(record).attributes)) {
    (before.get(name) === value ? same : differing).push({ name, value });
  }
  return { differing, same };
}
