import { CloudWatchLogsError } from '../cloudwatch/errors.js';

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
  /** What the service said. */
  readonly problem: string;

  constructor(query: string, problem: string, position?: QueryPosition, options?: { cause?: unknown }) {
    const shown = position ? `\n${markPosition(query, position)}` : '';
    super('ERR_QUERY_MALFORMED', `the query cannot be read: ${problem}${shown}`, options);
    this.query = query;
    this.problem = problem;
    this.position = position;
  }
}

/** A query ended without its result: the service says Failed, Cancelled, Timeout or Unknown. */
export class QueryFailedError extends CloudWatchLogsError {
  readonly queryId: string;
  readonly status: string;

  constructor(queryId: string, status: string) {
    super('ERR_QUERY_FAILED', `query ${queryId} ended with status ${status}`);
    this.queryId = queryId;
    this.status = status;
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
  const compileError = (
    error as {
      queryCompileError?: {
        message?: string;
        location?: { startCharOffset?: number; endCharOffset?: number };
      };
    }
  ).queryCompileError;
  const problem = compileError?.message ?? error.message.replace(/ \(Service: [^()]*\)$/, '');
  const start = compileError?.location?.startCharOffset;
  const position =
    start === undefined
      ? positionInMessage(problem, query)
      : clampPosition(query, start, compileError?.location?.endCharOffset ?? start + 1);
  return new MalformedQueryError(query, problem, position, { cause: error });
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
  const match = /\bline (\d+)(?: and|,|:)? ?(?:position|column|char)? ?(\d+)/i.exec(message);
  if (!match) return undefined;
  const lines = query.split('\n').slice(0, Number(match[1]) - 1);
  const lineStart = lines.reduce((sum, line) => sum + line.length + 1, 0);
  const start = lineStart + Number(match[2]);
  return clampPosition(query, start, start + 1);
}

function clampPosition(query: string, start: number, end: number): QueryPosition {
  const startOffset = Math.max(0, Math.min(start, query.length));
  return { startOffset, endOffset: Math.max(startOffset, Math.min(end, query.length)) };
}
