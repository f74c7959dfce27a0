/** Characters of foreign text that are looked at, and shown where the user asks for it. */
export const MAX_FOREIGN_TEXT = 16_384;

/**
 * What an error says, read once. All texts may be foreign (an answer of the service, or of whatever stands
 * before it): they are for telling errors apart, and are shown to nobody as they are.
 */
export interface ErrorFacts {
  readonly name: string;
  /** The network's or the file system's code, in whatever it is wrapped; of the service's exceptions none. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
  readonly statusCode: number | undefined;
  /** The header `Retry-After`. */
  readonly retryAfter: string | undefined;
  /** The sequence token that an endpoint of before 2023 wants next. */
  readonly expectedSequenceToken: string | undefined;
  /** Why a query can't be read. */
  readonly queryProblem: QueryProblem | undefined;
  /** Whether it is made of an answer, so that each of its members may be foreign. */
  readonly isAnswer: boolean;
}

/** Of a MalformedQueryException: offsets are zero-based characters, the end exclusive. */
export interface QueryProblem {
  readonly text: string;
  readonly startOffset: number | undefined;
  readonly endOffset: number | undefined;
}

/** Facts of errors that took the place of others. */
const remembered = new WeakMap<object, ErrorFacts>();

/** Makes an error stand for another one: it counts as what that one was. */
export function rememberFacts(error: Error, facts: ErrorFacts): void {
  remembered.set(error, facts);
}

/** Reads what an error says; anything can be thrown. */
export function factsOf(error: unknown): ErrorFacts {
  const known = typeof error === 'object' && error !== null ? remembered.get(error) : undefined;
  return known ?? readFacts(error);
}

function readFacts(error: unknown): ErrorFacts {
  const metadata = memberOf(error, '$metadata');
  const response = memberOf(error, '$response');
  // An answer that the SDK could not read carries no metadata in older versions, but always the response.
  const statusCode = memberOf(metadata, 'httpStatusCode') ?? memberOf(response, 'statusCode');
  const message = textOf(memberOf(error, 'message'));
  return {
    name: textOf(memberOf(error, 'name')) || 'Error',
    // The SDK gives its exceptions each member of the answer's body.
    code: memberOf(error, '$fault') === undefined ? codeIn(error) : '',
    message,
    requestId: textOf(memberOf(metadata, 'requestId')),
    statusCode: typeof statusCode === 'number' ? statusCode : undefined,
    retryAfter: retryAfterIn(memberOf(response, 'headers')),
    expectedSequenceToken: expectedTokenIn(memberOf(error, 'expectedSequenceToken'), message),
    queryProblem: queryProblemIn(memberOf(error, 'queryCompileError')),
    isAnswer:
      typeof statusCode === 'number' || response !== undefined || memberOf(error, '$fault') !== undefined,
  };
}

/** Node.js and the SDK wrap the network's error. */
function codeIn(error: unknown): string {
  for (let one = error, depth = 0; depth < 5; depth++) {
    const code = textOf(memberOf(one, 'code'));
    if (code !== '') return code;
    const errors = memberOf(one, 'errors');
    one = Array.isArray(errors) ? errors[0] : memberOf(one, 'cause');
  }
  return '';
}

function retryAfterIn(headers: unknown): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === 'retry-after' && typeof value === 'string') return value.slice(0, 100).trim();
  }
  return undefined;
}

function expectedTokenIn(member: unknown, message: string): string | undefined {
  const token = member ?? /sequenceToken is: (\S{1,1024})/i.exec(message)?.[1];
  return typeof token === 'string' && token !== 'null' && token !== '' ? token : undefined;
}

function queryProblemIn(compileError: unknown): QueryProblem | undefined {
  if (typeof compileError !== 'object' || compileError === null) return undefined;
  const location = memberOf(compileError, 'location');
  const offset = (name: string): number | undefined => {
    const value = memberOf(location, name);
    return Number.isSafeInteger(value) ? (value as number) : undefined;
  };
  return {
    text: textOf(memberOf(compileError, 'message')),
    startOffset: offset('startCharOffset'),
    endOffset: offset('endCharOffset'),
  };
}

/** A part of a string keeps all of it in memory, which may be a body of megabytes: so it is copied. */
function textOf(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value.length > MAX_FOREIGN_TEXT
    ? Buffer.from(value.slice(0, MAX_FOREIGN_TEXT), 'utf16le').toString('utf16le')
    : value;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
