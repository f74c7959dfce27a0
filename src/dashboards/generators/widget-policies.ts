import { OptionError } from '../../cloudwatch/errors.js';
import { type IamPolicy } from '../../cloudwatch/iam-policy.js';
import { parseFunctionArn } from '../function-arn.js';

/** Who needs what for a trace widget. */
export interface TraceWidgetPolicies {
  /** Of whoever looks at the dashboard: to invoke the function, and nothing else. */
  readonly viewer: IamPolicy;
  /** Of the function's role, beside AWSLambdaBasicExecutionRole: to read the logs. */
  readonly function: IamPolicy;
}

/** The least that a custom widget needs. @param functionArn - of the function of {@link createTraceWidget} */
export function traceWidgetPolicies(functionArn: string): TraceWidgetPolicies {
  const arn = parseFunctionArn(functionArn);
  if (!arn) throw new OptionError('functionArn', 'be the ARN of a function of AWS Lambda', functionArn);
  const groups = `arn:${arn.partition}:logs:${arn.region}:${arn.accountId}:log-group:*`;
  return {
    viewer: policy({ Sid: 'LookAtTraces', Action: ['lambda:InvokeFunction'], Resource: functionArn }),
    function: policy(
      {
        Sid: 'ReadLogGroups',
        Action: ['logs:StartQuery', 'logs:FilterLogEvents'],
        Resource: groups,
      },
      {
        Sid: 'FollowQueries',
        Action: [
          'logs:GetQueryResults',
          'logs:StopQuery',
          'logs:DescribeLogGroups',
          'logs:DescribeIndexPolicies',
          'logs:DescribeFieldIndexes',
          'logs:GetLogGroupFields',
        ],
        Resource: '*',
      },
    ),
  };
}

function policy(...statements: readonly Omit<IamPolicy['Statement'][number], 'Effect'>[]): IamPolicy {
  return {
    Version: '2012-10-17',
    Statement: statements.map(({ Sid, Action, Resource }) => ({ Sid, Effect: 'Allow', Action, Resource })),
  };
}
