import { invalidParameter } from '../service-error.js';

/** Values of one list. Source: PutAccountPolicy, "Metric extraction policy". */
const MAX_VALUES = 50;

interface Criteria {
  readonly isPrefix: boolean;
  readonly negated: boolean;
  readonly values: readonly string[];
}

/**
 * Checks which log groups a metric extraction policy is for.
 * @param others - criteria of the account's other policies
 * @throws ServiceError for what is no such text, and for what the others select too
 */
export function checkMetricExtractionCriteria(text: string, others: readonly string[]): void {
  const criteria = parseCriteria(text);
  for (const other of others) {
    if (overlap(criteria, parseCriteria(other))) {
      throw invalidParameter(`The selection criteria overlap with ${other}.`);
    }
  }
}

/** Reads `LogGroupName IN ["…"]`, `LogGroupNamePrefix NOT IN ["…"]` and so on. */
function parseCriteria(text: string): Criteria {
  const match = /^\s*LogGroupName(Prefix)?\s+(NOT\s+)?IN\s*(\[.*\])\s*$/is.exec(text);
  const values = match && parseNames(match[3]!);
  if (!values) throw invalidParameter('Invalid selection criteria.');
  if (values.length === 0 || values.length > MAX_VALUES) {
    throw invalidParameter(`Selection criteria list 1 to ${MAX_VALUES} values.`);
  }
  return { isPrefix: match[1] !== undefined, negated: match[2] !== undefined, values };
}

function parseNames(list: string): string[] | undefined {
  try {
    const names: unknown = JSON.parse(list);
    const isNames = Array.isArray(names) && names.every((name) => typeof name === 'string');
    return isNames ? names : undefined;
  } catch {
    return undefined;
  }
}

/** Whether two policies may select the same log group; of two with NOT IN, one is too many. */
function overlap(left: Criteria, right: Criteria): boolean {
  if (left.negated && right.negated) return true;
  if (left.negated || right.negated) {
    const [selected, excluded] = left.negated ? [right, left] : [left, right];
    return !selected.values.every((value) =>
      excluded.values.some((name) => contains(excluded.isPrefix, name, selected.isPrefix, value)),
    );
  }
  return left.values.some((one) =>
    right.values.some(
      (other) =>
        contains(left.isPrefix, one, right.isPrefix, other) ||
        contains(right.isPrefix, other, left.isPrefix, one),
    ),
  );
}

/** Whether all groups that `inner` names are among those of `outer`. */
function contains(outerIsPrefix: boolean, outer: string, innerIsPrefix: boolean, inner: string): boolean {
  return outerIsPrefix ? inner.startsWith(outer) : !innerIsPrefix && inner === outer;
}
