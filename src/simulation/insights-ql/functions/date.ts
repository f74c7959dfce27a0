import { isMoment, parseNumber, Timestamp, toText, type Value } from '../values/value.js';
import { bounded, ofTexts, scalar } from './define.js';
import { type ScalarFunction } from './function.js';
import { parseJavaDate } from './java-date-pattern.js';
import { ceilToPeriod, floorToPeriod, parsePeriod, type Period } from './period.js';
import { formatStrftime } from './strftime.js';
import { findTimeZone, UTC, type TimeZone } from './time-zone.js';

/** ISO 8601 with a date at least, and what results print (a blank for the T, UTC). */
const ISO_DATE =
  /^\s*(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)(?:\s*(Z|[+-]\d{2}:?\d{2}))?)?\s*$/i;

/** Date functions. Source: User Guide, "Datetime functions". */
export const dateFunctions: readonly ScalarFunction[] = [
  { ...scalar('bin', 1, 2, ([time, period]) => rounded(floorToPeriod, time, period)), takesTimestamp: true },
  scalar('datefloor', 2, 2, ([time, period]) => rounded(floorToPeriod, time, period)),
  scalar('dateceil', 2, 2, ([time, period]) => rounded(ceilToPeriod, time, period)),
  scalar('fromMillis', 1, 1, ([value]) => {
    const millis = momentOf(value!);
    return millis === undefined ? null : new Timestamp(Math.trunc(millis));
  }),
  scalar('toMillis', 1, 1, ([value]) => momentOf(value!) ?? null),
  scalar('now', 0, 0, (_, context) => Math.floor(context.nowMillis / 1000)),
  ofTexts('parseDate', 2, 3, (text, pattern, zoneName) => {
    const zone = zoneOf(zoneName);
    return (zone && parseJavaDate(text.trim(), pattern, zone)) ?? null;
  }),
  scalar('formatDate', 2, 3, ([time, pattern, zone]) => format(time!, pattern!, zone)),
  scalar('strftime', 2, 3, ([time, pattern, zone]) => format(time!, pattern!, zone)),
];

function rounded(
  round: (millis: number, period: Period) => number,
  time: Value | undefined,
  period: Value | undefined,
): Value {
  const millis = momentOf(time ?? null);
  const known = typeof period === 'string' ? knownPeriod(period) : undefined;
  if (millis === undefined || known === undefined) return null;
  const result = round(millis, known);
  return isMoment(result) ? new Timestamp(result) : null;
}

let lastPeriodText = '';
let lastPeriod: Period | undefined;

/** A query names one or two periods and uses them for every event. */
function knownPeriod(text: string): Period | undefined {
  if (text !== lastPeriodText) {
    lastPeriod = parsePeriod(text);
    lastPeriodText = text;
  }
  return lastPeriod;
}

/**
 * The milliseconds of a timestamp, of a number (taken as milliseconds), or, not documented, of text that
 * spells either or a date in ISO 8601.
 */
function momentOf(value: Value): number | undefined {
  if (value instanceof Timestamp) return value.millis;
  if (typeof value === 'number') return isMoment(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const millis = parseNumber(value) ?? parseIsoDate(value);
  return millis !== undefined && isMoment(millis) ? millis : undefined;
}

function parseIsoDate(text: string): number | undefined {
  const match = ISO_DATE.exec(text);
  if (!match) return undefined;
  const [, date, time = '00:00', offset = 'Z'] = match;
  const millis = Date.parse(`${date!}T${time.replace(',', '.')}${withColon(offset.toUpperCase())}`);
  return Number.isNaN(millis) ? undefined : millis;
}

function withColon(offset: string): string {
  return offset.length === 5 ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset;
}

function format(time: Value, pattern: Value, zoneName: Value | undefined): Value {
  const millis = momentOf(time);
  const text = toText(pattern);
  const zone = zoneOf(zoneName === undefined ? undefined : toText(zoneName));
  if (millis === undefined || text === undefined || zone === undefined) return null;
  return bounded(formatStrftime(millis, text, zone) ?? null);
}

/** UTC where no zone is named; undefined for one that nobody knows. */
function zoneOf(name: string | undefined): TimeZone | undefined {
  return name === undefined ? UTC : findTimeZone(name);
}
