import { OptionError } from '../cloudwatch/errors.js';
import { DEFAULT_RANGE_MILLIS } from '../insights/index.js';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The time options of a command, as they were written. */
export interface TimeArguments {
  readonly since?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** How far back a command looks when nothing is said: as far as look-ups in code. */
export const DEFAULT_SINCE = `${DEFAULT_RANGE_MILLIS / 3_600_000}h`;

/**
 * Reads `--since`, `--from` and `--to`.
 * @returns milliseconds since 1970
 * @throws OptionError
 */
export function readTimeRange(times: TimeArguments, nowMillis: number): { from: number; to: number } {
  if (times.since !== undefined && times.from !== undefined) {
    throw new OptionError('--since', 'stand alone: --from says the begin too');
  }
  const to = times.to === undefined ? nowMillis : readTime('--to', times.to, nowMillis);
  const begin = times.from ?? times.since ?? DEFAULT_SINCE;
  const option = times.from !== undefined ? '--from' : '--since';
  // A duration counts back from the end of the range.
  const from = readTime(option, begin, to);
  if (from >= to) throw new OptionError(option, 'be earlier than the end of the range', begin);
  return { from, to };
}

/** A duration such as `90s`, `15m`, `2h30m`, `7d`, in whole milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d{1,15}(?:\.\d{1,15})?(?:ms|s|min|m|h|d|w))+$/i.test(text)) return undefined;
  let millis = 0;
  for (const [, amount, unit] of text.matchAll(/(\d{1,15}(?:\.\d{1,15})?)([a-z]+)/gi)) {
    millis += Number(amount) * UNITS[unit!.toLowerCase()]!;
  }
  // The service takes whole milliseconds.
  return Math.round(millis);
}

/**
 * Reads a time as every command does: a duration back from now, an ISO time (UTC where it names no zone), or an epoch.
 * @param option - that the text was given for
 * @returns milliseconds since 1970
 * @throws OptionError
 */
export function readTime(option: string, text: string, nowMillis: number): number {
  const millis = parseTime(text, nowMillis);
  if (millis === undefined) {
    const rule =
      'be a duration (15m, 2h, 7d), a time (2026-11-21T07:00:00Z) or epoch seconds or milliseconds';
    throw new OptionError(option, rule, text);
  }
  // The service counts from there.
  if (millis < 0) throw new OptionError(option, 'be a time of 1970 or later', text);
  return millis;
}

function parseTime(text: string, nowMillis: number): number | undefined {
  const trimmed = text.trim();
  if (trimmed === 'now') return nowMillis;
  const duration = parseDuration(trimmed);
  if (duration !== undefined) return nowMillis - duration;
  // Ten digits are seconds until the year 2286, thirteen are milliseconds.
  if (/^\d{9,10}$/.test(trimmed)) return Number(trimmed) * 1000;
  if (/^\d{12,13}$/.test(trimmed)) return Number(trimmed);
  if (/^\d{4}-\d\d-\d\d/.test(trimmed)) {
    // A time without a zone is UTC, as CloudWatch shows it.
    const hasZone = /(?:z|[+-]\d\d:?\d\d)$/i.test(trimmed);
    const iso = trimmed.replace(/^(\d{4}-\d\d-\d\d) /, '$1T');
    const millis = Date.parse(hasZone || !iso.includes('T') ? iso : `${iso}Z`);
    if (!Number.isNaN(millis)) return millis;
  }
  return undefined;
}
