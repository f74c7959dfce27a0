import { type FoundSummary } from '../answers/found.js';
import { formatBytes, formatCount, formatDateTime, formatDuration, formatOffset } from './format.js';
import { LEVELS, levelOf } from './level.js';
import { type LogRecord } from './records.js';
import { shownText } from './shown-text.js';
import { showHidden } from './show-hidden.js';
import { endOf } from './span-rows.js';

const MOST_ROWS = 200;
const MOST_STACKS = 3;
const LONGEST_CELL = 300;

/** What of a look-up's answer is told. */
interface Told extends Pick<FoundSummary, 'statistics' | 'logGroups' | 'isComplete'> {
  readonly search: { readonly kind: string; readonly value: string; readonly field?: string | undefined };
  readonly leftOut: readonly { readonly logGroup: string }[];
}

/**
 * A trace as Markdown, for an issue or a chat: errors first of all, then the records as a table. It is printed at
 * terminals and pasted from the clipboard: what log text could do there is shown, not done.
 */
export function toMarkdown(records: readonly LogRecord[], summary: Told): string {
  const first = records[0];
  if (!first) return '';
  const last = records.reduce((most, record) => Math.max(most, endOf(record)), first.timeMillis);
  const errors = records.filter(({ isError }) => isError);
  const shown = chosen(records);
  const { search, statistics } = summary;
  return [
    `**${search.kind} ${code(search.field === undefined ? search.value : `${search.field} = ${search.value}`)}**: ` +
      `${formatCount(records.length, 'record')}, ${formatCount(errors.length, 'error')}, ` +
      `${formatDuration(last - first.timeMillis)}, from ${formatDateTime(first.timeMillis, 'utc')} UTC`,
    '',
    '| time | service | level | message |',
    '| ---: | --- | --- | --- |',
    ...shown.map((record) => row(record, first.timeMillis)),
    ...(shown.length < records.length
      ? ['', `${formatCount(records.length - shown.length, 'further record')} left out.`]
      : []),
    // Spans that failed have none: those of the first records that tell one.
    ...errors.flatMap(stack).slice(0, MOST_STACKS),
    '',
    `${formatCount(summary.logGroups.length, 'log group')}, ${formatCount(statistics.queries, 'query', 'queries')}, ` +
      `${formatBytes(statistics.bytesScanned)} scanned, ${summary.isComplete ? 'complete' : 'not complete'}` +
      `${summary.leftOut.length > 0 ? `, left out: ${summary.leftOut.map(({ logGroup }) => showHidden(logGroup)).join(', ')}` : ''}.`,
    '',
  ].join('\n');
}

/** All of few records; of many the errors and the first ones. */
function chosen(records: readonly LogRecord[]): readonly LogRecord[] {
  if (records.length <= MOST_ROWS) return records;
  const errors = records.filter(({ isError }) => isError).slice(0, MOST_ROWS / 2);
  const others = records.filter(({ isError }) => !isError).slice(0, MOST_ROWS - errors.length);
  return [...errors, ...others].sort((a, b) => a.index - b.index);
}

function row(record: LogRecord, origin: number): string {
  const level = record.span ? 'span' : (levelOf(record) ?? '');
  const mark = LEVELS.indexOf(levelOf(record) ?? 'trace') >= LEVELS.indexOf('error') ? '✗ ' : '';
  const cells = [
    formatOffset(record.timeMillis - origin),
    record.service ?? record.logGroup,
    mark + level,
    shownText(record),
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function stack({ exception }: LogRecord): string[] {
  if (exception?.stacktrace === undefined) return [];
  return [`\n${fenced(exception.stacktrace.split(/\r?\n/).slice(0, 30))}`];
}

/** A text that is nothing but text in a table's cell. */
function cell(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const short = line.length > LONGEST_CELL ? `${line.slice(0, LONGEST_CELL - 1)}…` : line;
  return showHidden(short).replace(/[\\`*_{}[\]<>#|~&!()@]/g, '\\$&');
}

/** A text as code, in as many backticks as it needs. */
function code(text: string): string {
  const line = showHidden(text.replace(/\s+/g, ' '));
  const ticks = '`'.repeat(longestRun(line) + 1);
  return `${ticks} ${line} ${ticks}`;
}

function fenced(lines: readonly string[]): string {
  // A terminal would go back to the begin of the line.
  const text = lines.map((line) => showHidden(line).replaceAll('\r', '\\r')).join('\n');
  const ticks = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${ticks}\n${text}\n${ticks}`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
}
