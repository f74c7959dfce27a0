import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isObject } from '../cloudwatch/is-object.js';
import { nearestName } from '../cloudwatch/nearest-name.js';
import { allOptions, environmentName } from '../options/environment-names.js';
import { ALL_OPTIONS } from '../options/options.js';
import { readResourceAttributes } from '../options/resource-attributes.js';
import { type Application, resolveWith } from './application.js';
import { ConfigSection, textOf, wrong, wrongKind } from './config-section.js';
import { type Environment, stringOf } from './environment.js';

/** The key of this package's exporter in a file. Source: specification, "Configuration", custom components. */
const OUR_KEY = 'cloudwatch_logs';
const YAML = 'yaml';
const VARIABLE = 'OTEL_CONFIG_FILE';

type AttributeValue = string | number | boolean | string[] | number[] | boolean[];

/** What a declarative configuration asks of `register`. */
export interface ConfigFile {
  /** In the place of the process's: as OpenTelemetry specifies, the file's values take the place of `OTEL_` variables. */
  readonly environment: Environment;
  /** Of the resource. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Puts the file's names in the place of the variables that stand for them. */
  readonly inFile: (message: string) => string;
}

/**
 * Reads the file that OTEL_CONFIG_FILE names. Each of its values becomes the variable that says the same, so that both are
 * read and checked by the same code.
 * Source: https://github.com/open-telemetry/opentelemetry-configuration, schema 1.1
 * @param complain - told in one line what of it is not honoured
 * @returns undefined where it has no exporter of this package: variables hold then, and one line says so
 * @throws Error that names file and place
 */
export function readConfigFile(
  application: Application,
  environment: Environment,
  complain: (message: string) => void,
): ConfigFile | undefined {
  const file = stringOf(environment, VARIABLE);
  if (file === undefined) return undefined;
  const source = readSource(file);
  try {
    const empty: EmptyReference[] = [];
    const root = new ConfigSection(substituted(parse(application, source), { environment, empty }, ''), '');
    const reading = new ConfigReading(root);
    const { variables, attributes, left } = reading;
    if (!reading.isForUs) {
      const near = nearestName(OUR_KEY, reading.otherExporters);
      const remedy = near === undefined ? '' : `; is ${near} meant to be it?`;
      complain(`${file} has no exporter ${OUR_KEY} in a processor of logs, so variables hold${remedy}`);
      return undefined;
    }
    const unset = empty.filter(({ path }) => !left.some((other) => path.startsWith(other)));
    if (unset.length > 0) {
      const list = unset.map(({ name, path }) => `\${${name}} in ${path}`).join(', ');
      complain(`${file}: empty, since the variable is not set: ${list}`);
    }
    const beside = Object.keys(environment).filter((name) => isReplaced(name) && stringOf(environment, name));
    if (left.length > 0) complain(`${file}: not honoured by register: ${left.join(', ')}`);
    if (beside.length > 0) complain(`${file} takes the place of ${beside.join(', ')}: not read`);
    const kept = Object.entries(environment).filter(([name]) => !isReplaced(name));
    const given = [...variables].map(([name, { value }]) => [name, value] as const);
    // The longest first: names of variables begin with those of others.
    const names = [...variables].sort(([one], [other]) => other.length - one.length);
    return {
      environment: Object.fromEntries([...kept, ...given]),
      attributes,
      inFile(message) {
        const text = names.reduce((before, [name, { path }]) => before.replaceAll(name, path), message);
        return text === message ? message : `${file}: ${text}`;
      },
    };
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

function readSource(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { message } = error as Error;
    const what = message.includes(file) ? message : `${message} ${file}`;
    throw new Error(`${VARIABLE} must name a file that can be read: ${what}`, { cause: error });
  }
}

/** Variables of Node.js's OpenTelemetry alone have no place in a file. */
function isReplaced(name: string): boolean {
  return name.startsWith('OTEL_') && !name.startsWith('OTEL_NODE_') && name !== VARIABLE;
}

interface YamlPackage {
  parse(text: string, options: object): unknown;
}

/** JSON is read as it is, YAML by the package that OpenTelemetry's own configuration has. */
function parse(application: Application, text: string): unknown {
  // A byte order mark goes as blanks do.
  const trimmed = text.trimStart();
  if (trimmed.startsWith('{')) return JSON.parse(trimmed);
  const yaml = findYaml(application);
  if (!yaml) {
    throw new Error(
      `it is read by the package ${YAML}, which is not installed; run: npm install ${YAML}, or write JSON`,
    );
  }
  return yaml.parse(text, { version: '1.2' });
}

function findYaml(application: Application): YamlPackage | undefined {
  const own = application.load(YAML) as YamlPackage | undefined;
  if (own) return own;
  const sdk = '@opentelemetry/sdk-node';
  const sdkFile = application.resolve(sdk, ['@opentelemetry/auto-instrumentations-node']);
  const configuration =
    application.resolve('@opentelemetry/configuration', [sdk]) ??
    (sdkFile && resolveWith(createRequire(sdkFile), '@opentelemetry/configuration'));
  const file = configuration && resolveWith(createRequire(configuration), YAML);
  return file === undefined ? undefined : (createRequire(file)(file) as YamlPackage);
}

/** A reference that has made a part of a text empty, as in `/apps/${SERVICE}`. */
interface EmptyReference {
  readonly name: string;
  readonly path: string;
}

interface Substitution {
  readonly environment: Environment;
  /** Is filled. */
  readonly empty: EmptyReference[];
}

/** Everything with its references to variables replaced. @throws Error for a reference that is none */
function substituted(value: unknown, substitution: Substitution, path: string): unknown {
  if (typeof value === 'string') return substitutedText(value, substitution, path);
  if (Array.isArray(value)) {
    return value.map((item, index) => substituted(item, substitution, `${path}[${index}]`));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      substituted(member, substitution, path === '' ? name : `${path}.${name}`),
    ]),
  );
}

/** Source: specification, "Environment variable substitution": `${NAME}`, `${env:NAME}`, `${NAME:-default}`, `$$`. */
function substitutedText(text: string, { environment, empty }: Substitution, path: string): string {
  const unset: EmptyReference[] = [];
  let result = '';
  let from = 0;
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', from)) {
    result += text.slice(from, at);
    const next = text[at + 1];
    const end = next === '{' ? text.indexOf('}', at) : -1;
    if (end < 0) {
      result += '$';
      from = at + (next === '$' ? 2 : 1);
      continue;
    }
    const [name = '', ...rest] = text
      .slice(at + 2, end)
      .replace(/^env:/, '')
      .split(':-');
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      throw wrong(path, 'refer to variables as ${NAME} or ${NAME:-default}', text.slice(at, end + 1));
    }
    const value = environment[name] ?? '';
    if (value === '' && rest.length === 0) unset.push({ name, path });
    result += value === '' ? rest.join(':-') : value;
    from = end + 1;
  }
  result += text.slice(from);
  // What is empty as a whole counts as not given, as a variable that is empty does.
  if (result !== '') empty.push(...unset);
  return result;
}

/** Samplers of a file, and what OTEL_TRACES_SAMPLER calls them. */
const SAMPLERS: ReadonlyMap<string, string> = new Map([
  ['always_on', 'always_on'],
  ['always_off', 'always_off'],
  ['trace_id_ratio_based', 'traceidratio'],
]);

/** Goes through a file, from the top. */
class ConfigReading {
  /** By their names; each with the place of the file that it stands for. */
  readonly variables = new Map<string, { readonly value: string; readonly path: string }>();
  readonly attributes: Record<string, AttributeValue> = {};
  readonly left: readonly string[];
  isForUs = false;
  /** Names of log exporters that are not ours. */
  readonly otherExporters: string[] = [];
  readonly #unknown: string[] = [];

  constructor(root: ConfigSection) {
    this.#checkFormat(root);
    const logs = root.section('logger_provider');
    const logsExporters: string[] = [];
    for (const processor of logs.sections('processors')) this.#readProcessor(processor, logsExporters);
    const disabled = root.text('disabled')?.trim().toLowerCase();
    if (disabled !== undefined && !['', 'true', 'false'].includes(disabled)) {
      throw wrongKind(root.pathOf('disabled'), 'be true or false', disabled);
    }
    if (disabled) this.#set('OTEL_SDK_DISABLED', disabled, root.pathOf('disabled'));
    const level = root.text('log_level');
    if (level !== undefined) this.#set('OTEL_LOG_LEVEL', diagnosticLevel(level), root.pathOf('log_level'));
    for (const [section, prefix] of [
      [root.section('attribute_limits'), 'OTEL_ATTRIBUTE_'],
      [logs.section('limits'), 'OTEL_LOGRECORD_ATTRIBUTE_'],
    ] as const) {
      this.#setText(`${prefix}COUNT_LIMIT`, section, 'attribute_count_limit');
      this.#setText(`${prefix}VALUE_LENGTH_LIMIT`, section, 'attribute_value_length_limit');
    }
    if (logsExporters.length > 0) this.#set('OTEL_LOGS_EXPORTER', logsExporters.join(','), logs.path);
    this.#readResource(root.section('resource'));
    this.#readPropagator(root.section('propagator'));
    this.#readSampler(root.section('tracer_provider').section('sampler'));
    this.left = [...root.left(), ...this.#unknown];
  }

  #checkFormat(root: ConfigSection): void {
    const format = root.text('file_format');
    if (format === undefined || !/^1(\.\d+)?(-|$)/.test(format)) {
      throw wrong('file_format', 'be given as "1.0" or another 1.x', format);
    }
  }

  #readProcessor(processor: ConfigSection, logsExporters: string[]): void {
    const [kind] = processor.names;
    if (kind !== 'batch' && kind !== 'simple') {
      this.#leave(processor, processor.names);
      return;
    }
    const settings = processor.section(kind);
    const exporter = settings.section('exporter');
    const [name] = exporter.names;
    if (name === 'console') {
      exporter.section(name);
      logsExporters.push(name);
      return;
    }
    if (name !== OUR_KEY) {
      this.otherExporters.push(...exporter.names);
      this.#leave(exporter, exporter.names);
      return;
    }
    const path = exporter.pathOf(OUR_KEY);
    if (kind === 'simple') {
      throw new Error(`${path} must stand under batch: log events are sent in batches`);
    }
    if (this.isForUs) throw new Error(`${path} must be the only one: register has one exporter`);
    this.isForUs = true;
    this.#readOptions(exporter.section(OUR_KEY));
    for (const [member, option] of [
      ['schedule_delay', 'scheduledDelayMillis'],
      ['export_timeout', 'exportTimeoutMillis'],
      ['max_queue_size', 'maxQueueSize'],
      ['max_export_batch_size', 'maxExportBatchSize'],
    ] as const) {
      this.#setText(environmentName(option, ALL_OPTIONS[option]), settings, member);
    }
  }

  /** Of our exporter: the names of the options in snake case. */
  #readOptions(section: ConfigSection): void {
    const options = allOptions(ALL_OPTIONS).filter(([, { members, fromText }]) => members ?? fromText);
    const readAll = (from: ConfigSection, prefix: string): void => {
      const known = options.filter(([path]) => path.startsWith(prefix) && !path.includes('.', prefix.length));
      for (const name of from.names) {
        const found = known.find(([path]) => snakeCase(path.slice(prefix.length)) === name);
        if (!found)
          throw unknownName(
            from,
            name,
            known.map(([path]) => snakeCase(path.slice(prefix.length))),
          );
        const [path, option] = found;
        const value = from.take(name);
        if (option.members && isObject(value))
          readAll(new ConfigSection(value, from.pathOf(name)), `${path}.`);
        else if (
          option.members &&
          value !== undefined &&
          !(option.fromText && (value === false || value === 'false'))
        )
          throw wrongKind(
            from.pathOf(name),
            option.fromText ? 'be a mapping, or false' : 'be a mapping',
            value,
          );
        else
          this.#set(
            environmentName(path, option),
            valueText(path, value, from.pathOf(name)),
            from.pathOf(name),
          );
      }
    };
    readAll(section, '');
    if (!section.names.includes('log_group_name'))
      throw new Error(`${section.pathOf('log_group_name')} must be given`);
  }

  #readResource(resource: ConfigSection): void {
    const list = resource.text('attributes_list');
    const { attributes, problem } = readResourceAttributes(list);
    if (problem !== undefined) throw new Error(`${resource.pathOf('attributes_list')} ${problem}`);
    Object.assign(this.attributes, attributes);
    for (const attribute of resource.sections('attributes')) {
      const name = attribute.text('name');
      if (name === undefined) throw new Error(`${attribute.pathOf('name')} must be given`);
      this.attributes[name] = attributeValue(attribute);
    }
    resource.take('schema_url');
    const detection = resource.section('detection/development');
    const detectors = detection.take('detectors');
    if (detectors === undefined) return;
    const path = detection.pathOf('detectors');
    const names = keysOf(detectors, path).map((name) => (name === 'service' ? 'serviceinstance' : name));
    this.#set('OTEL_NODE_RESOURCE_DETECTORS', names.join(','), path);
  }

  #readPropagator(propagator: ConfigSection): void {
    const composite = propagator.take('composite');
    const names = composite === undefined ? [] : keysOf(composite, propagator.pathOf('composite'));
    const list = propagator.text('composite_list')?.split(',') ?? [];
    const all = [...new Set([...names, ...list.map((name) => name.trim())])];
    if (all.length > 0) this.#set('OTEL_PROPAGATORS', all.join(','), propagator.path);
  }

  #readSampler(sampler: ConfigSection): void {
    if (sampler.names.length === 0) return;
    const isParentBased = sampler.names.includes('parent_based');
    const root = isParentBased ? sampler.section('parent_based').section('root') : sampler;
    const [name = 'always_on'] = root.names;
    const value = SAMPLERS.get(name);
    if (value === undefined) {
      this.#leave(root, [name]);
      return;
    }
    this.#set('OTEL_TRACES_SAMPLER', isParentBased ? `parentbased_${value}` : value, sampler.path);
    this.#setText('OTEL_TRACES_SAMPLER_ARG', root.section(name), 'ratio');
  }

  /** Says of these that they are not honoured, though they may have no value. */
  #leave(section: ConfigSection, names: readonly string[]): void {
    for (const name of names) {
      section.take(name);
      this.#unknown.push(section.pathOf(name));
    }
  }

  #setText(variable: string, section: ConfigSection, name: string): void {
    const value = section.text(name);
    if (value !== undefined) this.#set(variable, value, section.pathOf(name));
  }

  #set(variable: string, value: string, path: string): void {
    const before = this.variables.get(variable);
    if (before)
      throw new Error(`${path} must not be given together with ${before.path}, which says the same`);
    this.variables.set(variable, { value, path });
  }
}

/** Levels of OpenTelemetry's diagnostics by severities: `debug2` is a kind of `debug`. */
function diagnosticLevel(severity: string): string {
  const level = severity.replace(/\d$/, '').toUpperCase();
  if (level === 'TRACE') return 'VERBOSE';
  return level === 'FATAL' ? 'ERROR' : level;
}

/** The value as its variable has it. @throws Error for what a variable can't hold */
function valueText(option: string, value: unknown, path: string): string {
  const part = (item: unknown, itemPath: string, separators: RegExp): string => {
    const text = textOf(item, itemPath);
    if (!separators.test(text)) return text;
    throw new Error(`${itemPath} must have no "," or "=" in it: a file can't give such`);
  };
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item, index) => part(item, `${path}[${index}]`, /,/)).join(',');
  if (option !== 'tags' || !isObject(value)) return textOf(value, path);
  return Object.entries(value)
    .map(([key, item]) => `${part(key, path, /[,=]/)}=${part(item, `${path}.${key}`, /,/)}`)
    .join(',');
}

function snakeCase(name: string): string {
  return name.replace(/(?=[A-Z])/g, '_').toLowerCase();
}

function unknownName(section: ConfigSection, name: string, known: readonly string[]): Error {
  const near = nearestName(name, known);
  const remedy = near === undefined ? ` (${known.join(', ')})` : `; did you mean ${near}?`;
  return new Error(`${section.pathOf(name)} must be the name of an option that a file can give${remedy}`);
}

/** The names of list items such as `tracecontext:`. @throws Error for anything else */
function keysOf(list: unknown, path: string): string[] {
  if (!Array.isArray(list)) throw wrongKind(path, 'be a list', list);
  return list.map((item, index) => {
    const [name] = isObject(item) ? Object.keys(item) : [];
    if (name === undefined) throw wrongKind(`${path}[${index}]`, 'be a mapping with one member', item);
    return name;
  });
}

/** @throws Error for a value that is not of its type */
function attributeValue(attribute: ConfigSection): AttributeValue {
  const type = attribute.text('type') ?? 'string';
  const path = attribute.pathOf('value');
  const value = attribute.take('value');
  const isList = type.endsWith('_array');
  const kind = type.replace('_array', '');
  const one = (item: unknown): string | number | boolean => {
    const text = textOf(item, path);
    if (kind === 'string') return text;
    if (kind === 'bool' && /^(true|false)$/.test(text)) return text === 'true';
    if ((kind === 'int' || kind === 'double') && text.trim() !== '' && Number.isFinite(Number(text)))
      return Number(text);
    throw wrongKind(path, `be of its type, ${type}`, item);
  };
  if (!isList) return one(value);
  if (!Array.isArray(value)) throw wrongKind(path, 'be a list', value);
  return value.map(one) as AttributeValue;
}
