import { checkMembers } from '../../cloudwatch/check-members.js';
import { type OverLogGroupsResult } from '../log-groups/run-over-log-groups.js';
import { type QueryRequest } from '../queries/query-runner.js';
import { followingSignal } from '../queries/following-signal.js';
import { type ReadCalls } from '../queries/read-calls.js';
import { comparedValues } from './compared-values.js';
import { explainField, explainLogGroups, explainRange } from './explain-nothing.js';
import { type Explanation } from './explanation.js';
import { GroupCalls } from './group-calls.js';

const MAX_GROUPS = 5;
const TIME_MILLIS = 5_000;

/**
 * Says why a query over log groups has no rows, as far as it is known: see `explainNothing`.
 * @param calls - those of the runner: `runner.calls`
 * @returns the likeliest first; none for a result with rows
 */
export async function explainEmptyQuery(
  calls: ReadCalls,
  request: Pick<QueryRequest, 'query' | 'from' | 'to'>,
  result: OverLogGroupsResult,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Explanation[]> {
  checkMembers('', options, { signal: true });
  if (result.rows.length > 0) return [];
  const { signal } = options;
  const timeout = AbortSignal.timeout(TIME_MILLIS);
  const groupCalls = new GroupCalls(calls, followingSignal(signal, timeout));
  const range = { fromMillis: Number(request.from), toMillis: Number(request.to) };
  const groups = result.logGroups.slice(0, MAX_GROUPS);
  const compared = comparedValues(String(request.query));
  const [names, outside, ...spellings] = await Promise.all([
    explainLogGroups(groupCalls, result.logGroups, result.leftOut),
    explainRange(groupCalls, groups, range),
    ...compared.map(({ field, value }) =>
      explainField(groupCalls, groups, { fields: [field], value }, range),
    ),
  ]);
  signal?.throwIfAborted();
  // Where nothing is in the range, no spelling is to blame.
  return [...names, ...outside, ...(outside.length > 0 ? [] : unique(spellings.flat()))];
}

function unique(explanations: readonly Explanation[]): Explanation[] {
  return [...new Map(explanations.map((one) => [one.text, one])).values()];
}
