import { differingAttributes, type ShownAttribute } from '../dashboards/model/differing-attributes.js';
import { flatten } from '../dashboards/model/flatten.js';
import { formatDateTime, formatTime, type Zone, zoneName } from '../dashboards/model/format.js';
import { shownText } from '../dashboards/model/shown-text.js';
import { firstFrame, shortFrame } from '../dashboards/model/stack-lines.js';
import { type CorrelatedEvent } from '../insights/index.js';
import { type Colors } from './colors.js';
import { displayWidth, fitWidth, padWidth } from './display-width.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { formatDelta } from './format-amounts.js';
import { groupName, sourceOf } from './source-of.js';

/** Below so many columns an event has a line for who and when, and one for what. */
export const NARROW = 72;
const DEEPEST_INDENT = 12;
const DEEPEST_NARROW_INDENT = 6;
/** Attributes beside a message; `--verbose` shows all. */
const MOST_ATTRIBUTES = 6;
const LEAST_MESSAGE = 20;
/** What instrumentations put on every span and nobody looks for in a timeline; the path is in its name. */
const SPAN_NOISE =
  /^(?:network|net|server|client|user_agent|thread)\.|^url\.(?:scheme|full|path)$|^http\.(?:scheme|host|flavor|user_agent|target|url|route)$|^http\.(?:request\.)?method$/;

/** How events are drawn. */
export interface EventStyle {
  readonly colors: Colors;
  /** Columns of the terminal; Infinity cuts nothing. */
  readonly width: number;
  readonly zone: Zone;
  readonly isVerbose: boolean;
}

/** An event in its place. */
export interface PlacedEvent {
  readonly event: CorrelatedEvent;
  /** The event before it, of anyone. */
  readonly previousMillis: number | undefined;
  /** The event before it of the same source: what it repeats is left out. */
  readonly before: CorrelatedEvent | undefined;
  /** How deep its span lies. */
  readonly depth: number;
  /** Columns of the widest source. */
  readonly sourceWidth: number;
}

/** `UTC` or `UTC+02:00`, also where that is the local zone. */
export function shownZone(millis: number, zone: Zone): string {
  return zoneName(millis, zone).replace(/^UTC\+00:00$/, 'UTC');
}

/** Draws one event. No character of a log reaches the terminal unescaped. */
export function eventLines(placed: PlacedEvent, style: EventStyle): string[] {
  const { event } = placed;
  const { colors, width, isVerbose } = style;
  const isNarrow = width < NARROW;
  const indent = isNarrow
    ? ' '.repeat(Math.min(placed.depth, DEEPEST_NARROW_INDENT))
    : '  '.repeat(Math.min(placed.depth, DEEPEST_INDENT));
  const head = isNarrow ? narrowHead(placed, style) : wideHead(placed, style) + indent;
  const headWidth = isNarrow ? 2 + indent.length : 33 + placed.sourceWidth + indent.length;
  const room = Math.max(LEAST_MESSAGE, width - headWidth);
  const message = messageText(event);
  const shown = fitWidth(message, room);
  const paint = event.isError ? colors.red : event.span ? colors.bold : (text: string) => text;
  const attributes = isVerbose ? '' : attributesText(event, placed.before);
  const fits = attributes !== '' && displayWidth(shown) + 2 + displayWidth(attributes) <= room;
  const body = paint(shown) + (fits ? `  ${colors.dim(attributes)}` : '');
  const under = ' '.repeat(Math.min(headWidth + 2, isNarrow ? 4 : Math.max(4, width - 40)));
  const below = Math.max(LEAST_MESSAGE, width - under.length);
  const lines = isNarrow ? [head, `  ${indent}${body}`] : [head + body];
  const add = (text: string, color: (text: string) => string): void => {
    lines.push(under + color(fitWidth(escapeTerminalText(text), below)));
  };
  for (const line of exceptionLines(event, isVerbose)) add(line, colors.red);
  if (isVerbose) for (const line of detailLines(event, style.zone)) add(line, colors.dim);
  else if (attributes !== '' && !fits) lines.push(under + colors.dim(fitWidth(attributes, below)));
  return lines;
}

function wideHead({ event, previousMillis, sourceWidth }: PlacedEvent, { colors, zone }: EventStyle): string {
  const delta = previousMillis === undefined ? '' : `+${formatDelta(event.timeMillis - previousMillis)}`;
  return (
    `${event.isError ? colors.red('✗') : ' '} ${colors.dim(formatTime(event.timeMillis, zone))} ` +
    `${colors.dim(delta.padStart(8))}  ${colors.cyan(padWidth(escapeTerminalText(sourceOf(event)), sourceWidth))}  ` +
    `${severityCell(event, colors)} `
  );
}

/** `✗ 07:00:01.500 ERROR orders`, cut where it is coloured. */
function narrowHead({ event }: PlacedEvent, { colors, zone, width }: EventStyle): string {
  const time = formatTime(event.timeMillis, zone);
  const severity = severityCell(event, colors);
  const source = fitWidth(escapeTerminalText(sourceOf(event)), Math.max(6, width - 2 - time.length - 7));
  return `${event.isError ? colors.red('✗') : ' '} ${colors.dim(time)} ${severity} ${colors.cyan(source)}`;
}

function messageText(event: CorrelatedEvent): string {
  const text = escapeTerminalText(shownText(event).trim());
  if (!event.span) return text;
  const { durationMillis, kind, statusMessage } = event.span;
  const facts = [
    ...(kind === undefined ? [] : [kind.toLowerCase()]),
    ...(durationMillis === undefined ? [] : [formatDelta(durationMillis)]),
    ...(statusMessage === undefined ? [] : [statusMessage]),
  ];
  return `▸ ${text}${facts.length > 0 ? ` (${escapeTerminalText(facts.join(', '))})` : ''}`;
}

/** The text of a severity, coloured by its number. */
export function severityCell(event: CorrelatedEvent, colors: Colors): string {
  const text = event.span ? 'SPAN' : escapeTerminalText((event.severityText ?? '').toUpperCase());
  const cell = padWidth(text, 5);
  if (event.isError) return colors.red(cell);
  const number = event.severityNumber ?? 0;
  return number >= 13 ? colors.yellow(cell) : number >= 9 ? colors.green(cell) : colors.dim(cell);
}

/** `item=lamp status=502 +3 more`: what the event before of the same source did not have, or had otherwise. */
export function attributesText(event: CorrelatedEvent, before: CorrelatedEvent | undefined): string {
  const differing = differingAttributes(event, before).differing.filter((one) => !isShownAnyway(one, event));
  const shown = differing.slice(0, MOST_ATTRIBUTES).map(({ name, value }) => `${name}=${quoted(value)}`);
  const more = differing.length - shown.length;
  return escapeTerminalText([...shown, ...(more > 0 ? [`+${more} more`] : [])].join(' '));
}

/** The exception stands below, the message in front. */
function isShownAnyway({ name, value }: ShownAttribute, { exception, text, span }: CorrelatedEvent): boolean {
  if (span && SPAN_NOISE.test(name)) return true;
  if (/^(?:exception|err|error)(?:\.|$)/.test(name) && exception) return true;
  // Loggers write the stack beside the exception once more, under a name of their own.
  if (exception?.stacktrace !== undefined && value === exception.stacktrace) return true;
  return value === text || value === '';
}

function quoted(value: string): string {
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

/**
 * The exception, what the message says already left out, and where it was thrown.
 * @param isWhole - with the whole stack
 */
export function exceptionLines({ exception, text }: CorrelatedEvent, isWhole: boolean): string[] {
  if (!exception) return [];
  const { type, message, stacktrace } = exception;
  if (isWhole && stacktrace !== undefined) {
    return stacktrace.split(/\r?\n/).filter((line) => line.trim() !== '');
  }
  const parts = [type, message].filter((part) => part !== undefined && part !== '' && !text.includes(part));
  const frame = stacktrace === undefined ? undefined : firstFrame(stacktrace);
  const where = frame === undefined ? [] : [shortFrame(frame)];
  const line = [...(parts.length > 0 ? [parts.join(': ')] : []), ...where].join(' ');
  return line === '' ? [] : [line];
}

/** All of an event that neither its line nor its stack says. */
function detailLines(event: CorrelatedEvent, zone: Zone): string[] {
  const { traceId, spanId, parentSpanId, requestId, eventName } = event;
  const ids = { trace: traceId, span: spanId, parent: parentSpanId, request: requestId, event: eventName };
  const named = Object.entries(ids).flatMap(([name, id]) => (id === undefined ? [] : [`${name} ${id}`]));
  return [
    `${groupName(event.logGroup)} ${event.logStream}`,
    `${formatDateTime(event.timestampMillis, zone)}${event.ingestionMillis === undefined ? '' : `, ingested ${formatDelta(event.ingestionMillis - event.timestampMillis)} later`}`,
    ...(named.length > 0 ? [named.join(', ')] : []),
    ...flatten(event.attributes)
      .filter(([, value]) => value !== event.exception?.stacktrace)
      .map(([name, value]) => `${name}=${quoted(value)}`),
    ...flatten(event.resource).map(([name, value]) => `resource ${name}=${quoted(value)}`),
  ];
}
