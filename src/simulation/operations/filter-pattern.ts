import { show } from '../../cloudwatch/errors.js';
import {
  countRegexes,
  extractValues,
  type FilterPattern,
  FilterPatternError,
  matchesPattern,
  parseFilterPattern,
} from '../filter-patterns/filter-pattern.js';
import { invalidParameter, limitExceeded } from '../service-error.js';
import { metricFiltersOf, subscriptionFiltersOf } from './collections.js';
import type { ServiceContext } from './service-context.js';

/** What the service says of a pattern that is invalid, where the fault has no text of its own. Recorded. */
type Refusal = 'Invalid metric filter pattern' | 'Invalid filter pattern';

/** @throws ServiceError for a pattern that the service does not take */
export function parseOrRefuse(pattern: string, refusal: Refusal): FilterPattern {
  try {
    return parseFilterPattern(pattern);
  } catch (error) {
    if (!(error instanceof FilterPatternError)) throw error;
    throw invalidParameter(
      error.serviceText ?? refusal,
      `the filter pattern ${show(pattern)} was refused: ${error.message}`,
    );
  }
}

/**
 * Reads a pattern that was stored.
 * @returns undefined for one that only an earlier version took: it matches nothing, and keeps no event from being
 * stored
 */
export function parseStoredPattern(pattern: string): FilterPattern | undefined {
  try {
    return parseFilterPattern(pattern);
  } catch (error) {
    if (error instanceof FilterPatternError) return undefined;
    throw error;
  }
}

/** The test of a stored pattern, as {@link parseStoredPattern} reads it. */
export function storedFilterTest(pattern: string): (message: string) => boolean {
  const parsed = parseStoredPattern(pattern);
  return (message) => parsed !== undefined && matchesPattern(parsed, message);
}

/**
 * Makes the test of a filter pattern.
 * @returns undefined for a pattern that every message matches
 * @throws ServiceError for a pattern that the service does not take
 */
export function compileFilterPattern(
  pattern: string | undefined,
  refusal: Refusal = 'Invalid filter pattern',
): ((message: string) => boolean) | undefined {
  if (pattern === undefined || pattern.trim() === '') return undefined;
  const parsed = parseOrRefuse(pattern, refusal);
  return (message) => matchesPattern(parsed, message);
}

/**
 * Makes what TestMetricFilter asks: the values that a pattern extracts, undefined where it does not match.
 * @throws ServiceError for a pattern that the service does not take
 */
export function extractor(pattern: string): (message: string) => Record<string, string> | undefined {
  const parsed = parseOrRefuse(pattern, 'Invalid metric filter pattern');
  return (message) => {
    const values = extractValues(parsed, message);
    return values && Object.fromEntries(values);
  };
}

/** Patterns with a regular expression in one group. Source: user guide, "Filter pattern syntax". */
const MAX_REGEX_PATTERNS = 5;

/** @throws ServiceError where one more pattern with a regular expression would be too many */
export function refuseManyRegexes(
  context: ServiceContext,
  logGroupName: string,
  added: { readonly filterName: string; readonly filterPattern: string },
): void {
  if (!hasRegex(added.filterPattern)) return;
  let count = 0;
  for (const collection of [metricFiltersOf(logGroupName), subscriptionFiltersOf(logGroupName)]) {
    for (const [name, filter] of context.catalog.list<{ filterPattern: string }>(collection)) {
      if (name !== added.filterName && hasRegex(filter.filterPattern)) count++;
    }
  }
  if (count >= MAX_REGEX_PATTERNS) throw limitExceeded();
}

function hasRegex(pattern: string): boolean {
  const parsed = parseStoredPattern(pattern);
  return parsed !== undefined && countRegexes(parsed) > 0;
}
