import { OptionError } from '../cloudwatch/errors.js';
import { MAX_INDEX_FIELDS } from '../cloudwatch/limits.js';
import { type OptionsOf, type SettingsOf } from './option-kinds.js';
import { EXPORTER_OPTIONS, PROCESSOR_OPTIONS } from './option-tables.js';
import {
  type Environment,
  type OptionProblem,
  type Origin,
  type Reading,
  type RenamedOption,
  readOptions,
} from './read-options.js';
import { environmentName } from './environment-names.js';
import { readRenamed, type RenamedExporterOptions, type RenamedProcessorOptions } from './renamed-options.js';

/**
 * The options of `CloudWatchLogExporter`; each option may come from the environment instead.
 * @interface
 */
export type CloudWatchLogExporterOptions = OptionsOf<typeof EXPORTER_OPTIONS> & RenamedExporterOptions;

/**
 * The options of `CloudWatchLogRecordProcessor`: the exporter's, and its own.
 * @interface
 */
export type CloudWatchLogRecordProcessorOptions = OptionsOf<typeof EXPORTER_OPTIONS> &
  OptionsOf<typeof PROCESSOR_OPTIONS> &
  RenamedProcessorOptions;

export type { CircuitBreakerOptions, RetryOptions, SpoolOptions } from './option-tables.js';

/** Checked options of the exporter. */
export type ExporterSettings = SettingsOf<typeof EXPORTER_OPTIONS>;

/** Checked options of the processor and its exporter. */
export type ProcessorSettings = ExporterSettings & SettingsOf<typeof PROCESSOR_OPTIONS>;

/** Options as they were read, with the old names that were used. */
export interface OptionsReading<Settings> extends Reading<Settings> {
  readonly renamed: readonly RenamedOption[];
}

/** All options of a processor and its exporter, in one table. */
export const ALL_OPTIONS = { ...EXPORTER_OPTIONS, ...PROCESSOR_OPTIONS };

/** The client's own matters: a client of the application decides them itself. */
const CLIENT_OPTIONS = ['region', 'endpoint', 'credentials', 'maxAttempts', 'retryMode'] as const;

/**
 * Share of the processor's timeout that delivery has at the most, so that its result is still waited for. It stands here
 * and not in delivery's plan of deadlines, because it makes an option of another one, before there is any deadline.
 */
const DELIVERY_SHARE = 0.8;

/**
 * Checks the options of an exporter.
 * @throws OptionError for the first thing that is wrong
 */
export function readExporterOptions(
  options: Partial<CloudWatchLogExporterOptions> | undefined,
  environment: Environment,
): ExporterSettings {
  return settingsOf(collectExporterOptions(options, environment));
}

/**
 * Checks the options of a processor and its exporter.
 * @throws OptionError for the first thing that is wrong
 */
export function readProcessorOptions(
  options: Partial<CloudWatchLogRecordProcessorOptions> | undefined,
  environment: Environment,
): ProcessorSettings {
  return settingsOf(collectProcessorOptions(options, environment));
}

/** The settings of a reading without problems. @throws OptionError the first problem */
export function settingsOf<Settings>({ settings, problems }: Reading<Settings>): Settings {
  const [first] = problems;
  if (first !== undefined) throw first.error;
  return settings;
}

/** As {@link readExporterOptions}, with all that is wrong. */
export function collectExporterOptions(
  options: Partial<CloudWatchLogExporterOptions> | undefined,
  environment: Environment,
): OptionsReading<ExporterSettings> {
  return collect(EXPORTER_OPTIONS, options, environment, 'exporter', (draft) => {
    settleTogether(draft, options);
  });
}

/**
 * As {@link readProcessorOptions}, with all that is wrong. Where `deliveryTimeoutMillis` is not given it stays
 * under `exportTimeoutMillis`, since what the processor gives up it never asks for again.
 */
export function collectProcessorOptions(
  options: Partial<CloudWatchLogRecordProcessorOptions> | undefined,
  environment: Environment,
): OptionsReading<ProcessorSettings> {
  return collect(ALL_OPTIONS, options, environment, 'processor', (draft) => {
    settleTogether(draft, options);
    settleTimeouts(draft);
    settleQueue(draft);
    // A killed process then leaves one request at the most whose events may be there twice.
    if (draft.settings.writeAhead !== undefined && !draft.isGiven('concurrency'))
      draft.set({ concurrency: 1 });
  });
}

function collect<Settings extends ExporterSettings>(
  table: typeof EXPORTER_OPTIONS,
  options: object | undefined,
  environment: Environment,
  of: 'exporter' | 'processor',
  settle: (draft: Draft<Settings>) => void,
): OptionsReading<Settings> {
  const current = readRenamed(options, environment, of);
  const reading = readOptions(
    table,
    current.options as Partial<OptionsOf<typeof table>> | undefined,
    withoutClientVariables(options, current.environment),
    current.renamed,
  );
  const draft = new Draft(reading as Reading<unknown> as Reading<Settings>, current.problems);
  // A rule about several options can only be checked where each of them is right.
  if (draft.problems.every((problem) => problem.source !== 'code' && problem.source !== 'default')) {
    settle(draft);
  }
  return {
    settings: draft.settings,
    origins: reading.origins,
    problems: draft.problems,
    renamed: current.renamed,
  };
}

/** Settings while what depends on several options is settled. */
class Draft<Settings extends ExporterSettings> {
  settings: Settings;
  readonly problems: OptionProblem[];
  readonly #origins: ReadonlyMap<string, Origin>;

  constructor(reading: Reading<Settings>, problems: readonly OptionProblem[]) {
    this.settings = reading.settings;
    this.problems = [...problems, ...reading.problems];
    this.#origins = reading.origins;
  }

  /** Says whether code or environment gave an option; otherwise its default may give way. */
  isGiven(path: string): boolean {
    return this.#origins.get(path)?.source !== 'default' && this.#origins.has(path);
  }

  set(changes: Partial<Settings>): void {
    this.settings = { ...this.settings, ...changes };
  }

  /** Notes a problem by the name that the user gave the option. */
  fail(path: string, rule: string, ...value: [] | [unknown]): void {
    const { source, calledAs } = this.#origins.get(path) ?? { source: 'code', calledAs: path };
    this.problems.push({ error: new OptionError(calledAs, rule, ...value), source });
  }
}

/** Code wins over the environment: beside a client in code, variables about one say nothing. */
function withoutClientVariables(options: object | undefined, environment: Environment): Environment {
  if ((options as { client?: unknown } | undefined)?.client === undefined) return environment;
  const hidden = CLIENT_OPTIONS.map((name) => environmentName(name, EXPORTER_OPTIONS[name]));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !hidden.includes(name)));
}

function settleTogether(draft: Draft<ExporterSettings>, options: object | undefined): void {
  settleNames(draft);
  settleClient(draft, options);
  settleRetry(draft);
  settleFields(draft);
}

function settleNames(draft: Draft<ExporterSettings>): void {
  const { settings } = draft;
  for (const name of ['logGroupName', 'logStreamName'] as const) {
    // A name that is missing or wrong is a problem already.
    const template = settings[name] as (typeof settings)[typeof name] | undefined;
    if (template?.startsWithRecord !== true || settings.allowRecordDataFirst) continue;
    draft.fail(
      name,
      'not begin with data of the record, which then decides where events go: begin with text or a resource ' +
        'attribute, or set allowRecordDataFirst to true',
      template.text,
    );
  }
}

function settleClient(draft: Draft<ExporterSettings>, options: object | undefined): void {
  if (draft.settings.client === undefined) return;
  for (const name of CLIENT_OPTIONS) {
    if ((options as Record<string, unknown> | undefined)?.[name] !== undefined) {
      draft.fail(name, 'not be given together with client, which has its own');
    }
  }
}

function settleRetry(draft: Draft<ExporterSettings>): void {
  if (draft.settings.retry === undefined) return;
  const { initialDelayMillis, maxDelayMillis } = draft.settings.retry;
  if (maxDelayMillis >= initialDelayMillis) return;
  if (draft.isGiven('retry.maxDelayMillis')) {
    draft.fail(
      'retry.maxDelayMillis',
      `not be less than retry.initialDelayMillis (${initialDelayMillis})`,
      maxDelayMillis,
    );
  }
  draft.set({ retry: { initialDelayMillis, maxDelayMillis: initialDelayMillis } });
}

/** A field is index or facet: where nobody named the index fields, their default gives way. */
function settleFields(draft: Draft<ExporterSettings>): void {
  const facets = draft.settings.facetFields;
  if (facets === undefined) return;
  if (!draft.isGiven('indexFields')) {
    draft.set({ indexFields: draft.settings.indexFields.filter((field) => !facets.includes(field)) });
  }
  const { indexFields } = draft.settings;
  const twice = facets.find((field) => indexFields.includes(field));
  if (twice !== undefined) {
    draft.fail('facetFields', 'not name a field that indexFields names too', twice);
  } else if (facets.length + indexFields.length > MAX_INDEX_FIELDS) {
    draft.fail('facetFields', `name at most ${MAX_INDEX_FIELDS} fields together with indexFields`);
  } else return;
  draft.set({ facetFields: undefined });
}

/** The processor waits longer for an export than delivery for the service. */
function settleTimeouts(draft: Draft<ProcessorSettings>): void {
  const { deliveryTimeoutMillis, exportTimeoutMillis } = draft.settings;
  if (deliveryTimeoutMillis < exportTimeoutMillis) return;
  if (draft.isGiven('deliveryTimeoutMillis')) {
    if (!draft.isGiven('exportTimeoutMillis')) {
      draft.set({ exportTimeoutMillis: Math.ceil(deliveryTimeoutMillis / DELIVERY_SHARE) });
      return;
    }
    draft.fail(
      'deliveryTimeoutMillis',
      `be less than exportTimeoutMillis (${exportTimeoutMillis})`,
      deliveryTimeoutMillis,
    );
  }
  draft.set({ deliveryTimeoutMillis: Math.floor(exportTimeoutMillis * DELIVERY_SHARE) });
}

/**
 * A queue never fills a batch that is larger. The one that is given says how large both are; the other's
 * default gives way.
 */
function settleQueue(draft: Draft<ProcessorSettings>): void {
  const { maxExportBatchSize, maxQueueSize } = draft.settings;
  if (maxExportBatchSize <= maxQueueSize) return;
  if (!draft.isGiven('maxExportBatchSize')) draft.set({ maxExportBatchSize: maxQueueSize });
  else if (!draft.isGiven('maxQueueSize')) draft.set({ maxQueueSize: maxExportBatchSize });
  else {
    draft.fail('maxQueueSize', `not be less than maxExportBatchSize (${maxExportBatchSize})`, maxQueueSize);
    draft.set({ maxQueueSize: maxExportBatchSize });
  }
}
