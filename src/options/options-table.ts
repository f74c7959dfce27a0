import { LAYOUT_NAMES } from '../encoding/layouts/layout.js';
import { MAX_SEVERITY_NUMBER, SEVERITY_NAMES } from '../encoding/severity.js';
import { allOptions, environmentName } from './environment-names.js';
import { type OptionTable } from './option-kinds.js';
import { EXPORTER_OPTIONS, PROCESSOR_OPTIONS } from './option-tables.js';
import { TRACE_CONTEXT_SOURCES } from './trace-context-names.js';

/** The comment above an option, as `scripts/option-docs.mjs` reads it. */
export interface OptionDoc {
  readonly text: string;
  /** The text of `@defaultValue`. */
  readonly defaultText?: string | undefined;
}

/** Comments by the constant that holds a table, then by option. */
export type OptionDocs = Readonly<Record<string, Readonly<Record<string, OptionDoc>>>>;

/** The reference of all options as Markdown, made from their declarations and the comments above them. */
export function optionsTable(docs: OptionDocs): string {
  return [
    ...tableOf(EXPORTER_OPTIONS, 'EXPORTER_OPTIONS', docs),
    '',
    'Of `CloudWatchLogRecordProcessor` alone:',
    '',
    ...tableOf(PROCESSOR_OPTIONS, 'PROCESSOR_OPTIONS', docs),
  ].join('\n');
}

function tableOf(table: OptionTable, constant: string, docs: OptionDocs): string[] {
  const rows = allOptions(table).map(([path, option]) => {
    const doc = docOf(path, constant, docs);
    const variable = option.fromText === undefined ? 'code only' : `\`${environmentName(path, option)}\``;
    return row([`\`${path}\``, typeText(path, option), defaultText(option, doc), variable, doc.text]);
  });
  return [
    row(['Option', 'Type', 'Default', 'Environment variable', 'Meaning']),
    row(Array<string>(5).fill('---')),
    ...rows,
  ];
}

/** Types that the declarations don't say; here, since applications load those. */
const TYPES: Readonly<Record<string, string>> = {
  logGroupName: 'template of a log group name',
  logStreamName: 'template of a log stream name',
  region: 'text',
  endpoint: 'URL',
  credentials: 'AWS credentials or a provider of them',
  client: '`CloudWatchLogsClient`',
  layout: `${LAYOUT_NAMES.map(code).join(', ')} or a function (in code)`,
  resourceAttributes: '`essential`, `all`, `none` or a list of names',
  minSeverity: `${SEVERITY_NAMES.map(code).join(', ')} or a number from 1 to ${MAX_SEVERITY_NUMBER}`,
  redact: 'list of paths',
  transform: 'function(record)',
  kmsKeyId: 'ARN of a KMS key',
  tags: 'object of texts (`key=value,key=value`)',
  indexFields: 'list of field names',
  facetFields: 'list of field names',
  retry: 'object',
  circuitBreaker: 'object or `false`',
  spool: 'object',
  'spool.directory': 'path',
  meterProvider: '`MeterProvider` of `@opentelemetry/api`',
  traceContext: `list of ${TRACE_CONTEXT_SOURCES.map(code).join(', ')}, or a function (in code)`,
  writeAhead: '`{ directory, fsyncIntervalMillis, maxBytes }`',
};

function typeText(path: string, { range, values, defaultValue }: OptionTable[string]): string {
  if (range) return `whole number, ${range.min} to ${range.max}`;
  if (values) return `one of ${values.map(code).join(', ')}`;
  if (typeof defaultValue === 'boolean') return '`true` or `false`';
  const type = TYPES[path];
  if (type === undefined) throw new Error(`${path} has no type for the reference table`);
  return type;
}

function code(text: string | number): string {
  return `\`${text}\``;
}

/** Members stand in a constant of their own: those of `circuitBreaker` in `CIRCUIT_BREAKER_OPTIONS`. */
function docOf(path: string, constant: string, docs: OptionDocs): OptionDoc {
  const [name, member] = path.split('.') as [string, string | undefined];
  const place = member === undefined ? constant : `${constantCase(name)}_OPTIONS`;
  const doc = docs[place]?.[member ?? name];
  if (doc === undefined) throw new Error(`${path} has no comment in ${place}`);
  return doc;
}

function constantCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function defaultText(option: OptionTable[string], doc: OptionDoc): string {
  if (option.isRequired) return '**required**';
  if (doc.defaultText !== undefined) return doc.defaultText;
  const value = option.defaultValue as string | number | boolean | readonly string[] | undefined;
  if (value === undefined) return 'none';
  return `\`${typeof value === 'object' ? value.join(',') : String(value)}\``;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
