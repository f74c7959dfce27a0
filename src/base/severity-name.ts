import { checkOption } from './check-option.js';

/**
 * What a back end calls a severity.
 * @param severityNumber - 1 to 24
 * @param names - each by its lowest number: `{ 1: 'debug', 9: 'info', 17: 'error' }`
 * @throws OptionError where these are none
 */
export function severityName(
  severityNumber: number | undefined,
  names: Readonly<Record<number, string>>,
): string | undefined {
  checkOption(
    typeof names === 'object' && (names as unknown) !== null,
    'names',
    'be an object of names by number',
    names,
  );
  // Whole numbers stand in their order in any object.
  return Object.entries(names).findLast(([from]) => (severityNumber ?? 0) >= Number(from))?.[1];
}
