import { isObject } from './is-object.js';
import { OptionError } from './errors.js';
import { nearestName } from './nearest-name.js';

/**
 * Refuses members that an object of options does not have: a misspelt one would be ignored in silence.
 * @param option - the user's name for the object, put before its members' names; empty for a first parameter
 * @param members - every name that is known; `satisfies Record<keyof Options, true>` keeps it whole
 * @throws OptionError for what is no object, and for the first unknown member, with the one that is near
 */
export function checkMembers(option: string, value: unknown, members: object): void {
  checkObject(option || 'options', value);
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(members, name)) continue;
    throw unknownMember(option === '' ? name : `${option}.${name}`, name, members);
  }
}

/** The error about a name that is none of those known. @param path - as the user knows it */
export function unknownMember(path: string, name: string, members: object): OptionError {
  const known = Object.keys(members);
  const near = nearestName(name, known);
  const remedy = near === undefined ? ` (${known.join(', ')})` : `; did you mean ${near}?`;
  return new OptionError(path, `be the name of an option${remedy}`);
}

/** @throws OptionError for what has no members */
export function checkObject(
  option: string,
  value: unknown,
  rule = 'be an object',
): asserts value is Record<string, unknown> {
  if (!isObject(value)) throw new OptionError(option, rule, value);
}

/** @throws OptionError for what is given and no length of time */
export function checkMillisAboveZero(option: string, value: unknown): void {
  if (value !== undefined && !(Number.isFinite(value) && (value as number) > 0)) {
    throw new OptionError(option, 'be a number of milliseconds above 0', value);
  }
}
