import { firstMilli, lastMilli } from '../epoch-time.js';
import { matchesGlob, parseGlob } from '../text-matching/glob.js';
import { type EventSource } from './event-source.js';
import { momentByText } from './functions/index.js';
import { QuerySyntaxError } from './syntax-error.js';
import { type SourceCommand, type SourceSelector } from './tree.js';

/** Milliseconds since 1970, both inclusive. */
export interface TimeRange {
  readonly startTimeMillis: number;
  readonly endTimeMillis: number;
}

/** Log groups that one SOURCE may find. Source: User Guide, SOURCE. */
const MAX_SOURCE_GROUPS = 10_000;

type LogGroup = ReturnType<EventSource['logGroups']> extends Iterable<infer Group> ? Group : never;

/** What a SOURCE names; without a time, that of the request holds. */
interface NamedSource {
  readonly logGroupNames: readonly string[];
  readonly startTimeMillis?: number | undefined;
  readonly endTimeMillis?: number | undefined;
}

/**
 * The log groups and the times that a SOURCE names.
 * @throws QuerySyntaxError for too many groups, or times that are none
 */
export function resolveSource(command: SourceCommand, source: EventSource, nowMillis: number): NamedSource {
  let startTimeMillis: number | undefined;
  let endTimeMillis: number | undefined;
  const names = new Set<string>();
  const patterns: SourceSelector[] = [];
  for (const selector of command.selectors) {
    if (selector.kind !== 'Names') {
      patterns.push(selector);
      continue;
    }
    for (const name of selector.names) names.add(nameOf(name));
    startTimeMillis = timeOf(selector.start, firstMilli, nowMillis, command);
    endTimeMillis = timeOf(selector.end, lastMilli, nowMillis, command);
  }
  if (patterns.length > 0) {
    for (const group of source.logGroups()) {
      // Nothing queries a group of the Delivery class.
      if (group.logGroupClass === 'DELIVERY') continue;
      if (patterns.every((selector) => selects(selector, group, source))) names.add(group.logGroupName);
    }
  }
  if (names.size > MAX_SOURCE_GROUPS) {
    throw new QuerySyntaxError(
      `SOURCE finds more than ${MAX_SOURCE_GROUPS} log groups; select fewer`,
      command.span,
    );
  }
  return { logGroupNames: [...names], startTimeMillis, endTimeMillis };
}

/** A group may be named by its ARN. */
function nameOf(name: string): string {
  return /^arn:[^:]*:logs:[^:]*:[^:]*:log-group:([^:]+)/.exec(name)?.[1] ?? name;
}

/** @param absolute - reads a number as StartQuery does, in seconds or milliseconds */
function timeOf(
  text: string | undefined,
  absolute: (time: number) => number,
  nowMillis: number,
  { span }: SourceCommand,
): number | undefined {
  if (text === undefined) return undefined;
  if (text.toLowerCase() === 'now') return nowMillis;
  if (/^\d{1,15}$/.test(text)) return absolute(Number(text));
  // The console writes a relative range as START=-3600s END=0s.
  const relative =
    text.startsWith('-') || /^0+[a-z]+$/i.test(text) ? momentByText(nowMillis, text) : undefined;
  if (relative !== undefined) return relative;
  throw new QuerySyntaxError(`${text} is no time`, span);
}

function selects(selector: SourceSelector, group: LogGroup, source: EventSource): boolean {
  switch (selector.kind) {
    case 'LogGroups': {
      const { namePrefixes, accountIdentifiers, classes } = selector;
      return (
        (namePrefixes.length === 0 || namePrefixes.some((prefix) => group.logGroupName.startsWith(prefix))) &&
        (accountIdentifiers.length === 0 || accountIdentifiers.includes(source.accountId)) &&
        // Without a class, only Standard groups are queried.
        (classes.length === 0 ? ['STANDARD'] : classes).includes(group.logGroupClass)
      );
    }
    case 'DataSource':
      // Data sources are known to vended logs only, which nobody sends here.
      return false;
    case 'LogGroupTags':
      return selector.tags.every(({ key, values }) => tagMatches(group.tags[key], values));
    case 'Names':
      return true;
  }
}

/** AND over keys, OR over values; `!` negates, `*` stands for any text. */
function tagMatches(tag: string | undefined, values: readonly string[]): boolean {
  if (values.length === 0) return tag !== undefined;
  return values.some((value) =>
    value.startsWith('!')
      ? tag === undefined || !matchesGlob(parseGlob(value.slice(1)), tag)
      : tag !== undefined && matchesGlob(parseGlob(value), tag),
  );
}
