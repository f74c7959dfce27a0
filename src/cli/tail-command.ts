import { Command, Option } from 'commander';
import { classifyError } from '../cloudwatch/classify-error.js';
import { OptionError } from '../cloudwatch/errors.js';
import { USD_PER_LIVE_MINUTE } from '../cloudwatch/prices.js';
import { formatTime, type Zone } from '../dashboards/model/format.js';
import { shownText } from '../dashboards/model/shown-text.js';
import { type CorrelatedEvent } from '../insights/index.js';
import { type LogTail, type TailItem, tailLogs, type TailOptions, type TailStatus } from '../tail/index.js';
import { type Colors, createColors, wantsColor } from './colors.js';
import { type CommandIo } from './command-io.js';
import { drained } from './drained.js';
import {
  addConnectionOptions,
  addLogGroupOption,
  connect,
  type ConnectionArguments,
  logGroupsOf,
  wholeNumber,
} from './connection.js';
import { displayWidth, fitWidth, padWidth } from './display-width.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { EXIT } from './exit-codes.js';
import { requestErrorText } from './explain-error.js';
import { formatCount, formatDelta, formatUsd } from './format-amounts.js';
import { NARROW, severityCell, shownZone } from './render-event.js';
import { toSafeJsonLine } from './print-json.js';
import { groupName, sourceOf } from './source-of.js';
import { tell } from './tell.js';
import { terminalWidth } from './terminal-width.js';
import { readTimeRange } from './time-arguments.js';
import { wrapText } from './wrap-text.js';

interface TailArguments extends ConnectionArguments {
  readonly logGroup?: readonly string[] | undefined;
  readonly filter?: string | undefined;
  readonly trace?: string | undefined;
  readonly minSeverity?: string | undefined;
  readonly last?: number | undefined;
  readonly since?: string | undefined;
  readonly follow?: boolean | undefined;
  readonly poll?: boolean | undefined;
  readonly interval?: number | undefined;
  readonly sample?: number | undefined;
  readonly utc?: boolean | undefined;
  readonly json?: boolean | undefined;
}

const DEFAULT_LAST = 10;
const LONGEST_SOURCE = 24;
/** Columns of a message at the least; where a line has fewer, the message has one of its own. */
const LEAST_MESSAGE = 24;
const LONGEST_INTERVAL_SECONDS = 3_600;

const HELP = `
Examples:
  otel-cwlogs tail -g /apps/orders                         # the newest ${DEFAULT_LAST} events
  otel-cwlogs tail -f -g '/apps/*' --min-severity warn     # what comes from now on
  otel-cwlogs tail -f -g '/apps/*' --since 15m --trace 5b8efff798038103d269b633813fc60c
  otel-cwlogs tail -f -g '/apps/*' --json | jq 'select(.kind == "event") | .text'

Following uses live tail (StartLiveTail), which is billed by the minute; --poll uses FilterLogEvents,
which is not. What could not be heard is said: gaps, and seconds of which the service sent a part.

Exit codes: 0 events were shown, 1 none (without --follow), 2 wrong command line, 3 service, credentials
or network failed, 130 interrupted.`;

/** The command `tail`. */
export function tailCommand(io: CommandIo): Command {
  return addConnectionOptions(
    addLogGroupOption(
      new Command('tail').description(
        'the newest log events, and those that come, over any number of log groups',
      ),
    )
      .option('-f, --follow', 'go on until Ctrl-C')
      .addOption(
        new Option(
          '-n, --last <count>',
          `the newest events first, so many (default: ${DEFAULT_LAST})`,
        ).argParser(wholeNumber('--last')),
      )
      .option('-s, --since <duration>', 'all events so far back first, for example 15m, 2h')
      .option('--filter <pattern>', 'a filter pattern of CloudWatch Logs')
      .option('--trace <trace-id>', 'only events of this trace, in any form of the id')
      .option('--min-severity <severity>', 'only events from this severity up: debug, info, warn, error')
      .addOption(
        new Option(
          '--sample <ratio>',
          'show a share of the events, for example 0.1; traces stay whole',
        ).argParser(readShare),
      )
      .option('--poll', 'ask by FilterLogEvents instead of live tail')
      .addOption(
        new Option('--interval <seconds>', 'between two polls (default: 2)').argParser(readInterval),
      ),
  )
    .option('--utc', 'times in UTC (default: the local zone)')
    .option('--json', 'print one JSON object a line')
    .option('--no-color', 'no colours (also: NO_COLOR)')
    .addHelpText('after', HELP)
    .action((options: TailArguments) => runTailCommand(options, io));
}

function readShare(text: string): number {
  const isShare = /^(?:0|1|0?\.\d{1,15}|[01]\.\d{1,15})$/.test(text) && Number(text) <= 1;
  if (!isShare) throw new OptionError('--sample', 'be a number from 0 to 1, for example 0.1', text);
  return Number(text);
}

function readInterval(text: string): number {
  const isRight = /^[1-9]\d{0,3}$/.test(text) && Number(text) <= LONGEST_INTERVAL_SECONDS;
  const rule = `be a whole number of seconds from 1 to ${LONGEST_INTERVAL_SECONDS}`;
  if (!isRight) throw new OptionError('--interval', rule, text);
  return Number(text);
}

/** What the options of a tail are called here. */
const FLAGS: Readonly<Record<string, string>> = {
  logGroups: '--log-group',
  filterPattern: '--filter',
  traceId: '--trace',
  minSeverity: '--min-severity',
  last: '--last',
};

/** As {@link tailLogs}. @throws OptionError that names the option as it was typed */
function startTail(options: TailOptions): LogTail {
  try {
    return tailLogs(options);
  } catch (error) {
    if (error instanceof OptionError && FLAGS[error.option] !== undefined) {
      error.message = error.named(FLAGS[error.option]!);
    }
    throw error;
  }
}

async function runTailCommand(options: TailArguments, io: CommandIo): Promise<void> {
  const logGroups = logGroupsOf(options, io);
  const beginning = beginningOf(options, io);
  const client = connect(options, io);
  try {
    const tail = startTail({
      client,
      logGroups,
      ...beginning,
      follow: options.follow ?? false,
      filterPattern: options.filter,
      traceId: options.trace,
      minSeverity: options.minSeverity,
      samplingRatio: options.sample,
      intervalMillis: options.interval === undefined ? undefined : options.interval * 1000,
      source: options.poll ? 'polling' : 'auto',
      signal: io.signal,
      clock: io.epochMillis,
    });
    const colors = createColors(options.color !== false && wantsColor(io.stdout, io.env));
    const zone = options.utc ? 'utc' : 'local';
    const draw = (item: TailItem): string => renderItem(item, colors, { width: widthOf(io), zone });
    // Narrow lines have no room for the zone.
    if (!options.json && widthOf(io) < NARROW) {
      tell(io.stderr, `times in ${shownZone(io.epochMillis(), zone)}`, { paint: colors.dim });
    }
    try {
      await printAll(tail, options.json ? jsonLine : draw, io);
    } catch (error) {
      if (options.filter === undefined || classifyError(error) !== 'invalid') throw error;
      const rule = `be a filter pattern that the service takes, which said ${requestErrorText(error)}`;
      throw new OptionError('--filter', rule, options.filter);
    } finally {
      if (!options.json) tell(io.stderr, renderEnd(tail.status()), { paint: colors.dim });
    }
    io.setExitCode(tail.status().eventsShown > 0 ? EXIT.found : EXIT.nothingFound);
  } finally {
    client.destroy();
  }
}

function beginningOf(options: TailArguments, io: CommandIo): Pick<TailOptions, 'from' | 'last'> {
  if (options.since === undefined) return { last: options.last ?? DEFAULT_LAST };
  if (options.last !== undefined) {
    throw new OptionError('--last', 'not be given together with --since', options.last);
  }
  return { from: readTimeRange({ since: options.since }, io.epochMillis()).from };
}

async function printAll(tail: LogTail, render: (item: TailItem) => string, io: CommandIo): Promise<void> {
  for await (const item of tail) {
    // A reader of the pipe that is slow holds the tail back.
    if (io.stdout.write(render(item)) === false) await drained(io);
  }
}

function widthOf({ stdout }: CommandIo): number {
  return terminalWidth(stdout) ?? Infinity;
}

/** An event with what is needed to filter by, and its message once; other items as they are. */
function jsonLine(item: TailItem): string {
  if (item.kind !== 'event') return toSafeJsonLine(item);
  const { event } = item;
  const { timestampMillis, ingestionMillis, logGroup, logStream, message, text } = event;
  const { service, severityText, severityNumber, traceId, spanId, requestId, isError } = event;
  return toSafeJsonLine({
    kind: 'event',
    timestampMillis,
    ingestionMillis,
    logGroup,
    logStream,
    service,
    severityText,
    severityNumber,
    traceId,
    spanId,
    requestId,
    isError,
    text,
    ...(message !== text && { message }),
  });
}

/** How lines are drawn. */
export interface Drawing {
  /** Columns. */
  readonly width: number;
  readonly zone: Zone;
}

/** A line, and one for an exception; on a narrow terminal one for the message too. What else happens is wrapped. No character of a log reaches the terminal unescaped. */
export function renderItem(item: TailItem, colors: Colors, drawing: Drawing): string {
  if (item.kind === 'event') return renderEvent(item.event, colors, drawing);
  const { width } = drawing;
  const text = tellItem(item);
  const paint = item.kind === 'session' ? colors.dim : colors.yellow;
  const lines = wrapText(escapeTerminalText(`-- ${text}`), width, '   ');
  return lines.map((line) => `${paint(line)}\n`).join('');
}

function tellItem(item: Exclude<TailItem, { kind: 'event' }>): string {
  switch (item.kind) {
    case 'session':
      return `following ${namesOf(item.logGroups)}${item.source === 'polling' ? ' by polling' : ''}`;
    case 'gap':
      return (
        `gap of ${formatDelta(item.toMillis - item.fromMillis)} in ${namesOf(item.logGroups)}: ${item.reason}; ` +
        (item.isFilled ? `read afterwards, ${formatCount(item.events, 'event')}` : 'its events are missing')
      );
    case 'sampled':
      return item.isFilled
        ? `live tail sent a part of ${namesOf(item.logGroups)}; the other ${formatCount(item.events, 'event')} were read afterwards`
        : `live tail sent a part of ${namesOf(item.logGroups)}; the other events are missing`;
    case 'fallback':
      return `${namesOf(item.logGroups)}: polling instead of live tail (${item.reason})`;
    case 'missing':
      // `*` means whatever there is.
      return item.logGroups.includes('*')
        ? 'there are no log groups yet'
        : `waiting for ${namesOf(item.logGroups)}: no such log group`;
    case 'left-out':
      return `left out ${namesOf(item.logGroups)}: ${item.reason}`;
    case 'lag':
      return `${formatDelta(item.lagMillis)} behind`;
  }
}

function namesOf(logGroups: readonly string[]): string {
  const names = logGroups.map(groupName);
  return names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
}

function renderEvent(event: CorrelatedEvent, colors: Colors, { width, zone }: Drawing): string {
  const isNarrow = width < NARROW;
  const clock = formatTime(event.timestampMillis, zone);
  // An offset as ISO 8601 has it: a line that is copied still says which time it means.
  const offset = shownZone(event.timestampMillis, zone)
    .replace(/^UTC$/, 'Z')
    .replace('UTC', '')
    .replace('−', '-');
  const time = isNarrow ? clock.slice(0, 8) : `${clock}${offset}`;
  const source = escapeTerminalText(sourceOf(event));
  const sourceWidth = isNarrow ? Math.max(6, Math.floor(width / 5)) : LONGEST_SOURCE;
  const severity = padWidth(escapeTerminalText((event.severityText ?? '').toUpperCase()), 5);
  const mark = event.isError ? '✗' : ' ';
  const trace = event.traceId === undefined || isNarrow ? '' : escapeTerminalText(event.traceId);
  const head = [mark, time, padWidth(source, sourceWidth), severity].join(' ');
  const room = width - displayWidth(head) - 1;
  if (room < LEAST_MESSAGE) return renderNarrow(event, time, colors, width);
  const text = escapeTerminalText(shownText(event).trim());
  const shownTrace = trace !== '' && displayWidth(text) + trace.length + 2 <= room ? `  ${trace}` : '';
  const painted =
    `${event.isError ? colors.red(mark) : mark} ${colors.dim(time)} ${colors.cyan(padWidth(source, sourceWidth))} ` +
    `${paintSeverity(event, colors)(severity)} `;
  const body = fitWidth(text, room - displayWidth(shownTrace));
  const line = `${painted}${event.isError ? colors.red(body) : body}${colors.dim(shownTrace)}\n`;
  const exception = exceptionOf(event);
  if (exception === undefined) return line;
  const indent = ' '.repeat(Math.min(displayWidth(head) + 1, Math.floor(width / 4)));
  return `${line}${indent}${colors.red(fitWidth(exception, width - indent.length))}\n`;
}

/** Who and when in a line, as in a timeline, and what was said in another. */
function renderNarrow(event: CorrelatedEvent, time: string, colors: Colors, width: number): string {
  const paint = event.isError ? colors.red : (text: string): string => text;
  const head = `${paint(event.isError ? '✗' : ' ')} ${colors.dim(time)} ${severityCell(event, colors)}`;
  const source = fitWidth(escapeTerminalText(sourceOf(event)), Math.max(6, width - time.length - 9));
  const lines = [`${head} ${colors.cyan(source)}`];
  const add = (text: string, indent: string): void => {
    lines.push(indent + paint(fitWidth(text, Math.max(12, width - indent.length))));
  };
  add(escapeTerminalText(shownText(event).trim()), '  ');
  const exception = exceptionOf(event);
  if (exception !== undefined) add(exception, '    ');
  return lines.map((line) => `${line}\n`).join('');
}

function paintSeverity(event: CorrelatedEvent, colors: Colors): (text: string) => string {
  if (event.isError) return colors.red;
  const number = event.severityNumber ?? 0;
  return number >= 13 ? colors.yellow : number >= 9 ? colors.green : colors.dim;
}

/** The exception, where the text does not say it already. */
function exceptionOf({ exception, text }: CorrelatedEvent): string | undefined {
  const parts = [exception?.type, exception?.message].filter((part) => part !== undefined && part !== '');
  if (parts.length === 0 || text.includes(parts.at(-1)!)) return undefined;
  return escapeTerminalText(parts.join(': '));
}

/** What was seen, missed, and what it cost. */
export function renderEnd(status: TailStatus): string {
  const { eventsShown, eventsFiltered, eventsSampledOut, gaps, unfilledGaps, liveMillis } = status;
  const facts = [formatCount(eventsShown, 'event')];
  if (eventsFiltered > 0) facts.push(`${eventsFiltered.toLocaleString('en-US')} filtered out`);
  if (eventsSampledOut > 0) facts.push(`${eventsSampledOut.toLocaleString('en-US')} sampled out`);
  if (gaps > 0) {
    const filled =
      unfilledGaps === 0 ? 'all read afterwards' : `${unfilledGaps} not read: events are missing`;
    facts.push(`${formatCount(gaps, 'gap')} (${filled})`);
  }
  facts.push(formatCount(status.calls, 'request'));
  if (status.errors > 0)
    facts.push(`${formatCount(status.errors, 'error')}, the last ${status.lastError ?? ''}`);
  if (liveMillis > 0) {
    const usd = (liveMillis / 60_000) * USD_PER_LIVE_MINUTE;
    facts.push(`live tail for ${formatDelta(liveMillis)} (${formatUsd(usd)} at list price)`);
  }
  return escapeTerminalText(facts.join(', '));
}
