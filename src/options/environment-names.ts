import { type Option, type OptionTable } from './option-kinds.js';

/** The beginning of this package's environment variables. */
export const ENV_PREFIX = 'OTEL_EXPORTER_CLOUDWATCH_LOGS_';

/** The environment variable of an option: `logGroupName` is `OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME`. */
export function environmentName(path: string, option: Pick<Option<unknown, unknown>, 'env'>): string {
  return option.env ?? ENV_PREFIX + path.replace(/\.|(?=[A-Z])/g, '_').toUpperCase();
}

/** All options of a table, members too: `spool` is followed by `spool.directory` and so on. */
export function allOptions(table: OptionTable, prefix = ''): [path: string, option: OptionTable[string]][] {
  return Object.entries(table).flatMap(([name, option]) => [
    [prefix + name, option],
    ...allOptions(option.members ?? {}, `${prefix}${name}.`),
  ]);
}
