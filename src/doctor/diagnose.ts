import * as sdk from '@aws-sdk/client-cloudwatch-logs';
import { randomBytes } from 'node:crypto';
import {
  classifyError,
  describeError,
  httpStatusOf,
  missingIn,
  remedyFor,
} from '../cloudwatch/classify-error.js';
import { createCloudWatchLogsClient } from '../cloudwatch/client.js';
import { OptionError } from '../cloudwatch/errors.js';
import { toLogGroupName, toLogStreamName } from '../cloudwatch/names.js';
import { sendWithin } from '../cloudwatch/send-within.js';
import { type Destination } from '../delivery/encoded-event.js';
import { sendProbe } from '../exporter/health-check.js';
import {
  type CloudWatchLogExporterOptions,
  ALL_OPTIONS,
  type ExporterSettings,
  collectProcessorOptions,
  type ProcessorSettings,
} from '../options/options.js';
import { type IamPolicy } from '../cloudwatch/iam-policy.js';
import { idleVariables } from '../options/idle-variables.js';
import { readResourceAttributes, unknownServiceName } from '../options/resource-attributes.js';
import {
  furtherPolicies,
  type FurtherPolicies,
  leastPrivilegePolicy,
  partitionOf,
  type RequiredPermission,
  requiredPermissions,
} from './required-permissions.js';
import { fillTemplate, missingSentence } from '../encoding/template.js';
import { checkCost } from './check-cost.js';
import { checkFolder } from './check-folder.js';
import { type AnswerClock, watchAnswerDates } from './answer-clock.js';
import { findByFilter, findByQuery, isAnyEvent } from './find-test-event.js';
import { checkOlderEvents } from './older-events.js';
import { type Finding, findingOf, permissionFinding } from './finding.js';
import { type ResourceLike, resourceIn, sendTestRecord, TEST_BODY } from './test-record.js';

/** The parts that a diagnosis needs. */
export interface DiagnosisParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends it; what it made is cleaned up all the same. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly epochMillis: () => number;
  /** Told of each finding as it is made. */
  readonly onFinding: (finding: Finding) => void;
}

export interface DiagnosisSettings {
  /** Milliseconds to look for the test event, with each of both ways. Default 15,000. */
  readonly findTimeoutMillis?: number | undefined;
  /** Write a test event and find it again. Default true. */
  readonly testEvent?: boolean | undefined;
}

/** All that was found. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  readonly destination?: Destination | undefined;
  /** The least that the options in use need. */
  readonly policy?: IamPolicy | undefined;
  /** The least for look-ups, for `tail`, and for whoever makes the log groups. */
  readonly furtherPolicies?: FurtherPolicies | undefined;
}

/** Beyond it the service refuses signatures. Source: AWS General Reference, "Signature Version 4". */
const MAX_SKEW_MILLIS = 5 * 60_000;
/** Beyond it a clock is not synchronised. */
const NOTABLE_SKEW_MILLIS = 30_000;

const CREDENTIALS_TIMEOUT_MILLIS = 15_000;
const CLEAN_UP_TIMEOUT_MILLIS = 10_000;

/**
 * Checks all that stands between an exporter with these options and the service, by doing it: the folders of
 * `spool` and `writeAhead`, region, credentials, reachability, clock, each permission, a test event that is written and found again. A group
 * or stream that it makes for that is deleted.
 * @throws the signal's reason
 */
export async function diagnose(
  options: Partial<CloudWatchLogExporterOptions>,
  parts: DiagnosisParts,
  settings: DiagnosisSettings = {},
): Promise<Diagnosis> {
  const diagnosis = new RunningDiagnosis(parts, settings);
  const { settings: exporter, problems } = collectProcessorOptions(options, parts.environment);
  for (const { error } of problems) diagnosis.refuse(error);
  if (problems.length > 0) return { findings: diagnosis.findings };
  let client: sdk.CloudWatchLogsClient;
  try {
    client = createCloudWatchLogsClient(
      { ...exporter, maxAttempts: Math.min(exporter.maxAttempts, 2) },
      parts.environment,
    );
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    diagnosis.refuse(error);
    return { findings: diagnosis.findings };
  }
  try {
    return await diagnosis.run(client, exporter);
  } finally {
    client.destroy();
  }
}

class RunningDiagnosis {
  readonly findings: Finding[] = [];
  readonly #parts: DiagnosisParts;
  readonly #settings: DiagnosisSettings;
  #made: 'group' | 'stream' | undefined;

  constructor(parts: DiagnosisParts, settings: DiagnosisSettings) {
    this.#parts = parts;
    this.#settings = settings;
  }

  add(finding: Finding): void {
    this.findings.push(finding);
    this.#parts.onFinding(finding);
  }

  /** An option that is wrong. */
  refuse({ option, message }: OptionError): void {
    this.add({ check: option === 'region' ? 'region' : 'options', status: 'failed', message });
  }

  async run(client: sdk.CloudWatchLogsClient, settings: ProcessorSettings): Promise<Diagnosis> {
    const { environment, epochMillis, signal } = this.#parts;
    const resource = resourceIn(environment);
    const { destination, missing } = destinationOf(settings, resource, epochMillis());
    this.#checkOptions(settings, destination, missing);
    this.#checkService(settings, resource);
    await this.#checkFolders(settings);
    signal.throwIfAborted();
    const region = await this.#checkRegion(client);
    const accountId = await this.#checkCredentials(client);
    const answered = { findings: this.findings, destination };
    if (region === undefined || accountId === undefined) return answered;
    const policiesOf = (account: string): Pick<Diagnosis, 'policy' | 'furtherPolicies'> => {
      const place = { partition: partitionOf(region), region, accountId: account };
      return {
        policy: leastPrivilegePolicy(settings, place),
        furtherPolicies: furtherPolicies(settings, place),
      };
    };
    const clock = watchAnswerDates(client, epochMillis);
    try {
      const probe = await sendWithin(
        ({ abortSignal }) => sendProbe(client, destination, abortSignal),
        settings.requestTimeoutMillis,
        signal,
      ).catch((error: unknown) => error as Error);
      signal.throwIfAborted();
      if (!this.#checkReachability(probe, clock)) return { ...answered, ...policiesOf(accountId) };
      const mayWrite = await this.#checkPermissions(client, settings, destination, probe);
      const account = accountId === '*' ? await accountOf(client, destination, signal) : accountId;
      if (mayWrite && this.#settings.testEvent !== false) {
        await this.#checkTestEvent(client, settings, destination, resource);
      }
      // A group that was made here holds nothing of the application's.
      if (this.#made !== 'group') {
        await this.#checkOlderEvents(client, destination.logGroupName);
        await this.#checkCost(client, destination.logGroupName);
      }
      return { ...answered, ...policiesOf(account) };
    } finally {
      await this.#cleanUp(client, destination);
    }
  }

  #checkService({ logGroupName }: ProcessorSettings, { attributes }: ResourceLike): void {
    const unknown = unknownServiceName();
    if (attributes['service.name'] !== unknown) return;
    if (!logGroupName.text.includes('{service.name')) return;
    this.add({
      check: 'options',
      status: 'warning',
      message: `logGroupName is ${logGroupName.text}, and no service is named here, so that it is "${unknown}"`,
      remedy: 'set OTEL_SERVICE_NAME, unless the application names its service in code',
    });
  }

  #checkOptions(
    settings: ProcessorSettings,
    { logGroupName, logStreamName }: Destination,
    missing: readonly string[],
  ): void {
    const isInUse = (path: string): boolean => settings[path as keyof ProcessorSettings] !== undefined;
    for (const { variable, problem, near } of idleVariables(ALL_OPTIONS, this.#parts.environment, isInUse)) {
      this.add({
        check: 'options',
        status: 'warning',
        message: `the environment variable ${variable} ${problem}`,
        remedy: near === undefined ? undefined : `did you mean ${near}?`,
      });
    }
    const { problem } = readResourceAttributes(this.#parts.environment.OTEL_RESOURCE_ATTRIBUTES);
    if (problem !== undefined) {
      const message = `OTEL_RESOURCE_ATTRIBUTES ${problem}`;
      this.add({ check: 'options', status: 'warning', message });
    }
    for (const message of missing) this.add({ check: 'options', status: 'warning', message });
    this.add({
      check: 'options',
      status: 'ok',
      message: `log group ${logGroupName}, stream ${logStreamName}`,
    });
  }

  /** The folders of the options `spool` and `writeAhead`. */
  async #checkFolders({ spool, writeAhead }: ProcessorSettings): Promise<void> {
    if (spool) this.add(await checkFolder('spool', spool.directory));
    if (writeAhead) this.add(await checkFolder('writeAhead', writeAhead.directory));
  }

  async #checkRegion(client: sdk.CloudWatchLogsClient): Promise<string | undefined> {
    try {
      const region = await client.config.region();
      this.add({ check: 'region', status: 'ok', message: region });
      return region;
    } catch (error) {
      this.add(findingOf('region', 'failed', error));
      return undefined;
    }
  }

  /** @returns the account, `*` where the credentials do not tell, undefined where there are none */
  async #checkCredentials(client: sdk.CloudWatchLogsClient): Promise<string | undefined> {
    const { signal, epochMillis } = this.#parts;
    try {
      const credentials = await sendWithin(
        () => client.config.credentials(),
        CREDENTIALS_TIMEOUT_MILLIS,
        signal,
      );
      const { accessKeyId, expiration, accountId } = credentials as typeof credentials & {
        accountId?: string;
      };
      const key = `access key ${accessKeyId.slice(0, 4)}…${accessKeyId.slice(8).slice(-4)}`;
      if (expiration !== undefined && expiration.getTime() <= epochMillis()) {
        const message = `${key} expired at ${expiration.toISOString()}`;
        this.add({ check: 'credentials', status: 'failed', message, remedy: remedyFor(EXPIRED) });
        return undefined;
      }
      const until = expiration === undefined ? '' : `, until ${expiration.toISOString()}`;
      this.add({ check: 'credentials', status: 'ok', message: `${key}${until}` });
      return accountId ?? '*';
    } catch (error) {
      signal.throwIfAborted();
      this.add(findingOf('credentials', 'failed', error, remedyFor(EXPIRED)));
      return undefined;
    }
  }

  /** @returns whether there is sense in asking more */
  #checkReachability(error: Error | undefined, clock: AnswerClock): boolean {
    const { skewMillis } = clock;
    const isAnswered = error === undefined || skewMillis !== undefined || httpStatusOf(error) !== undefined;
    if (!isAnswered) {
      this.add(
        findingOf(
          'reachability',
          'failed',
          error,
          remedyFor(error) ??
            'check region and endpoint, and that the network lets HTTPS out (proxy, security group, VPC endpoint)',
        ),
      );
      return false;
    }
    this.add({ check: 'reachability', status: 'ok', message: 'the service answers' });
    this.#checkClock(skewMillis);
    const kind = error && classifyError(error);
    if (kind === 'credentials') this.add(findingOf('credentials', 'failed', error));
    if (kind === 'throttled' || kind === 'retry') this.add(findingOf('service', 'failed', error));
    return kind !== 'credentials' && kind !== 'throttled' && kind !== 'retry';
  }

  #checkClock(skewMillis: number | undefined): void {
    if (skewMillis === undefined) {
      this.add({ check: 'clock', status: 'skipped', message: 'the answer has no date' });
      return;
    }
    const seconds = Math.round(Math.abs(skewMillis) / 1000);
    const remedy = 'synchronise the clock of this machine (NTP): events get its time';
    if (Math.abs(skewMillis) < NOTABLE_SKEW_MILLIS) {
      this.add({ check: 'clock', status: 'ok', message: `within ${seconds + 1} s of the service's` });
      return;
    }
    const status = Math.abs(skewMillis) > MAX_SKEW_MILLIS ? 'failed' : 'warning';
    const message = `this machine is ${seconds} s ${skewMillis > 0 ? 'behind' : 'ahead of'} the service`;
    this.add({ check: 'clock', status, message, remedy });
  }

  /** @returns whether events can be written to the destination now */
  async #checkPermissions(
    client: sdk.CloudWatchLogsClient,
    settings: ExporterSettings,
    destination: Destination,
    probe: Error | undefined,
  ): Promise<boolean> {
    const mayPut = probe === undefined || classifyError(probe) === 'missing';
    if (mayPut) this.add({ check: 'logs:PutLogEvents', status: 'ok', message: 'allowed' });
    else this.add(permissionFinding('logs:PutLogEvents', probe, 'failed'));
    let lacks: string | undefined;
    if (probe !== undefined && mayPut) lacks = missingIn(probe);
    if (settings.provision === 'all') {
      if (await this.#createGroup(client, settings, destination, lacks === 'group')) {
        if (lacks === 'group') lacks = 'stream';
      }
    }
    if (lacks === 'group') return this.#reportMissing('log group', destination.logGroupName, settings);
    if (settings.provision !== 'none') {
      if (await this.#createStream(client, destination)) lacks = undefined;
    } else if (lacks === 'stream') {
      return this.#reportMissing('log stream', destination.logStreamName, settings);
    }
    for (const permission of requiredPermissions(settings)) {
      if (!permission.isEssential) await this.#checkWish(client, settings, destination, permission);
    }
    return mayPut && lacks === undefined;
  }

  #reportMissing(what: string, name: string, { provision }: ExporterSettings): false {
    if (provision === 'all') return false; // The denied CreateLogGroup is reported.
    this.add({
      check: what,
      status: 'failed',
      message: `${what} ${name} does not exist, and provision is '${provision}'`,
      remedy: `create it, or set provision to ${what === 'log group' ? "'all'" : "'stream'"}`,
    });
    return false;
  }

  /** Asks for a group that exists, or makes the one that does not. @returns whether there is one */
  async #createGroup(
    client: sdk.CloudWatchLogsClient,
    settings: ExporterSettings,
    { logGroupName }: Destination,
    isMissing: boolean,
  ): Promise<boolean> {
    const { tags, kmsKeyId, logGroupClass } = settings;
    const wishes = {
      ...(tags && Object.keys(tags).length > 0 && { tags: { ...tags } }),
      ...(kmsKeyId !== undefined && { kmsKeyId }),
      ...(logGroupClass !== undefined && { logGroupClass }),
    };
    const isMade = await this.#create(
      'logs:CreateLogGroup',
      // Not needed where the group is there.
      isMissing ? 'failed' : 'warning',
      (options) => client.send(new sdk.CreateLogGroupCommand({ logGroupName, ...wishes }), options),
    );
    if (isMade === 'made') this.#made = 'group';
    return isMade !== 'no';
  }

  async #createStream(client: sdk.CloudWatchLogsClient, destination: Destination): Promise<boolean> {
    const isMade = await this.#create('logs:CreateLogStream', 'failed', (options) =>
      client.send(new sdk.CreateLogStreamCommand(destination), options),
    );
    if (isMade === 'made') this.#made ??= 'stream';
    return isMade !== 'no';
  }

  async #create(
    action: string,
    without: 'warning' | 'failed',
    send: (options: { abortSignal: AbortSignal }) => Promise<unknown>,
  ): Promise<'made' | 'exists' | 'no'> {
    const { signal } = this.#parts;
    try {
      await send({ abortSignal: signal });
      this.add({ check: action, status: 'ok', message: 'allowed' });
      return 'made';
    } catch (error) {
      signal.throwIfAborted();
      if (classifyError(error) === 'exists') {
        this.add({ check: action, status: 'ok', message: 'allowed (it exists)' });
        return 'exists';
      }
      this.add(permissionFinding(action, error, without));
      return 'no';
    }
  }

  /** What the exporter does only to groups that it makes is tried on one that was made here. */
  async #checkWish(
    client: sdk.CloudWatchLogsClient,
    settings: ExporterSettings,
    { logGroupName }: Destination,
    { action }: RequiredPermission,
  ): Promise<void> {
    const { signal } = this.#parts;
    const options = { abortSignal: signal };
    const isOurs = this.#made === 'group';
    const skip = (message: string): void => {
      this.add({ check: action, status: 'skipped', message });
    };
    if (action !== 'logs:DescribeIndexPolicies' && !isOurs) {
      skip('not tried: it would change the log group, which exists');
      return;
    }
    try {
      switch (action) {
        case 'logs:DescribeIndexPolicies':
          await client.send(
            new sdk.DescribeIndexPoliciesCommand({ logGroupIdentifiers: [logGroupName] }),
            options,
          );
          break;
        case 'logs:PutRetentionPolicy':
          await client.send(
            new sdk.PutRetentionPolicyCommand({ logGroupName, retentionInDays: settings.retentionInDays }),
            options,
          );
          break;
        case 'logs:PutIndexPolicy':
          await client.send(
            new sdk.PutIndexPolicyCommand({
              logGroupIdentifier: logGroupName,
              policyDocument: JSON.stringify({
                Fields: [...settings.indexFields, ...(settings.facetFields ?? [])],
              }),
            }),
            options,
          );
          break;
        default:
          // Tags and key were part of CreateLogGroup, which was answered well.
          break;
      }
      this.add({ check: action, status: 'ok', message: 'allowed' });
    } catch (error) {
      signal.throwIfAborted();
      this.add(permissionFinding(action, error, 'warning'));
    }
  }

  async #checkTestEvent(
    client: sdk.CloudWatchLogsClient,
    settings: ExporterSettings,
    { logGroupName }: Destination,
    resource: ResourceLike,
  ): Promise<void> {
    const { signal, epochMillis } = this.#parts;
    const id = randomBytes(12).toString('hex');
    const timestamp = epochMillis();
    const sent = await sendTestRecord(client, settings, {
      resource,
      body: `${TEST_BODY} ${id}`,
      timestamp,
    });
    signal.throwIfAborted();
    this.add(sent);
    if (sent.status !== 'ok') return;
    const timeout = this.#settings.findTimeoutMillis ?? 15_000;
    const find = { client, signal, epochMillis };
    const event = { logGroupName, id, timestamp };
    this.add(await findByFilter(find, event, timeout));
    this.add(await findByQuery(find, event, timeout));
  }

  async #checkOlderEvents(client: sdk.CloudWatchLogsClient, logGroupName: string): Promise<void> {
    const { epochMillis, signal } = this.#parts;
    const finding = await checkOlderEvents({ client, epochMillis, signal }, logGroupName);
    if (finding) this.add(finding);
  }

  async #checkCost(client: sdk.CloudWatchLogsClient, logGroupName: string): Promise<void> {
    const { epochMillis, signal } = this.#parts;
    const finding = await checkCost({ client, epochMillis, signal }, logGroupName);
    if (finding) this.add(finding);
  }

  async #cleanUp(client: sdk.CloudWatchLogsClient, destination: Destination): Promise<void> {
    const made = this.#made;
    if (made === undefined) return;
    const { logGroupName, logStreamName } = destination;
    const name = made === 'group' ? `log group ${logGroupName}` : `log stream ${logStreamName}`;
    const leave = (why: string, status: Finding['status']): void => {
      const message = `the ${name}, which was made here, is left: ${why}`;
      this.add({
        check: 'clean up',
        status,
        message,
        ...(status === 'warning' && { remedy: 'delete it, if it is not wanted' }),
      });
    };
    try {
      // Also after Ctrl-C, so without its signal.
      const isInUse = await sendWithin(
        ({ abortSignal }) => this.#holdsOtherEvents(client, destination, abortSignal),
        CLEAN_UP_TIMEOUT_MILLIS,
      );
      if (isInUse) {
        leave('an application has written to it meanwhile', 'ok');
        return;
      }
    } catch (error) {
      // As in groups of class INFREQUENT_ACCESS, and where FilterLogEvents is not allowed.
      const why = `whether an application has written to it meanwhile can't be seen (${describeError(error)})`;
      leave(why, 'warning');
      return;
    }
    try {
      await sendWithin(
        (options) =>
          made === 'group'
            ? client.send(new sdk.DeleteLogGroupCommand({ logGroupName }), options)
            : client.send(new sdk.DeleteLogStreamCommand({ logGroupName, logStreamName }), options),
        CLEAN_UP_TIMEOUT_MILLIS,
      );
      this.add({ check: 'clean up', status: 'ok', message: `deleted the ${name}, which was made here` });
    } catch (error) {
      // The role of an application should not be allowed to delete.
      leave(describeError(error), 'warning');
    }
  }

  /** An application in the same environment writes to the same group and stream, perhaps since they are there. */
  async #holdsOtherEvents(
    client: sdk.CloudWatchLogsClient,
    { logGroupName, logStreamName }: Destination,
    signal: AbortSignal,
  ): Promise<boolean> {
    const input = {
      logGroupName,
      ...(this.#made === 'stream' && { logStreamNames: [logStreamName] }),
      filterPattern: `-"${TEST_BODY}"`,
    };
    return await isAnyEvent({ client, signal }, input);
  }
}

/** Stands for whatever is wrong with credentials. */
const EXPIRED = Object.assign(new Error(), { name: 'ExpiredTokenException' });

/** Group and stream of the test event, and a sentence for each placeholder that nothing fills. */
function destinationOf(
  settings: ExporterSettings,
  resource: ResourceLike,
  timestamp: number,
): { destination: Destination; missing: string[] } {
  const source = { resource, attributes: {}, timestamp };
  const missing: string[] = [];
  const fill = (option: 'logGroupName' | 'logStreamName'): string =>
    fillTemplate(settings[option], source, (placeholder) => {
      // The test event is none of the application's records, which may have the attribute.
      if (placeholder.startsWith('attributes.')) return;
      missing.push(missingSentence(option, settings[option], placeholder, resource.attributes));
    });
  const destination = {
    logGroupName: toLogGroupName(fill('logGroupName')),
    logStreamName: toLogStreamName(fill('logStreamName')),
  };
  return { destination, missing };
}

/** The account of a group, where it may be asked for; else `*`. */
async function accountOf(
  client: sdk.CloudWatchLogsClient,
  { logGroupName }: Destination,
  signal: AbortSignal,
): Promise<string> {
  try {
    const command = new sdk.DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName, limit: 1 });
    const { logGroups } = await client.send(command, { abortSignal: signal });
    return /^arn:[^:]+:logs:[^:]*:(\d{12}):/.exec(logGroups?.[0]?.arn ?? '')?.[1] ?? '*';
  } catch {
    signal.throwIfAborted();
    return '*';
  }
}
