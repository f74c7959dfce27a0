/** A stretch of time. Milliseconds since 1970. */
export interface Stretch {
  readonly fromMillis: number;
  readonly toMillis: number;
}

const STEPS = [1, 2, 5];

/** Where a time lies in a stretch: 0 at its begin, 1 at its end. */
export function placeIn({ fromMillis, toMillis }: Stretch, millis: number): number {
  return toMillis > fromMillis ? (millis - fromMillis) / (toMillis - fromMillis) : 0;
}

/** Round times of a stretch to mark it at, relative to an origin; at the most so many. */
export function ticks({ fromMillis, toMillis }: Stretch, originMillis: number, most: number): number[] {
  const length = toMillis - fromMillis;
  if (!(length > 0) || most < 1) return [];
  const step = stepFor(length / most);
  const first = Math.ceil((fromMillis - originMillis) / step);
  const last = Math.floor((toMillis - originMillis) / step);
  const found: number[] = [];
  for (let index = first; index <= last && found.length < most; index++)
    found.push(originMillis + index * step);
  return found;
}

/** The next round step: 1, 2 or 5 of a decimal unit below a minute, else of the clock. */
function stepFor(least: number): number {
  if (least < 10_000) {
    const power = 10 ** Math.floor(Math.log10(Math.max(least, 0.001)));
    return power * (STEPS.find((step) => step * power >= least) ?? 10);
  }
  const CLOCK = [10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000];
  const found = CLOCK.find((step) => step >= least);
  if (found !== undefined) return found;
  const hours = Math.ceil(least / 3_600_000);
  return ([2, 3, 6, 12, 24].find((step) => step >= hours) ?? Math.ceil(hours / 24) * 24) * 3_600_000;
}

/** A stretch with a little room on both sides, so that nothing lies on its edge; never empty. */
export function withRoom({ fromMillis, toMillis }: Stretch): Stretch {
  const room = Math.max((toMillis - fromMillis) * 0.01, 0.5);
  return { fromMillis: fromMillis - room, toMillis: toMillis + room };
}

/** A stretch moved and cut so that it lies within another. */
export function within(inner: Stretch, outer: Stretch): Stretch {
  const length = Math.min(inner.toMillis - inner.fromMillis, outer.toMillis - outer.fromMillis);
  const from = Math.min(Math.max(inner.fromMillis, outer.fromMillis), outer.toMillis - length);
  return { fromMillis: from, toMillis: from + length };
}

/** A stretch made longer or shorter around a time. */
export function zoomed({ fromMillis, toMillis }: Stretch, aroundMillis: number, factor: number): Stretch {
  return {
    fromMillis: aroundMillis - (aroundMillis - fromMillis) * factor,
    toMillis: aroundMillis + (toMillis - aroundMillis) * factor,
  };
}
