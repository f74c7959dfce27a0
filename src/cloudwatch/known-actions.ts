/** IAM actions that a denied request of this package may name. */
const KNOWN_ACTIONS: ReadonlySet<string> = new Set([
  ...[
    'AssociateKmsKey',
    'CreateLogGroup',
    'CreateLogStream',
    'DeleteIndexPolicy',
    'DeleteLogGroup',
    'DeleteLogStream',
    'DeleteMetricFilter',
    'DeleteRetentionPolicy',
    'DeleteSubscriptionFilter',
    'DescribeFieldIndexes',
    'DescribeIndexPolicies',
    'DescribeLogGroups',
    'DescribeLogStreams',
    'DescribeMetricFilters',
    'DescribeSubscriptionFilters',
    'DisassociateKmsKey',
    'FilterLogEvents',
    'GetLogEvents',
    'GetQueryResults',
    'ListTagsForResource',
    'ListTagsLogGroup',
    'PutIndexPolicy',
    'PutLogEvents',
    'PutMetricFilter',
    'PutRetentionPolicy',
    'PutSubscriptionFilter',
    'StartLiveTail',
    'StartQuery',
    'StopQuery',
    'TagLogGroup',
    'TagResource',
    'TestMetricFilter',
    'Unmask',
    'UntagLogGroup',
    'UntagResource',
  ].map((name) => `logs:${name}`),
  ...['CreateGrant', 'Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncrypt'].map(
    (name) => `kms:${name}`,
  ),
  ...['AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'].map((name) => `sts:${name}`),
  'iam:PassRole',
]);

/** The actions that the error `ERR_ACCESS_DENIED` of a look-up is about: the one that the service named, else all it takes. */
export function deniedActionsOf({ message }: Error): string {
  const calls = message.startsWith('no log group may be read')
    ? 'logs:FilterLogEvents'
    : 'logs:StartQuery, logs:GetQueryResults, logs:StopQuery';
  return permissionIn(message) ?? `${calls} and logs:DescribeLogGroups`;
}

/** The action that an AccessDeniedException names, for example `logs:PutLogEvents`; one of those known. */
export function permissionIn(message: string): string | undefined {
  const action = /perform:?\s{1,9}([a-z0-9-]{1,30}:[A-Za-z]{1,60})/.exec(message)?.[1];
  return action !== undefined && KNOWN_ACTIONS.has(action) ? action : undefined;
}
