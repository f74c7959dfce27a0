import {
  type CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  type LogGroup,
} from '@aws-sdk/client-cloudwatch-logs';
import { classifyError } from '../../cloudwatch/classify-error.js';
import { describeWithRemedy, reasonWithRemedy } from '../../cloudwatch/denied-action.js';
import { OptionError } from '../../cloudwatch/errors.js';
import { logGroupNameProblem, parseLogGroupArn } from '../../cloudwatch/names.js';
import { ReadCalls } from '../queries/read-calls.js';

/** A log group that can be queried. */
export interface KnownLogGroup {
  readonly name: string;
  /** The name of it in requests: its ARN where it was given so (other accounts), else its name. */
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

/** The log groups that selectors mean, as far as the directory knows. */
export interface DirectoryAnswer extends ResolvedLogGroups {
  /** Identifiers of groups of which nothing but the name is known, as describing them is denied; and why. */
  readonly undescribed: ReadonlyMap<string, string>;
}

const ALL_DESCRIBED: ReadonlyMap<string, string> = new Map();

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
  readonly #remembered = new Map<string, { untilMillis: number; answer: DirectoryAnswer }>();

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
  async resolve(selectors: readonly string[], signal?: AbortSignal): Promise<DirectoryAnswer> {
    const answers: DirectoryAnswer[] = [];
    // A few at once: the quota of DescribeLogGroups is about ten a second.
    for (let index = 0; index < selectors.length; index += 5) {
      const some = selectors.slice(index, index + 5);
      answers.push(...(await Promise.all(some.map((selector) => this.#resolveOne(selector, signal)))));
    }
    const groups = new Map<string, KnownLogGroup>();
    for (const group of answers.flatMap((answer) => answer.groups)) {
      if (!groups.has(group.identifier)) groups.set(group.identifier, group);
    }
    const leftOut = answers.flatMap((answer) => answer.leftOut);
    // A group of two selectors may be described by one of them alone.
    const undescribed = answers
      .flatMap((answer) => [...answer.undescribed])
      .filter(([identifier]) => groups.get(identifier)?.creationMillis === undefined);
    return { groups: [...groups.values()], leftOut, undescribed: new Map(undescribed) };
  }

  async #resolveOne(selector: string, signal: AbortSignal | undefined): Promise<DirectoryAnswer> {
    const remembered = this.#remembered.get(selector);
    if (remembered && remembered.untilMillis > this.#epochMillis()) return remembered.answer;
    const answer = await this.#ask(selector, signal);
    // Only what was found: a group that is missing now may be made at any moment.
    if (answer.leftOut.length === 0) {
      this.#remembered.set(selector, { untilMillis: this.#epochMillis() + REMEMBER_MILLIS, answer });
    }
    return answer;
  }

  async #ask(selector: string, signal: AbortSignal | undefined): Promise<DirectoryAnswer> {
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
        return undescribed({ name: arn?.logGroupName ?? selector, identifier: withoutStar(selector) }, error);
      }
      const detail = `its log groups cannot be listed: ${describeWithRemedy(error, 'DescribeLogGroups')}`;
      const leftOut: LeftOutLogGroup = { logGroup: selector, reason: 'denied', detail };
      return { groups: [], leftOut: [leftOut], undescribed: ALL_DESCRIBED };
    }
  }

  async #askByName(name: string, signal: AbortSignal | undefined): Promise<DirectoryAnswer> {
    // Sorted by name, so the group itself comes before those that only begin with its name.
    const { groups } = await this.#page({ logGroupNamePrefix: name, limit: 1 }, signal);
    const found = groups.find((group) => group.logGroupName === name);
    return found ? described(toKnownGroup(found)) : missing(name);
  }

  async #askByArn(arn: string, name: string, signal: AbortSignal | undefined): Promise<DirectoryAnswer> {
    try {
      const { groups } = await this.#page({ logGroupNamePrefix: name, limit: 1 }, signal);
      const found = groups.find((group) => group.arn?.replace(/:\*$/, '') === arn);
      if (found) return described({ ...toKnownGroup(found), identifier: arn });
    } catch (error) {
      if (classifyError(error) !== 'denied') throw error;
      return undescribed({ name, identifier: arn }, error);
    }
    // It is another account's: a monitoring account may query it, though it is in no list here.
    return described({ name, identifier: arn });
  }

  async #askByPrefix(selector: string, signal: AbortSignal | undefined): Promise<DirectoryAnswer> {
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
    return { groups: found, leftOut: nextToken === undefined ? [] : [tooMany], undescribed: ALL_DESCRIBED };
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

function described(group: KnownLogGroup): DirectoryAnswer {
  return { groups: [group], leftOut: [], undescribed: ALL_DESCRIBED };
}

function undescribed(group: KnownLogGroup, error: unknown): DirectoryAnswer {
  const why = reasonWithRemedy(error, 'DescribeLogGroups');
  return { groups: [group], leftOut: [], undescribed: new Map([[group.identifier, why]]) };
}

/** An ARN as queries take it. */
function withoutStar(selector: string): string {
  return selector.replace(/^(arn:.*):\*$/, '$1');
}

function missing(selector: string): DirectoryAnswer {
  const begins = selector === '*' ? 'there are no log groups' : 'no log group begins so';
  const detail = selector.endsWith('*') ? begins : 'the log group does not exist';
  return {
    groups: [],
    leftOut: [{ logGroup: selector, reason: 'missing', detail }],
    undescribed: ALL_DESCRIBED,
  };
}
