import * as sdk from '@aws-sdk/client-cloudwatch-logs';
import { classifyError, describeError, permissionIn } from '../cloudwatch/classify-error.js';
import { factsOf } from '../cloudwatch/error-facts.js';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { DEFAULT_INDEX_FIELDS } from '../cloudwatch/message-keys.js';
import { sendWithin } from '../cloudwatch/send-within.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type IndexPolicy, mergeIndexPolicies, parseIndexPolicy, printIndexPolicy } from './index-policy.js';

/** What a new log group gets besides its existence. */
export interface FinishingSteps {
  readonly retentionInDays?: number | undefined;
  readonly indexFields?: readonly string[] | undefined;
  readonly facetFields?: readonly string[] | undefined;
  /** Only groups of the Standard class take index policies. */
  readonly isStandard: boolean;
}

interface FinishingParts {
  readonly client: sdk.CloudWatchLogsClient;
  readonly diagnostics: Diagnostics;
}

/** Attempts of one step: a group that was made just now may be busy. */
const STEP_ATTEMPTS = 3;
const STEP_DELAY_MILLIS = 500;

/**
 * Sets retention and index policy of a group that was made just now. Each step is best effort: what fails
 * is reported once, with the missing permission, and no record waits for it. Never rejects.
 */
export async function finishLogGroup(
  parts: FinishingParts,
  logGroupName: string,
  steps: FinishingSteps,
  requestTimeoutMillis: number,
): Promise<void> {
  const step = async (name: string, permission: string, work: () => Promise<void>): Promise<void> => {
    try {
      await insist(work);
    } catch (error) {
      const isDenied = classifyError(error) === 'denied';
      const needed = (isDenied ? permissionIn(factsOf(error).message) : undefined) ?? permission;
      const remedy = isDenied ? `; allow ${needed} to the role in use` : '';
      parts.diagnostics.once(
        'warn',
        `finish ${name} ${logGroupName}`,
        `log group ${logGroupName} is made without ${name}: ${describeError(error)}${remedy}`,
      );
    }
  };
  const { retentionInDays } = steps;
  if (retentionInDays !== undefined) {
    await step('retention', 'logs:PutRetentionPolicy', async () => {
      const command = new sdk.PutRetentionPolicyCommand({ logGroupName, retentionInDays });
      await sendWithin((options) => parts.client.send(command, options), requestTimeoutMillis);
    });
  }
  const wanted: IndexPolicy = {
    fields: steps.indexFields ?? DEFAULT_INDEX_FIELDS,
    facets: steps.facetFields ?? [],
  };
  if (!steps.isStandard || wanted.fields.length + wanted.facets.length === 0) return;
  await step('field indexes', 'logs:PutIndexPolicy', () =>
    putIndexPolicy(parts, logGroupName, wanted, requestTimeoutMillis),
  );
}

/**
 * A group's policy replaces the account's, so that one's fields go into ours. Where it can't be read, nothing
 * is put: an account's index may be worth more than ours.
 */
async function putIndexPolicy(
  { client, diagnostics }: FinishingParts,
  logGroupName: string,
  wanted: IndexPolicy,
  requestTimeoutMillis: number,
): Promise<void> {
  // Both commands are younger than the oldest SDK that this package works with.
  const commands: Partial<Pick<typeof sdk, 'DescribeIndexPoliciesCommand' | 'PutIndexPolicyCommand'>> = sdk;
  const { DescribeIndexPoliciesCommand, PutIndexPolicyCommand } = commands;
  if (!DescribeIndexPoliciesCommand || !PutIndexPolicyCommand) {
    throw new CloudWatchLogsError(
      'ERR_SDK_TOO_OLD',
      'the installed @aws-sdk/client-cloudwatch-logs is too old for index policies',
    );
  }
  const describe = new DescribeIndexPoliciesCommand({ logGroupIdentifiers: [logGroupName] });
  const answer = await sendWithin((options) => client.send(describe, options), requestTimeoutMillis);
  const present = (answer.indexPolicies ?? []).map((policy) =>
    parseIndexPolicy(policy.policyDocument ?? '{}'),
  );
  const { policy, leftOut, addsToFirst } = mergeIndexPolicies([...present, wanted]);
  if (leftOut.length > 0) {
    diagnostics.once(
      'warn',
      `index fields ${logGroupName}`,
      `log group ${logGroupName} does not index ${leftOut.join(', ')}: with the account's policy there would be too many fields`,
    );
  }
  if (present.length > 0 && !addsToFirst) return;
  const put = new PutIndexPolicyCommand({
    logGroupIdentifier: logGroupName,
    policyDocument: printIndexPolicy(policy),
  });
  await sendWithin((options) => client.send(put, options), requestTimeoutMillis);
}

async function insist(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      const kind = classifyError(error);
      if (attempt >= STEP_ATTEMPTS || (kind !== 'retry' && kind !== 'throttled' && kind !== 'missing'))
        throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * STEP_DELAY_MILLIS).unref());
    }
  }
}
