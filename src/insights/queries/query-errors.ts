import { factsOf } from '../../cloudwatch/error-facts.js';
import { CloudWatchLogsError } from '../../cloudwatch/errors.js';
import { RequestError, toRequestError } from '../../cloudwatch/request-error.js';
import { knownProblem } from './known-problem.js';

/** A part of a query's text: zero-based characters, the end exclusive. */
export interface QueryPosition {
  readonly startOffset: number;
  readonly endOffset: number;
}

/** The service cannot read the query. The message shows the text with the place marked under it. */
export class MalformedQueryError extends CloudWatchLogsError {
  readonly query: string;
  /** Where, as far as the service tells. */
  readonly position: QueryPosition | undefined;
  /** The service's words, as far as they are known to be safe. */
  readonly problem: string;

  constructor(query: string, problem: string, position?: QueryPosition, options?: { cause?: unknown }) {
    const shown = position ? `\n${markPosition(query, position)}` : '';
    super('ERR_QUERY_MALFORMED', `the query cannot be read: ${problem}${shown}`, options);
    this.query = query;
    this.problem = problem;
    this.position = position;
  }
}

/** Source: GetQueryResults, `status`. */
const KNOWN_STATUSES: ReadonlySet<string> = new Set(['Failed', 'Cancelled', 'Timeout', 'Unknown']);

/** A query ended without its result: the service says Failed, Cancelled, Timeout or Unknown. */
export class QueryFailedError extends CloudWatchLogsError {
  readonly queryId: string;
  readonly status: string;

  constructor(queryId: string, status: string) {
    const known = KNOWN_STATUSES.has(status) ? status : 'Unknown';
    super('ERR_QUERY_FAILED', `query ${asId(queryId)} ended with status ${known}`);
    this.queryId = queryId;
    this.status = known;
  }
}

/** Nothing was searched, because no log group may be queried, or read. */
export class AccessDeniedError extends CloudWatchLogsError {
  /** The actions of IAM that reading the events takes, besides `logs:DescribeLogGroups`. */
  readonly actions: readonly string[];

  /** @param detail - the service's sentence about one of the groups */
  constructor(what: 'queried' | 'read', detail: string) {
    super('ERR_ACCESS_DENIED', `no log group may be ${what}: ${detail}`);
    this.actions =
      what === 'read'
        ? ['logs:FilterLogEvents']
        : ['logs:StartQuery', 'logs:GetQueryResults', 'logs:StopQuery'];
  }
}

/** A query did not end in the time that it was given; it has been stopped. */
export class QueryTimeoutError extends CloudWatchLogsError {
  constructor(timeoutMillis: number) {
    super('ERR_QUERY_TIMEOUT', `the query did not end within ${timeoutMillis} ms and was stopped`);
  }
}

/**
 * Reads a MalformedQueryException of the service, old or new.
 * @returns undefined for any other error
 */
export function toMalformedQueryError(error: unknown, query: string): MalformedQueryError | undefined {
  if (!(error instanceof Error) || error.name !== 'MalformedQueryException') return undefined;
  const { message, queryProblem } = factsOf(error);
  const text =
    queryProblem === undefined || queryProblem.text === '' ? withoutSuffix(message) : queryProblem.text;
  const start = queryProblem?.startOffset;
  const position =
    start === undefined
      ? positionInMessage(text, query)
      : clampPosition(query, start, queryProblem?.endOffset ?? start + 1);
  const problem =
    error instanceof RequestError && error.isDetailed ? error.message : knownProblem(text, query);
  return new MalformedQueryError(query, problem, position, { cause: toRequestError(error) });
}

/** Without "(Service: AWSLogs; Status Code: 400; …)", which ends some messages. */
function withoutSuffix(message: string): string {
  const suffix = message.lastIndexOf(' (Service: ');
  return suffix === -1 || !message.endsWith(')') ? message : message.slice(0, suffix);
}

/** The line of the query in which the position lies, and a second one with `^` under it. */
export function markPosition(query: string, { startOffset, endOffset }: QueryPosition): string {
  const lineStart = query.lastIndexOf('\n', startOffset - 1) + 1;
  const nextBreak = query.indexOf('\n', startOffset);
  const lineEnd = nextBreak === -1 ? query.length : nextBreak;
  // A tab before the mark stays a tab, so that the mark stands under its place.
  const indent = query.slice(lineStart, startOffset).replace(/[^\t]/g, ' ');
  const width = Math.max(1, Math.min(endOffset, lineEnd) - startOffset);
  return `${query.slice(lineStart, lineEnd)}\n${indent}${'^'.repeat(width)}`;
}

/** Older answers of the service have the place only in words: "… at line 1 and position 843". */
function positionInMessage(message: string, query: string): QueryPosition | undefined {
  const match = /\bline (\d{1,7})(?: and|,|:)? ?(?:position|column|char)? ?(\d{1,7})/i.exec(message);
  if (!match) return undefined;
  const lines = query.split('\n').slice(0, Number(match[1]) - 1);
  const lineStart = lines.reduce((sum, line) => sum + line.length + 1, 0);
  const start = lineStart + Number(match[2]);
  return clampPosition(query, start, start + 1);
}

/** The service's ids are UUIDs. */
function asId(queryId: string): string {
  return /^[\w-]{1,64}$/.test(queryId) ? queryId : '…';
}

function clampPosition(query: string, start: number, end: number): QueryPosition {
  const startOffset = Math.max(0, Math.min(start, query.length));
  return { startOffset, endOffset: Math.max(startOffset, Math.min(end, query.length)) };
}
