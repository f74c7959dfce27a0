import { type LookUpOptions } from '../insights/look-up/correlation-engine.js';
import { RequestError } from './failures.js';
import { type HandlerSettings } from './handler-options.js';
import { isWithin } from '../insights/log-groups/within-log-groups.js';
import { readTimeText } from './model/time-text.js';
import { type Search } from './model/search-text.js';

/** How an answer is written. */
export type AnswerFormat = 'json' | 'ndjson' | 'logs' | 'trace';

/** A look-up as an address asks for it. */
export interface LookUpRequest {
  readonly search: Search;
  readonly options: LookUpOptions;
  readonly format: AnswerFormat;
  /** Lines that tell how far the look-up is stand before the events; of `ndjson` alone. */
  readonly withProgress: boolean;
  /** Events as they are stored, nothing of them read; of `ndjson` alone. */
  readonly asStored: boolean;
}

const FORMATS: readonly AnswerFormat[] = ['json', 'ndjson', 'logs', 'trace'];
const KNOWN = new Set([
  'from',
  'to',
  'groups',
  'fullText',
  'thorough',
  'limit',
  'format',
  'progress',
  'view',
]);

/**
 * Reads `trace/<id>`, `span/<id>`, `request/<id>`, `field/<name>/<value>` or `text/<text>` and its parameters.
 * @param parts - of the path, decoded
 * @returns undefined for a path that asks for no look-up
 * @throws RequestError for a parameter that is wrong
 */
export function readLookUpRequest(
  parts: readonly string[],
  parameters: URLSearchParams,
  accept: string | null,
  settings: Pick<
    HandlerSettings,
    'epochMillis' | 'maxEvents' | 'maxBytesScanned' | 'timeoutMillis' | 'engine'
  >,
): LookUpRequest | undefined {
  const search = readSearchPath(parts);
  if (!search) return undefined;
  for (const name of parameters.keys()) {
    if (!KNOWN.has(name)) throw wrong(`There is no parameter ${shown(name)}.`);
  }
  const now = settings.epochMillis();
  const from = timeOf(parameters, 'from', now);
  const to = timeOf(parameters, 'to', now);
  if (from !== undefined && from > (to ?? now)) throw wrong('`from` must not be later than `to`.');
  const limit = Math.min(limitOf(parameters) ?? settings.maxEvents, settings.maxEvents);
  const format = formatOf(parameters, accept);
  const asStored = choiceOf(parameters, 'view', ['parsed', 'stored'] as const) === 'stored';
  const withProgress = flagOf(parameters, 'progress');
  if (format !== 'ndjson' && (asStored || withProgress)) {
    throw wrong('`view` and `progress` belong to format=ndjson.');
  }
  return {
    search,
    options: {
      ...(from !== undefined && { from }),
      to: to ?? now,
      ...logGroupsOf(parameters, settings.engine.logGroups),
      // A text stands nowhere but in the text.
      fullText: search.kind === 'text' || flagOf(parameters, 'fullText'),
      thorough: flagOf(parameters, 'thorough'),
      limit,
      ...(settings.maxBytesScanned !== undefined && { maxBytesScanned: settings.maxBytesScanned }),
      timeoutMillis: settings.timeoutMillis,
    },
    format,
    withProgress,
    asStored,
  };
}

function readSearchPath(parts: readonly string[]): Search | undefined {
  const [kind, first, second] = parts;
  if (kind === 'field') {
    if (parts.length !== 3 || !first || !second) return undefined;
    return { kind, field: first, value: second };
  }
  if (parts.length !== 2 || !first) return undefined;
  return kind === 'trace' || kind === 'span' || kind === 'request' || kind === 'text'
    ? { kind, value: first }
    : undefined;
}

/** The log groups that a request names, each within those of the engine. */
export function logGroupsOf(
  parameters: URLSearchParams,
  allowed: readonly string[],
): { logGroups?: readonly string[] } {
  const named = parameters
    .getAll('groups')
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
  if (named.length === 0) return {};
  const outside = named.find((name) => !isWithin(name, allowed));
  if (outside !== undefined) throw wrong(`The log group ${shown(outside)} is none of those searched here.`);
  return { logGroups: [...new Set(named)] };
}

/** @throws RequestError */
export function timeOf(parameters: URLSearchParams, name: string, nowMillis: number): number | undefined {
  const text = parameters.get(name);
  // Templates of dashboards leave a parameter empty.
  if (text === null || text.trim() === '') return undefined;
  const millis = readTimeText(text, nowMillis);
  if (millis === undefined) {
    throw wrong(
      `\`${name}\` must be a time such as 2026-11-21T07:00:00Z, 1h, now or milliseconds since 1970.`,
    );
  }
  return millis;
}

function limitOf(parameters: URLSearchParams): number | undefined {
  const text = parameters.get('limit');
  if (text === null || text === '') return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw wrong('`limit` must be a whole number from 1.');
  return Number(text);
}

function flagOf(parameters: URLSearchParams, name: string): boolean {
  return choiceOf(parameters, name, ['false', 'true', '0', '1'] as const)?.match(/^(?:true|1)$/) != null;
}

function choiceOf<T extends string>(
  parameters: URLSearchParams,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = parameters.get(name);
  if (text === null || text === '') return undefined;
  const choice = choices.find((one) => one === text);
  if (choice === undefined) throw wrong(`\`${name}\` must be one of ${choices.join(', ')}.`);
  return choice;
}

function formatOf(parameters: URLSearchParams, accept: string | null): AnswerFormat {
  const named = choiceOf(parameters, 'format', FORMATS);
  if (named !== undefined) return named;
  return accept !== null && /\bapplication\/(?:x-)?ndjson\b/i.test(accept) ? 'ndjson' : 'json';
}

function wrong(message: string): RequestError {
  return new RequestError(400, 'wrong_request', message);
}

/** What a request said, short enough for an answer. */
function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}
