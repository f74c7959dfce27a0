import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkSignal } from '../../cloudwatch/check-values.js';
import { OptionError } from '../../cloudwatch/errors.js';
import { nearestName } from '../../cloudwatch/nearest-name.js';
import { readTraceId } from '../../cloudwatch/trace-ids.js';
import { type LeftOutLogGroup } from '../log-groups/log-group-directory.js';
import { type CorrelationResult } from '../look-up/correlation-result.js';
import { SPAN_ID } from '../look-up/look-up.js';
import { ERROR_SEVERITY, severityNumberOf } from '../messages/severity.js';
import { followingSignal } from '../queries/following-signal.js';
import { checkCalls } from '../queries/query-runner.js';
import { type ReadCalls } from '../queries/read-calls.js';
import { type Explanation } from './explanation.js';
import { GroupCalls, type Range } from './group-calls.js';
import { nearField, placesOf } from './near-fields.js';
import { isSeverity, valueInOtherCase } from './other-case.js';

/** Log groups that are asked: each costs some calls, none of which is billed. */
const MAX_GROUPS = 5;
/** Whoever found nothing does not wait long to be told why. */
const TIME_MILLIS = 5_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Says why a look-up found nothing, from what is known: log groups that are not there, events outside of the
 * range, the field's or the value's spelling, an id of another kind. Events older than their log group are
 * in the result's `notes` already. It asks for lists, fields and single events, which costs nothing.
 * Never rejects but for an aborted signal: what can't be asked is left out.
 * @param calls - those of the engine: `engine.calls`
 * @returns the likeliest first; none for a result with events
 */
export async function explainNothing(
  calls: ReadCalls,
  result: CorrelationResult,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Explanation[]> {
  checkMembers('', options, { signal: true });
  checkSignal(options.signal);
  checkCalls(calls);
  if (!Array.isArray((result as Partial<CorrelationResult> | null | undefined)?.events)) {
    throw new OptionError('result', 'be what a look-up of a CorrelationEngine gives', result);
  }
  if (result.events.length > 0) return [];
  const { signal } = options;
  const timeout = AbortSignal.timeout(TIME_MILLIS);
  const groupCalls = new GroupCalls(calls, followingSignal(signal, timeout));
  const { lookUp, range, leftOut } = result;
  // The account's spans say nothing of the logs that were meant.
  const groups = result.logGroups.filter((group) => group !== 'aws/spans').slice(0, MAX_GROUPS);
  const [names, outside, spelling] = await Promise.all([
    explainLogGroups(groupCalls, result.logGroups, leftOut),
    explainRange(groupCalls, groups, range),
    lookUp.kind === 'field' ? explainField(groupCalls, groups, lookUp, range) : [],
  ]);
  signal?.throwIfAborted();
  return [
    ...names,
    ...explainId(result),
    ...(lookUp.kind === 'trace' ? explainTraceTime(lookUp.value, range) : []),
    ...outside,
    ...spelling,
    ...explainFieldsAlone(result),
  ];
}

/** Groups that are not there, and names that are near. */
export async function explainLogGroups(
  calls: GroupCalls,
  searched: readonly string[],
  leftOut: readonly LeftOutLogGroup[],
): Promise<Explanation[]> {
  const missing = leftOut.filter(({ reason }) => reason === 'missing');
  if (missing.length === 0) return [];
  const known = await calls.logGroupNames();
  const near = missing.flatMap(({ logGroup }): Explanation[] => {
    const isPrefix = logGroup.endsWith('*');
    const name = isPrefix
      ? nearestName(logGroup.slice(0, -1), prefixesOf(known))
      : nearestName(logGroup, known);
    if (name === undefined) return [];
    const meant = isPrefix ? `${name}*` : name;
    return [
      {
        reason: 'log_group',
        text: isPrefix
          ? `no log group begins as ${logGroup}; did you mean the log groups ${meant}?`
          : `there is no log group ${logGroup}; did you mean the log group ${meant}?`,
        suggestion: { change: 'log_group', logGroup: meant },
      },
    ];
  });
  if (near.length > 0 || searched.length > 0) return near;
  const some = known.slice(0, 5).join(', ');
  const text =
    known.length === 0
      ? 'there are no log groups here'
      : `no log group was searched; there are ${some}${known.length > 5 ? ' …' : ''}`;
  return [{ reason: 'log_group', text }];
}

/** The beginnings of names, up to each slash: `/apps/` of `/apps/orders`. */
function prefixesOf(names: readonly string[]): Set<string> {
  const prefixes = new Set<string>();
  for (const name of names) {
    for (let slash = name.indexOf('/', 1); slash !== -1; slash = name.indexOf('/', slash + 1)) {
      prefixes.add(name.slice(0, slash + 1));
    }
  }
  return prefixes;
}

/** Tells whether the groups hold anything of the range at all. */
export async function explainRange(
  calls: GroupCalls,
  groups: readonly string[],
  range: Range,
): Promise<Explanation[]> {
  const newest = await Promise.all(
    groups.map(async (group) => ({ group, atMillis: await calls.newestEventMillis(group) })),
  );
  const known = newest.filter(
    (one): one is { group: string; atMillis: number } => one.atMillis !== undefined,
  );
  // Without a figure a group may hold anything.
  if (known.length === 0 || known.some(({ atMillis }) => atMillis >= range.fromMillis)) return [];
  const { group, atMillis } = known.reduce((a, b) => (b.atMillis > a.atMillis ? b : a));
  const age = range.fromMillis - atMillis;
  // The service's figure may be an hour behind.
  const about = age < 2 * HOUR ? 'about ' : '';
  return [
    {
      reason: 'range',
      text: `the newest event of ${known.length === 1 ? group : `the log groups (${group})`} is of ${about}${new Date(atMillis).toISOString()}, before the range`,
      suggestion: { change: 'range', fromMillis: atMillis - HOUR, toMillis: atMillis + MINUTE },
    },
  ];
}

/** X-Ray ids begin with the seconds since 1970 at which the trace began. Source: AWS X-Ray, "Trace ID format". */
function explainTraceTime(id: string, range: Range): Explanation[] {
  const { traceId, isKnownForm } = readTraceId(id);
  if (!isKnownForm) return [];
  const startMillis = Number.parseInt(traceId.slice(0, 8), 16) * 1000;
  const now = Math.max(Date.now(), range.toMillis);
  // A random id of W3C gives any time: only those that can be meant count.
  const canBeMeant = startMillis > now - 400 * DAY && startMillis < now + HOUR;
  const isInside = startMillis >= range.fromMillis - MINUTE && startMillis <= range.toMillis;
  if (!canBeMeant || isInside) return [];
  return [
    {
      reason: 'range',
      text: `the trace id, if X-Ray made it, says that the trace began at ${new Date(startMillis).toISOString()}, outside of the range`,
      suggestion: { change: 'range', fromMillis: startMillis - 10 * MINUTE, toMillis: startMillis + HOUR },
    },
  ];
}

/** Ids that look like those of another kind. */
function explainId({ lookUp }: CorrelationResult): Explanation[] {
  const { kind } = lookUp;
  const id = lookUp.value.trim();
  if (kind === 'trace' && SPAN_ID.test(id)) {
    return [
      {
        reason: 'kind',
        text: `${id} has the 16 hex digits of a span id`,
        suggestion: { change: 'kind', kind: 'span', value: id },
      },
    ];
  }
  const given = readTraceId(id);
  if (kind === 'trace' && !given.isKnownForm) {
    const text = `${id} is no trace id of W3C (32 hex digits) or X-Ray (1-<8>-<24>); it was looked for as it is`;
    return [{ reason: 'kind', text }];
  }
  if (kind === 'trace' && RANDOM_UUID.test(id)) {
    return [
      {
        reason: 'kind',
        text: `${id} has the form of a request id of Lambda or crypto.randomUUID`,
        suggestion: { change: 'kind', kind: 'request', value: id },
      },
    ];
  }
  if ((kind === 'span' || kind === 'request') && given.isKnownForm && !RANDOM_UUID.test(id)) {
    return [
      {
        reason: 'kind',
        text: `${id} has the form of a trace id`,
        suggestion: { change: 'kind', kind: 'trace', value: id },
      },
    ];
  }
  return [];
}

/** As Lambda and `crypto.randomUUID` make them: version 4, with its variant. */
const RANDOM_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** The spelling of a field, and of its value. */
export async function explainField(
  calls: GroupCalls,
  groups: readonly string[],
  { fields, value }: { readonly fields: readonly string[]; readonly value: string },
  range: Range,
): Promise<Explanation[]> {
  const field = fields[0]!;
  const severity = explainSeverity(field, value);
  const [inOtherCase, discovered] = await Promise.all([
    firstOf(groups, (group) => valueInOtherCase(calls, group, fields, value, range)),
    discoveredFields(calls, groups, range),
  ]);
  if (inOtherCase) {
    const text = `${inOtherCase.field} is written as "${inOtherCase.value}" there; values are compared letter by letter, in this case`;
    return [{ reason: 'case', text, suggestion: { change: 'field', ...inOtherCase } }, ...severity];
  }
  if (discovered.size === 0) return severity;
  const own = placesOf(field).find((name) => discovered.has(name));
  if (own !== undefined) {
    const text = `${shareOf(discovered.get(own)!)} have the field ${own}, none of them this value`;
    return [{ reason: 'field', text }, ...severity];
  }
  const near = nearField(field, discovered.keys());
  if (near === undefined) {
    return [{ reason: 'field', text: `no event that was looked at has the field ${field}` }, ...severity];
  }
  const text = `no event that was looked at has the field ${field}; ${shareOf(discovered.get(near)!)} have ${near}`;
  return [{ reason: 'field', text, suggestion: { change: 'field', field: near, value } }, ...severity];
}

/** That a severity is a word of the logger, where one is asked for. */
function explainSeverity(field: string, value: string): Explanation[] {
  if (!isSeverity(field, value)) return [];
  const isError = severityNumberOf(value)! >= ERROR_SEVERITY;
  return [
    {
      reason: 'case',
      text: 'loggers write severities in words of their own; severity_number does not depend on them (errors: 17 and up)',
      ...(isError && { suggestion: { change: 'kind', kind: 'errors', value: '' } }),
    },
  ];
}

interface Share {
  readonly group: string;
  readonly percent: number;
}

function shareOf({ group, percent }: Share): string {
  return percent < 1 ? `some events of ${group}` : `${Math.round(percent)} % of the events of ${group}`;
}

/** The discovered fields of some groups, each with the group in which most events have it. */
async function discoveredFields(
  calls: GroupCalls,
  groups: readonly string[],
  range: Range,
): Promise<Map<string, Share>> {
  const ofGroups = await Promise.all(
    groups.map(async (group) => {
      const newest = (await calls.newestEventMillis(group)) ?? range.toMillis;
      const at = Math.max(range.fromMillis, Math.min(newest, range.toMillis));
      return { group, fields: await calls.fields(group, at) };
    }),
  );
  const shares = new Map<string, Share>();
  for (const { group, fields } of ofGroups) {
    for (const [name, percent] of fields) {
      if ((shares.get(name)?.percent ?? -1) < percent) shares.set(name, { group, percent });
    }
  }
  return shares;
}

async function firstOf<T>(
  groups: readonly string[],
  ask: (group: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  return (await Promise.all(groups.map(ask))).find((one) => one !== undefined);
}

function explainFieldsAlone({ lookUp, steps, logGroups }: CorrelationResult): Explanation[] {
  const isWhole = steps.some(({ step }) => step === 'text');
  if (isWhole || lookUp.kind === 'errors' || logGroups.length === 0) return [];
  const where = lookUp.kind === 'field' ? 'that field' : 'the fields that usually hold it';
  return [
    {
      reason: 'text',
      text: `it was looked for in ${where}, not anywhere in the messages`,
      suggestion: { change: 'text' },
    },
  ];
}
