import { type IamPolicy } from '../cloudwatch/iam-policy.js';
import { toLogGroupName, toLogStreamName } from '../cloudwatch/names.js';
import { type ExporterSettings } from '../options/options.js';
import { type Template } from '../encoding/template.js';

/** One action that the options in use need. */
export interface RequiredPermission {
  /** For example `logs:PutLogEvents`. */
  readonly action: string;
  /** Without it nothing arrives; without the others only what they are for is missing. */
  readonly isEssential: boolean;
  /** The resources that it acts on. */
  readonly on: 'group' | 'stream' | 'key' | 'all';
}

/** Where the exporter writes. */
export interface AwsPlace {
  /** `aws`, `aws-cn`, `aws-us-gov`, …; see {@link partitionOf}. */
  readonly partition: string;
  readonly region: string;
  /** `*` where it is not known. */
  readonly accountId: string;
}

type PolicySettings = Pick<
  ExporterSettings,
  | 'logGroupName'
  | 'logStreamName'
  | 'provision'
  | 'retentionInDays'
  | 'logGroupClass'
  | 'kmsKeyId'
  | 'tags'
  | 'indexFields'
  | 'facetFields'
>;

/** The actions that an exporter with these settings needs, and no more. */
export function requiredPermissions(settings: PolicySettings): readonly RequiredPermission[] {
  const permissions: RequiredPermission[] = [
    { action: 'logs:PutLogEvents', isEssential: true, on: 'stream' },
  ];
  if (settings.provision === 'none') return permissions;
  permissions.push({ action: 'logs:CreateLogStream', isEssential: true, on: 'group' });
  if (settings.provision === 'stream') return permissions;
  const add = (action: string, isWanted: boolean, on: RequiredPermission['on'] = 'group'): void => {
    if (isWanted) permissions.push({ action, isEssential: false, on });
  };
  permissions.push({ action: 'logs:CreateLogGroup', isEssential: true, on: 'group' });
  add('logs:PutRetentionPolicy', settings.retentionInDays !== undefined);
  add('logs:TagResource', Object.keys(settings.tags ?? {}).length > 0);
  add('logs:AssociateKmsKey', settings.kmsKeyId !== undefined);
  add('kms:DescribeKey', settings.kmsKeyId !== undefined, 'key');
  const indexes = settings.indexFields.length + (settings.facetFields ?? []).length > 0;
  const isStandard = (settings.logGroupClass ?? 'STANDARD') === 'STANDARD';
  add('logs:DescribeIndexPolicies', indexes && isStandard);
  add('logs:PutIndexPolicy', indexes && isStandard);
  return permissions;
}

/** The least-privilege policy for an exporter with these settings. */
export function leastPrivilegePolicy(settings: PolicySettings, place: AwsPlace): IamPolicy {
  const permissions = requiredPermissions(settings);
  const group = groupArn(place, patternOf(settings.logGroupName, toLogGroupName));
  const resources = {
    stream: [`${group}:log-stream:${patternOf(settings.logStreamName, toLogStreamName)}`],
    group: bothForms(group),
    key: [settings.kmsKeyId ?? '*'],
    all: ['*'],
  };
  const sids = { stream: 'Write', group: 'Provision', key: 'UseKey', all: 'Read' } as const;
  return {
    Version: '2012-10-17',
    Statement: (['stream', 'group', 'key', 'all'] as const).flatMap((on) => {
      const Action = permissions.filter((one) => one.on === on).map(({ action }) => action);
      return Action.length === 0
        ? []
        : [{ Sid: sids[on], Effect: 'Allow' as const, Action, Resource: resources[on] }];
    }),
  };
}

/** The least permissions of the roles beside the exporter's. */
export interface FurtherPolicies {
  /** For `trace`, `span`, `request`, `query`, the trace page and `CorrelationEngine`. */
  readonly lookUps: IamPolicy;
  /** For `tail`. */
  readonly tail: IamPolicy;
  /** For whoever makes log groups ahead with `LogResources`: what its `ensure` calls. */
  readonly setUp: IamPolicy;
}

/** Actions on a log group, and on all of an account, which can't be bound to a group. */
const FURTHER_ACTIONS = {
  lookUps: {
    group: [
      ...['logs:StartQuery', 'logs:FilterLogEvents', 'logs:GetLogGroupFields', 'logs:DescribeLogStreams'],
      ...['logs:DescribeIndexPolicies', 'logs:DescribeFieldIndexes'],
    ],
    all: ['logs:DescribeLogGroups', 'logs:GetQueryResults', 'logs:StopQuery'],
  },
  tail: {
    group: ['logs:StartLiveTail', 'logs:FilterLogEvents'],
    all: ['logs:DescribeLogGroups', 'logs:StopLiveTail'],
  },
  setUp: {
    group: [
      ...['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams'],
      ...['logs:PutRetentionPolicy', 'logs:DeleteRetentionPolicy'],
      ...['logs:ListTagsForResource', 'logs:TagResource', 'logs:UntagResource'],
      ...['logs:DescribeIndexPolicies', 'logs:PutIndexPolicy'],
      ...['logs:DescribeMetricFilters', 'logs:PutMetricFilter'],
      ...['logs:DescribeSubscriptionFilters', 'logs:PutSubscriptionFilter'],
    ],
    all: ['logs:DescribeLogGroups'],
  },
} as const;

/** The policies of what reads the log groups of these settings, and of what makes them. */
export function furtherPolicies(settings: PolicySettings, place: AwsPlace): FurtherPolicies {
  const own = groupArn(place, patternOf(settings.logGroupName, toLogGroupName));
  const spans = groupArn(place, 'aws/spans');
  const policyOf = (
    of: keyof FurtherPolicies,
    names: readonly string[],
    more: { readonly group: readonly string[]; readonly further: IamPolicy['Statement'] } = NOTHING_MORE,
  ): IamPolicy => ({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'LogGroups',
        Effect: 'Allow',
        Action: [...FURTHER_ACTIONS[of].group, ...more.group],
        Resource: names.flatMap(bothForms),
      },
      ...more.further,
      { Sid: 'Account', Effect: 'Allow', Action: FURTHER_ACTIONS[of].all, Resource: ['*'] },
    ],
  });
  return {
    lookUps: policyOf('lookUps', [own, spans]),
    tail: policyOf('tail', [own]),
    setUp: policyOf('setUp', [own], withKey(settings)),
  };
}

const NOTHING_MORE = { group: [], further: [] } as const;

/** The further permissions for a key of one's own: for groups that are made with it and for those that get it later. */
function withKey({ kmsKeyId }: PolicySettings): {
  group: readonly string[];
  further: IamPolicy['Statement'];
} {
  if (kmsKeyId === undefined) return NOTHING_MORE;
  return {
    group: ['logs:AssociateKmsKey'],
    further: [{ Sid: 'UseKey', Effect: 'Allow', Action: ['kms:DescribeKey'], Resource: [kmsKeyId] }],
  };
}

function groupArn({ partition, region, accountId }: AwsPlace, name: string): string {
  return `arn:${partition}:logs:${region}:${accountId}:log-group:${name}`;
}

/** Some actions are checked against the group with, some without the trailing ":*". */
function bothForms(arn: string): string[] {
  return [arn, `${arn}:*`];
}

/** The partition that a region belongs to. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('us-iso-')) return 'aws-iso';
  if (region.startsWith('us-isob-')) return 'aws-iso-b';
  if (region.startsWith('us-isof-')) return 'aws-iso-f';
  if (region.startsWith('eu-isoe-')) return 'aws-iso-e';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return 'aws';
}

/** A template as a pattern of IAM: `*` for whatever is filled in. */
function patternOf(template: Template, toName: (text: string) => string): string {
  return template.parts
    .map((part) => (part.kind === 'text' ? toName(part.text) : '*'))
    .join('')
    .replace(/\*{2,}/g, '*');
}
