/** A field of a query that is compared with a text. */
export interface ComparedValue {
  readonly field: string;
  readonly value: string;
}

/** A field, a comparison, and a text in quotes; of a list the first. */
const COMPARISON =
  /(?:`([^`\n]{1,200})`|\b([A-Za-z_@][\w.@-]{0,199}))\s{0,9}(?:=|\bin\b\s{0,9}\[)\s{0,9}(?:"([^"\n]{0,200})"|'([^'\n]{0,200})')/gi;
/** Comparisons that are looked at. */
const MAX_COMPARISONS = 5;

/** The values that the filters of a query demand of fields, as far as they are plain texts: enough to explain 0 rows by. */
export function comparedValues(query: string): ComparedValue[] {
  const found: ComparedValue[] = [];
  for (const part of query.split('|')) {
    if (!/^\s*(?:filter|where)\b/i.test(part)) continue;
    for (const [, quoted, plain, double, single] of part.matchAll(COMPARISON)) {
      found.push({ field: quoted ?? plain!, value: double ?? single! });
      if (found.length === MAX_COMPARISONS) return found;
    }
  }
  return found;
}
