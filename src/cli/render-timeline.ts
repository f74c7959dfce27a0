import {
  type CorrelatedEvent,
  type CorrelationResult,
  type SpanNode,
  spanDepths,
} from '../insights/index.js';
import { type Colors, createColors } from './colors.js';
import { displayWidth, padWidth, fitWidth } from './display-width.js';
import { escapeTerminalText } from './escape-terminal-text.js';
import { formatBytes, formatCount, formatDelta, formatUsd } from './format-amounts.js';

/** How a timeline is drawn. */
export interface TimelineOptions {
  /** With ANSI colours. Default false. */
  readonly color?: boolean | undefined;
  /** Columns of the terminal; messages are cut to fit. Default Infinity: nothing is cut. */
  readonly width?: number | undefined;
}

const LONGEST_SOURCE = 28;
const DEEPEST_INDENT = 12;

/**
 * Draws what a look-up found, as lines of text: a timeline over all log groups, then what was searched,
 * what that cost and what was left out. No character of a log reaches the terminal unescaped.
 */
export function renderTimeline(result: CorrelationResult, options: TimelineOptions = {}): string {
  const colors = createColors(options.color ?? false);
  const width = options.width ?? Infinity;
  return [
    ...heading(result, colors),
    ...timeline(result, colors, width),
    ...missingSpans(result, colors, width),
    '',
    ...footer(result, colors),
    '',
  ].join('\n');
}

function heading(result: CorrelationResult, colors: Colors): string[] {
  const { events, lookUp } = result;
  const what = lookUp.kind === 'field' ? lookUp.fields[0]! : lookUp.kind;
  const title = `${escapeTerminalText(what)} ${escapeTerminalText(lookUp.value)}`;
  if (events.length === 0) return [`${colors.bold(title)}  no events found`];
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
  ];
  const marked = errors > 0 ? `, ${colors.red(formatCount(errors, 'error'))}` : '';
  return [`${colors.bold(title)}  ${facts.join(', ')}${marked}`, ''];
}

function timeline(result: CorrelationResult, colors: Colors, width: number): string[] {
  const { events } = result;
  const depths = spanDepths(result.traces);
  const withDates = new Set(events.map((event) => isoTime(event.timeMillis).slice(0, 10))).size > 1;
  const sources = events.map((event) => escapeTerminalText(sourceOf(event)));
  const sourceWidth = Math.min(LONGEST_SOURCE, Math.max(0, ...widthsOf(sources)));
  const lines: string[] = [];
  let day = '';
  let previous: number | undefined;
  for (const [index, event] of events.entries()) {
    const iso = isoTime(event.timeMillis);
    if (withDates && iso.slice(0, 10) !== day) {
      day = iso.slice(0, 10);
      lines.push(colors.dim(day));
    }
    const delta = previous === undefined ? '' : `+${formatDelta(event.timeMillis - previous)}`;
    previous = event.timeMillis;
    const depth = event.spanId === undefined ? 0 : (depths.get(event.spanId) ?? 0);
    const indent = '  '.repeat(Math.min(depth, DEEPEST_INDENT));
    const head =
      `${event.isError ? colors.red('✗') : ' '} ${colors.dim(iso.slice(11, 23))} ` +
      `${colors.dim(delta.padStart(8))}  ${colors.cyan(padWidth(sources[index]!, sourceWidth))}  ` +
      `${severityCell(event, colors)} ${indent}`;
    // Mark, time, delta, source, severity and what stands between them.
    const headWidth = 2 + 13 + 8 + 2 + sourceWidth + 2 + 6 + indent.length;
    const room = Math.max(20, width - headWidth);
    lines.push(head + messageCell(event, colors, room));
    const error = exceptionLine(event);
    if (error !== undefined) {
      lines.push(' '.repeat(headWidth + 2) + colors.red(fitWidth(error, Math.max(20, room - 2))));
    }
  }
  return lines;
}

function messageCell(event: CorrelatedEvent, colors: Colors, room: number): string {
  const text = escapeTerminalText(event.text.trim());
  if (!event.span) {
    const fitted = fitWidth(text, room);
    return event.isError ? colors.red(fitted) : fitted;
  }
  const { durationMillis, kind, statusMessage } = event.span;
  const facts = [
    ...(kind === undefined ? [] : [kind.toLowerCase()]),
    ...(durationMillis === undefined ? [] : [formatDelta(durationMillis)]),
    ...(statusMessage === undefined ? [] : [statusMessage]),
  ];
  const shown = fitWidth(
    `▸ ${text}${facts.length > 0 ? ` (${escapeTerminalText(facts.join(', '))})` : ''}`,
    room,
  );
  return event.isError ? colors.red(shown) : colors.bold(shown);
}

/** The exception, where the message does not already say it. */
function exceptionLine(event: CorrelatedEvent): string | undefined {
  const { exception } = event;
  if (!exception) return undefined;
  const parts = [exception.type, exception.message].filter((part) => part !== undefined && part !== '');
  if (parts.length === 0 || event.text.includes(parts.at(-1)!)) return undefined;
  return escapeTerminalText(parts.join(': '));
}

function severityCell(event: CorrelatedEvent, colors: Colors): string {
  const text = event.span ? 'SPAN' : escapeTerminalText((event.severityText ?? '').toUpperCase());
  const cell = padWidth(text, 5);
  if (event.isError) return colors.red(cell);
  const number = event.severityNumber ?? 0;
  return number >= 13 ? colors.yellow(cell) : number >= 9 ? colors.green(cell) : colors.dim(cell);
}

/** Gaps of the span tree: parents that others name and that nobody logged in. */
function missingSpans(result: CorrelationResult, colors: Colors, width: number): string[] {
  const gaps: SpanNode[] = [];
  const pending = result.traces.flatMap((trace) => trace.roots);
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.isMissing) gaps.push(node);
    pending.push(...node.children);
  }
  return gaps.map((gap) => {
    const children = gap.children.map((child) => child.name ?? child.spanId).join(', ');
    const text = `? span ${gap.spanId} was not found; it is the parent of ${children}`;
    return colors.yellow(fitWidth(escapeTerminalText(text), width));
  });
}

function footer(result: CorrelationResult, colors: Colors): string[] {
  const { statistics, logGroups, leftOut, notes } = result;
  const saved =
    statistics.estimatedBytesSkipped > 0
      ? `, an index saved ${formatBytes(statistics.estimatedBytesSkipped)}`
      : '';
  return [
    colors.dim(
      `searched ${formatCount(logGroups.length, 'log group')} from ${isoTime(result.range.fromMillis)} ` +
        `to ${isoTime(result.range.toMillis)}: ${formatCount(statistics.queries, 'query', 'queries')}, ` +
        `scanned ${formatBytes(statistics.bytesScanned)} (${formatUsd(result.estimatedCostUsd)})${saved}`,
    ),
    ...leftOut.map(({ logGroup, detail }) =>
      colors.yellow(escapeTerminalText(`left out ${logGroup}: ${detail}`)),
    ),
    ...notes.map((note) => colors.yellow(escapeTerminalText(`note: ${note}`))),
  ];
}

/** The service, and the log group where there is none. */
function sourceOf(event: CorrelatedEvent): string {
  return event.service ?? event.logGroup.replace(/^arn:[^:]+:logs:[^:]*:\d{12}:log-group:/, '');
}

function isoTime(millis: number): string {
  // A log may hold any number; dates end at 8.64e15.
  return Math.abs(millis) <= 8.64e15 ? new Date(millis).toISOString() : new Date(0).toISOString();
}

function widthsOf(texts: readonly string[]): number[] {
  return [...new Set(texts.map(displayWidth))];
}
