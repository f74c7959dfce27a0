import { checkMembers } from './check-members.js';
import { checkTime } from './check-time.js';
import { checkText, checkTexts } from './check-values.js';
import { MAX_QUERY_LOG_GROUPS } from './limits.js';
import { toXRayTraceId } from './xray-trace-id.js';

/** What the console is to show. */
export interface ConsoleView {
  readonly query: string;
  /** Names or ARNs; the console takes 50. */
  readonly logGroups: readonly string[];
  /** Milliseconds since 1970. */
  readonly fromMillis: number;
  readonly toMillis: number;
  /** W3C form. */
  readonly traceId?: string | undefined;
}

const VIEW_MEMBERS = {
  query: true,
  logGroups: true,
  fromMillis: true,
  toMillis: true,
  traceId: true,
} as const satisfies Record<keyof ConsoleView, true>;

/** Where the AWS console shows the same. */
export interface ConsoleLinks {
  /** Logs Insights with the query, the log groups and the time. */
  readonly insights: string;
  /** The trace in X-Ray; of W3C trace ids alone. */
  readonly trace?: string | undefined;
}

/**
 * Links to the AWS console.
 * @param region - such as `eu-west-1`; it tells the partition as well
 * @throws OptionError for a wrong member of the view
 */
export function consoleLinks(region: string, view: ConsoleView): ConsoleLinks {
  checkMembers('view', view, VIEW_MEMBERS);
  checkText('region', region);
  // One that is empty shows an empty editor.
  if (view.query !== '') checkText('view.query', view.query);
  checkTexts('view.logGroups', view.logGroups);
  checkTime('view.fromMillis', view.fromMillis);
  checkTime('view.toMillis', view.toMillis);
  if (view.traceId !== undefined) checkText('view.traceId', view.traceId);
  const trace = view.traceId === undefined ? undefined : traceLink(region, view.traceId);
  return { insights: insightsLink(region, view), ...(trace !== undefined && { trace }) };
}

/** A link to Logs Insights. Source of its form: Grafana's CloudWatch data source, `aws_url.ts`. */
function insightsLink(region: string, view: Omit<ConsoleView, 'traceId'>): string {
  const detail = toJsurl({
    end: isoTime(view.toMillis),
    start: isoTime(view.fromMillis),
    timeType: 'ABSOLUTE',
    tz: 'UTC',
    editorString: view.query,
    isLiveTail: false,
    source: view.logGroups.slice(0, MAX_QUERY_LOG_GROUPS),
    lang: 'CWLI',
  });
  return `${consoleHome(region)}#logsV2:logs-insights$3FqueryDetail$3D${detail}`;
}

/** A link to the page of a trace. @returns undefined for what is no W3C trace id */
function traceLink(region: string, traceId: string): string | undefined {
  return /^[0-9a-f]{32}$/.test(traceId)
    ? `${consoleHome(region)}#xray:traces/${toXRayTraceId(traceId)}`
    : undefined;
}

/** A value of JSON as the console's addresses hold it: "JSURL". Source: package jsurl 0.1.5. */
export function toJsurl(value: unknown): string {
  if (typeof value === 'string') return `~'${escapeText(value)}`;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return `~${value}`;
  if (Array.isArray(value)) return `~(${value.length === 0 ? '~' : value.map(toJsurl).join('')})`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `~(${members.map(([key, member]) => escapeText(key) + toJsurl(member)).join('~')})`;
  }
  return '~null';
}

/** By UTF-16 units: two digits for the first 256, four for all others. */
function escapeText(text: string): string {
  return text.replace(/[^A-Za-z0-9_.-]/g, (unit) => {
    if (unit === '$') return '!';
    const code = unit.charCodeAt(0);
    return code < 0x100 ? `*${hex(code, 2)}` : `**${hex(code, 4)}`;
  });
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** Whether a text is the name of a region whose console has an address that is known. */
export function hasConsole(region: string): boolean {
  return /^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(region);
}

/** The address of CloudWatch's console, in the partition of a region. */
export function consoleHome(region: string): string {
  return `https://${region}.${consoleDomain(region)}/cloudwatch/home?region=${region}`;
}

function consoleDomain(region: string): string {
  if (region.startsWith('us-gov-')) return 'console.amazonaws-us-gov.com';
  if (region.startsWith('cn-')) return 'console.amazonaws.cn';
  return 'console.aws.amazon.com';
}

function isoTime(millis: number): string {
  return new Date(millis).toISOString();
}
