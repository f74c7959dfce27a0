import * as sdk from '@aws-sdk/client-cloudwatch-logs';
import { CloudWatchLogsError } from './errors.js';

/** Commands that the oldest SDK of our range (3.600) does not have: importing them by name would fail there. */
type YoungerCommand =
  | 'DescribeFieldIndexesCommand'
  | 'DescribeIndexPoliciesCommand'
  | 'PutIndexPolicyCommand'
  | 'DeleteIndexPolicyCommand';

/**
 * The class of a command that the installed SDK may be too old for.
 * @throws CloudWatchLogsError with code `ERR_SDK_TOO_OLD`
 */
export function youngerCommand<Name extends YoungerCommand>(name: Name): (typeof sdk)[Name] {
  const command = (sdk as Partial<typeof sdk>)[name];
  if (command) return command;
  throw new CloudWatchLogsError(
    'ERR_SDK_TOO_OLD',
    `the installed @aws-sdk/client-cloudwatch-logs has no ${name}: field indexes need a newer one`,
  );
}
