import { OptionError } from '../cloudwatch/errors.js';

/**
 * Checks an option of a back end: `checkOption(size > 0, 'size', 'be above 0', size)`.
 * @param rule - completes "<option> must …"
 * @param value - which the error shows; leave it out where it is a secret
 * @throws OptionError where it is not right
 */
export function checkOption(
  isRight: boolean,
  option: string,
  rule: string,
  ...value: [] | [unknown]
): asserts isRight {
  if (!isRight) throw new OptionError(option, rule, ...value);
}
