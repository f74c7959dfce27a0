import { consoleLinks } from '../../cloudwatch/console-links.js';
import { type CorrelationResult } from '../../insights/look-up/correlation-result.js';
import { type CorrelatedEvent } from '../../insights/look-up/correlated-event.js';
import { type LeftOutLogGroup } from '../../insights/log-groups/log-group-directory.js';
import { type LookUpOptions } from '../../insights/look-up/correlation-engine.js';
import { filterQuery, textQuery } from '../../insights/look-up/look-up.js';
import { type HandlerSettings } from '../handler-options.js';
import { type LookUpEngine } from '../look-up-engine.js';
import { type LookUpRequest } from '../look-up-request.js';
import { type Found, type LeftOutGroup } from './found.js';

/**
 * Makes the look-up of a request.
 * @param options - those of the request, with a signal
 * @throws what the engine throws
 */
export async function find(
  settings: Pick<HandlerSettings, 'engine' | 'epochMillis' | 'consoleRegion' | 'maxMessageBytes'> &
    Partial<Pick<HandlerSettings, 'endpoint'>>,
  { search }: Pick<LookUpRequest, 'search'>,
  options: LookUpOptions,
): Promise<Found> {
  const startMillis = settings.epochMillis();
  const result = await correlate(settings.engine, search, options);
  const { events, isCut } = newestWithin(result.events, settings.maxMessageBytes);
  const query = (options.fullText ? textQuery : filterQuery)(result.lookUp).toString();
  const { fromMillis, toMillis } = result.range;
  const traceId = search.kind === 'trace' ? result.lookUp.values[0] : undefined;
  return {
    events,
    summary: {
      search,
      fromMillis,
      toMillis,
      events: events.length,
      isComplete: result.isComplete && !isCut,
      steps: result.steps,
      statistics: result.statistics,
      estimatedCostUsd: result.estimatedCostUsd,
      tookMillis: Math.max(0, settings.epochMillis() - startMillis),
      logGroups: result.logGroups,
      leftOut: result.leftOut.map(withoutServiceText),
      notes: [
        ...result.notes.map(noteWithoutServiceText),
        ...(isCut ? [`only the newest ${events.length} events fit one answer`] : []),
      ],
      query,
      ...(settings.endpoint !== undefined && { endpoint: settings.endpoint }),
      links:
        settings.consoleRegion === undefined
          ? undefined
          : consoleLinks(settings.consoleRegion, {
              query,
              logGroups: result.logGroups,
              fromMillis,
              toMillis,
              traceId,
            }),
    },
  };
}

function correlate(
  engine: LookUpEngine,
  { kind, field, value }: LookUpRequest['search'],
  options: LookUpOptions,
): Promise<CorrelationResult> {
  switch (kind) {
    case 'trace':
      return engine.correlateByTrace(value, options);
    case 'span':
      return engine.correlateBySpan(value, options);
    case 'request':
      return engine.correlateByRequest(value, options);
    case 'field':
      return engine.correlateBy(field!, value, options);
    case 'text':
      return engine.correlateBy('@message', value, { ...options, fullText: true });
  }
}

/** The newest events whose messages together have at most so many bytes, as UTF-8. */
function newestWithin(
  events: readonly CorrelatedEvent[],
  maxBytes: number,
): { events: CorrelatedEvent[]; isCut: boolean } {
  let bytes = 0;
  for (let index = events.length - 1; index >= 0; index--) {
    bytes += Buffer.byteLength(events[index]!.message);
    if (bytes > maxBytes) return { events: events.slice(index + 1), isCut: true };
  }
  return { events: [...events], isCut: false };
}

const DETAIL_OF_DENIED = 'reading it is denied to the role in use';
const DETAIL_OF_FAILED = 'it could not be read';

/** What the service said about a group names accounts and roles; our own sentences do not. */
export function withoutServiceText({ logGroup, reason, detail }: LeftOutLogGroup): LeftOutGroup {
  if (reason === 'denied') return { logGroup, reason, detail: DETAIL_OF_DENIED };
  return { logGroup, reason, detail: detail.includes(': ') ? DETAIL_OF_FAILED : detail };
}

/** Notes that end in an error's text have it behind a colon. */
function noteWithoutServiceText(note: string): string {
  return note.replace(
    /^(fresh events of \S+ were not read|\S+ was searched as if it had no index): [^]*$/,
    '$1',
  );
}
