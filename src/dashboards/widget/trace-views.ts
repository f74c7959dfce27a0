import { type NewestEvents } from '../../insights/look-up/newest-events.js';
import { type Found } from '../answers/found.js';
import { formatBytes, formatCount, formatDateTime, formatDuration, formatUsd } from '../model/format.js';
import { headlineOf } from '../model/headline.js';
import { START } from '../model/page-state.js';
import { type RecentTrace, recentTraces } from '../model/recent-traces.js';
import { type LogRecord } from '../model/records.js';
import { ServiceColors } from '../model/service-colors.js';
import { shownText } from '../model/shown-text.js';
import { TraceModel } from '../model/trace-model.js';
import { type Html, markup } from './html.js';
import { cut, lanesSvg } from './lanes-svg.js';
import { recordsTable } from './records-table.js';
import { type WidgetEvent } from './widget-event.js';
import { callAction } from './widget-frame.js';
import { PALETTES } from './widget-look.js';

const MOST_RECENT = 25;
const MOST_TRACES = 10;
/** Pixels of the frame and a scroll bar. */
const FRAME = 40;

/** What a look-up found. */
export function foundView(found: Found, event: WidgetEvent, arn: string, maxRows: number): Html {
  const records = found.events.map((one, index): LogRecord => ({ ...one, index }));
  const shift = event.zoneMinutes * 60_000;
  if (records.length === 0) {
    return markup`<p><strong>Nothing was found</strong> in ${formatCount(found.summary.logGroups.length, 'log group')} from ${formatDateTime(found.summary.fromMillis + shift, 'utc')} to ${formatDateTime(found.summary.toMillis + shift, 'utc')}. Take a longer range of the dashboard, or another id.</p>${honesty(found)}`;
  }
  const model = new TraceModel(records, START, new ServiceColors());
  return markup`${headline(model)}${otherTraces(model, found, event, arn)}${lanesSvg(model, PALETTES[event.theme], event.width - FRAME)}${recordsTable(records, { maxRows, shiftMillis: shift, width: event.width })}${honesty(found)}`;
}

function headline({ records, rows, whole, logGroups, errorCount, failedSpanCount }: TraceModel): Html {
  const errors = errorCount + failedSpanCount;
  const title = headlineOf(records, rows);
  const facts = [
    title?.status,
    formatDuration(whole.toMillis - whole.fromMillis),
    formatCount(records.length, 'record'),
    formatCount(logGroups.length, 'log group'),
  ].filter((fact) => fact !== undefined);
  return markup`<p><strong>${title?.service} ${cut(title?.name ?? '', 200)}</strong> ${facts.join(', ')}${errors > 0 && markup`, <span class="otel-error">${formatCount(errors, 'error')}</span>`}</p>`;
}

/** A span, request or value may belong to several traces: each can be gone on with. */
function otherTraces(
  { traceIds }: TraceModel,
  { summary }: Found,
  event: WidgetEvent,
  arn: string,
): Html | false {
  if (summary.search.kind === 'trace') return false;
  if (traceIds.length === 0) return false;
  return markup`<p>The whole trace: ${traceIds.slice(0, MOST_TRACES).map((traceId) => [pickTrace(traceId, traceId, event, arn), ' '])}</p>`;
}

function pickTrace(label: string, traceId: string, event: WidgetEvent, arn: string): Html {
  const keep = event.logGroups.length > 0 ? { logGroups: event.logGroups } : {};
  return markup`<a>${label}</a>${callAction(arn, { ...keep, pick: traceId })}`;
}

/** How much of the truth this is, what it cost, and where to go on. */
function honesty({ summary }: Found): Html {
  const { statistics, leftOut, notes, isComplete, links } = summary;
  return markup`<p class="otel-dim">${isComplete && leftOut.length === 0 ? 'Complete' : 'Not complete'}: ${formatCount(summary.logGroups.length, 'log group')}, ${formatCount(statistics.queries, 'query', 'queries')}, ${formatBytes(statistics.bytesScanned)} scanned (${formatUsd(summary.estimatedCostUsd)}).${links && markup` <a href="${links.insights}" target="_blank" rel="noopener">Logs Insights</a>${links.trace !== undefined && markup` <a href="${links.trace}" target="_blank" rel="noopener">Trace in the console</a>`}`}</p>${leftOut.map(({ logGroup, detail }) => markup`<p class="otel-warning">Left out ${logGroup}: ${detail}</p>`)}${notes.map((note) => markup`<p class="otel-warning">${note}</p>`)}`;
}

/** The newest traces, each to be looked at. */
export function recentView(newest: NewestEvents, event: WidgetEvent, arn: string): Html {
  const records = newest.events.map((one, index): LogRecord => ({ ...one, index }));
  const traces = recentTraces(records).slice(0, MOST_RECENT);
  const left = newest.leftOut.map(
    ({ logGroup }) => markup`<p class="otel-warning">${logGroup} was not read</p>`,
  );
  if (traces.length === 0) {
    return markup`<p>No record with a trace id in the range of the dashboard.</p>${left}`;
  }
  const shift = event.zoneMinutes * 60_000;
  const head = ['', 'time', 'services', 'first error, or record', 'records', 'errors', 'trace'];
  return markup`<table class="otel-records"><thead><tr>${head.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead><tbody>${traces.map((trace) => recentRow(trace, shift, event, arn))}</tbody></table>${left}`;
}

function recentRow(trace: RecentTrace, shift: number, event: WidgetEvent, arn: string): Html {
  const { traceId, firstMillis, services, text, records, errors, error } = trace;
  const failed = errors > 0 && markup`✗`;
  return markup`<tr><td class="otel-error">${failed}</td><td>${formatDateTime(firstMillis + shift, 'utc')}</td><td>${cut(services.join(', '), 80)}</td><td class="otel-text">${cut(error ? shownText(error) : text, 160)}</td><td>${records}</td><td>${errors}</td><td>${pickTrace(`${traceId.slice(0, 16)}…`, traceId, event, arn)}</td></tr>`;
}
