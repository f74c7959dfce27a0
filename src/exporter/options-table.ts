import { EXPORTER_OPTIONS, PROCESSOR_OPTIONS } from './options.js';
import { allOptions, environmentName, type OptionTable } from './read-options.js';

/** The reference of all options as Markdown, made from their declarations. */
export function optionsTable(): string {
  return [
    ...tableOf(EXPORTER_OPTIONS),
    '',
    'Of `createCloudWatchLogRecordProcessor` alone:',
    '',
    ...tableOf(PROCESSOR_OPTIONS),
  ].join('\n');
}

function tableOf(table: OptionTable): string[] {
  const rows = allOptions(table).map(([name, option]) => {
    const variable = option.fromText === undefined ? 'code only' : `\`${environmentName(name, option)}\``;
    return row([`\`${name}\``, option.type, defaultText(option), variable, option.doc]);
  });
  return [
    row(['Option', 'Type', 'Default', 'Environment variable', 'Meaning']),
    row(Array<string>(5).fill('---')),
    ...rows,
  ];
}

function defaultText(option: OptionTable[string]): string {
  if (option.isRequired) return '**required**';
  if (option.defaultText !== undefined) return option.defaultText;
  const value = option.defaultValue as string | number | boolean | readonly string[] | undefined;
  if (value === undefined) return 'none';
  return `\`${typeof value === 'object' ? value.join(',') : String(value)}\``;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
