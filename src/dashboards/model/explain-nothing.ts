import { type FoundSummary } from '../answers/found.js';
import { formatDateTime } from './format.js';
import { type PageState } from './page-state.js';

/** Something that may find more. */
export interface Remedy {
  readonly label: string;
  /** What of the state it changes. */
  readonly change: Partial<PageState>;
}

/** Why nothing was found, as far as it is known, and what may help. */
export interface Explanation {
  /** Whole sentences. */
  readonly reasons: readonly string[];
  readonly remedies: readonly Remedy[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Says why a look-up found nothing. */
export function explainNothing(
  { search, fromMillis, toMillis, logGroups }: FoundSummary,
  { fullText, groups }: Pick<PageState, 'fullText' | 'groups'>,
): Explanation {
  const reasons: string[] = [];
  const remedies: Remedy[] = [];
  const startMillis = search.kind === 'trace' ? startOfTrace(search.value) : undefined;
  const isOutside =
    startMillis !== undefined && (startMillis < fromMillis - 60_000 || startMillis > toMillis);
  if (logGroups.length === 0) reasons.push('No log group was searched.');
  if (isOutside) {
    reasons.push(
      `The trace id, if X-Ray made it, says that the trace began at ${formatDateTime(startMillis, 'utc')} UTC, outside of the range.`,
    );
    remedies.push({
      label: 'Look there',
      change: {
        from: new Date(startMillis - 10 * 60_000).toISOString(),
        to: new Date(startMillis + HOUR).toISOString(),
      },
    });
  }
  if (search.kind === 'field') {
    reasons.push('Names of fields and their values are compared letter by letter, in this case.');
  }
  if (search.kind === 'trace' && !/^[0-9a-f]{32}$|^1-/i.test(search.value)) {
    reasons.push('It is no trace id of W3C (32 hex digits) or X-Ray (1-…); it was looked for as it is.');
  }
  if (!fullText && search.kind !== 'text') {
    reasons.push('It was looked for in the fields that usually hold it, not anywhere in the text.');
    remedies.push({ label: 'Search the full text (scans everything)', change: { fullText: true } });
  }
  if (groups.length > 0) remedies.push({ label: 'Search all log groups', change: { groups: [] } });
  const length = toMillis - fromMillis;
  const longer =
    length < DAY ? ['1d', 'the last day'] : length < 7 * DAY ? ['7d', 'the last 7 days'] : undefined;
  if (longer) remedies.push({ label: `Look at ${longer[1]!}`, change: { from: longer[0], to: undefined } });
  return { reasons, remedies };
}

/** X-Ray ids begin with the seconds since 1970 at which the trace began. Source: AWS X-Ray, "Trace ID format". */
function startOfTrace(id: string): number | undefined {
  const seconds = /^(?:1-)?([0-9a-f]{8})-?[0-9a-f]{24}$/i.exec(id)?.[1];
  if (seconds === undefined) return undefined;
  const millis = Number.parseInt(seconds, 16) * 1000;
  // A random id of W3C gives any time: only those that can be meant count.
  const now = Date.now();
  return millis > now - 400 * DAY && millis < now + HOUR ? millis : undefined;
}
