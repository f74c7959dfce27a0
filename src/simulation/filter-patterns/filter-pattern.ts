import { MAX_FILTER_PATTERN_LENGTH } from '../../cloudwatch/limits.js';
import {
  extractDelimited,
  matchesDelimited,
  type DelimitedPattern,
  type FieldCondition,
} from './delimited.js';
import { parseDelimited } from './delimited-parser.js';
import { extractJson, matchesJson, type JsonCondition, type JsonPattern } from './json-pattern.js';
import { parseJsonPattern } from './json-pattern-parser.js';
import { MAX_PATTERN_REGEXES } from './pattern-regex.js';
import { PatternScanner } from './pattern-scanner.js';
import { matchesTerms, type TermsPattern } from './terms.js';
import { parseTerms } from './terms-parser.js';

export { FilterPatternError } from './filter-pattern-error.js';

/** A parsed filter pattern. */
export type FilterPattern = TermsPattern | DelimitedPattern | JsonPattern;

/**
 * Parses a filter pattern: terms, a space-delimited pattern in `[ ]` or a JSON pattern in `{ }`. An empty one
 * matches everything. Source: User Guide, "Filter pattern syntax".
 * @throws FilterPatternError with reason and position
 */
export function parseFilterPattern(text: string): FilterPattern {
  const scanner = new PatternScanner(text);
  if (text.length > MAX_FILTER_PATTERN_LENGTH) {
    scanner.fail(
      `The pattern has more than ${MAX_FILTER_PATTERN_LENGTH} characters`,
      MAX_FILTER_PATTERN_LENGTH,
    );
  }
  const pattern = parseKind(scanner);
  scanner.skipBlanks();
  if (!scanner.atEnd) scanner.fail(`Unexpected '${scanner.next}' behind the pattern`);
  if (countRegexes(pattern) > MAX_PATTERN_REGEXES) {
    scanner.fail(`A pattern may have ${MAX_PATTERN_REGEXES} regular expressions`, 0);
  }
  return pattern;
}

function parseKind(scanner: PatternScanner): FilterPattern {
  scanner.skipBlanks();
  if (scanner.next === '{') return parseJsonPattern(scanner);
  return scanner.next === '[' ? parseDelimited(scanner) : parseTerms(scanner);
}

/** Whether a pattern matches a message. */
export function matchesPattern(pattern: FilterPattern, message: string): boolean {
  switch (pattern.kind) {
    case 'Terms':
      return matchesTerms(pattern, message);
    case 'Delimited':
      return matchesDelimited(pattern, message);
    case 'Json':
      return matchesJson(pattern, message);
  }
}

/**
 * What a pattern takes out of a message, as TestMetricFilter's `extractedValues` and the value of a metric
 * filter need it: nothing for terms, `$name` or `$1` for delimited patterns, the selectors for JSON.
 * @returns undefined when the message doesn't match
 */
export function extractValues(
  pattern: FilterPattern,
  message: string,
): ReadonlyMap<string, string> | undefined {
  switch (pattern.kind) {
    case 'Terms':
      return matchesTerms(pattern, message) ? new Map() : undefined;
    case 'Delimited':
      return extractDelimited(pattern, message);
    case 'Json':
      return extractJson(pattern, message);
  }
}

/** Regular expressions of a pattern: a log group bounds how many of its filters have one. */
export function countRegexes(pattern: FilterPattern): number {
  switch (pattern.kind) {
    case 'Terms':
      return [...pattern.required, ...pattern.excluded, ...pattern.alternatives].filter(
        ({ kind }) => kind === 'Regex',
      ).length;
    case 'Delimited':
      return sum(
        [...pattern.leading, ...(pattern.trailing ?? [])].map(({ condition }) => countIn(condition)),
      );
    case 'Json':
      return countIn(pattern.condition);
  }
}

function countIn(condition: FieldCondition | JsonCondition | undefined): number {
  switch (condition?.kind) {
    case 'And':
    case 'Or':
      return sum(condition.conditions.map(countIn));
    case 'Comparison':
      return condition.condition.operand.kind === 'Regex' ? 1 : 0;
    default:
      return 0;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
