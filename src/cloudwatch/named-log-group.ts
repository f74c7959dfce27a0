/** How a request names a log group. */
export type NamedLogGroup = { logGroupIdentifier: string } | { logGroupName: string };

/**
 * The member of a request that names a log group.
 * @param nameOrArn - an ARN may end in `:*`, as DescribeLogGroups has it, which is refused here
 */
export function namedLogGroup(nameOrArn: string): NamedLogGroup {
  return nameOrArn.startsWith('arn:')
    ? { logGroupIdentifier: withoutStar(nameOrArn) }
    : { logGroupName: nameOrArn };
}

/** An ARN of a log group as requests take it. Source: FilterLogEvents, `logGroupIdentifier`. */
export function withoutStar(arn: string): string {
  return arn.endsWith(':*') ? arn.slice(0, -2) : arn;
}
