import { checkObject } from '../cloudwatch/check-members.js';
import { OptionError } from '../cloudwatch/errors.js';
import { logGroupNameProblem, logStreamNameProblem } from '../cloudwatch/names.js';
import { fillTemplate, parseTemplate, TemplateError, type Template } from '../encoding/template.js';

/**
 * The declaration of one option. Type, checks and environment variable come from it; the reference table adds
 * the comment above it in the table of options, which editors show as well.
 * `Input` is what a user may give, `Output` what the exporter works with.
 */
export interface Option<Input, Output, Required extends boolean = false> {
  /** Used where neither code nor environment gives a value; undefined where the option has none. */
  readonly defaultValue: Input | undefined;
  readonly isRequired: Required;
  /** The environment variable, where it is not made of the option's name. */
  readonly env?: string | undefined;
  /** Checks a value given in code. @throws OptionError */
  readonly check: (name: string, value: unknown) => Output;
  /** Reads an environment variable's text; undefined where the option can't come from there. @throws OptionError */
  readonly fromText?: ((name: string, text: string) => Input) | undefined;
  /** Bounds of a number. The reference table shows them, as it does the values of one of a few. */
  readonly range?: { readonly min: number; readonly max: number } | undefined;
  readonly values?: readonly (string | number)[] | undefined;
  /** The options of which this one is made; each may come from code or the environment. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- options of every type stand in one table
  readonly members?: Readonly<Record<string, Option<any, any, boolean>>> | undefined;
}

interface Spec<Default, Required extends boolean = false> {
  readonly default?: Default;
  readonly isRequired?: Required;
  readonly env?: string;
}

function declare<Input, Output, Required extends boolean = false>(
  spec: Spec<Input | undefined, Required>,
  kind: Pick<Option<Input, Output>, 'check' | 'fromText' | 'range' | 'values' | 'members'>,
): Option<Input, Output, Required> {
  return {
    // Left out it is false, which is the default of the type as well.
    isRequired: (spec.isRequired ?? false) as Required,
    defaultValue: spec.default,
    env: spec.env,
    ...kind,
  };
}

const NOT_EMPTY = 'be a text that is not empty';
const TRUE_OR_FALSE = 'be true or false';

/** A whole number within bounds. */
export function integer<Default extends number | undefined = undefined>(
  spec: Spec<Default> & { readonly min: number; readonly max: number },
): Option<number, number | Default> {
  const rule = `be a whole number from ${spec.min} to ${spec.max}`;
  return declare<number, number | Default>(spec, {
    range: spec,
    check(name, value) {
      if (!Number.isInteger(value) || (value as number) < spec.min || (value as number) > spec.max) {
        throw new OptionError(name, rule, value);
      }
      return value as number;
    },
    fromText(name, text) {
      if (!/^\s*\d+\s*$/.test(text)) throw new OptionError(name, rule, text);
      return Number(text);
    },
  });
}

/** One of a few words or numbers. */
export function oneOf<const Value extends string | number, Default extends Value | undefined = undefined>(
  values: readonly Value[],
  spec: Spec<Default>,
): Option<Value, Value | Default> {
  const shown = values.map((value) => JSON.stringify(value)).join(', ');
  return declare<Value, Value | Default>(spec, {
    values,
    check(name, value) {
      if (!values.includes(value as Value)) throw new OptionError(name, `be one of ${shown}`, value);
      return value as Value;
    },
    fromText(name, text) {
      const value = values.find((known) => String(known) === text.trim());
      if (value === undefined) throw new OptionError(name, `be one of ${shown}`, text);
      return value;
    },
  });
}

/** Text; `problem` says what is wrong with it in words that complete "<option> must …". */
export function text<Default extends string | undefined = undefined, const Required extends boolean = false>(
  spec: Spec<Default, Required> & {
    readonly problem?: (value: string) => string | undefined;
    /** The value is left out of errors: it may hold a password. */
    readonly isSecret?: boolean;
  },
): Option<string, Required extends true ? string : string | Default, Required> {
  return declare<string, Required extends true ? string : string | Default, Required>(spec, {
    check(name, value) {
      const shown: [] | [unknown] = spec.isSecret === true ? [] : [value];
      if (typeof value !== 'string' || value.trim() === '') {
        throw new OptionError(name, NOT_EMPTY, ...shown);
      }
      const problem = spec.problem?.(value);
      if (problem !== undefined) throw new OptionError(name, problem, ...shown);
      return value as Required extends true ? string : string | Default;
    },
    fromText: (_, value) => value,
  });
}

/** True or false. */
export function flag(spec: Spec<boolean> & { readonly default: boolean }): Option<boolean, boolean> {
  return declare<boolean, boolean>(spec, {
    check(name, value) {
      if (typeof value !== 'boolean') throw new OptionError(name, TRUE_OR_FALSE, value);
      return value;
    },
    fromText(name, value) {
      const word = value.trim().toLowerCase();
      if (word === 'true') return true;
      if (word === 'false') return false;
      throw new OptionError(name, TRUE_OR_FALSE, value);
    },
  });
}

/** A list of texts; in the environment joined by commas. */
export function list<Default extends readonly string[] | undefined = undefined>(
  spec: Spec<Default> & {
    readonly max?: number;
    /** Entries given twice count once. */
    readonly isSet?: boolean;
    readonly problem?: (item: string) => string | undefined;
  },
): Option<readonly string[], readonly string[] | Default> {
  return declare<readonly string[], readonly string[] | Default>(spec, {
    check(name, value) {
      if (!Array.isArray(value)) throw new OptionError(name, 'be a list of texts', value);
      const items: readonly unknown[] = spec.isSet === true ? [...new Set<unknown>(value)] : value;
      if (spec.max !== undefined && items.length > spec.max) {
        throw new OptionError(name, `have at most ${spec.max} entries; it has ${items.length}`);
      }
      return items.map((item, index) => {
        if (typeof item !== 'string' || item === '') {
          throw new OptionError(`${name}[${index}]`, NOT_EMPTY, item);
        }
        const problem = spec.problem?.(item);
        if (problem !== undefined) throw new OptionError(`${name}[${index}]`, problem, item);
        return item;
      });
    },
    fromText: (_, value) => splitList(value),
  });
}

/** The entries of a list in the environment. */
export function splitList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Pairs of texts; in the environment `key=value,key=value`. */
export function pairs(
  spec: Spec<undefined> & {
    readonly max: number;
    readonly problem: (key: string, value: string) => string | undefined;
  },
): Option<Readonly<Record<string, string>>, Readonly<Record<string, string>> | undefined> {
  return declare<Readonly<Record<string, string>>, Readonly<Record<string, string>> | undefined>(spec, {
    check(name, value) {
      checkObject(name, value, 'be an object whose values are texts');
      const entries = Object.entries(value);
      if (entries.length > spec.max) {
        throw new OptionError(name, `have at most ${spec.max} entries; it has ${entries.length}`);
      }
      for (const [key, item] of entries) {
        if (typeof item !== 'string') throw new OptionError(`${name}.${key}`, 'be a text', item);
        const problem = spec.problem(key, item);
        if (problem !== undefined) throw new OptionError(`${name}.${key}`, problem, item);
      }
      return { ...(value as Record<string, string>) };
    },
    fromText(name, value) {
      return Object.fromEntries(
        splitList(value).map((pair) => {
          const equals = pair.indexOf('=');
          if (equals < 1) throw new OptionError(name, 'be key=value pairs joined by commas', value);
          return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
        }),
      );
    },
  });
}

/** A template of log group or log stream names. */
export function template<
  Default extends string | undefined = undefined,
  const Required extends boolean = false,
>(
  spec: Spec<Default, Required> & { readonly names: 'log group' | 'log stream' },
): Option<string, Template, Required> {
  const problemOf = spec.names === 'log group' ? logGroupNameProblem : logStreamNameProblem;
  return declare<string, Template, Required>(spec, {
    check(name, value) {
      const parsed = parseOrThrow(name, value, spec.names);
      const problem = problemOf(fillTemplate(withSamples(parsed), SAMPLE));
      if (problem !== undefined) throw new OptionError(name, problem, value);
      return parsed;
    },
    fromText: (_, value) => value,
  });
}

const SAMPLE = { resource: { attributes: {} } as never, attributes: {}, timestamp: 0 };

/** Values are made fit for a name when they come; only what the user wrote is checked ahead. */
function withSamples(parsed: Template): Template {
  return {
    ...parsed,
    parts: parsed.parts.map((part) =>
      part.kind === 'text' || part.alternatives.some((alternative) => alternative.kind === 'literal')
        ? part
        : { kind: 'text', text: 'x' },
    ),
  };
}

/** @throws OptionError that names the option */
export function parseOrThrow(name: string, value: unknown, names = 'log group'): Template {
  if (typeof value !== 'string' || value === '') {
    throw new OptionError(name, `be a ${names} name or a template of one`, value);
  }
  try {
    return parseTemplate(value);
  } catch (error) {
    if (error instanceof TemplateError) throw new OptionError(name, error.message, value);
    throw error;
  }
}

/** A value that only code can give: a function, a client, credentials. */
export function fromCode<Value>(
  spec: Spec<undefined> & {
    readonly rule: string;
    readonly is: (value: unknown) => boolean;
    readonly isSecret?: boolean;
  },
): Option<Value, Value | undefined> {
  return declare<Value, Value | undefined>(spec, {
    check(name, value) {
      if (!spec.is(value)) throw new OptionError(name, spec.rule, ...(spec.isSecret ? [] : [value]));
      return value as Value;
    },
  });
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- options of every type stand in one table
export type OptionTable = Readonly<Record<string, Option<any, any, boolean>>>;

/** The options that a user may give, by a table of them; comments above the entries of the table stay with them. */
export type OptionsOf<Table extends OptionTable> = Flat<
  {
    readonly [
      Name in keyof Table as Table[Name]['isRequired'] extends true ? Name : never
    ]: Table[Name] extends Option<infer Input, infer _Output, infer _Required> ? Input : never;
  } & {
    readonly [
      Name in keyof Table as Table[Name]['isRequired'] extends true ? never : Name
    ]?: Table[Name] extends Option<infer Input, infer _Output, infer _Required> ? Input | undefined : never;
  }
>;

/** One object type in the place of an intersection, whose empty half would take any value. */
type Flat<T> = { [Name in keyof T]: T[Name] };

/** The same options, checked and complete. Only this type builds an exporter. */
export type SettingsOf<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer _Input, infer Output, infer _Required>
    ? Output
    : never;
};

/**
 * An option made of others. Where neither code nor environment gives any of them, it has no value; in the
 * environment (and in code, where `canBeOff`) `false` turns it off.
 */
export function group<const Members extends OptionTable, Off extends boolean, Input = OptionsOf<Members>>(
  members: Members,
  spec: Spec<undefined> & { readonly canBeOff: Off },
): Option<
  Input | (Off extends true ? false : never),
  SettingsOf<Members> | (Off extends true ? false : never) | undefined
> {
  const rule = spec.canBeOff ? 'be an object, or false' : 'be an object';
  return declare<
    Input | (Off extends true ? false : never),
    SettingsOf<Members> | (Off extends true ? false : never) | undefined
  >(spec, {
    members,
    check(name, value) {
      if (value === false && spec.canBeOff) return false as Off extends true ? false : never;
      checkObject(name, value, rule);
      return value as SettingsOf<Members>;
    },
    ...(spec.canBeOff && {
      fromText(name: string, text: string) {
        if (text.trim().toLowerCase() !== 'false') throw new OptionError(name, 'be false', text);
        return false as Off extends true ? false : never;
      },
    }),
  });
}

/** An option whose values are of several kinds. */
export function either<Input, Output>(
  spec: Spec<Input | undefined> & Pick<Option<Input, Output>, 'check' | 'fromText'>,
): Option<Input, Output> {
  return declare<Input, Output>(spec, spec);
}
