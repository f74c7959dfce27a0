import { OptionError } from '../cloudwatch/errors.js';
import { nearestName } from '../cloudwatch/nearest-name.js';
import { type Option } from './option-kinds.js';

/** What the environment variables of this package begin with. */
export const ENV_PREFIX = 'OTEL_EXPORTER_CLOUDWATCH_LOGS_';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- options of every type stand in one table
export type OptionTable = Readonly<Record<string, Option<any, any>>>;

/** What a user may give for a table of options. */
export type OptionsOf<Table extends OptionTable> = {
  readonly [Name in keyof Table]?: Table[Name] extends Option<infer Input, infer _Output>
    ? Input | undefined
    : never;
};

/** The same options, checked and complete. Only this type builds an exporter. */
export type SettingsOf<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer _Input, infer Output> ? Output : never;
};

/** An option's value and what its user calls it: the option itself, or an environment variable. */
interface Given {
  readonly calledAs: string;
  readonly value: unknown;
}

/** The environment variable of an option: `logGroupName` is `OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME`. */
export function environmentName(name: string, option: Option<unknown, unknown>): string {
  return (
    option.env ??
    ENV_PREFIX +
      name
        .replace(/[A-Z]/g, (letter) => `_${letter}`)
        .replaceAll('.', '_')
        .toUpperCase()
  );
}

/** All options of a table, members too: `spool` is followed by `spool.directory` and so on. */
export function allOptions(table: OptionTable, prefix = ''): [name: string, option: OptionTable[string]][] {
  return Object.entries(table).flatMap(([name, option]) => [
    [prefix + name, option],
    ...allOptions(option.members ?? {}, `${prefix}${name}.`),
  ]);
}

/**
 * The options that code gives; `undefined` counts as not given.
 * @throws OptionError for a name that is not an option
 */
export function optionsFromCode(table: OptionTable, options: unknown, prefix = ''): Map<string, Given> {
  if (options === undefined) return new Map();
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new OptionError(prefix.slice(0, -1) || 'options', 'be an object', options);
  }
  const given = new Map<string, Given>();
  for (const [name, value] of Object.entries(options as Record<string, unknown>)) {
    if (!Object.hasOwn(table, name)) throw unknownOption(table, name, prefix);
    if (value !== undefined) given.set(name, { calledAs: prefix + name, value });
  }
  return given;
}

function unknownOption(table: OptionTable, name: string, prefix: string): OptionError {
  const near = nearestName(name, Object.keys(table));
  const remedy = near === undefined ? `(${Object.keys(table).join(', ')})` : `; did you mean ${near}?`;
  return new OptionError(prefix + name, `be the name of an option${near === undefined ? ' ' : ''}${remedy}`);
}

/** The options that environment variables give; empty ones count as not given. */
export function optionsFromEnvironment(
  table: OptionTable,
  environment: Readonly<Record<string, string | undefined>>,
  prefix = '',
): Map<string, Given> {
  const given = new Map<string, Given>();
  for (const [name, option] of Object.entries(table)) {
    const calledAs = environmentName(prefix + name, option);
    const text = environment[calledAs];
    if (option.fromText === undefined || text === undefined || text.trim() === '') continue;
    given.set(name, { calledAs, value: option.fromText(calledAs, text) });
  }
  return given;
}

/** The options that have a default. */
export function defaultOptions(table: OptionTable): Map<string, Given> {
  const given = new Map<string, Given>();
  for (const [name, option] of Object.entries(table)) {
    if (option.defaultValue !== undefined) given.set(name, { calledAs: name, value: option.defaultValue });
  }
  return given;
}

/**
 * Makes settings of options: those from code come first, then the environment's, then defaults.
 * @throws OptionError that names the option or variable, the value and what would be right
 */
export function readOptions<Table extends OptionTable>(
  table: Table,
  options: OptionsOf<Table> | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  prefix = '',
): SettingsOf<Table> {
  const fromCode = optionsFromCode(table, options, prefix);
  // What code gives hides the variable, also a wrong one.
  const rest = Object.fromEntries(Object.entries(table).filter(([name]) => !fromCode.has(name)));
  const given = new Map([
    ...defaultOptions(table),
    ...optionsFromEnvironment(rest, environment, prefix),
    ...fromCode,
  ]);
  const settings: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    const found = given.get(name);
    if (option.members) {
      settings[name] = readMembers(option, option.members, found, environment, `${prefix}${name}.`);
    } else if (found !== undefined) {
      settings[name] = check(option, found);
    } else if (option.isRequired) {
      const variable = environmentName(prefix + name, option);
      throw new OptionError(prefix + name, `be given, as an option or as ${variable}`);
    } else {
      settings[name] = undefined;
    }
  }
  return settings as SettingsOf<Table>;
}

function readMembers(
  option: Option<unknown, unknown>,
  members: OptionTable,
  found: Given | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  prefix: string,
): unknown {
  const value = found === undefined ? undefined : check(option, found);
  if (value === false) return false;
  if (value === undefined) {
    const given = optionsFromEnvironment(members, environment, prefix);
    const lacks = Object.entries(members).some(([name, member]) => member.isRequired && !given.has(name));
    if (lacks || given.size === 0) return undefined;
  }
  return readOptions(members, value as OptionsOf<OptionTable> | undefined, environment, prefix);
}

/** An error about one entry of a list names it; its `option` stays what the user can set or unset. */
function check(option: Option<unknown, unknown>, { calledAs, value }: Given): unknown {
  try {
    return option.check(calledAs, value);
  } catch (error) {
    if (error instanceof OptionError && error.option.startsWith(calledAs)) {
      Object.defineProperty(error, 'option', { value: calledAs, enumerable: true });
    }
    throw error;
  }
}

/**
 * Environment variables that look like ours and are none: most likely misspelt.
 * @returns each with the variable that is most likely meant
 */
export function unknownVariables(
  table: OptionTable,
  environment: Readonly<Record<string, string | undefined>>,
): { variable: string; near: string | undefined }[] {
  const known = allOptions(table).map(([name, option]) => environmentName(name, option));
  return Object.keys(environment)
    .filter((variable) => variable.startsWith(ENV_PREFIX) && !known.includes(variable))
    .map((variable) => {
      // Without the beginning that all share, else any two of them would be near.
      const near = nearestName(
        variable.slice(ENV_PREFIX.length),
        known.filter((name) => name.startsWith(ENV_PREFIX)).map((name) => name.slice(ENV_PREFIX.length)),
      );
      return { variable, near: near === undefined ? undefined : ENV_PREFIX + near };
    });
}
