import { toLogGroupName, toLogStreamName } from '../cloudwatch/names.js';
import { type ExporterSettings } from './options.js';
import { type Template } from './template.js';

/** One action that the options in use need. */
export interface RequiredPermission {
  /** For example `logs:PutLogEvents`. */
  readonly action: string;
  /** Without it nothing arrives; without the others only what they are for is missing. */
  readonly isEssential: boolean;
  /** What it acts on. */
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

/** A policy document of IAM. */
export interface IamPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: 'Allow';
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
  }[];
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
  const { partition, region, accountId } = place;
  const group = `arn:${partition}:logs:${region}:${accountId}:log-group:${patternOf(settings.logGroupName, toLogGroupName)}`;
  const resources = {
    stream: [`${group}:log-stream:${patternOf(settings.logStreamName, toLogStreamName)}`],
    // Some actions are checked against the group with, some without the trailing ":*".
    group: [group, `${group}:*`],
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
