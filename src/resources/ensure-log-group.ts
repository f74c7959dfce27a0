import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { classifyError, describeError, permissionIn } from '../cloudwatch/classify-error.js';
import { factsOf } from '../cloudwatch/error-facts.js';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { type LogGroupClassName } from '../cloudwatch/limits.js';
import { toRequestError } from '../cloudwatch/request-error.js';
import { sendWithin } from '../cloudwatch/send-within.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { finishLogGroup } from './finish-log-group.js';

/** What may be created: group and stream, the stream alone, nothing. */
export type Provision = 'all' | 'stream' | 'none';

/** How missing log groups and streams come to be. */
export interface ProvisioningSettings {
  /** Default `all`. */
  readonly provision: Provision;
  /** Days that groups made here keep their events; without it, for ever. Groups that exist are left alone. */
  readonly retentionInDays?: number | undefined;
  /** Default STANDARD. */
  readonly logGroupClass?: LogGroupClassName | undefined;
  /** ARN of a key. A group is made without it, with one warning, where the key is denied or not valid. */
  readonly kmsKeyId?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Fields that groups made here index. Default `trace_id`, `span_id`. */
  readonly indexFields?: readonly string[] | undefined;
  /** Fields that are indexed as facets (value counts in the console). Default none. */
  readonly facetFields?: readonly string[] | undefined;
}

/** A log stream in a log group. */
export interface StreamName {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** `ready`: group and stream can take events. */
export type EnsureResult =
  | { readonly kind: 'ready' }
  /** `missing`: what could not be made; not known where nothing may be made, for nothing is tried then. */
  | { readonly kind: 'failed'; readonly missing: 'group' | 'stream' | 'unknown'; readonly error: Error };

/** Makes log groups and streams; the only place that does for delivery. */
export interface Provisioner {
  /**
   * Makes a stream, and its group where that is missing too. Concurrent calls for the same names share one
   * request. Never rejects.
   * @param when - `ahead`: nothing was refused yet, so a failure is no error and is not reported
   */
  ensure(stream: StreamName, when: 'ahead' | 'missing'): Promise<EnsureResult>;
  /**
   * Makes a group whose streams are not known yet, with one call and without describing it: queries show no
   * event that is older than its group. Failure is no error. Never rejects.
   */
  ensureGroupAhead(logGroupName: string): Promise<EnsureResult>;
  /** Resolves when all that was begun is through, also the steps that no record waits for. Never rejects. */
  settled(): Promise<void>;
}

/** What the provisioner works with. */
export interface ProvisionerParts {
  readonly client: CloudWatchLogsClient;
  readonly diagnostics: Diagnostics;
}

/** Milliseconds for one request when a stream is made ahead: a record may be waiting that needs none of it. */
const AHEAD_TIMEOUT_MILLIS = 3_000;

/** Makes the provisioner of one client. @param requestTimeoutMillis - for one request with the SDK's retries */
export function createProvisioner(
  parts: ProvisionerParts,
  settings: ProvisioningSettings,
  requestTimeoutMillis = 10_000,
): Provisioner {
  return new LogGroupProvisioner(parts, settings, requestTimeoutMillis);
}

/** Members of CreateLogGroup that are wished for; the group is made without them if need be. */
type Wish = 'tags' | 'kmsKeyId' | 'logGroupClass';

type Creation = { kind: 'ready'; existed: boolean } | { kind: 'failed'; error: Error };

class LogGroupProvisioner implements Provisioner {
  readonly #parts: ProvisionerParts;
  readonly #settings: ProvisioningSettings;
  readonly #requestTimeoutMillis: number;
  readonly #streams = new Map<string, Promise<EnsureResult>>();
  readonly #groups = new Map<string, Promise<EnsureResult>>();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(parts: ProvisionerParts, settings: ProvisioningSettings, requestTimeoutMillis: number) {
    this.#parts = parts;
    this.#settings = settings;
    this.#requestTimeoutMillis = requestTimeoutMillis;
  }

  async ensure(stream: StreamName, when: 'ahead' | 'missing'): Promise<EnsureResult> {
    if (this.#settings.provision === 'none') {
      return when === 'ahead' ? { kind: 'ready' } : this.#mayNot('unknown', stream, when);
    }
    const key = `${stream.logGroupName}\n${stream.logStreamName}`;
    return await this.#noted(shared(this.#streams, key, () => this.#ensureStream(stream, when)));
  }

  async ensureGroupAhead(logGroupName: string): Promise<EnsureResult> {
    if (this.#settings.provision !== 'all') return { kind: 'ready' };
    const stream = { logGroupName, logStreamName: '' };
    return await this.#noted(shared(this.#groups, logGroupName, () => this.#createGroup(stream, 'ahead')));
  }

  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** The stream first: in a group that exists, as nearly always, that is the only call. */
  async #ensureStream(stream: StreamName, when: 'ahead' | 'missing'): Promise<EnsureResult> {
    const created = await this.#createStream(stream, when);
    if (created.kind === 'ready') return created;
    if (classifyError(created.error) !== 'missing')
      return this.#failed('stream', stream, created.error, when);
    if (this.#settings.provision === 'stream') return this.#mayNot('group', stream, when, created.error);
    const group = await shared(this.#groups, stream.logGroupName, () => this.#createGroup(stream, when));
    if (group.kind === 'failed') return group;
    const again = await this.#createStream(stream, when);
    return again.kind === 'ready' ? again : this.#failed('stream', stream, again.error, when);
  }

  async #createGroup(stream: StreamName, when: 'ahead' | 'missing'): Promise<EnsureResult> {
    const { logGroupName } = stream;
    const { tags, kmsKeyId, logGroupClass } = this.#settings;
    const wishes = new Map<Wish, unknown>();
    if (tags && Object.keys(tags).length > 0) wishes.set('tags', tags);
    if (kmsKeyId !== undefined) wishes.set('kmsKeyId', kmsKeyId);
    if (logGroupClass !== undefined) wishes.set('logGroupClass', logGroupClass);
    for (;;) {
      const command = new CreateLogGroupCommand({ logGroupName, ...Object.fromEntries(wishes) });
      const created = await this.#create((options) => this.#parts.client.send(command, options), when);
      if (created.kind === 'ready') {
        if (!created.existed)
          this.#finishInBackground(logGroupName, wishes.get('logGroupClass') ?? 'STANDARD');
        return created;
      }
      const unmet = wishesToDrop(created.error, wishes, logGroupName);
      if (unmet.length === 0) return this.#failed('group', stream, created.error, when);
      for (const wish of unmet) {
        wishes.delete(wish);
        this.#reportUnmet(logGroupName, wish, created.error);
      }
    }
  }

  #createStream(stream: StreamName, when: 'ahead' | 'missing'): Promise<Creation> {
    const command = new CreateLogStreamCommand(stream);
    return this.#create((options) => this.#parts.client.send(command, options), when);
  }

  async #create(
    send: (options: { abortSignal: AbortSignal }) => Promise<unknown>,
    when: 'ahead' | 'missing',
  ): Promise<Creation> {
    const millis =
      when === 'ahead'
        ? Math.min(AHEAD_TIMEOUT_MILLIS, this.#requestTimeoutMillis)
        : this.#requestTimeoutMillis;
    try {
      await sendWithin(send, millis);
      return { kind: 'ready', existed: false };
    } catch (thrown) {
      const error = toRequestError(thrown);
      // OperationAborted: somebody else makes the same thing right now.
      const existed = classifyError(error) === 'exists' || error.name === 'OperationAbortedException';
      return existed ? { kind: 'ready', existed } : { kind: 'failed', error };
    }
  }

  #finishInBackground(logGroupName: string, logGroupClass: unknown): void {
    const steps = { ...this.#settings, isStandard: logGroupClass === 'STANDARD' };
    void this.#noted(finishLogGroup(this.#parts, logGroupName, steps, this.#requestTimeoutMillis));
  }

  /** Makes `settled` wait for work that never rejects. */
  async #noted<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  #failed(
    missing: 'group' | 'stream',
    stream: StreamName,
    error: Error,
    when: 'ahead' | 'missing',
  ): EnsureResult {
    const { logGroupName, logStreamName } = stream;
    const name = missing === 'group' ? logGroupName : `${logStreamName} of ${logGroupName}`;
    const text = `the log ${missing} ${name} does not exist and can not be made: ${describeError(error)}`;
    if (when === 'missing') {
      const permission = missing === 'group' ? 'logs:CreateLogGroup' : 'logs:CreateLogStream';
      if (classifyError(error) === 'denied') {
        const needed = permissionIn(factsOf(error).message) ?? permission;
        const remedy = `allow ${needed} to the role in use, or create it and set provision to what the role may do`;
        this.#parts.diagnostics.once('error', `denied ${needed} ${logGroupName}`, `${text}; ${remedy}`);
      } else {
        this.#parts.diagnostics.warn(`create log ${missing} ${logGroupName}`, text);
      }
    }
    return {
      kind: 'failed',
      missing,
      error: new CloudWatchLogsError('ERR_PROVISIONING', text, { cause: error }),
    };
  }

  #mayNot(
    missing: 'group' | 'unknown',
    stream: StreamName,
    when: 'ahead' | 'missing',
    cause?: Error,
  ): EnsureResult {
    const what = missing === 'group' ? 'log group' : 'log group or log stream';
    const text =
      `the ${what} of ${stream.logGroupName}, ${stream.logStreamName} does not exist, ` +
      `and provision is '${this.#settings.provision}', so it is not made here`;
    if (when === 'missing') this.#parts.diagnostics.error(`missing ${stream.logGroupName}`, text);
    return {
      kind: 'failed',
      missing,
      error: new CloudWatchLogsError('ERR_PROVISIONING', text, { cause }),
    };
  }

  #reportUnmet(logGroupName: string, wish: Wish, error: Error): void {
    const permission = classifyError(error) === 'denied' ? permissionIn(factsOf(error).message) : undefined;
    const remedy = permission === undefined ? '' : `; allow ${permission} to the role in use`;
    this.#parts.diagnostics.once(
      'warn',
      `unmet ${wish} ${logGroupName}`,
      `log group ${logGroupName} is made without ${wish}: ${describeError(error)}${remedy}`,
    );
  }
}

/**
 * The wishes that a failed CreateLogGroup is about; all of them where it does not say. The service has one exception for
 * all, so its text is asked, without the group's name in it: a group called `/apps/kms` must not lose its key by that.
 */
function wishesToDrop(error: Error, wishes: ReadonlyMap<Wish, unknown>, logGroupName: string): Wish[] {
  const kind = classifyError(error);
  if (!['denied', 'invalid', 'unexpected', 'refused'].includes(kind)) return [];
  const { message } = factsOf(error);
  if (permissionIn(message) === 'logs:CreateLogGroup') return [];
  const signs: Record<Wish, RegExp> = { tags: /\btag/i, kmsKeyId: /kms/i, logGroupClass: /class/i };
  const wished = [...wishes.keys()];
  const text = message.replaceAll(logGroupName, '');
  const named = wished.filter((wish) => signs[wish].test(text));
  return named.length > 0 ? named : wished;
}

/** Runs work unless the same is under way already; then its result serves both. */
async function shared<T>(underWay: Map<string, Promise<T>>, key: string, work: () => Promise<T>): Promise<T> {
  let promise = underWay.get(key);
  if (!promise) {
    promise = work().finally(() => underWay.delete(key));
    underWay.set(key, promise);
  }
  return await promise;
}
