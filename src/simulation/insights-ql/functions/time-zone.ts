/** A time zone: by how much its clocks differ from UTC at a moment. */
export interface TimeZone {
  /** As it was given. */
  readonly name: string;
  /** Milliseconds that local time is ahead of UTC. */
  offsetAt(millis: number): number;
}

export const UTC: TimeZone = { name: 'UTC', offsetAt: () => 0 };

const OFFSET = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/i;
const KNOWN_ZONES = 64;
const zones = new Map<string, TimeZone | undefined>();

/**
 * Finds a zone by its name (`America/New_York`, `UTC`, `Z`) or offset (`+05:30`, `UTC-8`).
 * @returns undefined for an unknown one
 */
export function findTimeZone(name: string): TimeZone | undefined {
  if (!zones.has(name)) {
    if (zones.size >= KNOWN_ZONES) zones.clear();
    zones.set(name, createTimeZone(name));
  }
  return zones.get(name);
}

function createTimeZone(name: string): TimeZone | undefined {
  if (/^(?:UTC|GMT|Z)$/i.test(name)) return UTC;
  const match = OFFSET.exec(name);
  if (match) {
    const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
    if (minutes > 18 * 60) return undefined;
    const offset = (match[1] === '-' ? -minutes : minutes) * 60_000;
    return { name, offsetAt: () => offset };
  }
  try {
    return namedZone(name);
  } catch {
    return undefined;
  }
}

function namedZone(name: string): TimeZone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  });
  return {
    name,
    offsetAt: (millis) => {
      const part = new Map(format.formatToParts(millis).map(({ type, value }) => [type as string, value]));
      const year = Number(part.get('year'));
      const local = Date.UTC(
        part.get('era') === 'BC' ? 1 - year : year,
        Number(part.get('month')) - 1,
        Number(part.get('day')),
        Number(part.get('hour')),
        Number(part.get('minute')),
        Number(part.get('second')),
      );
      return local - Math.floor(millis / 1000) * 1000;
    },
  };
}

/**
 * The moment at which a zone's clocks show a local time. Of two, the earlier; a time that a switch leaves
 * out moves on by the gap (as in java.time).
 * @param local - the local time as if it were UTC, in milliseconds
 */
export function fromLocalTime(local: number, zone: TimeZone): number {
  const before = zone.offsetAt(local - 86_400_000);
  const after = zone.offsetAt(local + 86_400_000);
  const earlier = local - Math.max(before, after);
  const later = local - Math.min(before, after);
  if (earlier + zone.offsetAt(earlier) === local) return earlier;
  if (later + zone.offsetAt(later) === local) return later;
  return local - before;
}
