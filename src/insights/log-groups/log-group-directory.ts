import {
  type CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  type LogGroup,
} from '@aws-sdk/client-cloudwatch-logs';
import { classifyError, describeError } from '../../cloudwatch/classify-error.js';
import { OptionError } from '../../cloudwatch/errors.js';
import { logGroupNameProblem, parseLogGroupArn } from '../../cloudwatch/names.js';
import { ReadCalls } from '../queries/read-calls.js';

/** A log group that can be queried. */
export interface KnownLogGroup {
  readonly name: string;
  /** What requests name it by: its ARN where it was given so (other accounts), else its name. */
  readonly identifier: string;
  /** Without the star that lists put behind it; unknown where describing is denied. */
  readonly arn?: string | undefined;
  /** Milliseconds since 1970; unknown where describing is denied. */
  readonly creationMillis?: number | undefined;
  readonly retentionInDays?: number | undefined;
  /** Bytes after compression, as the service last counted them. */
  readonly storedBytes?: number | undefined;
  readonly logGroupClass?: string | undefined;
}

/** Why a log group had no part in a look-up. */
export type LeftOutReason =
  'missing' | 'denied' | 'younger_than_range' | 'expired' | 'not_queryable' | 'failed';

/** A log group, or a selector of some, that had no part in a look-up. */
export interface LeftOutLogGroup {
  /** A name or ARN, or the selector as it was given. */
  readonly logGroup: string;
  readonly reason: LeftOutReason;
  /** One sentence for people. */
  readonly detail: string;
}

/** The groups that selectors mean. */
export interface ResolvedLogGroups {
  readonly groups: readonly KnownLogGroup[];
  readonly leftOut: readonly LeftOutLogGroup[];
}

/** How long an answer of DescribeLogGroups is trusted. */
const REMEMBER_MILLIS = 60_000;
/** Pages of 50 that one prefix may have: 10,000 groups. */
const MAX_PREFIX_PAGES = 200;

/**
 * Checks a selector of log groups: a name, an ARN (with or without `:*`), or a prefix that ends in `*`.
 * @throws OptionError
 */
export function checkLogGroupSelector(selector: unknown): asserts selector is string {
  const rule = 'hold names, ARNs or prefixes (`/apps/*`) of log groups';
  if (typeof selector !== 'string') throw new OptionError('logGroups', rule, selector);
  if (parseLogGroupArn(selector)) return;
  const name = selector.endsWith('*') ? selector.slice(0, -1) : selector;
  // The service's own groups (aws/spans) may be read, though nobody may create them.
  const problem =
    name === '' && selector === '*' ? undefined : logGroupNameProblem(name.replace(/^aws\//, '/aws/'));
  if (problem !== undefined) throw new OptionError('logGroups', `${rule}; a name must ${problem}`, selector);
}

/** Finds the log groups that names, ARNs and prefixes mean, and remembers them for a while. */
export class LogGroupDirectory {
  readonly #calls: ReadCalls;
  readonly #epochMillis: () => number;
  readonly #remembered = new Map<string, { untilMillis: number; answer: ResolvedLogGroups }>();

  /** @param parts.calls - of whoever reads the groups; default: some without a circuit breaker */
  constructor(parts: {
    client: CloudWatchLogsClient;
    epochMillis: () => number;
    calls?: ReadCalls | undefined;
  }) {
    this.#calls = parts.calls ?? new ReadCalls({ client: parts.client }, { circuitBreaker: false });
    this.#epochMillis = parts.epochMillis;
  }

  /**
   * Finds the groups of all selectors, each group once, in the selectors' order.
   * @throws an error of code `ERR_REQUEST`, with the AWS error's name, where the service cannot be asked at all; a missing permission is no error
   */
  async resolve(selectors: readonly string[], signal?: AbortSignal): Promise<ResolvedLogGroups> {
    const answers: ResolvedLogGroups[] = [];
    // A few at once: the quota of DescribeLogGroups is about ten a second.
    for (let index = 0; index < selectors.length; index += 5) {
      const some = selectors.slice(index, index + 5);
      answers.push(...(await Promise.all(some.map((selector) => this.#resolveOne(selector, signal)))));
    }
    const groups = new Map<string, KnownLogGroup>();
    for (const group of answers.flatMap((answer) => answer.groups)) {
      if (!groups.has(group.identifier)) groups.set(group.identifier, group);
    }
    return { groups: [...groups.values()], leftOut: answers.flatMap((answer) => answer.leftOut) };
  }

  async #resolveOne(selector: string, signal: AbortSignal | undefined): Promise<ResolvedLogGroups> {
    const remembered = this.#remembered.get(selector);
    if (remembered && remembered.untilMillis > this.#epochMillis()) return remembered.answer;
    const answer = await this.#ask(selector, signal);
    // Only what was found: a group that is missing now may be made at any moment.
    if (answer.leftOut.length === 0) {
      this.#remembered.set(selector, { untilMillis: this.#epochMillis() + REMEMBER_MILLIS, answer });
    }
    return answer;
  }

  async #ask(selector: string, signal: AbortSignal | undefined): Promise<ResolvedLogGroups> {
    const arn = parseLogGroupArn(selector);
    const isPrefix = !arn && selector.endsWith('*');
    try {
      if (arn) return await this.#askByArn(selector.replace(/:\*$/, ''), arn.logGroupName, signal);
      return isPrefix ? await this.#askByPrefix(selector, signal) : await this.#askByName(selector, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (classifyError(error) !== 'denied') throw error;
      // A name can be queried without being described; a prefix means nothing without the list.
      if (!isPrefix) {
        const identifier = selector.replace(/^(arn:.*):\*$/, '$1');
        return { groups: [{ name: arn?.logGroupName ?? selector, identifier }], leftOut: [] };
      }
      const detail = `its log groups cannot be listed: ${describeError(error)}`;
      return { groups: [], leftOut: [{ logGroup: selector, reason: 'denied', detail }] };
    }
  }

  async #askByName(name: string, signal: AbortSignal | undefined): Promise<ResolvedLogGroups> {
    // Sorted by name, so the group itself comes before those that only begin with its name.
    const { groups } = await this.#page({ logGroupNamePrefix: name, limit: 1 }, signal);
    const found = groups.find((group) => group.logGroupName === name);
    return found ? { groups: [toKnownGroup(found)], leftOut: [] } : missing(name);
  }

  async #askByArn(arn: string, name: string, signal: AbortSignal | undefined): Promise<ResolvedLogGroups> {
    try {
      const { groups } = await this.#page({ logGroupNamePrefix: name, limit: 1 }, signal);
      const found = groups.find((group) => group.arn?.replace(/:\*$/, '') === arn);
      if (found) return { groups: [{ ...toKnownGroup(found), identifier: arn }], leftOut: [] };
    } catch (error) {
      if (classifyError(error) !== 'denied') throw error;
    }
    // Of another account: a monitoring account may query it, whether or not it may describe it.
    return { groups: [{ name, identifier: arn }], leftOut: [] };
  }

  async #askByPrefix(selector: string, signal: AbortSignal | undefined): Promise<ResolvedLogGroups> {
    const prefix = selector.slice(0, -1);
    const found: KnownLogGroup[] = [];
    let nextToken: string | undefined;
    for (let pages = 0; pages < MAX_PREFIX_PAGES; pages++) {
      const page = await this.#page(
        {
          ...(prefix !== '' && { logGroupNamePrefix: prefix }),
          ...(nextToken !== undefined && { nextToken }),
        },
        signal,
      );
      for (const group of page.groups) found.push(toKnownGroup(group));
      nextToken = page.nextToken;
      if (nextToken === undefined) break;
    }
    if (found.length === 0) return missing(selector);
    const tooMany: LeftOutLogGroup = {
      logGroup: selector,
      reason: 'failed',
      detail: `more than ${MAX_PREFIX_PAGES * 50} log groups begin so; the others were left out`,
    };
    return { groups: found, leftOut: nextToken === undefined ? [] : [tooMany] };
  }

  async #page(
    request: { logGroupNamePrefix?: string; limit?: number; nextToken?: string },
    signal: AbortSignal | undefined,
  ): Promise<{ groups: LogGroup[]; nextToken: string | undefined }> {
    const command = new DescribeLogGroupsCommand(request);
    const answer = await this.#calls.make((client, options) => client.send(command, options), { signal });
    return { groups: answer.logGroups ?? [], nextToken: answer.nextToken };
  }
}

function toKnownGroup(group: LogGroup): KnownLogGroup {
  const name = group.logGroupName ?? '';
  return {
    name,
    identifier: name,
    ...(group.arn !== undefined && { arn: group.arn.replace(/:\*$/, '') }),
    ...(group.creationTime !== undefined && { creationMillis: group.creationTime }),
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
    ...(group.storedBytes !== undefined && { storedBytes: group.storedBytes }),
    ...(group.logGroupClass !== undefined && { logGroupClass: group.logGroupClass }),
  };
}

function missing(selector: string): ResolvedLogGroups {
  const detail = selector.endsWith('*') ? 'no log group begins so' : 'the log group does not exist';
  return { groups: [], leftOut: [{ logGroup: selector, reason: 'missing', detail }] };
}
