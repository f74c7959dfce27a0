import { getSystemErrorMap } from 'node:util';
import { type ErrorFacts, factsOf, MAX_FOREIGN_TEXT } from './error-facts.js';
import { CloudWatchLogsError } from './errors.js';
import { permissionIn } from './known-actions.js';
import { knownSentenceIn } from './known-sentences.js';

/**
 * One line for diagnostics: the error's code, its status and request id, and what is known to be safe of its
 * text. The rest of a text that comes from outside may quote log content or the request with its session
 * token, in any wording, so it is left out; of requests the option `errorDetails` shows it.
 * @param note - added where a text is left out
 */
export function describeError(error: unknown, note = 'text withheld'): string {
  if (error instanceof CloudWatchLogsError) return error.message;
  const facts = factsOf(error);
  const text = systemText(error, facts) ?? safeText(facts);
  const isWithheld = text === undefined && facts.message !== '' && facts.message !== 'UnknownError';
  return describe(facts, text, isWithheld ? [note] : []);
}

/**
 * The same with the whole text, as one line.
 * @param redact - takes the secrets out of a text
 */
export function describeInFull(error: unknown, redact: (text: string) => string): string {
  if (error instanceof CloudWatchLogsError) return error.message;
  const facts = factsOf(error);
  // Redacted before it is cut, so that no half of a secret escapes.
  const text = oneLine(redact(facts.message)).slice(0, MAX_FOREIGN_TEXT);
  return describe(facts, text === '' || text === 'UnknownError' ? systemText(error, facts) : text, []);
}

/** The error's code as far as it looks like one: letters alone, so that it can be no key, token or number. */
export function safeNameOf({ name }: Pick<ErrorFacts, 'name'>): string {
  return /^[A-Z][A-Za-z]{1,63}$/.test(name) || /^EC2[A-Za-z]{1,60}$/.test(name) ? name : 'Error';
}

/** What the operating system says of the network or of a file, where that is what the error is. */
export function systemCodeOf({ code, isAnswer }: Pick<ErrorFacts, 'code' | 'isAnswer'>): string | undefined {
  return !isAnswer && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : undefined;
}

function describe(facts: ErrorFacts, text: string | undefined, notes: readonly string[]): string {
  const { statusCode, requestId } = facts;
  const code = systemCodeOf(facts);
  const inBrackets = [
    ...(code !== undefined && !text?.includes(code) ? [code] : []),
    ...(statusCode === undefined ? [] : [`HTTP ${statusCode}`]),
    // The service's are UUIDs; a header of anybody else may hold anything.
    ...(/^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(requestId) ? [`request ${requestId}`] : []),
    ...notes,
  ];
  const name = safeNameOf(facts);
  const head = text === undefined || text === '' ? name : `${name}: ${text}`;
  return inBrackets.length > 0 ? `${head} (${inBrackets.join(', ')})` : head;
}

function safeText({ message }: ErrorFacts): string | undefined {
  const permission = permissionIn(message);
  if (permission !== undefined) return `not authorized to perform ${permission}`;
  if (message.startsWith('The config profile (')) return 'the config profile could not be found';
  return systemSentenceIn(message) ?? knownSentenceIn(message);
}

/**
 * The text of an error of a system call, made of its parts: those of files are Node.js's own text, which names the
 * file that the user has configured; of those of the network it is put together here.
 */
function systemText(error: unknown, facts: ErrorFacts): string | undefined {
  const code = systemCodeOf(facts);
  if (code === undefined || typeof error !== 'object' || error === null) return undefined;
  const { errors } = error as { errors?: unknown };
  const { syscall, address, port, hostname, message } = (
    Array.isArray(errors) && typeof errors[0] === 'object' ? (errors[0] as object) : error
  ) as Record<string, unknown>;
  if (typeof syscall !== 'string' || !/^[a-z_A-Z0-9]{1,32}$/.test(syscall)) return undefined;
  if (typeof message === 'string' && message.startsWith(`${code}: `)) return oneLine(message.slice(0, 1_000));
  const host = [address, hostname].find((one) => typeof one === 'string' && /^[\w.:%-]{1,255}$/.test(one));
  const where = host === undefined ? '' : ` ${host as string}${typeof port === 'number' ? `:${port}` : ''}`;
  return `${syscall} ${code}${where}`;
}

/** The operating system's own words of an error, as in `EIO: i/o error, read`. */
function systemSentenceIn(message: string): string | undefined {
  const code = /^E[A-Z0-9]{1,20}(?=: )/.exec(message)?.[0];
  if (code === undefined) return undefined;
  for (const [name, words] of getSystemErrorMap().values()) {
    if (name === code && message.startsWith(`${code}: ${words}`)) return `${code}: ${words}`;
  }
  return undefined;
}

/** Line breaks and control characters become spaces. */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}
