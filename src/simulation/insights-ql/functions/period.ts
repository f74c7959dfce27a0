/** A span of time as `bin(5m)` names it; months are calendar months, all else a number of milliseconds. */
export type Period =
  | { readonly kind: 'fixed'; readonly millis: number; readonly originMillis: number }
  | { readonly kind: 'months'; readonly months: number };

interface Unit {
  readonly names: readonly string[];
  /** The largest count; a larger one acts as this one. Source: User Guide, "Datetime functions". */
  readonly cap?: number;
  readonly millis?: number;
  readonly months?: number;
  /** A moment at which a period begins, where that is not 1970. */
  readonly originMillis?: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Monday, 5 January 1970. Not documented: weeks begin on Mondays. */
const FIRST_MONDAY = 4 * DAY;

const UNITS: readonly Unit[] = [
  { names: ['ms', 'msec', 'millisecond'], millis: 1, cap: 1000 },
  { names: ['s', 'sec', 'second'], millis: SECOND, cap: 60 },
  { names: ['m', 'min', 'minute'], millis: MINUTE, cap: 60 },
  { names: ['h', 'hr', 'hour'], millis: HOUR, cap: 24 },
  { names: ['d', 'day'], millis: DAY },
  { names: ['w', 'week'], millis: 7 * DAY, originMillis: FIRST_MONDAY },
  { names: ['mo', 'mon', 'month'], months: 1 },
  { names: ['q', 'qtr', 'quarter'], months: 3 },
  { names: ['y', 'yr', 'year'], months: 12 },
];

const UNITS_BY_NAME: ReadonlyMap<string, Unit> = new Map(
  UNITS.flatMap((unit) =>
    unit.names.flatMap((name): [string, Unit][] =>
      // Every name of more than one letter takes a plural s; `ms` with one is the same unit.
      name.length > 1
        ? [
            [name, unit],
            [`${name}s`, unit],
          ]
        : [[name, unit]],
    ),
  ),
);

/** Every unit's name, plurals too: what a lexer takes for a period behind a number. */
export const PERIOD_UNITS: ReadonlySet<string> = new Set(UNITS_BY_NAME.keys());

const PERIOD = /^\s*(\d{1,15})\s*([a-z]+)\s*$/;

/**
 * Reads a period such as `5m`, `1 hour`, `2weeks`.
 * @param isCapped - whether counts have the caps of functions that round to a period
 * @returns undefined for what is none, also for a count of 0
 */
export function parsePeriod(text: string, { isCapped = true } = {}): Period | undefined {
  const match = PERIOD.exec(text.toLowerCase());
  const unit = match ? UNITS_BY_NAME.get(match[2]!) : undefined;
  const written = Number(match?.[1]);
  if (unit === undefined || written === 0) return undefined;
  const count = isCapped ? Math.min(written, unit.cap ?? written) : written;
  const { millis, months, originMillis = 0 } = unit;
  if (months !== undefined) return { kind: 'months', months: count * months };
  return { kind: 'fixed', millis: count * millis!, originMillis };
}

/**
 * The moment at which a period ends that begins at another: `90m` later, or before with a minus.
 * @param text - `-1d`, `3600s`
 * @returns undefined for what is none
 */
export function momentByText(millis: number, text: string): number | undefined {
  const match = /^(-?)(\d{1,15})([a-z]+)$/i.exec(text);
  if (match === null || !PERIOD_UNITS.has(match[3]!.toLowerCase())) return undefined;
  const moment = momentAfter(millis, Number(`${match[1]!}${match[2]!}`), match[3]!);
  return Number.isFinite(moment) ? moment : undefined;
}

/** The length of a period in milliseconds; a month counts 30 days. */
export function periodMillis(period: Period): number {
  return period.kind === 'fixed' ? period.millis : period.months * 30 * DAY;
}

/**
 * A moment that lies so many units of time behind another. There are no caps: those are of functions that round to a
 * period. Not documented: months are the calendar's, the last day of a short month stands for days that it hasn't.
 * @param count - negative for before
 * @param unit - one of {@link PERIOD_UNITS}, in any case
 * @returns NaN for what no calendar has
 */
export function momentAfter(millis: number, count: number, unit: string): number {
  const { millis: length, months = 0 } = UNITS_BY_NAME.get(unit.toLowerCase())!;
  if (length !== undefined) return millis + count * length;
  const date = new Date(millis);
  const day = date.getUTCDate();
  // On the first, no month is too short.
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count * months);
  const lastDay = new Date(date);
  lastDay.setUTCMonth(lastDay.getUTCMonth() + 1, 0);
  return date.setUTCDate(Math.min(day, lastDay.getUTCDate()));
}

/** The start of the period that holds a moment (UTC). */
export function floorToPeriod(millis: number, period: Period): number {
  if (period.kind === 'fixed') {
    return Math.floor((millis - period.originMillis) / period.millis) * period.millis + period.originMillis;
  }
  const first = Math.floor(monthsSince1970(millis) / period.months) * period.months;
  return startOfMonth(first);
}

/** The first start of a period at or after a moment (UTC). */
export function ceilToPeriod(millis: number, period: Period): number {
  const floor = floorToPeriod(millis, period);
  if (floor === millis) return floor;
  if (period.kind === 'fixed') return floor + period.millis;
  return startOfMonth(monthsSince1970(floor) + period.months);
}

function monthsSince1970(millis: number): number {
  const date = new Date(millis);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

function startOfMonth(month: number): number {
  return Date.UTC(1970, month, 1);
}
