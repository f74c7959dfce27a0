import { CloudWatchLogsError } from '../../cloudwatch/errors.js';

/** A part of the query text: zero-based, in UTF-16 units, the end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The query text is not a valid query; the service answers `MalformedQueryException`. */
export class QuerySyntaxError extends CloudWatchLogsError {
  readonly startOffset: number;
  readonly endOffset: number;

  constructor(message: string, span: Span) {
    super('ERR_QUERY_SYNTAX', message);
    this.startOffset = span.start;
    this.endOffset = Math.max(span.start, span.end);
  }
}

/**
 * The place of a part as the service's texts have it: they name the last character of the place, not the one behind it.
 */
export function placeOf({ start, end }: Span): string {
  return `([${start},${end - 1}])`;
}

/** The service's text for a symbol that can't stand where it stands. Lines count from 1, positions from 0. */
export function unexpectedSymbol(text: string, span: Span): QuerySyntaxError {
  const { line, position } = lineAndPosition(text, span.start);
  const symbol = span.start >= text.length ? '<EOF>' : text.slice(span.start, span.end);
  return new QuerySyntaxError(
    `unexpected symbol found ${symbol} at line ${line} and position ${position}`,
    span,
  );
}

function lineAndPosition(text: string, offset: number): { line: number; position: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { line, position: offset - lineStart };
}
