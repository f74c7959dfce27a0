// A rule of EventBridge with a log group as target, followed by tailLogs: node events.mjs. See README.md.
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { tailLogs } from 'opentelemetry-cloudwatch-logs/tail';

/** EventBridge writes to log groups of this prefix alone. */
export const LOG_GROUP = '/aws/events/alarm-changes';

/**
 * Makes the log group, lets EventBridge write to it, and makes the rule.
 * @param pattern - which events; default: state changes of CloudWatch alarms
 */
export async function followEvents(
  { logs, events },
  {
    account,
    region,
    pattern = { source: ['aws.cloudwatch'], 'detail-type': ['CloudWatch Alarm State Change'] },
  },
) {
  try {
    await logs.send(new CreateLogGroupCommand({ logGroupName: LOG_GROUP }));
  } catch (error) {
    if (error.name !== 'ResourceAlreadyExistsException') throw error;
  }
  const arn = `arn:aws:logs:${region}:${account}:log-group:${LOG_GROUP}`;
  await logs.send(
    new PutResourcePolicyCommand({
      policyName: 'EventsToLogs',
      policyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] },
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: `${arn}:*`,
          },
        ],
      }),
    }),
  );
  await events.send(new PutRuleCommand({ Name: 'alarm-changes', EventPattern: JSON.stringify(pattern) }));
  await events.send(new PutTargetsCommand({ Rule: 'alarm-changes', Targets: [{ Id: 'logs', Arn: arn }] }));
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const [account, region] = [process.env.AWS_ACCOUNT_ID, process.env.AWS_REGION];
  if (!account || !region) throw new Error('set AWS_ACCOUNT_ID and AWS_REGION');
  await followEvents(
    { logs: new CloudWatchLogsClient({}), events: new EventBridgeClient({}) },
    { account, region },
  );
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  for await (const item of tailLogs({ region, logGroups: [LOG_GROUP], signal: stop.signal })) {
    if (item.kind === 'event') console.log(item.event.text);
    else console.error(`-- ${item.kind}`);
  }
}
