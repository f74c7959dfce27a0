import { classifyError, describeError, remedyFor } from '../cloudwatch/classify-error.js';
import { CloudWatchLogsError, OptionError } from '../cloudwatch/errors.js';
import { withoutUserInfo } from '../cloudwatch/without-user-info.js';
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
  if (error instanceof CloudWatchLogsError) {
    const isUsage = error.code === 'ERR_OPTION' || error.code === 'ERR_QUERY_MALFORMED';
    const remedy = error.code === 'ERR_ACCESS_DENIED' ? remedyOf(error) : '';
    return { text: escapeLines(error.message) + remedy, exitCode: isUsage ? EXIT.usage : EXIT.failed };
  }
  const code = codeOf(error);
  const where = endpoint === undefined ? 'the service' : escapeTerminalText(withoutUserInfo(endpoint));
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
  if (classifyError(error) === 'retry' && !hasStatus(error)) {
    return { text: escapeTerminalText(describeError(error)), exitCode: EXIT.failed };
  }
  return { text: escapeTerminalText(describeError(error)) + remedyOf(error), exitCode: EXIT.failed };
}

function remedyOf(error: unknown): string {
  const remedy = remedyFor(error);
  if (remedy !== undefined) return `\nRemedy: ${escapeTerminalText(remedy)}`;
  return error instanceof OptionError || !(error instanceof CloudWatchLogsError)
    ? ''
    : '\nRemedy: allow logs:StartQuery, logs:GetQueryResults, logs:StopQuery and logs:DescribeLogGroups to the role in use';
}

/** Keeps the line breaks of our own messages: the query with its mark stands on lines of its own. */
function escapeLines(text: string): string {
  return text.split('\n').map(escapeTerminalText).join('\n');
}

function isLocal(endpoint: string | undefined): boolean {
  return endpoint !== undefined && /\/\/(?:localhost|127\.|\[::1\])/.test(endpoint);
}

function hasStatus(error: unknown): boolean {
  const metadata = (error as { $metadata?: { httpStatusCode?: unknown } } | null)?.$metadata;
  return typeof metadata?.httpStatusCode === 'number';
}

/** The network error's code; Node and the SDK wrap it. */
function codeOf(error: unknown): string | undefined {
  for (let one = error, depth = 0; typeof one === 'object' && one !== null && depth < 5; depth++) {
    const { code, errors, cause } = one as { code?: unknown; errors?: unknown; cause?: unknown };
    if (typeof code === 'string') return code;
    one = Array.isArray(errors) ? errors[0] : cause;
  }
  return undefined;
}
