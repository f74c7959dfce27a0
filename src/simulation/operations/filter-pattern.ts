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

/** What a refusal begins with. Recorded for metric filters, not for the others. */
type Refusal = 'Invalid metric filter pattern' | 'Invalid filter pattern';

function parse(pattern: string, refusal: Refusal): FilterPattern {
  try {
    return parseFilterPattern(pattern);
  } catch (error) {
    if (!(error instanceof FilterPatternError)) throw error;
    throw invalidParameter(`${refusal}: ${error.message}`);
  }
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
  const parsed = parse(pattern, refusal);
  return (message) => matchesPattern(parsed, message);
}

/**
 * Makes what TestMetricFilter asks: the values that a pattern extracts, undefined where it does not match.
 * @throws ServiceError for a pattern that the service does not take
 */
export function extractor(pattern: string): (message: string) => Record<string, string> | undefined {
  const parsed = parse(pattern, 'Invalid metric filter pattern');
  return (message) => {
    const values = extractValues(parsed, message);
    return values && Object.fromEntries(values);
  };
}

/**
 * Whether a metric filter may take dimensions from what a pattern, which is a valid one, extracts: JSON and
 * space-delimited patterns alone extract anything. Source: PutMetricFilter, `dimensions`.
 */
export function supportsDimensions(pattern: string): boolean {
  return parseFilterPattern(pattern).kind !== 'Terms';
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
  return countRegexes(parseFilterPattern(pattern)) > 0;
}
