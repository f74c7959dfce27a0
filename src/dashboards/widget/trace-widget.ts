import { hasConsole } from '../../cloudwatch/console-links.js';
import { type LookUpOptions } from '../../insights/look-up/correlation-engine.js';
import { withoutServiceText, find } from '../answers/find.js';
import { type Found } from '../answers/found.js';
import { RequestError, toRequestError } from '../failures.js';
import { parseFunctionArn } from '../function-arn.js';
import { readSearch } from '../model/search-text.js';
import { isWithin } from '../../insights/log-groups/within-log-groups.js';
import { WIDGET_DESCRIPTION } from './describe-widget.js';
import { markup } from './html.js';
import { foundView, recentView } from './trace-views.js';
import { readWidgetEvent, type WidgetEvent } from './widget-event.js';
import { frame } from './widget-frame.js';
import {
  readTraceWidgetOptions,
  type TraceWidgetOptions,
  type TraceWidgetSettings,
} from './widget-settings.js';

/** What is used of the context that Lambda gives to a handler. */
export interface TraceWidgetContext {
  /** Milliseconds until the invocation is ended. */
  getRemainingTimeInMillis?(): number;
  readonly invokedFunctionArn?: string | undefined;
}

/** What a widget answers: HTML, or Markdown where the console asks what it is. */
export type TraceWidgetAnswer = string | { readonly markdown: string };

/** A handler of AWS Lambda for a custom widget of CloudWatch dashboards. It never rejects. */
export type TraceWidgetHandler = (event: unknown, context?: TraceWidgetContext) => Promise<TraceWidgetAnswer>;

/** Milliseconds before the function's deadline that are kept to stop queries and to answer. */
const KEPT_MILLIS = 2_000;
const LEAST_MILLIS = 500;
/** Newest events of which the traces are listed. */
const NEWEST_EVENTS = 1_000;
const MAX_MESSAGE_BYTES = 20_000_000;

/**
 * Makes the Lambda handler of a custom widget that shows traces on a CloudWatch dashboard: every log event of one over many
 * log groups, with its spans as lanes. Deploy it, and name it in a dashboard (see `cloudWatchDashboard`).
 * @throws OptionError
 * @example
 * const engine = new CorrelationEngine({ logGroups: ['/apps/*'] });
 * export const handler = createTraceWidget({ engine });
 */
export function createTraceWidget(options: TraceWidgetOptions): TraceWidgetHandler {
  const settings = readTraceWidgetOptions(options);
  return async (event, context = {}) => {
    const asked = readWidgetEvent(event);
    if (asked.isDescribe) return { markdown: WIDGET_DESCRIPTION };
    const arn = context.invokedFunctionArn ?? '';
    const deadline = new AbortController();
    const timer = setTimeout(
      () =>
        deadline.abort(
          new RequestError(
            504,
            'timeout',
            'It took too long and was stopped. Take a shorter range of the dashboard, or fewer log groups.',
          ),
        ),
      millisToAnswer(context, settings),
    );
    try {
      return frame(asked, arn, await view(asked, arn, settings, deadline.signal));
    } catch (error) {
      if (!(error instanceof RequestError)) settings.onError(error);
      return frame(asked, arn, markup`<p class="otel-error">${toRequestError(error).message}</p>`);
    } finally {
      clearTimeout(timer);
    }
  };
}

function millisToAnswer(context: TraceWidgetContext, { timeoutMillis }: TraceWidgetSettings): number {
  const remaining = context.getRemainingTimeInMillis?.() ?? Infinity;
  return Math.max(LEAST_MILLIS, Math.min(timeoutMillis, remaining - KEPT_MILLIS));
}

async function view(
  asked: WidgetEvent,
  arn: string,
  settings: TraceWidgetSettings,
  signal: AbortSignal,
): Promise<ReturnType<typeof markup>> {
  const { engine, epochMillis, maxBytesScanned, maxRows } = settings;
  const outside = asked.logGroups.find((name) => !isWithin(name, engine.logGroups));
  if (outside !== undefined) {
    throw new RequestError(400, 'wrong_request', `The log group ${outside} is none of those searched here.`);
  }
  const range = {
    ...(asked.fromMillis !== undefined && { from: asked.fromMillis }),
    to: Math.min(asked.toMillis ?? Infinity, epochMillis()),
    ...(asked.logGroups.length > 0 && { logGroups: asked.logGroups }),
    signal,
  };
  if (asked.fromMillis !== undefined && asked.fromMillis > range.to) {
    throw new RequestError(400, 'wrong_request', 'The range of the dashboard lies in the future.');
  }
  if (asked.search === '') {
    const newest = await engine.newestEvents({ ...range, limit: NEWEST_EVENTS });
    return recentView({ ...newest, leftOut: newest.leftOut.map(withoutServiceText) }, asked, arn);
  }
  const found = await findAny(asked.search, settings, consoleRegionOf(arn), { ...range, maxBytesScanned });
  return foundView(found, asked, arn, maxRows);
}

/** What the text may mean, the likeliest first; what would scan every message only where nothing else is meant. */
async function findAny(
  text: string,
  { engine, epochMillis }: TraceWidgetSettings,
  consoleRegion: string | undefined,
  options: LookUpOptions,
): Promise<Found> {
  const meanings = readSearch(text).filter(({ kind }, index) => index === 0 || kind !== 'text');
  const parts = { engine, epochMillis, consoleRegion, maxMessageBytes: MAX_MESSAGE_BYTES };
  let found: Found | undefined;
  for (const search of meanings) {
    found = await find(parts, { search }, { ...options, fullText: search.kind === 'text' });
    if (found.events.length > 0) break;
  }
  return found!;
}

/** The region whose console shows what the widget does: that of its function. */
function consoleRegionOf(arn: string): string | undefined {
  const region = parseFunctionArn(arn)?.region;
  return region !== undefined && hasConsole(region) ? region : undefined;
}
