import { classifyError, permissionIn } from '../cloudwatch/classify-error.js';
import { factsOf } from '../cloudwatch/error-facts.js';

/**
 * What PutSubscriptionFilter says where it is the destination that does not take the events, and what can be done there: the role
 * in use lacks nothing then. Sources: recorded answers, and the user guide, "Cross-account cross-Region log data sharing".
 */
const REMEDIES: readonly (readonly [begin: RegExp, remedy: string])[] = [
  [
    /Could not execute the lambda function/,
    'let the service call the function: a resource-based policy with lambda:InvokeFunction for logs.amazonaws.com (lambda add-permission)',
  ],
  [
    /Cross-account lambda invocation passing is not allowed/,
    'give a function of this account, or a logical destination of the other one, which leads to a Kinesis or Firehose stream',
  ],
  [
    /Could not deliver test message to specified (?:Kinesis|Firehose) stream/,
    'the stream has to be active, and roleArn a role that logs.amazonaws.com may assume and that may write to it',
  ],
  [
    /perform:?\s{1,9}logs:PutSubscriptionFilter on resource:\s{0,9}arn:[a-z-]{1,20}:logs:[a-z0-9-]{0,30}:\d{0,12}:destination:/,
    'have the access policy of the destination allow logs:PutSubscriptionFilter to this account (put-destination-policy), and the role in use',
  ],
];

/** Actions at a destination: the service does them as the role of `roleArn`. */
const OF_A_DESTINATION = /perform:?\s{1,9}(?:lambda|kinesis|firehose):/;

/**
 * The remedy for a subscription filter that was refused for its destination.
 * @returns undefined where the error is about something else, null where nothing that is known would help
 */
export function destinationRemedy(thrown: unknown): string | null | undefined {
  const { message } = factsOf(thrown);
  const known = REMEDIES.find(([begin]) => begin.test(message));
  if (known) return known[1];
  if (OF_A_DESTINATION.test(message)) {
    return 'allow it to the role of roleArn, which the service assumes, not to the role in use';
  }
  // Without an action it may be about either side.
  return classifyError(thrown) === 'denied' && permissionIn(message) === undefined ? null : undefined;
}
