import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { checkTime } from '../cloudwatch/check-time.js';
import { checkMillisAboveZero } from '../cloudwatch/check-members.js';
import { checkSignal, checkTexts } from '../cloudwatch/check-values.js';
import { OptionError } from '../cloudwatch/errors.js';
import {
  type OverLogGroupsResult,
  QueryBuilder,
  type QueryRunner,
  runOverLogGroups,
} from '../insights/index.js';
import { lastHours } from './last-hours.js';

interface QuerySettings {
  readonly query: QueryBuilder | string;
  readonly logGroups: readonly string[];
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly timeoutMillis?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a query asks with. */
export interface QueryParts {
  readonly client: CloudWatchLogsClient;
  readonly runner: QueryRunner;
  readonly epochMillis: () => number;
}

/**
 * A query from its log groups to its rows. Each method returns a new one.
 * @example
 * const { rows } = await logs.query((query) => query.filter({ level: 'error' }).limit(20)).lastHours(2).execute();
 */
export class FluentQuery {
  readonly #parts: QueryParts;
  readonly #settings: QuerySettings;

  /** @internal */
  constructor(parts: QueryParts, settings: QuerySettings) {
    this.#parts = parts;
    this.#settings = settings;
  }

  /** Names, ARNs, or prefixes that end in `*`. */
  logGroups(...logGroups: readonly string[]): FluentQuery {
    checkTexts('logGroups', logGroups);
    return this.#with({ logGroups });
  }

  /** Goes on building. @param build - given what was built so far; a text takes its place */
  build(build: ((query: QueryBuilder) => QueryBuilder) | string): FluentQuery {
    if (typeof build === 'string') return this.#with({ query: build });
    checkBuild('build', build);
    const { query } = this.#settings;
    if (typeof query === 'string') throw new OptionError('build', 'be a text, as the query is one', build);
    return this.#with({ query: build(query) });
  }

  /** Begin and end, both included. */
  between(from: Date | number, to: Date | number): FluentQuery {
    return this.#with({ from: checkTime('from', from), to: checkTime('to', to) });
  }

  /** Asks for the events of so many hours up to now. */
  lastHours(hours: number): FluentQuery {
    return this.#with(lastHours(hours, this.#parts.epochMillis()));
  }

  /** Milliseconds after which the query is stopped. */
  timeout(timeoutMillis: number): FluentQuery {
    checkMillisAboveZero('timeoutMillis', timeoutMillis);
    return this.#with({ timeoutMillis });
  }

  /** Stops the query, in the service too, when the signal says so. */
  signal(signal: AbortSignal): FluentQuery {
    checkSignal(signal);
    return this.#with({ signal });
  }

  /** The query's text. */
  toString(): string {
    return this.#settings.query.toString();
  }

  /** Runs it to its end. @throws OptionError where no log group or time is named; as `runOverLogGroups` */
  async execute(): Promise<OverLogGroupsResult> {
    const { from, to, ...settings } = this.#settings;
    if (settings.logGroups.length === 0)
      throw new OptionError('logGroups', 'be named, to the query or to the client');
    if (from === undefined || to === undefined) throw new OptionError('lastHours', 'be called, or between');
    const { client, runner } = this.#parts;
    return runOverLogGroups({ client, runner }, { ...settings, from, to });
  }

  #with(change: Partial<QuerySettings>): FluentQuery {
    return new FluentQuery(this.#parts, { ...this.#settings, ...change });
  }
}

/** A query that has only begun. @throws OptionError for what is neither text nor function */
export function beginQuery(
  parts: QueryParts,
  logGroups: readonly string[],
  query: ((query: QueryBuilder) => QueryBuilder) | string | undefined,
): FluentQuery {
  if (query !== undefined && typeof query !== 'string') checkBuild('query', query);
  const begun = typeof query === 'string' ? query : (query?.(new QueryBuilder()) ?? new QueryBuilder());
  return new FluentQuery(parts, { query: begun, logGroups });
}

function checkBuild(option: string, value: unknown): void {
  if (typeof value !== 'function')
    throw new OptionError(option, 'be a text, or a function of a builder', value);
}
