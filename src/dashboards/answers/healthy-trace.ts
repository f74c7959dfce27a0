import { type CorrelatedEvent } from '../../insights/look-up/correlated-event.js';
import { type HandlerSettings } from '../handler-options.js';
import { RequestError } from '../failures.js';
import { logGroupsOf } from '../look-up-request.js';
import { templateOf } from '../model/template.js';

/** A trace without an error that began as another did. */
export interface HealthyTrace {
  readonly traceId: string;
  /** Around it, milliseconds since 1970. */
  readonly fromMillis: number;
  readonly toMillis: number;
}

/** Traces that are looked up in full before the search is given up. */
const MAX_TRIED = 8;
const MAX_EVENTS = 2_000;
const RANGE_MILLIS = 7 * 24 * 3_600_000;
const AROUND_MILLIS = 10 * 60_000;
/** Words of a pattern: letters alone, which need no quoting that is not documented. */
const WORD = /[A-Za-z]{2,}/g;
const MAX_WORDS = 6;

/**
 * Finds the newest trace without an error whose first record says the same as another trace's.
 * Parameters: `groups` (where that record lies), `text`, `not` (the other trace). All its look-ups together scan what one
 * may scan.
 * @param signal - ends it; it has its deadline
 * @throws RequestError for wrong parameters; what the engine throws
 */
export async function findHealthyTrace(
  {
    engine,
    epochMillis,
    maxBytesScanned,
  }: Pick<HandlerSettings, 'engine' | 'epochMillis' | 'maxBytesScanned'>,
  parameters: URLSearchParams,
  signal: AbortSignal,
): Promise<HealthyTrace | undefined> {
  const text = parameters.get('text') ?? '';
  const not = parameters.get('not') ?? '';
  const { logGroups } = logGroupsOf(parameters, engine.logGroups);
  if (text === '' || not === '' || !logGroups) {
    throw new RequestError(400, 'wrong_request', '`groups`, `text` and `not` must be given.');
  }
  const words = [...new Set(text.match(WORD) ?? [])].slice(0, MAX_WORDS);
  const now = epochMillis();
  const { events } = await engine.newestEvents({
    logGroups,
    from: now - RANGE_MILLIS,
    to: now,
    limit: MAX_EVENTS,
    filterPattern: words.map((word) => `"${word}"`).join(' '),
    signal,
  });
  let bytesLeft = maxBytesScanned;
  for (const event of newestOfEachTrace(events, templateOf(text), not).slice(0, MAX_TRIED)) {
    const around = {
      fromMillis: event.timeMillis - AROUND_MILLIS,
      toMillis: event.timeMillis + AROUND_MILLIS,
    };
    const { events: found, statistics } = await engine.correlateByTrace(event.traceId!, {
      from: around.fromMillis,
      to: Math.min(around.toMillis, now),
      ...(bytesLeft !== undefined && { maxBytesScanned: bytesLeft }),
      signal,
    });
    // A look-up that was stopped may not have come to the error.
    if (bytesLeft !== undefined) bytesLeft -= statistics.bytesScanned;
    if (bytesLeft !== undefined && bytesLeft < 1) return undefined;
    if (found.length > 0 && !found.some(({ isError }) => isError)) {
      return { traceId: event.traceId!, ...around };
    }
  }
  return undefined;
}

function newestOfEachTrace(
  events: readonly CorrelatedEvent[],
  template: string,
  not: string,
): CorrelatedEvent[] {
  const byTrace = new Map<string, CorrelatedEvent>();
  const failed = new Set(events.filter(({ isError }) => isError).map(({ traceId }) => traceId));
  for (const event of events) {
    const { traceId, text } = event;
    if (traceId === undefined || traceId === not || failed.has(traceId)) continue;
    if (templateOf(text) === template) byTrace.set(traceId, event);
  }
  return [...byTrace.values()].sort((a, b) => b.timeMillis - a.timeMillis);
}
