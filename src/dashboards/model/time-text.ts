const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Reads `90s`, `15m`, `2h30m`, `7d`, with or without a minus. @returns milliseconds, undefined for other text */
export function readDuration(text: string): number | undefined {
  if (!/^-?(?:\d{1,9}(?:\.\d{1,3})?(?:ms|min|[smhdw]))+$/i.test(text)) return undefined;
  let millis = 0;
  for (const [, amount, unit] of text.matchAll(/(\d{1,9}(?:\.\d{1,3})?)(ms|min|[smhdw])/gi)) {
    millis += Number(amount) * UNITS[unit!.toLowerCase()]!;
  }
  return millis;
}

/**
 * Reads a time of an address: `now`, a duration back from now (`3h`, `-3h`), an ISO time (UTC where it names no
 * zone), or seconds or milliseconds since 1970.
 * @returns milliseconds since 1970, undefined for other text
 */
export function readTimeText(text: string, nowMillis: number): number | undefined {
  const trimmed = text.trim();
  if (trimmed === 'now') return nowMillis;
  const duration = readDuration(trimmed);
  if (duration !== undefined) return nowMillis - duration;
  if (/^\d{9,10}$/.test(trimmed)) return Number(trimmed) * 1000;
  if (/^\d{12,13}$/.test(trimmed)) return Number(trimmed);
  if (!/^\d{4}-\d\d-\d\d/.test(trimmed)) return undefined;
  const iso = trimmed.replace(/^(\d{4}-\d\d-\d\d) /, '$1T');
  const hasZone = !iso.includes('T') || /(?:z|[+-]\d\d:?\d\d)$/i.test(iso);
  const millis = Date.parse(hasZone ? iso : `${iso}Z`);
  return Number.isNaN(millis) ? undefined : millis;
}
