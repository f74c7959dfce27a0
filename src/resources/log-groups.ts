import {
  AssociateKmsKeyCommand,
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DisassociateKmsKeyCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
  type LogGroup as SdkLogGroup,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { checkMembers } from '../cloudwatch/check-members.js';
import { checkGivenTexts, checkSignal, checkTexts } from '../cloudwatch/check-values.js';
import { OptionError } from '../cloudwatch/errors.js';
import { type LogGroupClassName, type RetentionInDays } from '../cloudwatch/limits.js';
import { checkArn, checkLogGroupClass, checkLogGroupName, checkRetention, checkTags } from './checks.js';
import { LIST_MEMBERS, type ListOptions, pages } from './pages.js';
import { call, callUnless } from './resource-error.js';

/** A log group as the service describes it. */
export interface LogGroup {
  readonly logGroupName: string;
  /** Without the trailing `:*` of the service's older form. */
  readonly logGroupArn: string;
  readonly creationTimeMillis: number;
  /** undefined: events are kept for ever. */
  readonly retentionInDays: number | undefined;
  readonly logGroupClass: LogGroupClassName;
  /** Bytes after compression; the service brings it up to date now and then. */
  readonly storedBytes: number;
  readonly metricFilterCount: number;
  readonly kmsKeyId: string | undefined;
}

/** What a log group can be made with. */
export interface LogGroupSpec {
  /** 1 to 512 letters, digits, and `_ - / . #`. */
  readonly logGroupName: string;
  /** `null` in `ensure`: for ever, also where the group has a retention now. undefined: leave it as it is. */
  readonly retentionInDays?: RetentionInDays | null | undefined;
  /** Fixed at creation. Default STANDARD. */
  readonly logGroupClass?: LogGroupClassName | undefined;
  /** ARN of the key that encrypts the log group. Default: a key of the service. */
  readonly kmsKeyId?: string | undefined;
  /** At most 50: names to values. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Which log groups to list: all, those with a prefix, or those whose name holds a text. */
export interface ListLogGroupsOptions extends ListOptions {
  /** What the names begin with. */
  readonly prefix?: string | undefined;
  /** Case-sensitive. Not together with `prefix`. */
  readonly pattern?: string | undefined;
  /** Only log groups of this class. */
  readonly logGroupClass?: LogGroupClassName | undefined;
}

const SPEC_MEMBERS = {
  logGroupName: true,
  retentionInDays: true,
  logGroupClass: true,
  kmsKeyId: true,
  tags: true,
} as const satisfies Record<keyof LogGroupSpec, true>;

const LIST_LOG_GROUPS_MEMBERS = {
  ...LIST_MEMBERS,
  prefix: true,
  pattern: true,
  logGroupClass: true,
} as const satisfies Record<keyof ListLogGroupsOptions, true>;

/** What {@link LogGroups.ensure} did. */
export interface EnsuredLogGroup {
  readonly created: boolean;
  /** What of an existing group was brought in line. */
  readonly changed: readonly LogGroupChange['what'][];
}

/** What of an existing group is not as it should be. */
export type LogGroupChange =
  | {
      readonly what: 'retentionInDays';
      /** undefined: events are kept for ever. */
      readonly from: number | undefined;
      readonly to: RetentionInDays | null;
    }
  | { readonly what: 'kmsKeyId'; readonly from: string | undefined; readonly to: string }
  /** Tags that are missing, or have another value. */
  | { readonly what: 'tags'; readonly to: Readonly<Record<string, string>> };

/** What {@link LogGroups.ensure} would do. */
export interface LogGroupPlan {
  /** The group as it is; undefined: it would be made. */
  readonly present: LogGroup | undefined;
  readonly changes: readonly LogGroupChange[];
}

/** Log groups: list, create, change, delete. Every method throws OptionError or ResourceError. */
export class LogGroups {
  readonly #client: CloudWatchLogsClient;

  constructor(client: CloudWatchLogsClient) {
    this.#client = client;
  }

  /** Log groups by name, a page at a time. */
  list(options: ListLogGroupsOptions = {}): AsyncIterable<LogGroup> {
    checkMembers('', options, LIST_LOG_GROUPS_MEMBERS);
    const { prefix, pattern, logGroupClass, signal } = options;
    checkGivenTexts({ prefix, pattern });
    checkSignal(signal);
    if (prefix !== undefined && pattern !== undefined) {
      throw new OptionError('pattern', 'not be given together with prefix', pattern);
    }
    if (logGroupClass !== undefined) checkLogGroupClass(logGroupClass);
    return pages(async (nextToken) => {
      const command = new DescribeLogGroupsCommand({
        logGroupNamePrefix: prefix,
        logGroupNamePattern: pattern,
        logGroupClass,
        nextToken,
      });
      const answer = await call('DescribeLogGroups', () => this.#client.send(command, abortable(signal)));
      return { items: (answer.logGroups ?? []).map(readLogGroup), nextToken: answer.nextToken };
    }, signal);
  }

  /** @returns undefined for a group that does not exist */
  async get(logGroupName: string): Promise<LogGroup | undefined> {
    checkLogGroupName(logGroupName);
    // Names are listed in order, and a name comes before all that it is a prefix of.
    for await (const group of this.list({ prefix: logGroupName })) {
      return group.logGroupName === logGroupName ? group : undefined;
    }
    return undefined;
  }

  /** Makes a group. @throws ResourceError also where it exists */
  async create(spec: LogGroupSpec): Promise<void> {
    checkSpec(spec);
    await call('CreateLogGroup', () => this.#client.send(createCommand(spec)));
    if (typeof spec.retentionInDays === 'number')
      await this.setRetention(spec.logGroupName, spec.retentionInDays);
  }

  /**
   * Makes a group, or brings an existing one in line: retention, KMS key, and the tags that are named. Its
   * class can't be changed. May be repeated.
   * @throws OptionError where the group exists with another class
   */
  async ensure(spec: LogGroupSpec): Promise<EnsuredLogGroup> {
    checkSpec(spec);
    const { logGroupName, retentionInDays } = spec;
    const created = await callUnless('exists', 'CreateLogGroup', () =>
      this.#client.send(createCommand(spec)),
    );
    if (created) {
      if (typeof retentionInDays === 'number') await this.setRetention(logGroupName, retentionInDays);
      return { created, changed: [] };
    }
    const { present, changes } = await this.#planFor(spec);
    for (const change of changes) {
      if (change.what === 'retentionInDays') await this.setRetention(logGroupName, change.to);
      else if (change.what === 'kmsKeyId') await this.setKmsKey(logGroupName, change.to);
      else await this.#addTags(present!.logGroupArn, change.to);
    }
    return { created, changed: changes.map(({ what }) => what) };
  }

  /**
   * Says what {@link ensure} would do, and changes nothing.
   * @throws OptionError where the group exists with another class
   */
  async plan(spec: LogGroupSpec): Promise<LogGroupPlan> {
    checkSpec(spec);
    return await this.#planFor(spec);
  }

  /** @returns false for a group that did not exist */
  async delete(logGroupName: string): Promise<boolean> {
    checkLogGroupName(logGroupName);
    return await callUnless('missing', 'DeleteLogGroup', () =>
      this.#client.send(new DeleteLogGroupCommand({ logGroupName })),
    );
  }

  /**
   * Says for how many days the group keeps its events.
   * @param retentionInDays - one of the service's values; `null` keeps events for ever
   */
  async setRetention(logGroupName: string, retentionInDays: RetentionInDays | null): Promise<void> {
    checkLogGroupName(logGroupName);
    if (retentionInDays === null) {
      await call('DeleteRetentionPolicy', () =>
        this.#client.send(new DeleteRetentionPolicyCommand({ logGroupName })),
      );
      return;
    }
    checkRetention(retentionInDays);
    await call('PutRetentionPolicy', () =>
      this.#client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays })),
    );
  }

  /**
   * Says with which key of KMS the group is encrypted.
   * @param kmsKeyId - the ARN of a key; `null` for the service's own encryption
   */
  async setKmsKey(logGroupName: string, kmsKeyId: string | null): Promise<void> {
    checkLogGroupName(logGroupName);
    if (kmsKeyId === null) {
      await call('DisassociateKmsKey', () =>
        this.#client.send(new DisassociateKmsKeyCommand({ logGroupName })),
      );
      return;
    }
    checkArn('kmsKeyId', kmsKeyId);
    await call('AssociateKmsKey', () =>
      this.#client.send(new AssociateKmsKeyCommand({ logGroupName, kmsKeyId })),
    );
  }

  /** @throws ResourceError where the group does not exist */
  async tags(logGroupName: string): Promise<Readonly<Record<string, string>>> {
    return await this.#tagsOf(await this.#arnOf(logGroupName));
  }

  /** Adds tags and changes those that exist; others stay. */
  async tag(logGroupName: string, tags: Readonly<Record<string, string>>): Promise<void> {
    checkTags(tags);
    await this.#addTags(await this.#arnOf(logGroupName), tags);
  }

  /** Removes tags of the group; keys that it does not have are ignored. */
  async untag(logGroupName: string, tagKeys: readonly string[]): Promise<void> {
    checkTexts('tagKeys', tagKeys);
    const resourceArn = await this.#arnOf(logGroupName);
    await call('UntagResource', () =>
      this.#client.send(new UntagResourceCommand({ resourceArn, tagKeys: [...tagKeys] })),
    );
  }

  async #planFor(spec: LogGroupSpec): Promise<LogGroupPlan> {
    const { logGroupName, logGroupClass, retentionInDays, kmsKeyId, tags = {} } = spec;
    const present = await this.get(logGroupName);
    if (present === undefined) return { present, changes: [] };
    if (logGroupClass !== undefined && present.logGroupClass !== logGroupClass) {
      throw new OptionError(
        'logGroupClass',
        `be ${present.logGroupClass} for ${logGroupName}, which exists`,
        logGroupClass,
      );
    }
    const changes: LogGroupChange[] = [];
    if (retentionInDays !== undefined && (present.retentionInDays ?? null) !== retentionInDays) {
      changes.push({ what: 'retentionInDays', from: present.retentionInDays, to: retentionInDays });
    }
    if (kmsKeyId !== undefined && present.kmsKeyId !== kmsKeyId) {
      changes.push({ what: 'kmsKeyId', from: present.kmsKeyId, to: kmsKeyId });
    }
    if (Object.keys(tags).length > 0) {
      const presentTags = await this.#tagsOf(present.logGroupArn);
      const missing = Object.entries(tags).filter(([key, value]) => presentTags[key] !== value);
      if (missing.length > 0) changes.push({ what: 'tags', to: Object.fromEntries(missing) });
    }
    return { present, changes };
  }

  async #addTags(resourceArn: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await call('TagResource', () => this.#client.send(new TagResourceCommand({ resourceArn, tags })));
  }

  async #tagsOf(resourceArn: string): Promise<Record<string, string>> {
    const command = new ListTagsForResourceCommand({ resourceArn });
    return (await call('ListTagsForResource', () => this.#client.send(command))).tags ?? {};
  }

  async #arnOf(logGroupName: string): Promise<string> {
    const group = await this.get(logGroupName);
    if (group) return group.logGroupArn;
    const missing = Object.assign(new Error('The specified log group does not exist.'), {
      name: 'ResourceNotFoundException',
    });
    return await call('DescribeLogGroups', () => Promise.reject(missing));
  }
}

/** The options that pass a signal on; the SDK takes no member that is undefined. */
export function abortable(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}

function createCommand({ logGroupName, kmsKeyId, tags, logGroupClass }: LogGroupSpec): CreateLogGroupCommand {
  return new CreateLogGroupCommand({ logGroupName, kmsKeyId, tags: tags && { ...tags }, logGroupClass });
}

function checkSpec(spec: LogGroupSpec): void {
  checkMembers('', spec, SPEC_MEMBERS);
  const { logGroupName, retentionInDays, logGroupClass, kmsKeyId, tags } = spec;
  checkLogGroupName(logGroupName);
  if (retentionInDays !== undefined && retentionInDays !== null) checkRetention(retentionInDays);
  if (logGroupClass !== undefined) checkLogGroupClass(logGroupClass);
  if (kmsKeyId !== undefined) checkArn('kmsKeyId', kmsKeyId);
  if (tags !== undefined) checkTags(tags);
}

function readLogGroup(group: SdkLogGroup): LogGroup {
  return {
    logGroupName: group.logGroupName ?? '',
    // Older versions of the service and of the SDK know only `arn`.
    logGroupArn: group.logGroupArn ?? (group.arn ?? '').replace(/:\*$/, ''),
    creationTimeMillis: group.creationTime ?? 0,
    retentionInDays: group.retentionInDays,
    logGroupClass: group.logGroupClass ?? 'STANDARD',
    storedBytes: group.storedBytes ?? 0,
    metricFilterCount: group.metricFilterCount ?? 0,
    kmsKeyId: group.kmsKeyId,
  };
}
