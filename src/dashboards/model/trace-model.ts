import { filterRecords } from './filters.js';
import { LEVELS, levelOf } from './level.js';
import { type PageState, type TimeBase } from './page-state.js';
import { type LogRecord } from './records.js';
import { type ServiceColors, type ServiceLook } from './service-colors.js';
import { type LaneGrouping, type SpanRow, spanRows, wholeOf } from './span-rows.js';
import { type Stretch, within, withRoom } from './time-scale.js';

/** Lanes of spans beyond which a narrow window has one for each service. */
const MOST_NARROW_LANES = 12;

/** What was found, and what of it is shown. */
export class TraceModel {
  readonly records: readonly LogRecord[];
  /** From the first begin to the last end, without room around. */
  readonly whole: Stretch;
  readonly services: readonly string[];
  readonly logGroups: readonly string[];
  readonly eventNames: readonly string[];
  readonly traceIds: readonly string[];
  /** Records that are errors; spans that failed are counted apart. */
  readonly errorCount: number;
  readonly failedSpanCount: number;
  readonly looks: ReadonlyMap<string, ServiceLook>;
  readonly #isNarrow: boolean;
  #state: PageState;
  readonly #rows = new Map<LaneGrouping, readonly SpanRow[]>();
  #startByLane: ReadonlyMap<string, number> | undefined;

  /** @param isNarrow - whether there is room for few lanes alone */
  constructor(
    records: readonly LogRecord[],
    state: PageState,
    colors: ServiceColors,
    { isNarrow = false }: { readonly isNarrow?: boolean } = {},
  ) {
    this.#isNarrow = isNarrow;
    this.records = records;
    this.#state = state;
    this.whole = wholeOf(records);
    this.services = distinct(records, (record) => record.service);
    this.logGroups = distinct(records, (record) => record.logGroup);
    this.eventNames = distinct(records, (record) => record.eventName);
    this.traceIds = distinct(records, (record) => record.traceId);
    this.errorCount = records.filter(({ isError, span }) => isError && !span).length;
    this.failedSpanCount = records.filter(({ isError, span }) => isError && span).length;
    this.looks = colors.looksOf(records.map(({ service, logGroup }) => service ?? logGroup));
  }

  get state(): PageState {
    return this.#state;
  }

  set state(state: PageState) {
    this.#state = state;
  }

  /** How the lanes are put together: as the state says, else what there is room for. */
  get lanes(): LaneGrouping {
    const { lanes } = this.#state;
    if (lanes !== undefined || !this.#isNarrow) return lanes ?? 'spans';
    return this.#rowsOf('spans').length > MOST_NARROW_LANES ? 'services' : 'spans';
  }

  /** The lanes, as the state groups them. */
  get rows(): readonly SpanRow[] {
    return this.#rowsOf(this.lanes);
  }

  #rowsOf(grouping: LaneGrouping): readonly SpanRow[] {
    const known = this.#rows.get(grouping);
    if (known) return known;
    const rows = spanRows(this.records, grouping);
    this.#rows.set(grouping, rows);
    return rows;
  }

  /** What the lanes show: the whole, or the part that is zoomed to. */
  get shown(): Stretch {
    const { zoom } = this.#state;
    const outer = withRoom(this.whole);
    if (!zoom) return outer;
    const origin = this.whole.fromMillis;
    return within({ fromMillis: origin + zoom.fromMillis, toMillis: origin + zoom.toMillis }, outer);
  }

  get isZoomed(): boolean {
    return this.#state.zoom !== undefined;
  }

  /** The state zoomed to a stretch; to the whole, or more, is no zoom. */
  zoomedTo(stretch: Stretch | undefined): PageState {
    const outer = withRoom(this.whole);
    const length = stretch ? stretch.toMillis - stretch.fromMillis : Infinity;
    if (!stretch || !(length > 0) || length >= outer.toMillis - outer.fromMillis) {
      return { ...this.#state, zoom: undefined };
    }
    const { fromMillis, toMillis } = within(stretch, outer);
    const origin = this.whole.fromMillis;
    return { ...this.#state, zoom: { fromMillis: fromMillis - origin, toMillis: toMillis - origin } };
  }

  /** The records that the list shows. */
  get visible(): LogRecord[] {
    const { filters } = this.#state;
    return filterRecords(this.records, { ...filters, zoom: this.isZoomed ? this.shown : undefined });
  }

  /** The look of a service, or of what stands in its place. */
  lookOf(service: string | undefined, logGroup?: string): ServiceLook | undefined {
    return this.looks.get(service ?? logGroup ?? '');
  }

  /** What a record's time is counted from; undefined where it is not relative. */
  originOf(record: LogRecord, previous: LogRecord | undefined, base: TimeBase): number | undefined {
    switch (base) {
      case 'clock':
        return undefined;
      case 'trace':
        return this.whole.fromMillis;
      case 'previous':
        return previous?.timeMillis ?? record.timeMillis;
      case 'span':
        return this.#spanStart(record) ?? this.whole.fromMillis;
    }
  }

  #spanStart({ traceId, spanId }: LogRecord): number | undefined {
    if (traceId === undefined || spanId === undefined) return undefined;
    this.#startByLane ??= new Map(this.#rowsOf('spans').map((row) => [row.key, row.startMillis]));
    return this.#startByLane.get(`${traceId} ${spanId}`);
  }

  /** How many records of each level there are, at that level or above. */
  countsFrom(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>(LEVELS.map((level) => [level, 0]));
    for (const record of this.records) {
      const index = LEVELS.indexOf(levelOf(record) ?? 'trace');
      for (const level of LEVELS.slice(0, index + 1)) counts.set(level, counts.get(level)! + 1);
    }
    return counts;
  }
}

function distinct(records: readonly LogRecord[], of: (record: LogRecord) => string | undefined): string[] {
  const values = new Set<string>();
  for (const record of records) {
    const value = of(record);
    if (value !== undefined) values.add(value);
  }
  return [...values];
}
