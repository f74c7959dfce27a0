import type * as sdk from '@aws-sdk/client-cloudwatch-logs';
import { checkMembers } from '../cloudwatch/check-members.js';
import { checkSignal, checkTexts } from '../cloudwatch/check-values.js';
import { OptionError } from '../cloudwatch/errors.js';
import { withoutStar } from '../cloudwatch/named-log-group.js';
import { parseLogGroupArn } from '../cloudwatch/names.js';
import { youngerCommand } from '../cloudwatch/younger-command.js';
import { checkIndexFields, checkLogGroupName } from './checks.js';
import { type IndexPolicy, parseIndexPolicy, printIndexPolicy } from './index-policy.js';
import { abortable } from './log-groups.js';
import { LIST_MEMBERS, type ListOptions, pages } from './pages.js';
import { call, callUnless } from './resource-error.js';

/** A field that a log group indexes. */
export interface FieldIndex {
  /** The group, by name or ARN, that it was found for. */
  readonly logGroupIdentifier: string;
  readonly fieldName: string;
  readonly type: 'FIELD_INDEX' | 'FACET';
  readonly firstEventTimeMillis: number | undefined;
  readonly lastEventTimeMillis: number | undefined;
}

/** The policy that is in force for a group. */
export interface EffectiveIndexPolicy extends IndexPolicy {
  /** The group's own policy replaces the account's. */
  readonly source: 'ACCOUNT' | 'LOG_GROUP';
}

/** Field indexes of Standard log groups. Every method throws OptionError or ResourceError. */
export class FieldIndexes {
  readonly #client: sdk.CloudWatchLogsClient;

  constructor(client: sdk.CloudWatchLogsClient) {
    this.#client = client;
  }

  /** The fields that groups index. @param logGroups - names or ARNs, at most 100 */
  list(logGroups: readonly string[], options: ListOptions = {}): AsyncIterable<FieldIndex> {
    checkMembers('', options, LIST_MEMBERS);
    const { signal } = options;
    checkSignal(signal);
    checkTexts('logGroups', logGroups);
    checkGroups(logGroups);
    const Command = youngerCommand('DescribeFieldIndexesCommand');
    return pages(async (nextToken) => {
      const command = new Command({ logGroupIdentifiers: logGroups.map(withoutStar), nextToken });
      const answer = await call('DescribeFieldIndexes', () => this.#client.send(command, abortable(signal)));
      const items = (answer.fieldIndexes ?? []).map((index) => ({
        logGroupIdentifier: index.logGroupIdentifier ?? '',
        fieldName: index.fieldIndexName ?? '',
        type: index.type ?? ('FIELD_INDEX' as const),
        firstEventTimeMillis: index.firstEventTime,
        lastEventTimeMillis: index.lastEventTime,
      }));
      return { items, nextToken: answer.nextToken };
    }, signal);
  }

  /** The policy in force for a group: its own, else the account's. @returns undefined for none */
  async policy(logGroup: string): Promise<EffectiveIndexPolicy | undefined> {
    checkGroups([logGroup]);
    const command = new (youngerCommand('DescribeIndexPoliciesCommand'))({
      logGroupIdentifiers: [withoutStar(logGroup)],
    });
    const { indexPolicies = [] } = await call('DescribeIndexPolicies', () => this.#client.send(command));
    const found = indexPolicies.find(({ source }) => source === 'LOG_GROUP') ?? indexPolicies[0];
    if (!found) return undefined;
    return { ...parseIndexPolicy(found.policyDocument ?? '{}'), source: found.source ?? 'LOG_GROUP' };
  }

  /**
   * Sets a group's own policy, in place of the one it has and of the account's. Only events that come later
   * are indexed.
   */
  async put(logGroup: string, fields: readonly string[], facets: readonly string[] = []): Promise<void> {
    checkGroups([logGroup]);
    checkIndexFields(fields, facets);
    const command = new (youngerCommand('PutIndexPolicyCommand'))({
      logGroupIdentifier: withoutStar(logGroup),
      policyDocument: printIndexPolicy({ fields: [...new Set(fields)], facets: [...new Set(facets)] }),
    });
    await call('PutIndexPolicy', () => this.#client.send(command));
  }

  /**
   * Adds fields to those that the policy in force indexes; what it indexes stays indexed.
   * @returns whether anything changed
   */
  async ensure(
    logGroup: string,
    fields: readonly string[],
    facets: readonly string[] = [],
  ): Promise<boolean> {
    checkGroups([logGroup]);
    checkIndexFields(fields, facets);
    const present: IndexPolicy = (await this.policy(logGroup)) ?? { fields: [], facets: [] };
    const allFacets = new Set([...present.facets, ...facets]);
    const allFields = new Set([...present.fields, ...fields].filter((name) => !allFacets.has(name)));
    const presentFields = present.fields.filter((name) => !present.facets.includes(name));
    if (allFacets.size === present.facets.length && allFields.size === presentFields.length) return false;
    await this.put(logGroup, [...allFields], [...allFacets]);
    return true;
  }

  /** Deletes a group's own policy. @returns false where it had none */
  async delete(logGroup: string): Promise<boolean> {
    checkGroups([logGroup]);
    const command = new (youngerCommand('DeleteIndexPolicyCommand'))({
      logGroupIdentifier: withoutStar(logGroup),
    });
    return await callUnless('missing', 'DeleteIndexPolicy', () => this.#client.send(command));
  }
}

function checkGroups(logGroups: readonly unknown[]): void {
  // What is no text is named as a name that is wrong.
  for (const group of logGroups) if (typeof group !== 'string') checkLogGroupName(group);
  checkTexts('logGroups', logGroups);
  if (logGroups.length < 1 || logGroups.length > 100) {
    throw new OptionError('logGroups', 'hold 1 to 100 log groups', logGroups.length);
  }
  for (const group of logGroups) if (!parseLogGroupArn(group)) checkLogGroupName(group);
}
