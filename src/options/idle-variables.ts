import { nearestName } from '../cloudwatch/nearest-name.js';
import { allOptions, ENV_PREFIX, environmentName } from './environment-names.js';
import { type Option, type OptionTable } from './option-kinds.js';

/** Begins like a variable of this package, but for a letter, a word or its order. */
const LOOKS_LIKE_OURS = /^(?:OTEL_)?(?:EXPORTER_)?(?:AWS_)?CLOUDWATCH_(?:LOGS?_)?/;

/** An environment variable that changes nothing, though it seems to be meant for this package. */
export interface IdleVariable {
  readonly variable: string;
  /** The variable that is most likely meant, where one is near. */
  readonly near: string | undefined;
  /** Completes "the environment variable X …". */
  readonly problem: string;
}

/**
 * Finds environment variables that look like ours and have no effect: misspelt ones, those of options that only
 * code can give, and members of an option whose required member is missing.
 * @param isInUse - says of an option with members whether it has a value
 */
export function idleVariables(
  table: OptionTable,
  environment: Readonly<Record<string, string | undefined>>,
  isInUse: (path: string) => boolean,
): IdleVariable[] {
  const options = new Map(
    allOptions(table).map(([path, option]) => [environmentName(path, option), { path, option }]),
  );
  const isSet = (variable: string): boolean => (environment[variable] ?? '').trim() !== '';
  const idle: IdleVariable[] = [];
  for (const variable of Object.keys(environment).filter(isSet)) {
    const known = options.get(variable);
    if (known === undefined) {
      const found = misspelt(variable, [...options.keys()], isSet);
      if (found) idle.push(found);
    } else if (known.option.fromText === undefined) {
      idle.push({ variable, ...notReadAsText(known.path, known.option) });
    } else {
      const needed = missingMember(table, known.path);
      if (needed !== undefined && !isInUse(parentOf(known.path))) {
        idle.push({ variable, near: undefined, problem: `has no effect without ${needed}` });
      }
    }
  }
  return idle;
}

function misspelt(
  variable: string,
  known: readonly string[],
  isSet: (variable: string) => boolean,
): IdleVariable | undefined {
  const beginning = variable.startsWith(ENV_PREFIX) ? ENV_PREFIX : LOOKS_LIKE_OURS.exec(variable)?.[0];
  if (beginning === undefined) return undefined;
  const endings = known
    .filter((name) => name.startsWith(ENV_PREFIX))
    .map((name) => name.slice(ENV_PREFIX.length));
  // Without the beginning that all share, else any two of them would be near.
  const ending = nearestEnding(variable, beginning, endings);
  const near = ending === undefined ? undefined : ENV_PREFIX + ending;
  if (!variable.startsWith('OTEL_') && (near === undefined || isSet(near))) {
    // Another program's, most likely, or one that the application reads itself.
    return undefined;
  }
  return { variable, near, problem: 'is not an option' };
}

/** The name `CLOUDWATCH_LOG_GROUP_NAME` may have lost its beginning or a part of it. */
function nearestEnding(variable: string, beginning: string, endings: readonly string[]): string | undefined {
  if (beginning === ENV_PREFIX) return nearestName(variable.slice(beginning.length), endings);
  const whole = endings.find((ending) => variable.endsWith(`_${ending}`));
  // "LOG" may belong to the beginning, or to LOG_GROUP.
  const shorter = beginning.replace(/LOGS?_$/, '');
  return (
    whole ??
    nearestName(variable.slice(beginning.length), endings) ??
    nearestName(variable.slice(shorter.length), endings)
  );
}

function notReadAsText(
  path: string,
  option: Option<unknown, unknown, boolean>,
): Pick<IdleVariable, 'near' | 'problem'> {
  if (option.members === undefined) {
    return { near: undefined, problem: `is not read: the option ${path} can only be given in code` };
  }
  const members = Object.entries(option.members);
  const [name, member] = members.find(([, one]) => one.isRequired) ?? members[0]!;
  const near = environmentName(`${path}.${name}`, member);
  return { near, problem: 'is not an option' };
}

/** `spool.maxBytes` is a member of `spool`; an option that is none is its own parent. */
function parentOf(path: string): string {
  return path.split('.', 1)[0]!;
}

/** The variable of the required member beside a member; undefined where it needs none. */
function missingMember(table: OptionTable, path: string): string | undefined {
  const parent = parentOf(path);
  if (parent === path) return undefined;
  for (const [name, member] of Object.entries(table[parent]?.members ?? {})) {
    if (member.isRequired) return environmentName(`${parent}.${name}`, member);
  }
  return undefined;
}
