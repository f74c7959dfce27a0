import { Command, Option } from 'commander';
import { OptionError } from '../cloudwatch/errors.js';
import {
  LOG_GROUP_CLASSES,
  type LogGroupClassName,
  RETENTION_DAYS,
  type RetentionInDays,
} from '../cloudwatch/limits.js';
import { DEFAULT_INDEX_FIELDS } from '../cloudwatch/message-keys.js';
import {
  type LogGroupChange,
  type LogGroupPlan,
  type LogGroupSpec,
  LogResources,
} from '../resources/index.js';
import { type CommandIo } from './command-io.js';
import {
  addConnectionOptions,
  collected,
  connect,
  type ConnectionArguments,
  endpointOf,
} from './connection.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { EXIT } from './exit-codes.js';
import { formatCount } from './format-amounts.js';
import { printJson } from './print-json.js';
import { tell } from './tell.js';
import { withoutUrlSecrets } from '../cloudwatch/shown-url.js';

interface SetupArguments extends ConnectionArguments {
  readonly logGroup?: readonly string[] | undefined;
  readonly logStream?: readonly string[] | undefined;
  readonly retention?: RetentionInDays | 'never' | undefined;
  readonly class?: LogGroupClassName | undefined;
  readonly kmsKey?: string | undefined;
  readonly tag?: readonly (readonly [string, string])[] | undefined;
  readonly indexField?: readonly string[] | undefined;
  readonly facetField?: readonly string[] | undefined;
  /** False for `--no-index`. */
  readonly index: boolean;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** What one log group lacks. */
interface GroupPlan {
  readonly spec: LogGroupSpec;
  readonly plan: LogGroupPlan;
  /** Fields that are not indexed yet. */
  readonly fields: readonly string[];
  readonly facets: readonly string[];
  readonly logStreams: readonly string[];
}

const EXAMPLES = `
Examples:
  otel-cwlogs setup -g /apps/orders --retention 30
  otel-cwlogs setup -g /apps/orders -g /apps/pay --retention 90 --tag team=shop --dry-run
  otel-cwlogs setup -g /apps/orders --index-field trace_id --index-field order.id --yes

The plan is shown before anything changes, and a second run changes nothing. What is not named stays as it is:
nothing is deleted, and fields that are indexed already stay indexed.

Exit codes: 0 all is as it should be, 1 the answer was no, 2 wrong command line, 3 service, credentials or network
failed, 130 interrupted.`;

/** The command `setup`. */
export function setupCommand(io: CommandIo): Command {
  return addConnectionOptions(
    new Command('setup')
      .description('make log groups with retention, field indexes, tags and key, or bring them in line')
      .option(
        '-g, --log-group <name>',
        'log group (repeatable; default: OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME)',
        collected,
      )
      .option('--log-stream <name>', 'log stream to make in each of them (repeatable)', collected)
      .addOption(
        new Option(
          '--retention <days>',
          'days that events are kept, or never, so that they never expire (default: as it is)',
        ).argParser(readRetention),
      )
      .addOption(
        new Option('--class <class>', 'class of groups that are made; it never changes later').choices(
          LOG_GROUP_CLASSES,
        ),
      )
      .option('--kms-key <arn>', 'key with which events are encrypted')
      .addOption(new Option('--tag <key=value>', 'tag (repeatable)').argParser(collectTag))
      .option(
        '--index-field <name>',
        `field to index (repeatable; default: ${DEFAULT_INDEX_FIELDS.join(', ')})`,
        collected,
      )
      .option(
        '--facet-field <name>',
        'field to index as a facet, whose values the console counts (repeatable)',
        collected,
      )
      .option('--no-index', 'leave field indexes as they are')
      .option('--dry-run', 'show the plan, and change nothing')
      .option('-y, --yes', 'agree to the plan')
      .option('--json', 'print the plan, and whether it was carried out, as one JSON document'),
  )
    .addHelpText('after', EXAMPLES)
    .action((options: SetupArguments) => run(options, io));
}

async function run(options: SetupArguments, io: CommandIo): Promise<void> {
  const specs = specsOf(options, io);
  const client = connect(options, io);
  const resources = new LogResources({ client });
  try {
    const plans: GroupPlan[] = [];
    for (const spec of specs) plans.push(await planGroup(resources, spec, options));
    const changes = plans.reduce((sum, plan) => sum + linesOf(plan).length, 0);
    const endpoint = endpointOf(options, io);
    const where = endpoint === undefined ? 'AWS' : withoutUrlSecrets(endpoint);
    // JSON is all that its reader finds on standard output.
    const output = options.json === true ? io.stderr : io.stdout;
    for (const line of planText(plans, where)) tell(output, escapeTerminalText(line));
    const isAgreed = changes > 0 && options.dryRun !== true && (await agrees(options, changes, io));
    if (isAgreed) {
      for (const [index, plan] of plans.entries()) {
        try {
          io.signal.throwIfAborted();
          await carryOut(resources, plan);
        } catch (error) {
          const through =
            index === 0
              ? 'none of the log groups is'
              : `${formatCount(index, 'log group')} of ${plans.length} are`;
          tell(io.stderr, `${through} through; the same command goes on with the rest`);
          throw error;
        }
      }
      tell(output, `done: ${formatCount(changes, 'change')}`);
    }
    if (options.json === true) {
      printJson(io.stdout, { endpoint: where, groups: plans.map(planJson), isCarriedOut: isAgreed });
    }
    io.setExitCode(isAgreed || changes === 0 || options.dryRun === true ? EXIT.found : EXIT.nothingFound);
  } finally {
    client.destroy();
  }
}

/** @throws OptionError */
function specsOf(options: SetupArguments, io: CommandIo): LogGroupSpec[] {
  const { class: logGroupClass, kmsKey, retention, tag } = options;
  const named = options.logGroup ?? [io.env.OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME ?? ''];
  return [...new Set(named)].map((logGroupName) => {
    // A template names as many groups as there are services; a prefix those that exist.
    if (logGroupName === '' || /[{}*]/.test(logGroupName)) {
      const rule = 'be the whole name of a log group';
      throw logGroupName === ''
        ? new OptionError('--log-group', rule)
        : new OptionError('--log-group', rule, logGroupName);
    }
    return {
      logGroupName,
      ...(retention !== undefined && { retentionInDays: retention === 'never' ? null : retention }),
      ...(logGroupClass !== undefined && { logGroupClass }),
      ...(kmsKey !== undefined && { kmsKeyId: kmsKey }),
      ...(tag !== undefined && { tags: Object.fromEntries(tag) }),
    };
  });
}

async function planGroup(
  resources: LogResources,
  spec: LogGroupSpec,
  options: SetupArguments,
): Promise<GroupPlan> {
  const { logGroupName } = spec;
  const plan = await resources.logGroups.plan(spec);
  const logStreams: string[] = [];
  for (const name of new Set(options.logStream)) {
    if (plan.present === undefined || !(await hasStream(resources, logGroupName, name)))
      logStreams.push(name);
  }
  return { spec, plan, logStreams, ...(await missingIndexes(resources, spec, plan, options)) };
}

async function hasStream(resources: LogResources, logGroupName: string, name: string): Promise<boolean> {
  // Names are listed in order, and a name comes before all that it is a prefix of.
  for await (const { logStreamName } of resources.logStreams.list(logGroupName, { prefix: name })) {
    return logStreamName === name;
  }
  return false;
}

async function missingIndexes(
  resources: LogResources,
  { logGroupName, logGroupClass = 'STANDARD' }: LogGroupSpec,
  { present }: LogGroupPlan,
  options: SetupArguments,
): Promise<Pick<GroupPlan, 'fields' | 'facets'>> {
  const { facetField = [], indexField } = options;
  const isNamed = indexField !== undefined || facetField.length > 0;
  const ofClass = present?.logGroupClass ?? logGroupClass;
  if (ofClass !== 'STANDARD' && isNamed && options.index) {
    throw new OptionError(
      indexField ? '--index-field' : '--facet-field',
      `not be given for ${logGroupName}: only the class STANDARD has field indexes, and it is ${ofClass}`,
    );
  }
  if (!options.index && isNamed) {
    throw new OptionError('--no-index', 'not stand beside --index-field and --facet-field');
  }
  if (!options.index || ofClass !== 'STANDARD') return { fields: [], facets: [] };
  const policy = present && (await resources.fieldIndexes.policy(logGroupName));
  const { facets = [], fields = [] } = policy ?? {};
  const wantedFacets = [...new Set(facetField)];
  const wanted = indexField ?? (isNamed ? [] : DEFAULT_INDEX_FIELDS);
  return {
    facets: wantedFacets.filter((name) => !facets.includes(name)),
    fields: [...new Set(wanted)].filter(
      (name) => !fields.includes(name) && !facets.includes(name) && !wantedFacets.includes(name),
    ),
  };
}

async function agrees({ yes }: SetupArguments, changes: number, io: CommandIo): Promise<boolean> {
  if (yes === true) return true;
  if (io.ask)
    return await io.ask(`Make ${changes === 1 ? 'this change' : `these ${changes} changes`}? [y/N] `);
  throw new OptionError('--yes', 'be given where nobody can be asked (--dry-run shows the plan alone)');
}

async function carryOut(
  resources: LogResources,
  { spec, fields, facets, logStreams }: GroupPlan,
): Promise<void> {
  const { logGroupName } = spec;
  await resources.logGroups.ensure(spec);
  if (fields.length + facets.length > 0) await resources.fieldIndexes.ensure(logGroupName, fields, facets);
  for (const name of logStreams) await resources.logStreams.ensure(logGroupName, name);
}

function planText(plans: readonly GroupPlan[], where: string): string[] {
  const lines = [`plan for ${where}:`];
  for (const plan of plans) {
    const changes = linesOf(plan);
    lines.push(`  ${plan.spec.logGroupName}${changes.length === 0 ? ': nothing to change' : ''}`);
    lines.push(...changes.map((change) => `    ${change}`));
  }
  return lines;
}

/** A line for each change. */
function linesOf({ spec, plan, fields, facets, logStreams }: GroupPlan): string[] {
  const lines: string[] = [];
  if (plan.present === undefined) lines.push(...linesOfNew(spec));
  for (const change of plan.changes) lines.push(`~ ${lineOf(change)}`);
  if (fields.length > 0) lines.push(`+ field index: ${fields.join(', ')} (of events that come from now on)`);
  if (facets.length > 0) lines.push(`+ facet: ${facets.join(', ')} (of events that come from now on)`);
  for (const name of logStreams) lines.push(`+ log stream ${name}`);
  return lines;
}

function linesOfNew({ logGroupClass = 'STANDARD', retentionInDays, kmsKeyId, tags }: LogGroupSpec): string[] {
  return [
    `+ log group, class ${logGroupClass}`,
    ...(typeof retentionInDays === 'number' ? [`+ retention: ${days(retentionInDays)}`] : []),
    ...(kmsKeyId === undefined ? [] : [`+ key ${kmsKeyId}`]),
    ...(tags === undefined ? [] : [`+ tags: ${tagsText(tags)}`]),
  ];
}

function lineOf(change: LogGroupChange): string {
  switch (change.what) {
    case 'retentionInDays': {
      const isShorter = change.to !== null && (change.from === undefined || change.to < change.from);
      const warning = isShorter ? '; the service deletes what is older, for good' : '';
      return `retention: ${days(change.to)} (now: ${days(change.from ?? null)})${warning}`;
    }
    case 'kmsKeyId':
      return `key ${change.to} (now: ${change.from ?? "the service's own"})`;
    case 'tags':
      return `tags: ${tagsText(change.to)}`;
  }
}

function days(retention: number | null): string {
  return retention === null ? 'events never expire' : formatCount(retention, 'day');
}

function tagsText(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}

function planJson({ spec, plan, fields, facets, logStreams }: GroupPlan): object {
  return {
    ...spec,
    isNew: plan.present === undefined,
    changes: plan.changes.map((change) => change.what),
    indexFields: fields,
    facetFields: facets,
    logStreams,
  };
}

function readRetention(text: string): RetentionInDays | 'never' {
  if (text === 'never') return text;
  const found = RETENTION_DAYS.find((days) => String(days) === text);
  if (found !== undefined) return found;
  throw new OptionError('--retention', `be never, or one of ${RETENTION_DAYS.join(', ')}`, text);
}

function collectTag(
  text: string,
  previous: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new OptionError('--tag', 'be key=value', text);
  return [...previous, [text.slice(0, equals), text.slice(equals + 1)]];
}
