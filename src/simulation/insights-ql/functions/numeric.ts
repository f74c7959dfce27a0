import { Timestamp, toNumber, type Value } from '../values/value.js';
import { finiteOrNull, numeric, scalar } from './define.js';
import { type ScalarFunction } from './function.js';

const EARTH_RADIUS_KILOMETERS = 6371;
const MAX_INT = 2 ** 31;

/** Numeric functions and conversions. Source: User Guide, "Numeric operators". */
export const numericFunctions: readonly ScalarFunction[] = [
  numeric('abs', 1, 1, Math.abs),
  numeric('ceil', 1, 1, Math.ceil),
  numeric('floor', 1, 1, Math.floor),
  numeric('log', 1, 1, Math.log),
  numeric('sqrt', 1, 1, Math.sqrt),
  numeric('round', 1, 2, round),
  numeric('haversine', 4, 4, haversine),
  {
    ...scalar('histogram', 2, 2, ([value, width]) => bucketStart(value!, width!)),
    problem: ([, width]) =>
      width === null || (toNumber(width!) ?? 0) > 0
        ? undefined
        : 'the second argument must be a number greater than 0',
  },
  extreme('greatest', Math.max),
  extreme('least', Math.min),
  scalar('toNumber', 1, 1, ([value]) => toNumber(value!) ?? null),
  scalar('toDouble', 1, 1, ([value]) => toNumber(value!) ?? null),
  scalar('toInt', 1, 1, ([value]) => toInt(value!)),
  scalar('toLong', 1, 1, ([value]) => toLong(value!)),
];

/**
 * Missing values are left out: `greatest(@initDuration, 0)` is a usual way to count warm starts as 0. Not documented: of
 * times alone the result is a time, as `min` and `max` have it.
 */
function extreme(name: string, choose: (...numbers: number[]) => number): ScalarFunction {
  return scalar(name, 1, Number.POSITIVE_INFINITY, (args) => {
    const values = args.filter((arg) => toNumber(arg) !== undefined);
    if (values.length === 0) return null;
    const chosen = finiteOrNull(choose(...values.map((value) => toNumber(value)!)));
    const areTimes = chosen !== null && values.every((value) => value instanceof Timestamp);
    return areTimes ? new Timestamp(chosen) : chosen;
  });
}

/**
 * `by histogram(f, 10)`: the lower bound of the bucket that holds a number, of buckets of that width. Seen in answers of
 * the service; the guide knows `histogram` as a function of `stats` alone, with a number of buckets.
 */
function bucketStart(value: Value, width: Value): number | null {
  const number = toNumber(value);
  const size = toNumber(width);
  if (number === undefined || size === undefined || size <= 0) return null;
  // Without the last digits, which arithmetic on doubles makes up.
  return finiteOrNull(Number((Math.floor(number / size) * size).toPrecision(12)));
}

/** Rounds half up, to `decimals` places (also negative: to tens and hundreds). */
function round(number: number, decimals = 0): number {
  const places = Math.trunc(decimals);
  if (places === 0) return Math.round(number);
  if (places > 20 || Math.abs(number) >= 1e21) return number;
  // Shifting the point in decimal text keeps 1.005 from becoming 1.00499999.
  const shifted = Math.round(shift(number, places));
  return shift(shifted, -places);
}

function shift(number: number, places: number): number {
  const [digits, exponent = '0'] = String(number).split('e');
  return Number(`${digits!}e${Number(exponent) + places}`);
}

function toInt(value: Value): number | null {
  const number = toNumber(value);
  if (number === undefined) return null;
  const whole = Math.trunc(number);
  return whole >= -MAX_INT && whole < MAX_INT ? whole : null;
}

/** A long beyond what a double holds stays text, digit by digit. */
function toLong(value: Value): Value {
  const number = toNumber(value);
  if (number === undefined) return null;
  const whole = Math.trunc(number);
  if (Number.isSafeInteger(whole)) return whole;
  const exact =
    typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)
      ? BigInt(value.trim().replace('+', ''))
      : BigInt(whole);
  return exact === BigInt.asIntN(64, exact) ? exact.toString() : null;
}

function haversine(latitude1: number, longitude1: number, latitude2: number, longitude2: number): number {
  const phi1 = toRadians(latitude1);
  const phi2 = toRadians(latitude2);
  const a =
    Math.sin((phi2 - phi1) / 2) ** 2 +
    Math.cos(phi1) * Math.cos(phi2) * Math.sin(toRadians(longitude2 - longitude1) / 2) ** 2;
  return 2 * EARTH_RADIUS_KILOMETERS * Math.asin(Math.min(1, Math.sqrt(a)));
}

function toRadians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
