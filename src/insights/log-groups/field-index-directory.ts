import {
  type CloudWatchLogsClient,
  type FieldIndex,
  type IndexPolicy,
} from '@aws-sdk/client-cloudwatch-logs';
import { classifyError } from '../../cloudwatch/classify-error.js';
import { describeWithRemedy } from '../../cloudwatch/denied-action.js';
import { isNotOffered } from '../../cloudwatch/not-offered.js';
import { parseLogGroupArn } from '../../cloudwatch/names.js';
import { youngerCommand } from '../../cloudwatch/younger-command.js';
import { isJsonObject, parseJsonObject } from '../messages/json-fields.js';
import { type KnownLogGroup } from './log-group-directory.js';
import { ReadCalls } from '../queries/read-calls.js';

/** One indexed field of a log group. */
export interface IndexedField {
  /**
   * Milliseconds since 1970 from which events are indexed; -Infinity where the service tells no time
   * (fields that it indexes in every group).
   */
  readonly sinceMillis: number;
  /** A policy names the field: whoever wrote it expects the group's events to have it. */
  readonly isChosen: boolean;
}

/** The indexed fields of one log group, by name. */
export type IndexedFields = ReadonlyMap<string, IndexedField>;

/** The indexes of some groups, as far as they are known. */
export interface FieldIndexes {
  readonly byGroup: ReadonlyMap<string, IndexedFields>;
  /** Groups, by identifier, whose indexes could not be asked for, and why; they count as not indexed. */
  readonly unknown: ReadonlyMap<string, string>;
}

/** Groups in one request. Source: DescribeFieldIndexes and DescribeIndexPolicies, `logGroupIdentifiers`. */
const GROUPS_IN_REQUEST = 100;
/** How long an answer is trusted; policies change rarely. */
const REMEMBER_MILLIS = 15 * 60_000;
const NO_FIELDS: IndexedFields = new Map();

/** Asks log groups once for their field indexes, and remembers the answers. */
export class FieldIndexDirectory {
  readonly #calls: ReadCalls;
  readonly #epochMillis: () => number;
  readonly #remembered = new Map<string, { untilMillis: number; fields: IndexedFields }>();

  /** @param parts.calls - of whoever reads the groups; default: some without a circuit breaker */
  constructor(parts: {
    client: CloudWatchLogsClient;
    epochMillis: () => number;
    calls?: ReadCalls | undefined;
  }) {
    this.#calls = parts.calls ?? new ReadCalls({ client: parts.client }, { circuitBreaker: false });
    this.#epochMillis = parts.epochMillis;
  }

  /** Tells the indexed fields of groups. Never throws but for an aborted signal. */
  async describe(groups: readonly KnownLogGroup[], signal?: AbortSignal): Promise<FieldIndexes> {
    const unknown = new Map<string, string>();
    // Only Standard groups have indexes; one of another class would spoil the request.
    const standard = groups.filter((group) => (group.logGroupClass ?? 'STANDARD') === 'STANDARD');
    const asked = standard.filter((group) => !this.#isRemembered(group));
    for (let index = 0; index < asked.length; index += GROUPS_IN_REQUEST) {
      await this.#ask(asked.slice(index, index + GROUPS_IN_REQUEST), unknown, signal);
    }
    const byGroup = new Map<string, IndexedFields>();
    for (const group of groups) {
      byGroup.set(group.identifier, this.#remembered.get(group.identifier)?.fields ?? NO_FIELDS);
    }
    return { byGroup, unknown };
  }

  #isRemembered(group: KnownLogGroup): boolean {
    const remembered = this.#remembered.get(group.identifier);
    return remembered !== undefined && remembered.untilMillis > this.#epochMillis();
  }

  async #ask(
    groups: readonly KnownLogGroup[],
    unknown: Map<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const identifiers = groups.map((group) => group.identifier);
    const [policies, indexes] = await Promise.allSettled([
      this.#policies(identifiers, signal),
      this.#indexes(identifiers, signal),
    ]);
    signal?.throwIfAborted();
    if (policies.status === 'rejected' && indexes.status === 'rejected') {
      const isForAll = classifyError(policies.reason) === 'denied' || isNotOffered(policies.reason);
      if (groups.length > 1 && !isForAll) {
        // One group of the list may have spoilt the answer for all.
        for (const group of groups) await this.#ask([group], unknown, signal);
        return;
      }
      for (const group of groups)
        unknown.set(group.identifier, describeWithRemedy(policies.reason, 'DescribeIndexPolicies'));
      return;
    }
    const found = mergeIndexes(
      groups,
      policies.status === 'fulfilled' ? policies.value : [],
      indexes.status === 'fulfilled' ? indexes.value : [],
    );
    for (const [identifier, fields] of found) {
      this.#remembered.set(identifier, { untilMillis: this.#epochMillis() + REMEMBER_MILLIS, fields });
    }
  }

  #policies(logGroupIdentifiers: string[], signal: AbortSignal | undefined): Promise<IndexPolicy[]> {
    return allPages(async (nextToken) => {
      const command = new (youngerCommand('DescribeIndexPoliciesCommand'))({
        logGroupIdentifiers,
        ...nextToken,
      });
      const answer = await this.#calls.make((client, options) => client.send(command, options), { signal });
      return { items: answer.indexPolicies ?? [], nextToken: answer.nextToken };
    });
  }

  #indexes(logGroupIdentifiers: string[], signal: AbortSignal | undefined): Promise<FieldIndex[]> {
    return allPages(async (nextToken) => {
      const command = new (youngerCommand('DescribeFieldIndexesCommand'))({
        logGroupIdentifiers,
        ...nextToken,
      });
      const answer = await this.#calls.make((client, options) => client.send(command, options), { signal });
      return { items: answer.fieldIndexes ?? [], nextToken: answer.nextToken };
    });
  }
}

async function allPages<T>(
  page: (token: { nextToken?: string }) => Promise<{ items: readonly T[]; nextToken: string | undefined }>,
): Promise<T[]> {
  const items: T[] = [];
  let token: string | undefined;
  do {
    const answer = await page(token === undefined ? {} : { nextToken: token });
    for (const item of answer.items) items.push(item);
    token = answer.nextToken;
  } while (token !== undefined);
  return items;
}

function mergeIndexes(
  groups: readonly KnownLogGroup[],
  policies: readonly IndexPolicy[],
  indexes: readonly FieldIndex[],
): Map<string, IndexedFields> {
  const byGroup = new Map(groups.map((group) => [group.identifier, new Map<string, IndexedField>()]));
  const fieldsOf = (identifier: string | undefined): Map<string, IndexedField>[] =>
    groupsNamed(groups, identifier).map((group) => byGroup.get(group.identifier)!);

  for (const policy of policies) {
    const sinceMillis = policy.lastUpdateTime ?? Infinity;
    for (const fields of fieldsOf(policy.logGroupIdentifier)) {
      for (const name of fieldsOfPolicy(policy.policyDocument))
        fields.set(name, { sinceMillis, isChosen: true });
    }
  }
  for (const { fieldIndexName, logGroupIdentifier, indexCategory, firstEventTime } of indexes) {
    if (fieldIndexName === undefined || indexCategory === 'INACTIVE') continue;
    for (const fields of fieldsOf(logGroupIdentifier)) {
      const known = fields.get(fieldIndexName);
      const isDefault = indexCategory === 'DEFAULT';
      // A policy's time moves with every change of it; the first indexed event shows how far back it reaches.
      const since = firstEventTime ?? (isDefault ? -Infinity : Infinity);
      const sinceMillis = Math.min(since, known?.sinceMillis ?? Infinity);
      fields.set(fieldIndexName, { sinceMillis, isChosen: known?.isChosen ?? indexCategory === 'CUSTOM' });
    }
  }
  return byGroup;
}

/** The groups that an identifier of an answer means; an answer without one is about all that were asked. */
function groupsNamed(
  groups: readonly KnownLogGroup[],
  identifier: string | undefined,
): readonly KnownLogGroup[] {
  if (identifier === undefined || groups.length === 1) return groups;
  const bare = identifier.replace(/^(arn:.*):\*$/, '$1');
  const name = parseLogGroupArn(bare)?.logGroupName ?? bare;
  const byArn = groups.filter((group) => group.identifier === bare);
  return byArn.length > 0 ? byArn : groups.filter((group) => group.identifier === name);
}

function fieldsOfPolicy(document: string | undefined): string[] {
  const policy = parseJsonObject(document ?? '') ?? {};
  const list: unknown[] = Array.isArray(policy.Fields) ? policy.Fields : [];
  const names = list.filter((name): name is string => typeof name === 'string');
  return isJsonObject(policy.FieldsV2) ? [...names, ...Object.keys(policy.FieldsV2)] : names;
}
