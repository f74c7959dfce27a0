import type { EventSource } from '../insights-ql/event-source.js';
import { QuerySyntaxError } from '../insights-ql/index.js';
import type { SourceCommand, SourceSelector } from '../insights-ql/tree.js';
import type { QuerySource } from './query-engine.js';

type LogGroup = ReturnType<EventSource['logGroups']> extends Iterable<infer Group> ? Group : never;

/** Source: user guide, "SOURCE": more groups are an error. */
const MAX_SOURCE_LOG_GROUPS = 10_000;

const UNIT_MILLIS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Finds the log groups, and the times, that a SOURCE command names.
 * @param now - milliseconds since 1970, for relative times
 * @throws QuerySyntaxError where it names no group, too many, or a time that is none
 */
export function resolveSource(source: SourceCommand, events: EventSource, now: number): QuerySource {
  const named = source.selectors.find((selector) => selector.kind === 'Names');
  if (named) {
    const time = (text: string | undefined): number | undefined => {
      if (text === undefined) return undefined;
      const millis = parseTime(text, now);
      if (millis === undefined) throw new QuerySyntaxError(`'${text}' is not a time`, source.span);
      return millis;
    };
    return {
      logGroupNames: named.names.map((name) => name.replace(/^arn:[^:]+:logs:[^:]*:\d{12}:log-group:/, '')),
      startTimeMillis: time(named.start),
      endTimeMillis: time(named.end),
    };
  }
  const logGroupNames: string[] = [];
  for (const group of events.logGroups()) {
    if (group.logGroupClass === 'DELIVERY') continue;
    if (source.selectors.every((selector) => selects(selector, group, events.accountId))) {
      logGroupNames.push(group.logGroupName);
    }
  }
  if (logGroupNames.length === 0) throw new QuerySyntaxError('SOURCE names no log group', source.span);
  if (logGroupNames.length > MAX_SOURCE_LOG_GROUPS) {
    throw new QuerySyntaxError(`SOURCE names more than ${MAX_SOURCE_LOG_GROUPS} log groups`, source.span);
  }
  return { logGroupNames };
}

function selects(selector: SourceSelector, group: LogGroup, accountId: string): boolean {
  switch (selector.kind) {
    case 'LogGroups': {
      const { namePrefixes, accountIdentifiers, classes } = selector;
      return (
        (namePrefixes.length === 0 || namePrefixes.some((prefix) => group.logGroupName.startsWith(prefix))) &&
        (accountIdentifiers.length === 0 || accountIdentifiers.includes(accountId)) &&
        // Not documented: which class is meant where none is named.
        (classes.length === 0 ? group.logGroupClass === 'STANDARD' : classes.includes(group.logGroupClass))
      );
    }
    case 'LogGroupTags':
      return selector.tags.every(
        ({ key, values }) =>
          Object.hasOwn(group.tags, key) &&
          (values.length === 0 || values.some((value) => tagMatches(value, group.tags[key]!))),
      );
    default:
      // Groups of the local service have no data source.
      return false;
  }
}

/** `!` before a value negates it, `*` stands for any text. */
function tagMatches(pattern: string, value: string): boolean {
  const negated = pattern.startsWith('!');
  const parts = (negated ? pattern.slice(1) : pattern).split('*');
  const expression = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('.*');
  return new RegExp(`^${expression}$`, 's').test(value) !== negated;
}

/** Reads milliseconds since 1970, `now` or `-1d`. */
function parseTime(text: string, now: number): number | undefined {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (/^now$/i.test(text)) return now;
  const relative = /^-(\d{1,9})([smhdw])$/i.exec(text);
  return relative ? now - Number(relative[1]) * UNIT_MILLIS[relative[2]!.toLowerCase()]! : undefined;
}
