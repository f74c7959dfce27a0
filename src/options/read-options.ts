import { unknownMember } from '../cloudwatch/check-members.js';
import { isObject } from '../cloudwatch/is-object.js';
import { NEW_NAME, OptionError } from '../cloudwatch/errors.js';
import { environmentName } from './environment-names.js';
import { type Option, type OptionsOf, type OptionTable, type SettingsOf } from './option-kinds.js';

/** Variables by name, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where an option's value came from, and what its user calls it: the option's path, or a variable's name. */
export interface Origin {
  readonly source: 'code' | 'environment' | 'default';
  readonly calledAs: string;
}

/** Options as they were read: every problem is in it, and the settings hold the default of what is wrong. */
export interface Reading<Settings> {
  /** Complete where `problems` is empty; a required option with a problem is undefined in it. */
  readonly settings: Settings;
  /** By the option's path, such as `spool.directory`. */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly problems: readonly OptionProblem[];
}

/** An old name that was used, and the name that takes its place. */
export interface RenamedOption {
  readonly was: string;
  readonly now: string;
}

/** One thing that is wrong with the options. */
export interface OptionProblem {
  readonly error: OptionError;
  readonly source: Origin['source'];
}

interface Given {
  readonly origin: Origin;
  readonly value: unknown;
}

/** Reads one table, and the tables of its options that have members. */
class OptionReader {
  readonly #environment: Environment;
  readonly #renamed: readonly RenamedOption[];
  readonly origins = new Map<string, Origin>();
  readonly problems: OptionProblem[] = [];

  constructor(environment: Environment, renamed: readonly RenamedOption[]) {
    this.#environment = environment;
    this.#renamed = renamed;
  }

  /** @param options - as the user gave them in code; `undefined` members count as not given */
  read(table: OptionTable, options: unknown, prefix = ''): Record<string, unknown> {
    const fromCode = this.#fromCode(table, options, prefix);
    const settings: Record<string, unknown> = {};
    for (const [name, option] of Object.entries(table)) {
      const path = prefix + name;
      // A variable is not even looked at where code gives the option.
      const given = fromCode.get(name) ?? this.#fromEnvironment(path, option);
      settings[name] = option.members
        ? this.#readMembers(path, option, option.members, given)
        : this.#readOne(path, option, given);
    }
    return settings;
  }

  #readOne(path: string, option: Option<unknown, unknown, boolean>, given: Given | undefined): unknown {
    const checked = given && this.#check(option, given);
    if (checked !== undefined) {
      this.origins.set(path, given!.origin);
      return checked.value;
    }
    if (option.isRequired) {
      if (given === undefined) {
        const rule = `be given, as an option or as ${environmentName(path, option)}`;
        this.#fail(new OptionError(path, rule), 'default');
      }
      return undefined;
    }
    this.origins.set(path, { source: 'default', calledAs: path });
    return option.defaultValue === undefined ? undefined : option.check(path, option.defaultValue);
  }

  #readMembers(
    path: string,
    option: Option<unknown, unknown, boolean>,
    members: OptionTable,
    given: Given | undefined,
  ): unknown {
    const checked = given && this.#check(option, given);
    if (checked?.value === false) {
      this.origins.set(path, given!.origin);
      return false;
    }
    if (checked === undefined && !this.#areMembersGiven(path, members)) {
      this.origins.set(path, { source: 'default', calledAs: path });
      return undefined;
    }
    this.origins.set(path, given?.origin ?? { source: 'environment', calledAs: path });
    return this.read(members, checked?.value, `${path}.`);
  }

  /** Says whether variables alone make the option: one is set, and none that it takes is missing. */
  #areMembersGiven(path: string, members: OptionTable): boolean {
    const isSet = ([name, member]: [string, OptionTable[string]]): boolean =>
      textOf(this.#environment, environmentName(`${path}.${name}`, member)) !== undefined;
    const entries = Object.entries(members);
    return entries.some(isSet) && entries.every((entry) => !entry[1].isRequired || isSet(entry));
  }

  #fromCode(table: OptionTable, options: unknown, prefix: string): Map<string, Given> {
    const given = new Map<string, Given>();
    if (options === undefined) return given;
    if (!isObject(options)) {
      this.#fail(new OptionError(prefix.slice(0, -1) || 'options', 'be an object', options), 'code');
      return given;
    }
    for (const [name, value] of Object.entries(options)) {
      if (!Object.hasOwn(table, name)) this.#fail(unknownMember(prefix + name, name, table), 'code');
      else if (value !== undefined) {
        given.set(name, { origin: { source: 'code', calledAs: this.#calledAs(prefix + name) }, value });
      }
    }
    return given;
  }

  #fromEnvironment(path: string, option: Option<unknown, unknown, boolean>): Given | undefined {
    if (option.fromText === undefined) return undefined;
    const variable = environmentName(path, option);
    const text = textOf(this.#environment, variable);
    if (text === undefined) return undefined;
    const calledAs = this.#calledAs(variable);
    const origin: Origin = { source: 'environment', calledAs };
    try {
      return { origin, value: option.fromText(calledAs, text) };
    } catch (error) {
      this.#fail(error, 'environment');
      return undefined;
    }
  }

  /** @returns undefined where the value is wrong */
  #check(
    option: Option<unknown, unknown, boolean>,
    { origin, value }: Given,
  ): { readonly value: unknown } | undefined {
    try {
      return { value: option.check(origin.calledAs, value) };
    } catch (error) {
      // An error about one entry of a list names it; its `option` stays what the user can set or unset.
      if (error instanceof OptionError && error.option.startsWith(origin.calledAs)) {
        Object.defineProperty(error, 'option', { value: origin.calledAs, enumerable: true });
      }
      this.#fail(error, origin.source);
      return undefined;
    }
  }

  /** What was written, with the name that it has now. */
  #calledAs(name: string): string {
    const old = this.#renamed.find(({ now }) => now === name);
    return old ? `${old.was}${NEW_NAME}${name})` : name;
  }

  #fail(error: unknown, source: Origin['source']): void {
    if (!(error instanceof OptionError)) throw error;
    this.problems.push({ error, source });
  }
}

/**
 * Makes settings of options: those from code come first, then the environment's, then defaults. What is wrong
 * is collected; each error names the option or variable, the value and what would be right.
 * @param renamed - old names that were used: errors name them as well
 */
export function readOptions<Table extends OptionTable>(
  table: Table,
  options: Partial<OptionsOf<Table>> | undefined,
  environment: Environment,
  renamed: readonly RenamedOption[] = [],
): Reading<SettingsOf<Table>> {
  const reader = new OptionReader(environment, renamed);
  const settings = reader.read(table, options) as SettingsOf<Table>;
  return { settings, origins: reader.origins, problems: reader.problems };
}

/** The text of a variable; an empty one counts as not set, as OpenTelemetry's specification says. */
export function textOf(environment: Environment, variable: string): string | undefined {
  const text = environment[variable];
  return text === undefined || text.trim() === '' ? undefined : text;
}
