import { type TimeZone } from './time-zone.js';

/** English names, as the C locale of strftime has them. */
export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export const WEEKDAYS: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
];

const DAY = 86_400_000;

interface Moment {
  readonly millis: number;
  /** Its getUTC… methods give local time. */
  readonly local: Date;
  readonly offsetMillis: number;
  readonly zone: TimeZone;
}

const SPECIFIERS: Readonly<Record<string, (moment: Moment) => string>> = {
  Y: ({ local }) => String(local.getUTCFullYear()),
  C: ({ local }) => pad(Math.floor(local.getUTCFullYear() / 100)),
  y: ({ local }) => pad(modulo(local.getUTCFullYear(), 100)),
  m: ({ local }) => pad(local.getUTCMonth() + 1),
  B: ({ local }) => MONTHS[local.getUTCMonth()]!,
  b: ({ local }) => MONTHS[local.getUTCMonth()]!.slice(0, 3),
  h: ({ local }) => MONTHS[local.getUTCMonth()]!.slice(0, 3),
  d: ({ local }) => pad(local.getUTCDate()),
  e: ({ local }) => pad(local.getUTCDate(), 2, ' '),
  j: ({ local }) => pad(dayOfYear(local) + 1, 3),
  A: ({ local }) => WEEKDAYS[local.getUTCDay()]!,
  a: ({ local }) => WEEKDAYS[local.getUTCDay()]!.slice(0, 3),
  u: ({ local }) => String(local.getUTCDay() || 7),
  w: ({ local }) => String(local.getUTCDay()),
  U: ({ local }) => pad(Math.floor((dayOfYear(local) + 7 - local.getUTCDay()) / 7)),
  W: ({ local }) => pad(Math.floor((dayOfYear(local) + 7 - ((local.getUTCDay() + 6) % 7)) / 7)),
  V: ({ local }) => pad(isoWeek(local).week),
  G: ({ local }) => String(isoWeek(local).year),
  g: ({ local }) => pad(modulo(isoWeek(local).year, 100)),
  H: ({ local }) => pad(local.getUTCHours()),
  k: ({ local }) => pad(local.getUTCHours(), 2, ' '),
  I: ({ local }) => pad(local.getUTCHours() % 12 || 12),
  l: ({ local }) => pad(local.getUTCHours() % 12 || 12, 2, ' '),
  M: ({ local }) => pad(local.getUTCMinutes()),
  S: ({ local }) => pad(local.getUTCSeconds()),
  L: ({ local }) => pad(local.getUTCMilliseconds(), 3),
  f: ({ local }) => `${pad(local.getUTCMilliseconds(), 3)}000`,
  N: ({ local }) => `${pad(local.getUTCMilliseconds(), 3)}000000`,
  p: ({ local }) => (local.getUTCHours() < 12 ? 'AM' : 'PM'),
  P: ({ local }) => (local.getUTCHours() < 12 ? 'am' : 'pm'),
  s: ({ millis }) => String(Math.floor(millis / 1000)),
  z: ({ offsetMillis }) => formatOffset(offsetMillis),
  Z: ({ zone }) => zone.name,
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
};

/** Specifiers that stand for others. */
const COMPOSED: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  r: '%I:%M:%S %p',
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  c: '%a %b %e %H:%M:%S %Y',
};

/**
 * Formats a moment with a strftime pattern; an unknown specifier stays as written.
 * @returns undefined for a moment that no calendar has
 */
export function formatStrftime(millis: number, pattern: string, zone: TimeZone): string | undefined {
  if (Number.isNaN(new Date(millis).getTime())) return undefined;
  const offsetMillis = zone.offsetAt(millis);
  const local = new Date(millis + offsetMillis);
  if (Number.isNaN(local.getTime())) return undefined;
  const moment: Moment = { millis, local, offsetMillis, zone };
  return pattern
    .replace(/%([FTRrDxXc])/g, (_, letter: string) => COMPOSED[letter]!)
    .replace(/%(-?)([A-Za-z%])/g, (written, unpadded: string, letter: string) => {
      const text = SPECIFIERS[letter]?.(moment);
      if (text === undefined) return written;
      return unpadded ? text.replace(/^[0 ]+(?=\d)/, '') : text;
    });
}

function pad(number: number, length = 2, filler = '0'): string {
  return String(number).padStart(length, filler);
}

function modulo(number: number, divisor: number): number {
  return ((number % divisor) + divisor) % divisor;
}

function dayOfYear(local: Date): number {
  return Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / DAY);
}

/** The ISO week is that of its Thursday. */
function isoWeek(local: Date): { year: number; week: number } {
  const thursday = new Date(local.getTime() + (4 - (local.getUTCDay() || 7)) * DAY);
  return { year: thursday.getUTCFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}

function formatOffset(offsetMillis: number): string {
  const minutes = Math.round(Math.abs(offsetMillis) / 60_000);
  return `${offsetMillis < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`;
}
