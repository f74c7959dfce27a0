import { formatDateTime, formatTime } from '../dashboards/model/format.js';
import { shownText } from '../dashboards/model/shown-text.js';
import { type CorrelatedEvent, type CorrelationResult } from '../insights/index.js';
import { createColors } from './colors.js';
import { fitWidth } from './display-width.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { formatCount } from './format-amounts.js';
import { commandLike } from './go-on.js';
import { type Drawing, type LookUpArguments } from './look-up-run.js';
import { exceptionLines, NARROW, severityCell, shownZone } from './render-event.js';
import { footerLines } from './render-timeline.js';
import { groupName } from './source-of.js';
import { wrapText } from './wrap-text.js';

const LEAST_MESSAGE = 20;

/** Draws the newest errors, each with the command that shows its trace. */
export function* errorLines(
  result: CorrelationResult,
  options: LookUpArguments,
  drawing: Drawing,
): Generator<string> {
  const colors = createColors(drawing.color);
  const width = drawing.width ?? Infinity;
  const { events } = result;
  if (events.length === 0) yield `${colors.bold('errors')}  none found`;
  else {
    const groups = new Set(events.map(({ logGroup }) => logGroup)).size;
    const zone = shownZone(events[0]!.timeMillis, drawing.zone);
    const title = `the newest ${formatCount(events.length, 'error')}, ${formatCount(groups, 'log group')}, times in ${zone}`;
    for (const line of wrapText(title, width)) yield colors.bold(line);
  }
  for (const event of events) {
    yield '';
    yield* oneError(event, options, drawing, width);
  }
  yield '';
  yield* footerLines(result, { colors, width });
}

function* oneError(
  event: CorrelatedEvent,
  options: LookUpArguments,
  { color, zone, verbose }: Drawing,
  width: number,
): Generator<string> {
  const colors = createColors(color);
  const isNarrow = width < NARROW;
  const time = isNarrow ? formatTime(event.timeMillis, zone) : formatDateTime(event.timeMillis, zone);
  const group = groupName(event.logGroup);
  const from = event.service === undefined ? group : `${event.service} ${group}`;
  const head = 2 + time.length + 1 + 6;
  const source = fitWidth(escapeTerminalText(from), Math.max(6, width - head));
  yield `${colors.red('✗')} ${colors.dim(time)} ${severityCell(event, colors)} ${colors.cyan(source)}`;
  const room = Math.max(LEAST_MESSAGE, width - 4);
  yield `    ${colors.red(fitWidth(escapeTerminalText(shownText(event).trim()), room))}`;
  for (const line of exceptionLines(event, verbose)) {
    yield `    ${colors.red(fitWidth(escapeTerminalText(line), room))}`;
  }
  yield `    ${colors.dim(howToGoOn(event, options))}`;
}

/** A command is copied: it is not cut. */
function howToGoOn({ traceId, requestId }: CorrelatedEvent, options: LookUpArguments): string {
  if (traceId !== undefined) return commandLike(['trace', traceId], options);
  if (requestId !== undefined) return commandLike(['request', requestId], options);
  return 'it names no trace and no request';
}
