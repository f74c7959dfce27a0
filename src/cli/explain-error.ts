import { classifyError, httpStatusOf, remedyFor } from '../cloudwatch/classify-error.js';
import { deniedAction } from '../cloudwatch/denied-action.js';
import { systemCodeOf } from '../cloudwatch/describe-error.js';
import { deniedActionsOf } from '../cloudwatch/known-actions.js';
import { factsOf } from '../cloudwatch/error-facts.js';
import { CloudWatchLogsError, OptionError } from '../cloudwatch/errors.js';
import { RequestError, toRequestError } from '../cloudwatch/request-error.js';
import { maskUrlSecrets, shownUrl, withoutUrlSecrets } from '../cloudwatch/shown-url.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { EXIT } from './exit-codes.js';
import { operationOf } from './failed-operations.js';

/** What to print for an error, and how to end. */
export interface Explanation {
  readonly text: string;
  readonly exitCode: number;
}

const NOT_REACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'ECONNRESET',
  'EAI_AGAIN',
]);

/**
 * Says what went wrong and what to do about it.
 * @param endpoint - where the requests went, where it was said
 */
export function explainError(error: unknown, endpoint: string | undefined): Explanation {
  const unreached = explainNetwork(requestErrorIn(error), endpoint);
  if (unreached !== undefined) return { text: unreached, exitCode: EXIT.failed };
  if (error instanceof CloudWatchLogsError && !(error instanceof RequestError)) {
    const isUsage = USAGE.has(error.code) || isWrongFile(error);
    const remedy = error.code === 'ERR_ACCESS_DENIED' ? remedyOf(error) : '';
    return { text: escapeLines(shownMessage(error)) + remedy, exitCode: isUsage ? EXIT.usage : EXIT.failed };
  }
  const isPassing = classifyError(error) === 'retry' && httpStatusOf(error) === undefined;
  const text = requestErrorText(error);
  return { text: isPassing ? text : text + remedyOf(error), exitCode: EXIT.failed };
}

const USAGE: ReadonlySet<string> = new Set(['ERR_OPTION', 'ERR_QUERY_MALFORMED']);

/** A file to replay that can't be read, or holds no events; of a log group a request failed. */
function isWrongFile({ code, cause }: CloudWatchLogsError): boolean {
  return code === 'ERR_REPLAY_SOURCE' && !(cause instanceof RequestError);
}

/** What a failed request says, for a terminal. */
export function requestErrorText(error: unknown): string {
  const shown = toRequestError(error);
  const isDetailed = shown instanceof RequestError && shown.isDetailed;
  // The command's option is not the code's.
  const message = isDetailed
    ? shown.message
    : shown.message.replace(
        'text withheld; errorDetails shows it',
        'text withheld; --error-details shows it',
      );
  return escapeTerminalText(withoutUrlSecrets(message));
}

/** What an error of managing log groups is made of; of others the error itself. */
function requestErrorIn(error: unknown): unknown {
  return error instanceof CloudWatchLogsError && error.code === 'ERR_RESOURCE' ? error.cause : error;
}

/** Where the service was not reached at all, and what to do; undefined where it was. */
function explainNetwork(error: unknown, endpoint: string | undefined): string | undefined {
  if (error instanceof CloudWatchLogsError && !(error instanceof RequestError)) return undefined;
  const code = systemCodeOf(factsOf(error));
  const where = endpoint === undefined ? 'the service' : escapeTerminalText(shownUrl(endpoint));
  if (code === 'ECONNREFUSED') {
    const hint = isLocal(endpoint)
      ? '\nIs `otel-cwlogs local` running there? Start it, or correct --endpoint or AWS_ENDPOINT_URL.'
      : '';
    return `nothing answers at ${where} (connection refused)${hint}`;
  }
  if (code !== undefined && NOT_REACHED.has(code)) {
    return `${where} cannot be reached (${code})\nCheck --region, --endpoint and the network.`;
  }
  if (code === 'EPROTO' || code?.startsWith('ERR_SSL_') === true) {
    const hint = /^https:/i.test(endpoint ?? '')
      ? '\nIf it speaks http, as `otel-cwlogs local` does, write http:// in --endpoint or AWS_ENDPOINT_URL.'
      : '';
    return `${where} does not speak https (${code})${hint}`;
  }
  return undefined;
}

function remedyOf(error: unknown): string {
  const operation = operationOf(error);
  const denied = operation === undefined ? undefined : deniedAction(error, operation);
  const remedy = denied === undefined ? remedyFor(error) : `allow ${denied} to the role in use`;
  if (remedy !== undefined) return `\nRemedy: ${escapeTerminalText(remedy)}`;
  return error instanceof OptionError ||
    error instanceof RequestError ||
    !(error instanceof CloudWatchLogsError)
    ? ''
    : `\nRemedy: allow ${deniedActionsOf(error)} to the role in use`;
}

/** Of a query each character keeps its column, so that the mark under it stays right. */
function shownMessage({ code, message }: CloudWatchLogsError): string {
  return code === 'ERR_QUERY_MALFORMED' ? maskUrlSecrets(message) : withoutUrlSecrets(message);
}

/** Keeps the line breaks of our own messages: the query with its mark stands on lines of its own. */
function escapeLines(text: string): string {
  return text.split('\n').map(escapeTerminalText).join('\n');
}

function isLocal(endpoint: string | undefined): boolean {
  return endpoint !== undefined && /\/\/(?:localhost|127\.|\[::1\])/.test(endpoint);
}
