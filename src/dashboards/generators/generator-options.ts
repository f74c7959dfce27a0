import { OptionError } from '../../cloudwatch/errors.js';
import { parseLogGroupArn } from '../../cloudwatch/names.js';
import { checkLogGroupSelector } from '../../insights/log-groups/log-group-directory.js';

/** A log group as generators name it. */
export interface NamedLogGroup {
  readonly name: string;
  readonly arn: string | undefined;
  readonly accountId: string | undefined;
}

/** @throws OptionError */
export function checkRegion(region: unknown): asserts region is string {
  if (typeof region !== 'string' || !/^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(region)) {
    throw new OptionError('region', 'be the name of an AWS region, such as eu-west-1', region);
  }
}

/** Checks names, ARNs and prefixes. @throws OptionError */
export function checkLogGroups(logGroups: unknown): asserts logGroups is readonly string[] {
  if (!Array.isArray(logGroups) || logGroups.length === 0) {
    throw new OptionError('logGroups', 'hold at least one name, ARN or prefix of log groups', logGroups);
  }
  for (const selector of logGroups as readonly unknown[]) checkLogGroupSelector(selector);
}

/** Log groups by name or ARN alone. @throws OptionError for a prefix */
export function namedLogGroups(logGroups: readonly string[]): NamedLogGroup[] {
  checkLogGroups(logGroups);
  return logGroups.map((selector) => {
    const arn = parseLogGroupArn(selector);
    if (arn) return { name: arn.logGroupName, arn: selector.replace(/:\*$/, ''), accountId: arn.accountId };
    if (selector.endsWith('*')) {
      const rule = 'be named in full here, as it has no prefixes; `otel-cwlogs groups` lists them';
      throw new OptionError('logGroups', rule, selector);
    }
    return { name: selector, arn: undefined, accountId: undefined };
  });
}

/** @throws OptionError for what is no address of HTTP */
export function checkAddress(option: string, address: string | undefined): void {
  if (address === undefined) return;
  const isHttp =
    typeof address === 'string' && /^https?:\/\/[^\s"'`<>\\]+$/.test(address) && URL.canParse(address);
  if (!isHttp) throw new OptionError(option, 'be an address of HTTP', address);
}

/** An address without a slash at its end. */
export function withoutSlash(address: string): string {
  return address.replace(/\/{1,9}$/, '');
}

/** @throws OptionError for a namespace that CloudWatch refuses */
export function checkNamespace(namespace: string | undefined): void {
  if (namespace !== undefined && !(typeof namespace === 'string' && /^[\w.\-/#: ]{1,255}$/.test(namespace))) {
    throw new OptionError('metricsNamespace', 'be a namespace of CloudWatch metrics', namespace);
  }
}
