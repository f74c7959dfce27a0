import { MAX_QUERY_LOG_GROUPS } from '../cloudwatch/limits.js';
import { toXRayTraceId } from '../cloudwatch/trace-ids.js';
import { type ConsoleLinks } from './answers/found.js';

/** What the console is to show. */
export interface ConsoleView {
  readonly query: string;
  /** Names or ARNs. */
  readonly logGroups: readonly string[];
  readonly fromMillis: number;
  readonly toMillis: number;
  /** W3C form. */
  readonly traceId?: string | undefined;
}

/** Links to the AWS console: Logs Insights with the same query over the same groups and time, and the trace. */
export function consoleLinks(region: string, view: ConsoleView): ConsoleLinks {
  const home = `https://${region}.${consoleDomain(region)}/cloudwatch/home?region=${region}`;
  const detail = toJsurl({
    end: new Date(view.toMillis).toISOString(),
    start: new Date(view.fromMillis).toISOString(),
    timeType: 'ABSOLUTE',
    tz: 'UTC',
    editorString: view.query,
    isLiveTail: false,
    source: view.logGroups.slice(0, MAX_QUERY_LOG_GROUPS),
    lang: 'CWLI',
  });
  return {
    insights: `${home}#logsV2:logs-insights$3FqueryDetail$3D${detail}`,
    ...(view.traceId !== undefined &&
      /^[0-9a-f]{32}$/.test(view.traceId) && {
        trace: `${home}#xray:traces/${toXRayTraceId(view.traceId)}`,
      }),
  };
}

/** The domain of the console in the partition of a region. */
export function consoleDomain(region: string): string {
  if (region.startsWith('us-gov-')) return 'console.amazonaws-us-gov.com';
  if (region.startsWith('cn-')) return 'console.amazonaws.cn';
  return 'console.aws.amazon.com';
}

/** A value of JSON as the console's addresses hold it. Source: package jsurl 0.1.5. */
export function toJsurl(value: unknown): string {
  if (typeof value === 'string') return `~'${escapeText(value)}`;
  if (typeof value === 'number' || typeof value === 'boolean') return `~${value}`;
  if (Array.isArray(value)) {
    return `~(${value.length === 0 ? '~' : value.map(toJsurl).join('')})`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `~(${members.map(([key, member]) => escapeText(key) + toJsurl(member)).join('~')})`;
  }
  return '~null';
}

function escapeText(text: string): string {
  return text.replace(/[^\w.-]/g, (character) => {
    if (character === '$') return '!';
    const code = character.charCodeAt(0);
    return code < 0x100 ? `*${hex(code, 2)}` : `**${hex(code, 4)}`;
  });
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
