import { isObject } from '../cloudwatch/is-object.js';
import { OptionError } from '../cloudwatch/errors.js';
import { ENV_PREFIX } from './environment-names.js';
import { type Environment, type OptionProblem, type RenamedOption, textOf } from './read-options.js';

/** Old names of options, read for this version. */
export interface RenamedExporterOptions {
  /** @deprecated `retry.initialDelayMillis` */
  readonly retryInitialDelayMillis?: number | undefined;
  /** @deprecated `retry.maxDelayMillis` */
  readonly retryMaxDelayMillis?: number | undefined;
  /** @deprecated `deliveryTimeoutMillis`; `exportTimeoutMillis` is the processor's, as in OpenTelemetry */
  readonly exportTimeoutMillis?: number | undefined;
}

/** Old names of options, read for this version. */
export interface RenamedProcessorOptions {
  /** @deprecated `retry.initialDelayMillis` */
  readonly retryInitialDelayMillis?: number | undefined;
  /** @deprecated `retry.maxDelayMillis` */
  readonly retryMaxDelayMillis?: number | undefined;
  /** @deprecated `exportTimeoutMillis`; what had that name is `deliveryTimeoutMillis` */
  readonly processorTimeoutMillis?: number | undefined;
}

/** The layout that is called `collector` now, read for this version. */
export type OldLayoutName = typeof OLD_LAYOUT;

const OLD_LAYOUT = 'otel';
const LAYOUT: RenamedOption = { was: `layout "${OLD_LAYOUT}"`, now: '"collector"' };
const LAYOUT_VARIABLE = `${ENV_PREFIX}LAYOUT`;

/** Options and variables in today's names. */
interface Renamed {
  readonly options: object | undefined;
  readonly environment: Environment;
  readonly renamed: readonly RenamedOption[];
  readonly problems: readonly OptionProblem[];
}

const RETRY: readonly RenamedOption[] = [
  { was: 'retryInitialDelayMillis', now: 'retry.initialDelayMillis' },
  { was: 'retryMaxDelayMillis', now: 'retry.maxDelayMillis' },
];
const VARIABLE: RenamedOption = {
  was: `${ENV_PREFIX}EXPORT_TIMEOUT_MILLIS`,
  now: `${ENV_PREFIX}DELIVERY_TIMEOUT_MILLIS`,
};

/** Puts today's names in the place of old ones; one that stands beside its new name is a problem. */
export function readRenamed(
  options: unknown,
  environment: Environment,
  of: 'exporter' | 'processor',
): Renamed {
  const renamed: RenamedOption[] = [];
  const problems: OptionProblem[] = [];
  let variables = environment;
  const old = textOf(environment, VARIABLE.was);
  if (old !== undefined) {
    renamed.push(VARIABLE);
    variables = { [VARIABLE.now]: old, ...environment };
  }
  if (textOf(environment, LAYOUT_VARIABLE)?.trim() === OLD_LAYOUT) {
    renamed.push(LAYOUT);
    variables = { ...variables, [LAYOUT_VARIABLE]: 'collector' };
  }
  if (!isObject(options)) {
    return { options: options as undefined, environment: variables, renamed, problems };
  }
  const current: Record<string, unknown> = { ...options };
  for (const rename of renamesFor(current, of)) {
    const value = current[rename.was];
    Reflect.deleteProperty(current, rename.was);
    if (value === undefined) continue;
    renamed.push(rename);
    if (!putAt(current, rename.now, value)) {
      const rule = `not be given together with ${rename.now}, its new name`;
      problems.push({ error: new OptionError(rename.was, rule), source: 'code' });
    }
  }
  if (current.layout === OLD_LAYOUT) {
    current.layout = 'collector';
    if (!renamed.includes(LAYOUT)) renamed.push(LAYOUT);
  }
  return { options: current, environment: variables, renamed, problems };
}

/** In the order in which they are renamed: `exportTimeoutMillis` makes room before it is a new name itself. */
function renamesFor(
  options: Record<string, unknown>,
  of: 'exporter' | 'processor',
): readonly RenamedOption[] {
  const delivery = { was: 'exportTimeoutMillis', now: 'deliveryTimeoutMillis' };
  if (of === 'exporter') return [...RETRY, delivery];
  if (options.processorTimeoutMillis === undefined) return RETRY;
  // Beside the old name of the one, the other is meant as it was then.
  return [...RETRY, delivery, { was: 'processorTimeoutMillis', now: 'exportTimeoutMillis' }];
}

/** @returns false where something is there already */
function putAt(options: Record<string, unknown>, path: string, value: unknown): boolean {
  const [name, member] = path.split('.') as [string, string | undefined];
  if (member === undefined) {
    if (options[name] !== undefined) return false;
    options[name] = value;
    return true;
  }
  const members = options[name] ?? {};
  // Anything else is refused when it is read.
  if (typeof members !== 'object') return true;
  if ((members as Record<string, unknown>)[member] !== undefined) return false;
  options[name] = { ...members, [member]: value };
  return true;
}
