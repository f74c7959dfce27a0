/**
 * Finds the known name that a mistyped one most likely means.
 * @param name - as the user wrote it
 * @param known - the right names
 * @returns undefined when none is near: more than a third of the letters differ, and neither begins the other
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const [a, b] = [name.toLowerCase(), candidate.toLowerCase()];
    const distance = isLongStart(a, b) || isLongStart(b, a) ? 1 : editDistance(a, b, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Whether one name begins the other, as `logGroup` does `logGroupName`. */
function isLongStart(start: string, name: string): boolean {
  return start.length >= 4 && name.startsWith(start);
}

function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) >= bound) return bound;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1);
    }
    previous = current;
  }
  return previous[b.length]!;
}
