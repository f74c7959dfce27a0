import { isoTime } from '../cloudwatch/iso-time.js';
import { readTraceId } from '../cloudwatch/trace-ids.js';
import {
  type CorrelatedEvent,
  type CorrelationEngine,
  type CorrelationResult,
  explainNothing,
  type KnownLogGroup,
  type LookUpOptions,
  QueryRunner,
  runOverLogGroups,
  ScanBudget,
  DEFAULT_RANGE_MILLIS,
} from '../insights/index.js';
import { namesLogGroups } from '../insights/language/names-log-groups.js';
import { isWithin } from '../insights/log-groups/within-log-groups.js';
import { answerText, eventLine, type Honesty } from './answer-text.js';
import { ToolArguments } from './arguments.js';
import { type Tool } from './mcp-server.js';

/** The bounds of the tools. */
export interface ToolSettings {
  /** Log groups that are read; a call may narrow them, and name no others. */
  readonly logGroups: readonly string[];
  /** Events or rows of one answer at the most. */
  readonly maxRows: number;
  /** Characters of one answer at the most. */
  readonly maxCharacters: number;
  /** Bytes that one call may scan at the most. */
  readonly maxBytesScanned: number;
  /** US dollars for 10^9 scanned bytes. */
  readonly usdPerScannedGigabyte: number;
  /** Milliseconds since 1970. */
  readonly epochMillis: () => number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DEFAULT_ROWS = 50;

const RANGE_PROPERTIES = {
  since: {
    type: 'string',
    description: `How far back, for example 15m, 2h, 7d. Default ${DEFAULT_RANGE_MILLIS / HOUR}h.`,
  },
  from: { type: 'string', description: 'Begin as an ISO time, in place of since.' },
  to: { type: 'string', description: 'End as an ISO time. Default now.' },
} as const;
const GROUPS_PROPERTY = {
  log_groups: {
    type: 'array',
    items: { type: 'string' },
    description:
      'Names or prefixes with * of log groups, to narrow the search. Default: all that this server may read.',
  },
} as const;

function schema(
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  return { type: 'object', properties, required, additionalProperties: false };
}

function rowsProperty(maxRows: number, what: string): Readonly<Record<string, unknown>> {
  return {
    type: 'integer',
    minimum: 1,
    maximum: maxRows,
    description: `${what} at the most. Default ${Math.min(DEFAULT_ROWS, maxRows)}.`,
  };
}

/** The tools: each reads, none changes anything. */
export function createTools(engine: CorrelationEngine, settings: ToolSettings): Tool[] {
  return [
    findTrace(engine, settings),
    findRequest(engine, settings),
    recentErrors(engine, settings),
    searchLogs(engine, settings),
    listLogGroups(engine, settings),
    explainCost(engine, settings),
  ];
}

function findTrace(engine: CorrelationEngine, settings: ToolSettings): Tool {
  return {
    name: 'find_trace',
    title: 'Find a trace',
    description:
      'Every log record of a trace over all log groups and services, in the order of time, with the spans where there ' +
      'are any. Start here when there is a trace id.',
    inputSchema: schema(
      {
        trace_id: {
          type: 'string',
          description: 'W3C or X-Ray trace id, or a whole traceparent or X-Amzn-Trace-Id header.',
        },
        ...GROUPS_PROPERTY,
        ...RANGE_PROPERTIES,
        max_events: rowsProperty(settings.maxRows, 'Events'),
      },
      ['trace_id'],
    ),
    async call(input, signal) {
      const given = new ToolArguments(input, ['trace_id', ...COMMON]);
      const id = given.requiredText('trace_id');
      const result = await engine.correlateByTrace(id, lookUpOptions(given, settings, signal));
      return await eventsAnswer(engine, result, `trace ${readTraceId(id).traceId}`, settings, signal);
    },
  };
}

function findRequest(engine: CorrelationEngine, settings: ToolSettings): Tool {
  return {
    name: 'find_request',
    title: 'Find a request',
    description:
      'Every log record of a request id (AWS Lambda, an x-request-id, or a request_id of your own), with the trace ids to go on with.',
    inputSchema: schema(
      {
        request_id: { type: 'string' },
        ...GROUPS_PROPERTY,
        ...RANGE_PROPERTIES,
        max_events: rowsProperty(settings.maxRows, 'Events'),
      },
      ['request_id'],
    ),
    async call(input, signal) {
      const given = new ToolArguments(input, ['request_id', ...COMMON]);
      const id = given.requiredText('request_id');
      const result = await engine.correlateByRequest(id, lookUpOptions(given, settings, signal));
      return await eventsAnswer(engine, result, `request ${id}`, settings, signal);
    },
  };
}

function recentErrors(engine: CorrelationEngine, settings: ToolSettings): Tool {
  return {
    name: 'recent_errors',
    title: 'Recent errors',
    description:
      'The newest errors over all log groups, whoever logged them: severity ERROR and above, exceptions, failed spans. ' +
      'Each has its trace id for find_trace.',
    inputSchema: schema({
      ...GROUPS_PROPERTY,
      ...RANGE_PROPERTIES,
      max_events: rowsProperty(settings.maxRows, 'Errors'),
    }),
    async call(input, signal) {
      const given = new ToolArguments(input, COMMON);
      const result = await engine.recentErrors(lookUpOptions(given, settings, signal));
      return await eventsAnswer(engine, result, 'the newest errors', settings, signal);
    },
  };
}

function searchLogs(engine: CorrelationEngine, settings: ToolSettings): Tool {
  return {
    name: 'search_logs',
    title: 'Search logs',
    description:
      'Runs a query of CloudWatch Logs Insights over the log groups and answers its rows. Queries scan what they read and are ' +
      'billed by it: filter on indexed fields such as trace_id, and keep the range short. Example: ' +
      'filter severity_number >= 17 | stats count(*) by service | sort count desc',
    inputSchema: schema(
      {
        query: { type: 'string', description: 'Text of the query, without SOURCE.' },
        ...GROUPS_PROPERTY,
        ...RANGE_PROPERTIES,
        max_rows: rowsProperty(settings.maxRows, 'Rows'),
      },
      ['query'],
    ),
    async call(input, signal) {
      const given = new ToolArguments(input, ['query', 'log_groups', 'since', 'from', 'to', 'max_rows']);
      const query = given.requiredText('query');
      if (namesLogGroups(query)) {
        throw new Error(
          'query must not hold SOURCE, also in no query within it: name log groups in log_groups',
        );
      }
      const rows = given.count('max_rows', {
        max: settings.maxRows,
        default: Math.min(DEFAULT_ROWS, settings.maxRows),
      });
      const { client } = engine.calls;
      const result = await runOverLogGroups(
        { client, runner: new QueryRunner({ client, calls: engine.calls }) },
        {
          query,
          logGroups: groupsOf(given, settings),
          ...given.range(settings.epochMillis(), DEFAULT_RANGE_MILLIS),
          limit: rows,
          signal,
          budget: new ScanBudget(settings.maxBytesScanned),
        },
      );
      const { bytesScanned } = result.statistics;
      return answerText(
        [`${result.rows.length} rows of ${result.logGroups.length} log groups.`],
        result.rows,
        {
          bytesScanned,
          estimatedCostUsd: (bytesScanned / 1e9) * settings.usdPerScannedGigabyte,
          leftOut: result.leftOut,
          notes: [
            ...result.notes,
            ...(result.rows.length === rows ? [`no more than ${rows} rows were asked for (max_rows)`] : []),
          ],
          isComplete: result.isComplete,
        },
        settings.maxCharacters,
      );
    },
  };
}

function listLogGroups(engine: CorrelationEngine, settings: ToolSettings): Tool {
  return {
    name: 'list_log_groups',
    title: 'List log groups',
    description: 'The log groups that this server may read, with class, retention, age and stored bytes.',
    inputSchema: schema({ ...GROUPS_PROPERTY }),
    async call(input, signal) {
      const given = new ToolArguments(input, ['log_groups']);
      const { groups, leftOut } = await engine.listLogGroups({
        logGroups: groupsOf(given, settings),
        signal,
      });
      const shown = groups.slice(0, settings.maxRows);
      return answerText(
        [`${groups.length} log groups.`],
        shown.map((group) => ({
          log_group: group.identifier,
          class: group.logGroupClass,
          retention_days: group.retentionInDays,
          created: group.creationMillis === undefined ? undefined : isoTime(group.creationMillis),
          stored_bytes: group.storedBytes,
        })),
        {
          bytesScanned: 0,
          leftOut,
          notes: groups.length > shown.length ? [`only the first ${shown.length} are listed`] : [],
          isComplete: groups.length === shown.length,
        },
        settings.maxCharacters,
      );
    },
  };
}

function explainCost(engine: CorrelationEngine, settings: ToolSettings): Tool {
  return {
    name: 'explain_cost',
    title: 'Explain the cost of a search',
    description:
      'Estimates what a query over a range would scan and cost, before it is run, from the stored bytes of the log groups. ' +
      'find_trace reads an index where there is one, and costs less.',
    inputSchema: schema({ ...GROUPS_PROPERTY, ...RANGE_PROPERTIES }),
    async call(input, signal) {
      const given = new ToolArguments(input, ['log_groups', 'since', 'from', 'to']);
      const range = given.range(settings.epochMillis(), DEFAULT_RANGE_MILLIS);
      const { groups, leftOut } = await engine.listLogGroups({
        logGroups: groupsOf(given, settings),
        signal,
      });
      const estimates = groups.map((group) => ({
        group,
        bytes: bytesInRange(group, range, settings.epochMillis()),
      }));
      const total = estimates.reduce((sum, { bytes }) => sum + bytes, 0);
      const largest = estimates.toSorted((a, b) => b.bytes - a.bytes).slice(0, settings.maxRows);
      const usd = (total / 1e9) * settings.usdPerScannedGigabyte;
      return answerText(
        [
          `A query over ${groups.length} log groups from ${isoTime(range.from)} to ${isoTime(range.to)} would scan about ` +
            `${Math.round(total).toLocaleString('en-US')} bytes, for about $${usd.toPrecision(2)}.`,
          'The estimate spreads the stored bytes evenly over the life of a group. Stored bytes are after compression and scanned ' +
            'bytes before it, so the true figure may be several times as high.',
          `One call of this server stops at ${settings.maxBytesScanned.toLocaleString('en-US')} scanned bytes.`,
        ],
        largest.map(({ group, bytes }) => ({
          log_group: group.identifier,
          estimated_bytes: Math.round(bytes),
        })),
        { bytesScanned: 0, leftOut, notes: [], isComplete: true },
        settings.maxCharacters,
      );
    },
  };
}

/** The share of a group's stored bytes that lies in a range, if they came evenly. */
function bytesInRange(
  { storedBytes = 0, creationMillis, retentionInDays }: KnownLogGroup,
  range: { readonly from: number; readonly to: number },
  nowMillis: number,
): number {
  const kept = retentionInDays === undefined ? 0 : nowMillis - retentionInDays * DAY;
  const oldest = Math.max(creationMillis ?? 0, kept);
  const life = Math.max(1, nowMillis - oldest);
  const inRange = Math.max(0, Math.min(range.to, nowMillis) - Math.max(range.from, oldest));
  return storedBytes * (inRange / life);
}

const COMMON = ['log_groups', 'since', 'from', 'to', 'max_events'];

function lookUpOptions(given: ToolArguments, settings: ToolSettings, signal: AbortSignal): LookUpOptions {
  return {
    ...given.range(settings.epochMillis(), DEFAULT_RANGE_MILLIS),
    logGroups: groupsOf(given, settings),
    limit: given.count('max_events', {
      max: settings.maxRows,
      default: Math.min(DEFAULT_ROWS, settings.maxRows),
    }),
    maxBytesScanned: settings.maxBytesScanned,
    signal,
  };
}

/** A call narrows what the server may read: each of its names must lie within. */
function groupsOf(given: ToolArguments, { logGroups }: ToolSettings): readonly string[] {
  const asked = given.texts('log_groups');
  if (asked === undefined) return logGroups;
  const outside = asked.find((name) => !isWithin(name, logGroups));
  if (outside !== undefined) {
    throw new Error(
      `log_groups must lie within ${logGroups.join(', ')}; ${JSON.stringify(outside)} does not`,
    );
  }
  return asked;
}

async function eventsAnswer(
  engine: CorrelationEngine,
  result: CorrelationResult,
  what: string,
  settings: ToolSettings,
  signal: AbortSignal,
): Promise<string> {
  const { events } = result;
  const reasons = await explainNothing(engine.calls, result, { signal });
  const honesty: Honesty = {
    bytesScanned: result.statistics.bytesScanned,
    estimatedCostUsd: result.estimatedCostUsd,
    leftOut: result.leftOut,
    notes: [...result.notes, ...reasons.map(({ text }) => text)],
    isComplete: result.isComplete,
  };
  return answerText(
    [headingOf(what, events, result)],
    events.map(eventLine),
    honesty,
    settings.maxCharacters,
  );
}

function headingOf(
  what: string,
  events: readonly CorrelatedEvent[],
  { range, logGroups }: CorrelationResult,
): string {
  const where = `${logGroups.length} log groups, ${isoTime(range.fromMillis)} to ${isoTime(range.toMillis)}`;
  if (events.length === 0) return `Nothing was found of ${JSON.stringify(what)} in ${where}.`;
  const errors = events.filter(({ isError }) => isError).length;
  const services = [...new Set(events.flatMap(({ service }) => service ?? []))].slice(0, 20);
  const traces = [...new Set(events.flatMap(({ traceId }) => traceId ?? []))].slice(0, 20);
  return (
    `${JSON.stringify(what)}: ${events.length} events, ${errors} errors, in ${where}.` +
    (services.length > 0 ? ` Services: ${JSON.stringify(services)}.` : '') +
    (traces.length > 1 ? ` Trace ids: ${JSON.stringify(traces)}.` : '')
  );
}
