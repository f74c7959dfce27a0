import { invalidParameter } from '../service-error.js';

/**
 * Makes the test of a filter pattern.
 * @returns undefined for a pattern that every message matches
 * @throws ServiceError for a pattern that the service does not take
 */
export function compileFilterPattern(
  pattern: string | undefined,
): ((message: string) => boolean) | undefined {
  if (pattern === undefined || pattern.trim() === '') return undefined;
  throw invalidParameter('Filter patterns are not supported yet.');
}
