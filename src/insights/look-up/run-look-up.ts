import { isoTime } from '../../cloudwatch/iso-time.js';
import { type FoundEvent } from './correlated-event.js';
import { type StepReport } from './correlation-result.js';
import {
  type FoundEvents,
  mergeFound,
  readEvents,
  type ReadSettings,
  type TimeRange,
} from './event-reader.js';
import { type IndexedFields } from '../log-groups/field-index-directory.js';
import { readFreshEvents } from './fresh-events.js';
import { type LookUpProgressCount } from './look-up-progress.js';
import { notAskedNotes, olderEventsNote, queriesShowOlder, rangeBefore } from '../log-groups/older-events.js';
import { type QueryBuilder } from '../language/query-builder.js';
import { type KnownLogGroup, type LeftOutLogGroup } from '../log-groups/log-group-directory.js';
import { filterQuery, hasValue, indexQuery, type LookUp, textQuery, undiscoveredQuery } from './look-up.js';
import { type RunsQueries } from '../queries/query-runner.js';
import { followingSignal } from '../queries/following-signal.js';
import { type ReadCalls } from '../queries/read-calls.js';
import { NO_STATISTICS } from '../queries/query-statistics.js';
import { type ScanBudget } from '../queries/scan-budget.js';

/** All that a look-up needs to know. */
export interface LookUpPlan {
  readonly lookUp: LookUp;
  readonly range: TimeRange;
  readonly groups: readonly KnownLogGroup[];
  /** Groups that are younger than the range: no query answers for them, but they may hold events of it. */
  readonly youngGroups: readonly KnownLogGroup[];
  /** Groups of which it is not known whether they are young, and why. */
  readonly undescribed: ReadonlyMap<string, string>;
  readonly indexes: ReadonlyMap<string, IndexedFields>;
  readonly nowMillis: number;
  readonly freshMillis: number;
  readonly fullText: boolean;
  readonly thorough: boolean;
  readonly budget: ScanBudget;
  readonly maxEvents: number;
  readonly rowsOfQuery: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMillis: number | undefined;
  readonly progress: LookUpProgressCount | undefined;
  /** True where the service is the local one, which has a remedy of its own for what it does not answer. */
  readonly isLocal: boolean;
}

/** The findings of a look-up's steps. */
export interface LookUpOutcome {
  /** Overlapping: see mergeFoundEvents. */
  readonly sources: readonly (readonly FoundEvent[])[];
  readonly steps: readonly StepReport[];
  readonly leftOut: readonly LeftOutLogGroup[];
  readonly notes: readonly string[];
  readonly isComplete: boolean;
  readonly hasHitLimit: boolean;
}

const NOTHING: LookUpOutcome = {
  sources: [],
  steps: [],
  leftOut: [],
  notes: [],
  isComplete: true,
  hasHitLimit: false,
};

/** Groups that are asked for what is older than they are: each costs a call of FilterLogEvents or more. */
const MAX_YOUNG_GROUPS = 20;

/** How long the service keeps an index. Source: user guide, CloudWatchLogs-Field-Indexing. */
const INDEX_LIFETIME_MILLIS = 30 * 86_400_000;

/**
 * Takes the steps of a look-up: the indexed fields first, then a scan of what no index has answered (or,
 * asked for full text, of everything), and beside them FilterLogEvents for the newest events.
 */
export async function runLookUp(
  parts: { calls: ReadCalls; runner: RunsQueries },
  plan: LookUpPlan,
): Promise<LookUpOutcome> {
  // One failure stops the others: nobody would read them, and they cost.
  const stop = new AbortController();
  const signal = followingSignal(stop.signal, plan.signal);
  const settings: ReadSettings = {
    signal,
    timeoutMillis: plan.timeoutMillis,
    budget: plan.budget,
    maxEvents: plan.maxEvents,
    rowsOfQuery: plan.rowsOfQuery,
    onProgress: plan.progress?.note,
  };
  const stopOnFailure = async <T>(task: Promise<T>): Promise<T> => {
    try {
      return await task;
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  };
  const settled = await Promise.allSettled([
    stopOnFailure(takeQuerySteps(parts.runner, plan, settings)),
    stopOnFailure(takeFreshStep(parts.calls, plan, signal)),
    stopOnFailure(takeOlderStep(parts.calls, plan, signal)),
  ]);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) throw plan.signal?.aborted ? plan.signal.reason : stop.signal.reason;
  const [queries, fresh, older] = settled.map((one) => (one as PromiseFulfilledResult<LookUpOutcome>).value);
  const onOlder = await notesOnOlder(parts.runner, plan, queries!, [fresh!, older!]);
  return {
    // Queries answer the newest first: turned round, events of one millisecond stand in the order they came.
    sources: [...queries!.sources.map((events) => events.toReversed()), ...fresh!.sources, ...older!.sources],
    steps: [...queries!.steps, ...fresh!.steps, ...older!.steps],
    leftOut: queries!.leftOut,
    notes: [...queries!.notes, ...fresh!.notes, ...older!.notes, ...onOlder],
    isComplete: queries!.isComplete,
    hasHitLimit: queries!.hasHitLimit,
  };
}

/** Names the groups that hold events from before they were made, of which no query tells. */
async function notesOnOlder(
  runner: RunsQueries,
  { groups, youngGroups, range, isLocal, signal }: LookUpPlan,
  queries: LookUpOutcome,
  others: readonly LookUpOutcome[],
): Promise<string[]> {
  const found = others.flatMap(({ sources }) => sources.flat());
  const notes = await Promise.all(
    [...groups, ...youngGroups].map(async (group) => {
      const isOlder = ({ logGroup, timestampMillis }: FoundEvent): boolean =>
        logGroup === group.identifier && timestampMillis < (group.creationMillis ?? 0);
      const count = found.filter(isOlder).length;
      if (count === 0 || queries.sources.some((events) => events.some(isOlder))) return undefined;
      // The local service may have been told to answer them, where no query of this look-up asked for them.
      const before = rangeBefore(group, range);
      if (isLocal && before && (await queriesShowOlder(runner, group, before, signal))) return undefined;
      return olderEventsNote(group, isLocal, count);
    }),
  );
  return notes.filter((note) => note !== undefined);
}

async function takeQuerySteps(
  runner: RunsQueries,
  plan: LookUpPlan,
  settings: ReadSettings,
): Promise<LookUpOutcome> {
  const indexed = await takeIndexStep(runner, plan, settings);
  const scans = scansAfter(plan, indexed);
  const isScanned = new Set(scans.flatMap(({ groups }) => groups));
  plan.progress?.logGroupsDone(
    plan.groups.filter((group) => !isScanned.has(group)).map((group) => group.identifier),
  );
  const scanned = await takeScanStep(runner, plan, scans, settings);
  const steps: StepReport[] = indexed.map(({ field, query, groups, found }) => ({
    step: 'index',
    field,
    query,
    logGroups: groups.map((group) => group.identifier),
    events: found.events.length,
    statistics: found.statistics,
  }));
  for (const { query, groups, found } of scanned) {
    steps.push({
      step: plan.fullText ? 'text' : 'filter',
      query,
      logGroups: groups.map((group) => group.identifier),
      events: found.events.length,
      statistics: found.statistics,
    });
  }
  const all = [...indexed, ...scanned].map(({ found }) => found);
  return {
    sources: all.map((found) => found.events),
    steps,
    leftOut: all.flatMap((found) => found.leftOut),
    notes: notesOf(all, plan),
    isComplete: all.every((found) => found.isComplete && found.overfullSeconds.length === 0),
    hasHitLimit: all.some((found) => found.events.length >= plan.maxEvents),
  };
}

interface Reading {
  readonly query: string;
  readonly groups: readonly KnownLogGroup[];
  readonly found: FoundEvents;
}

interface IndexedReading extends Reading {
  readonly field: string;
}

/** One query for each spelling, over the groups in which it is indexed. */
function takeIndexStep(
  runner: RunsQueries,
  plan: LookUpPlan,
  settings: ReadSettings,
): Promise<IndexedReading[]> {
  const readings = plan.lookUp.fields
    .map((field) => ({
      field,
      groups: plan.groups.filter((group) => plan.indexes.get(group.identifier)?.has(field)),
    }))
    .filter(({ groups }) => groups.length > 0)
    .map(async ({ field, groups }) => {
      const query = indexQuery(plan.lookUp, field);
      const found = await readEvents(runner, query, groups, plan.range, settings);
      return { field, query: query.toString(), groups, found };
    });
  return Promise.all(readings);
}

/** The scans, one report for each text of a query: groups without discovered fields have one of their own. */
async function takeScanStep(
  runner: RunsQueries,
  plan: LookUpPlan,
  scans: readonly Scan[],
  settings: ReadSettings,
): Promise<Reading[]> {
  const { lookUp, fullText } = plan;
  const inFields = fullText ? textQuery(lookUp) : filterQuery(lookUp);
  const inText = fullText ? textQuery(lookUp) : undiscoveredQuery(lookUp);
  const read = async (query: QueryBuilder, wanted: (group: KnownLogGroup) => boolean): Promise<Reading[]> => {
    const parts = scans
      .map(({ groups, range }) => ({ groups: groups.filter(wanted), range }))
      .filter(({ groups }) => groups.length > 0);
    if (parts.length === 0) return [];
    const found = await Promise.all(
      parts.map(({ groups, range }) =>
        readEvents(runner, query, groups, range, {
          ...settings,
          onLogGroupsRead: plan.progress?.logGroupsDone,
        }),
      ),
    );
    const groups = [...new Set(parts.flatMap((part) => part.groups))];
    return [{ query: query.toString(), groups, found: mergeFound(found) }];
  };
  const [discovered, others] = await Promise.all([
    read(inFields, (group) => !lacksDiscovery(group)),
    read(inText, lacksDiscovery),
  ]);
  const kept = others.map((reading) => ({
    ...reading,
    found: {
      ...reading.found,
      events: fullText
        ? reading.found.events
        : reading.found.events.filter((event) => hasValue(lookUp, event)),
    },
  }));
  return [...discovered, ...kept];
}

interface Scan {
  readonly groups: readonly KnownLogGroup[];
  readonly range: TimeRange;
}

/**
 * The groups that are left to scan after the index step. A group counts as answered from the moment since which one
 * of the fields is indexed, if a policy names that field, or if the index found events in it: logs of one
 * group rarely spell the same id in two ways. Before that moment nothing is indexed, so it is scanned.
 */
function scansAfter(plan: LookUpPlan, indexed: readonly IndexedReading[]): Scan[] {
  if (plan.groups.length === 0) return [];
  if (plan.fullText || plan.thorough) return [{ groups: plan.groups, range: plan.range }];
  const foundIn = new Map(
    indexed.map(({ field, found }) => [field, new Set(found.events.map((event) => event.logGroup))]),
  );
  const byRange = new Map<string, { groups: KnownLogGroup[]; range: TimeRange }>();
  for (const group of plan.groups) {
    const range = rangeToScan(plan, group, foundIn);
    if (!range) continue;
    // Groups with the same range share a query.
    const key = `${range.fromMillis} ${range.toMillis}`;
    const scan = byRange.get(key);
    if (scan) scan.groups.push(group);
    else byRange.set(key, { groups: [group], range });
  }
  return [...byRange.values()];
}

function rangeToScan(
  plan: LookUpPlan,
  group: KnownLogGroup,
  foundIn: ReadonlyMap<string, ReadonlySet<string>>,
): TimeRange | undefined {
  let answeredSince = Infinity;
  for (const [field, { sinceMillis, isChosen }] of plan.indexes.get(group.identifier) ?? []) {
    if (!plan.lookUp.fields.includes(field)) continue;
    if (!isChosen && !foundIn.get(field)?.has(group.identifier)) continue;
    answeredSince = Math.min(answeredSince, Math.max(sinceMillis, plan.nowMillis - INDEX_LIFETIME_MILLIS));
  }
  const { fromMillis, toMillis } = plan.range;
  if (answeredSince === Infinity) return plan.range;
  // Queries do not see what is older than its group.
  const visibleSince = Math.max(fromMillis, group.creationMillis ?? 0);
  if (answeredSince <= visibleSince) return undefined;
  return { fromMillis, toMillis: Math.min(toMillis, answeredSince) };
}

function lacksDiscovery(group: KnownLogGroup): boolean {
  return group.logGroupClass !== undefined && group.logGroupClass !== 'STANDARD';
}

function notesOf(all: readonly FoundEvents[], plan: LookUpPlan): string[] {
  const notes: string[] = [];
  if (all.some((found) => !found.isComplete)) {
    notes.push('the look-up stopped when maxBytesScanned was reached; events may be missing');
  }
  for (const second of new Set(all.flatMap((found) => found.overfullSeconds))) {
    const at = isoTime(second * 1000);
    notes.push(`more events than one query answers lie in the second ${at}; some of them are missing`);
  }
  if (plan.groups.length === 0) notes.push('no log group was searched');
  return notes;
}

async function takeFreshStep(
  calls: ReadCalls,
  plan: LookUpPlan,
  signal: AbortSignal,
): Promise<LookUpOutcome> {
  const freshSince = plan.nowMillis - plan.freshMillis;
  if (plan.freshMillis === 0 || plan.range.toMillis < freshSince || plan.groups.length === 0) return NOTHING;
  const range = { fromMillis: Math.max(plan.range.fromMillis, freshSince), toMillis: plan.range.toMillis };
  const parts = plan.groups.map((group) => ({ group, range }));
  const { lookUp, fullText } = plan;
  const fresh = await readFreshEvents(calls, lookUp, parts, { what: 'fresh', fullText, signal });
  const step: StepReport = {
    step: 'fresh',
    logGroups: plan.groups.map((group) => group.identifier),
    events: fresh.events.length,
    statistics: NO_STATISTICS,
  };
  return { ...NOTHING, sources: [fresh.events], steps: [step], notes: fresh.notes };
}

/** Reads what is older than its log group, which no query shows. */
async function takeOlderStep(
  calls: ReadCalls,
  plan: LookUpPlan,
  signal: AbortSignal,
): Promise<LookUpOutcome> {
  if (plan.freshMillis === 0) return NOTHING;
  const { lookUp, fullText } = plan;
  const readsFresh = new Set(plan.groups);
  const young = [...plan.groups, ...plan.youngGroups].flatMap((group) => {
    const before = rangeBefore(group, plan.range);
    if (!before) return [];
    // What the step for fresh events reads is not read twice.
    const toMillis = readsFresh.has(group)
      ? Math.min(before.toMillis, plan.nowMillis - plan.freshMillis - 1)
      : before.toMillis;
    return toMillis < before.fromMillis ? [] : [{ group, range: { ...before, toMillis } }];
  });
  // What is fresh is read whole.
  const isFresh = plan.range.fromMillis >= plan.nowMillis - plan.freshMillis;
  const notes = isFresh ? [] : notAskedNotes(plan.undescribed);
  if (young.length === 0) return { ...NOTHING, notes };
  const parts = young.slice(0, MAX_YOUNG_GROUPS);
  const older = await readFreshEvents(calls, lookUp, parts, { what: 'older', fullText, signal });
  if (parts.length < young.length) {
    notes.push(
      `${young.length} log groups are younger than the begin of the range; only ${parts.length} of them were asked for events from before they were made`,
    );
  }
  const step: StepReport = {
    step: 'older',
    logGroups: parts.map(({ group }) => group.identifier),
    events: older.events.length,
    statistics: NO_STATISTICS,
  };
  return { ...NOTHING, sources: [older.events], steps: [step], notes: [...older.notes, ...notes] };
}
