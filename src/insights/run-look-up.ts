import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type FoundEvent } from './correlated-event.js';
import { type StepReport } from './correlation-result.js';
import {
  type FoundEvents,
  mergeFound,
  readEvents,
  type ReadSettings,
  type TimeRange,
} from './event-reader.js';
import { type IndexedFields } from './field-index-directory.js';
import { readFreshEvents } from './fresh-events.js';
import { type KnownLogGroup, type LeftOutLogGroup } from './log-group-directory.js';
import { filterQuery, hasValue, indexQuery, type LookUp, textQuery, undiscoveredQuery } from './look-up.js';
import { type QueryRunner } from './query-runner.js';
import { NO_STATISTICS } from './query-statistics.js';
import { type ScanBudget } from './scan-budget.js';

/** All that a look-up needs to know. */
export interface LookUpPlan {
  readonly lookUp: LookUp;
  readonly range: TimeRange;
  readonly groups: readonly KnownLogGroup[];
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
}

/** What the steps of a look-up found. */
export interface LookUpOutcome {
  /** Overlapping: see mergeFoundEvents. */
  readonly sources: readonly (readonly FoundEvent[])[];
  readonly steps: readonly StepReport[];
  readonly leftOut: readonly LeftOutLogGroup[];
  readonly notes: readonly string[];
  readonly isComplete: boolean;
  readonly hasHitLimit: boolean;
}

/** How long the service keeps an index. Source: user guide, CloudWatchLogs-Field-Indexing. */
const INDEX_LIFETIME_MILLIS = 30 * 86_400_000;

/**
 * Takes the steps of a look-up: the indexed fields first, then a scan of what no index has answered (or,
 * asked for full text, of everything), and beside them FilterLogEvents for the newest events.
 */
export async function runLookUp(
  parts: { client: CloudWatchLogsClient; runner: QueryRunner },
  plan: LookUpPlan,
): Promise<LookUpOutcome> {
  // One failure stops the others: nobody would read them, and they cost.
  const stop = new AbortController();
  const signal = plan.signal ? AbortSignal.any([plan.signal, stop.signal]) : stop.signal;
  const settings: ReadSettings = {
    signal,
    timeoutMillis: plan.timeoutMillis,
    budget: plan.budget,
    maxEvents: plan.maxEvents,
    rowsOfQuery: plan.rowsOfQuery,
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
    stopOnFailure(takeFreshStep(parts.client, plan, signal)),
  ]);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) throw plan.signal?.aborted ? plan.signal.reason : stop.signal.reason;
  const [queries, fresh] = settled.map((one) => (one as PromiseFulfilledResult<LookUpOutcome>).value);
  return {
    // Queries answer the newest first: turned round, events of one millisecond stand in the order they came.
    sources: [...queries!.sources.map((events) => events.toReversed()), ...fresh!.sources],
    steps: [...queries!.steps, ...fresh!.steps],
    leftOut: queries!.leftOut,
    notes: [...queries!.notes, ...fresh!.notes],
    isComplete: queries!.isComplete,
    hasHitLimit: queries!.hasHitLimit,
  };
}

async function takeQuerySteps(
  runner: QueryRunner,
  plan: LookUpPlan,
  settings: ReadSettings,
): Promise<LookUpOutcome> {
  const indexed = await takeIndexStep(runner, plan, settings);
  const scans = scansAfter(plan, indexed);
  const query = plan.fullText ? textQuery(plan.lookUp) : filterQuery(plan.lookUp);
  const rest = await Promise.all(
    scans.map(async ({ groups, range }) => {
      const discovered = groups.filter((group) => !lacksDiscovery(group));
      const others = groups.filter(lacksDiscovery);
      const found = await Promise.all([
        readEvents(runner, query, discovered, range, settings),
        readEvents(
          runner,
          plan.fullText ? textQuery(plan.lookUp) : undiscoveredQuery(plan.lookUp),
          others,
          range,
          settings,
        ),
      ]);
      const [inFields, inText] = found;
      const kept = plan.fullText
        ? inText.events
        : inText.events.filter((event) => hasValue(plan.lookUp, event));
      return { groups, found: mergeFound([inFields, { ...inText, events: kept }]) };
    }),
  );
  const scanned = mergeFound(rest.map(({ found }) => found));
  const steps: StepReport[] = indexed.map(({ field, groups, found }) => ({
    step: 'index',
    field,
    logGroups: groups.map((group) => group.identifier),
    events: found.events.length,
    statistics: found.statistics,
  }));
  if (scans.length > 0) {
    steps.push({
      step: plan.fullText ? 'text' : 'filter',
      logGroups: [...new Set(scans.flatMap(({ groups }) => groups.map((group) => group.identifier)))],
      events: scanned.events.length,
      statistics: scanned.statistics,
    });
  }
  const all = [...indexed.map(({ found }) => found), scanned];
  return {
    sources: all.map((found) => found.events),
    steps,
    leftOut: all.flatMap((found) => found.leftOut),
    notes: notesOf(all, plan),
    isComplete: all.every((found) => found.isComplete && found.overfullSeconds.length === 0),
    hasHitLimit: all.some((found) => found.events.length >= plan.maxEvents),
  };
}

interface IndexedReading {
  readonly field: string;
  readonly groups: readonly KnownLogGroup[];
  readonly found: FoundEvents;
}

/** One query for each spelling, over the groups in which it is indexed. */
function takeIndexStep(
  runner: QueryRunner,
  plan: LookUpPlan,
  settings: ReadSettings,
): Promise<IndexedReading[]> {
  const readings = plan.lookUp.fields
    .map((field) => ({
      field,
      groups: plan.groups.filter((group) => plan.indexes.get(group.identifier)?.has(field)),
    }))
    .filter(({ groups }) => groups.length > 0)
    .map(async ({ field, groups }) => ({
      field,
      groups,
      found: await readEvents(runner, indexQuery(plan.lookUp, field), groups, plan.range, settings),
    }));
  return Promise.all(readings);
}

interface Scan {
  readonly groups: readonly KnownLogGroup[];
  readonly range: TimeRange;
}

/**
 * What is left to scan after the index step. A group counts as answered from the moment since which one
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
    const at = new Date(second * 1000).toISOString();
    notes.push(`more events than one query answers lie in the second ${at}; some of them are missing`);
  }
  if (plan.groups.length === 0) notes.push('no log group was searched');
  return notes;
}

async function takeFreshStep(
  client: CloudWatchLogsClient,
  plan: LookUpPlan,
  signal: AbortSignal,
): Promise<LookUpOutcome> {
  const nothing = { sources: [], steps: [], leftOut: [], notes: [], isComplete: true, hasHitLimit: false };
  const freshSince = plan.nowMillis - plan.freshMillis;
  if (plan.freshMillis === 0 || plan.range.toMillis < freshSince || plan.groups.length === 0) return nothing;
  const range = { fromMillis: Math.max(plan.range.fromMillis, freshSince), toMillis: plan.range.toMillis };
  const fresh = await readFreshEvents(client, plan.lookUp, plan.groups, range, {
    fullText: plan.fullText,
    signal,
  });
  const step: StepReport = {
    step: 'fresh',
    logGroups: plan.groups.map((group) => group.identifier),
    events: fresh.events.length,
    statistics: NO_STATISTICS,
  };
  return { ...nothing, sources: [fresh.events], steps: [step], notes: fresh.notes };
}
