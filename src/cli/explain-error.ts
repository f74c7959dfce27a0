import { classifyError, httpStatusOf, remedyFor } from '../cloudwatch/classify-error.js';
import { systemCodeOf } from '../cloudwatch/describe-error.js';
import { deniedActionsOf } from '../cloudwatch/known-actions.js';
import { factsOf } from '../cloudwatch/error-facts.js';
import { CloudWatchLogsError, OptionError } from '../cloudwatch/errors.js';
import { RequestError, toRequestError } from '../cloudwatch/request-error.js';
import { maskUrlSecrets, shownUrl, withoutUrlSecrets } from '../cloudwatch/shown-url.js';
import { escapeTerminalText } from './escape-terminal-text.js';
import { EXIT } from './exit-codes.js';

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
  if (error instanceof CloudWatchLogsError && !(error instanceof RequestError)) {
    const isUsage = error.code === 'ERR_OPTION' || error.code === 'ERR_QUERY_MALFORMED';
    const remedy = error.code === 'ERR_ACCESS_DENIED' ? remedyOf(error) : '';
    return { text: escapeLines(shownMessage(error)) + remedy, exitCode: isUsage ? EXIT.usage : EXIT.failed };
  }
  const code = systemCodeOf(factsOf(error));
  const where = endpoint === undefined ? 'the service' : escapeTerminalText(shownUrl(endpoint));
  if (code === 'ECONNREFUSED') {
    const hint = isLocal(endpoint)
      ? '\nIs `otel-cwlogs local` running there? Start it, or correct --endpoint or AWS_ENDPOINT_URL.'
      : '';
    return { text: `nothing answers at ${where} (connection refused)${hint}`, exitCode: EXIT.failed };
  }
  if (code !== undefined && NOT_REACHED.has(code)) {
    const text = `${where} cannot be reached (${code})\nCheck --region, --endpoint and the network.`;
    return { text, exitCode: EXIT.failed };
  }
  const text = escapeTerminalText(withoutUrlSecrets(toRequestError(error).message));
  const isPassing = classifyError(error) === 'retry' && httpStatusOf(error) === undefined;
  return { text: isPassing ? text : text + remedyOf(error), exitCode: EXIT.failed };
}

function remedyOf(error: unknown): string {
  const remedy = remedyFor(error);
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
