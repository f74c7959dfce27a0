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

/** The actions of a query, for an error that does not carry its own. */
const ACTIONS_OF_QUERIES: readonly string[] = ['logs:StartQuery', 'logs:GetQueryResults', 'logs:StopQuery'];

/**
 * The actions that an error `ERR_ACCESS_DENIED` of a look-up is about: the one that the service named, which its sentence
 * alone does, else all that the look-up takes, as the error carries them.
 */
export function deniedActionsOf(error: Error & { readonly actions?: readonly string[] }): string {
  const { message, actions = ACTIONS_OF_QUERIES } = error;
  return permissionIn(message) ?? `${actions.join(', ')} and logs:DescribeLogGroups`;
}

/** The action that an AccessDeniedException names, for example `logs:PutLogEvents`; one of those known. */
export function permissionIn(message: string): string | undefined {
  const action = /perform:?\s{1,9}([a-z0-9-]{1,30}:[A-Za-z]{1,60})/.exec(message)?.[1];
  return action !== undefined && KNOWN_ACTIONS.has(action) ? action : undefined;
}
