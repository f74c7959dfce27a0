import { formatDate, type Zone } from '../dashboards/model/format.js';
import {
  type CorrelatedEvent,
  type CorrelationResult,
  type SpanNode,
  spanDepths,
} from '../insights/index.js';
import { isoTime } from '../cloudwatch/iso-time.js';
import { type Colors, createColors } from './colors.js';
import { displayWidth, padWidth } from './display-width.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { formatBytes, formatCount, formatDelta, formatUsd } from './format-amounts.js';
import { type EventStyle, eventLines, shownZone } from './render-event.js';
import { groupName, sourceOf } from './source-of.js';
import { wrapText } from './wrap-text.js';

/** How a timeline is drawn. */
export interface TimelineOptions {
  /** With ANSI colours. Default false. */
  readonly color?: boolean | undefined;
  /** Columns of the terminal; messages are cut to fit. Default Infinity: nothing is cut. */
  readonly width?: number | undefined;
  /** The zone of the times, which is always named. Default `utc`. */
  readonly zone?: Zone | undefined;
  /** With all attributes, ids, resource and stack of each event. Default false. */
  readonly verbose?: boolean | undefined;
}

const LONGEST_SOURCE = 28;
/** Services and log groups that are listed above the timeline. */
const MOST_PLACES = 12;

/**
 * Draws what a look-up found, as lines of text: a timeline over all log groups, then what was searched,
 * what that cost and what was left out. No character of a log reaches the terminal unescaped.
 */
export function renderTimeline(result: CorrelationResult, options: TimelineOptions = {}): string {
  return [...timelineLines(result, options), ''].join('\n');
}

/** The same line by line, since all of them together may be longer than a string can be. */
export function* timelineLines(result: CorrelationResult, options: TimelineOptions = {}): Generator<string> {
  const colors = createColors(options.color ?? false);
  const width = options.width ?? Infinity;
  const style = { colors, width, zone: options.zone ?? 'utc', isVerbose: options.verbose ?? false };
  yield* heading(result, style);
  yield* timeline(result, style);
  yield* missingSpans(result, style);
  yield '';
  yield* footerLines(result, { colors, width });
}

function* heading({ events, lookUp }: CorrelationResult, { colors, width }: EventStyle): Generator<string> {
  const what = lookUp.kind === 'field' ? lookUp.fields[0]! : lookUp.kind;
  const title = `${escapeTerminalText(what)} ${escapeTerminalText(lookUp.value)}`.trimEnd();
  if (events.length === 0) {
    yield* wrapText(`${colors.bold(title)}  no events found`, width);
    return;
  }
  const places = placesOf(events);
  const groups = new Set(events.map((event) => event.logGroup)).size;
  const services = new Set(events.flatMap((event) => event.service ?? [])).size;
  const errors = events.filter((event) => event.isError).length;
  const first = events[0]!.timeMillis;
  const last = events.reduce(
    (most, event) => Math.max(most, event.span?.endMillis ?? event.timeMillis),
    first,
  );
  const facts = [
    formatCount(events.length, 'event'),
    formatCount(groups, 'log group'),
    ...(services > 0 ? [formatCount(services, 'service')] : []),
    formatDelta(last - first),
  ].join(', ');
  const marked = errors > 0 ? `, ${colors.red(formatCount(errors, 'error'))}` : '';
  const isOneLine = displayWidth(`${title}  ${facts}`) + 12 <= width;
  if (isOneLine) yield `${colors.bold(title)}  ${facts}${marked}`;
  else {
    yield colors.bold(title);
    yield* wrapText(`${facts}${errors > 0 ? `, ${formatCount(errors, 'error')}` : ''}`, width);
  }
  if (places.length > 1 || places[0]!.service !== undefined) yield* placeLines(places, colors, width);
  yield '';
}

interface Place {
  readonly service: string | undefined;
  readonly logGroup: string;
  events: number;
  errors: number;
}

/** Which service logs to which group: the timeline names the services alone. */
function placesOf(events: readonly CorrelatedEvent[]): Place[] {
  const places = new Map<string, Place>();
  for (const { service, logGroup, isError } of events) {
    const key = JSON.stringify([service, logGroup]);
    const place = places.get(key) ?? { service, logGroup, events: 0, errors: 0 };
    place.events++;
    if (isError) place.errors++;
    places.set(key, place);
  }
  return [...places.values()];
}

function* placeLines(places: readonly Place[], colors: Colors, width: number): Generator<string> {
  const shown = places.slice(0, MOST_PLACES).map((place) => ({
    service: escapeTerminalText(place.service ?? '–'),
    group: escapeTerminalText(groupName(place.logGroup)),
    events: formatCount(place.events, 'event'),
    errors: place.errors,
  }));
  const widest = (of: (place: (typeof shown)[number]) => string, most: number): number =>
    Math.min(most, Math.max(...shown.map((place) => displayWidth(of(place)))));
  const countWidth = widest((place) => place.events, 20);
  const serviceWidth = widest((place) => place.service, Math.max(6, Math.min(LONGEST_SOURCE, width / 3)));
  const groupWidth = widest(
    (place) => place.group,
    Math.max(8, width - 2 - serviceWidth - 2 - 2 - countWidth),
  );
  for (const { service, group, events, errors } of shown) {
    const line = `  ${colors.cyan(padWidth(service, serviceWidth))}  ${padWidth(group, groupWidth)}  ${errors > 0 ? colors.red(events) : events}`;
    yield line;
  }
  if (places.length > shown.length) yield `  and ${places.length - shown.length} more`;
}

function* timeline(result: CorrelationResult, style: EventStyle): Generator<string> {
  const { events } = result;
  const { colors, zone, width } = style;
  const depths = spanDepths(result.traces);
  const widest = events.reduce(
    (most, event) => Math.max(most, displayWidth(escapeTerminalText(sourceOf(event)))),
    0,
  );
  const sourceWidth = Math.min(LONGEST_SOURCE, widest, Math.max(8, Math.floor(width / 5)));
  const bySource = new Map<string, CorrelatedEvent>();
  let day = '';
  let previousMillis: number | undefined;
  for (const event of events) {
    const date = formatDate(event.timeMillis, zone);
    if (date !== day) {
      day = date;
      yield colors.dim(`${date} ${shownZone(event.timeMillis, zone)}`);
    }
    // A span and a record have different attributes: beside each other all of them would differ.
    const source = `${sourceOf(event)}${event.span ? '\nspan' : ''}`;
    const depth = event.spanId === undefined ? 0 : (depths.get(event.spanId) ?? 0);
    yield* eventLines({ event, previousMillis, before: bySource.get(source), depth, sourceWidth }, style);
    previousMillis = event.timeMillis;
    bySource.set(source, event);
  }
}

/** Gaps of the span tree: parents that others name and that nobody logged in. */
function* missingSpans(result: CorrelationResult, { colors, width }: EventStyle): Generator<string> {
  const gaps: SpanNode[] = [];
  const pending = result.traces.flatMap((trace) => trace.roots);
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.isMissing) gaps.push(node);
    for (const child of node.children) pending.push(child);
  }
  for (const gap of gaps) {
    const children = gap.children.map((child) => child.name ?? child.spanId).join(', ');
    const text = `? span ${gap.spanId} was not found; it is the parent of ${children}`;
    for (const line of wrapText(escapeTerminalText(text), width)) yield colors.yellow(line);
  }
}

/** What was searched, what that cost, and what was left out. */
export function* footerLines(
  result: CorrelationResult,
  { colors, width }: Pick<EventStyle, 'colors' | 'width'>,
): Generator<string> {
  const { statistics, logGroups, leftOut, notes } = result;
  const saved =
    statistics.estimatedBytesSkipped > 0
      ? `, an index saved ${formatBytes(statistics.estimatedBytesSkipped)}`
      : '';
  const searched =
    `searched ${formatCount(logGroups.length, 'log group')} from ${isoTime(result.range.fromMillis)} ` +
    `to ${isoTime(result.range.toMillis)}: ${formatCount(statistics.queries, 'query', 'queries')}, ` +
    `scanned ${formatBytes(statistics.bytesScanned)} (${formatUsd(result.estimatedCostUsd)})${saved}`;
  for (const line of wrapText(searched, width)) yield colors.dim(line);
  const warnings = [
    ...leftOut.map(({ logGroup, detail }) => `left out ${logGroup}: ${detail}`),
    ...notes.map((note) => `note: ${note}`),
  ];
  for (const warning of warnings) {
    for (const line of wrapText(escapeTerminalText(warning), width)) yield colors.yellow(line);
  }
}
