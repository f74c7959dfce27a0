import { MAX_FILTER_PATTERN_LENGTH } from '../../cloudwatch/limits.js';
import {
  extractDelimited,
  matchesDelimited,
  type DelimitedPattern,
  type FieldCondition,
} from './delimited.js';
import { parseDelimited } from './delimited-parser.js';
import {
  extractJson,
  matchesJson,
  selectJson,
  type JsonCondition,
  type JsonPattern,
  type Selector,
} from './json-pattern.js';
import { parseJsonPattern, parseSingleSelector } from './json-pattern-parser.js';
import { MAX_PATTERN_REGEXES } from './pattern-regex.js';
import { PatternScanner } from './pattern-scanner.js';
import { matchesTerms, type TermsPattern } from './terms.js';
import { parseTerms } from './terms-parser.js';

export { readNumber } from './condition.js';
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
  refuseOpenEnd(scanner);
  const pattern = parseKind(scanner);
  scanner.skipBlanks();
  if (!scanner.atEnd) scanner.fail(`Unexpected '${scanner.next}' behind the pattern`);
  if (scanner.regexCount > MAX_PATTERN_REGEXES) {
    scanner.fail(
      `A pattern may have ${MAX_PATTERN_REGEXES} regular expressions`,
      0,
      `Your input has exceeded the maximum of ${MAX_PATTERN_REGEXES} regular expressions per filter pattern.`,
    );
  }
  return pattern;
}

/** Recorded: what begins as a JSON or space-delimited pattern must end as one, before anything else is looked at. */
function refuseOpenEnd(scanner: PatternScanner): void {
  scanner.skipBlanks();
  const start = scanner.next;
  const end = ({ '{': '}', '[': ']' } as const)[start];
  if (end === undefined || scanner.text.trimEnd().endsWith(end)) return;
  const words = `starts with '${start}' it must end with '${end}'`;
  scanner.fail(`A pattern that ${words}`, scanner.at, `If a filter pattern ${words}`);
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

/** A field of the messages that a pattern matches, as a metric takes its value and its dimensions from one. */
export type FieldSelector =
  { readonly kind: 'Json'; readonly selector: Selector } | { readonly kind: 'Named'; readonly name: string };

/** Fields of space-delimited patterns: `$name`, or `$3` for one without a name. */
const NAMED_FIELD = /^\$[A-Za-z0-9_@-][A-Za-z0-9_@.-]*$/;

/**
 * Reads what selects one field of the messages of a pattern: `$.a.b[0]` for JSON, `$name` for space-delimited
 * ones.
 * @returns undefined for a text that selects none, or perhaps several; terms have no fields
 */
export function parseFieldSelector(pattern: FilterPattern, text: string): FieldSelector | undefined {
  switch (pattern.kind) {
    case 'Terms':
      return undefined;
    case 'Delimited':
      return NAMED_FIELD.test(text) ? { kind: 'Named', name: text } : undefined;
    case 'Json': {
      const selector = parseSingleSelector(text);
      return selector && { kind: 'Json', selector };
    }
  }
}

/**
 * The values of fields of a message, in the order of the selectors, undefined for those that it lacks.
 * @param selectors - as {@link parseFieldSelector} read them for this pattern
 * @returns undefined when the message doesn't match
 */
export function selectFields(
  pattern: FilterPattern,
  message: string,
  selectors: readonly FieldSelector[],
): readonly (string | undefined)[] | undefined {
  switch (pattern.kind) {
    case 'Terms':
      return matchesTerms(pattern, message) ? [] : undefined;
    case 'Delimited': {
      const fields = extractDelimited(pattern, message);
      return fields && selectors.flatMap((each) => (each.kind === 'Named' ? [fields.get(each.name)] : []));
    }
    case 'Json':
      return selectJson(
        pattern,
        message,
        selectors.flatMap((each) => (each.kind === 'Json' ? [each.selector] : [])),
      );
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
