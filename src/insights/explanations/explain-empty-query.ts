import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkTime } from '../../cloudwatch/check-time.js';
import { checkSignal } from '../../cloudwatch/check-values.js';
import { OptionError } from '../../cloudwatch/errors.js';
import { type OverLogGroupsResult } from '../log-groups/run-over-log-groups.js';
import { checkCalls, REQUEST_MEMBERS, type QueryRequest, textOfQuery } from '../queries/query-runner.js';
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
  checkSignal(options.signal);
  checkCalls(calls);
  checkMembers('request', request, REQUEST_MEMBERS);
  const query = textOfQuery(request.query);
  const range = { fromMillis: checkTime('from', request.from), toMillis: checkTime('to', request.to) };
  if (!Array.isArray((result as Partial<OverLogGroupsResult> | null | undefined)?.rows)) {
    throw new OptionError('result', 'be what runOverLogGroups gives', result);
  }
  if (result.rows.length > 0) return [];
  const { signal } = options;
  const timeout = AbortSignal.timeout(TIME_MILLIS);
  const groupCalls = new GroupCalls(calls, followingSignal(signal, timeout));
  const groups = result.logGroups.slice(0, MAX_GROUPS);
  const compared = comparedValues(query);
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
