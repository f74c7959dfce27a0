import { OptionError } from '../cloudwatch/errors.js';

/** A whole number from 1, or what there is where none is given. @throws OptionError */
export function wholeNumber<T extends number | undefined>(
  option: string,
  value: number | undefined,
  otherwise: T,
): number | T {
  if (value === undefined) return otherwise;
  if (!Number.isSafeInteger(value) || value < 1)
    throw new OptionError(option, 'be a whole number from 1', value);
  return value;
}
