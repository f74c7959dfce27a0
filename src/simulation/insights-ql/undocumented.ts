/**
 * What no source says about the commands of the language, decided in one place. Each entry has a test titled
 * "not documented: …". (The values' own decisions stand in `values/`, the functions' in `functions/`.)
 *
 * What needs no code of its own: rows come newest first without `sort`, and rows of `stats` in the order in
 * which their groups were met; `unnest` and `expand` of an empty list give no row; the row that `addtotals
 * col=true` adds has its sums alone; `-2 ^ 2` is 4; an even number of `not` is one pair.
 */

/** A direction left out of `sort`: ascending. */
export const SORTS_DESCENDING_BY_DEFAULT = false as boolean;

/** A `limit` in the query and one in the request: the smaller holds. */
export function effectiveLimit(
  inQuery: number | undefined,
  inRequest: number | undefined,
): number | undefined {
  if (inQuery === undefined) return inRequest;
  return inRequest === undefined ? inQuery : Math.min(inQuery, inRequest);
}

/**
 * Whether `!=`, `not in` and `not like` hold for a field that an event doesn't have. No guide says so; a
 * public project that queries the service guards them with `not ispresent(f) or …`, because without that its
 * plain lines are gone. `not (f = "x")` is another thing: it holds where `f = "x"` doesn't.
 */
export const MISSING_FIELD_DIFFERS = false as boolean;

/**
 * Computed numbers print four decimals, as recorded. No recording has one that would print as 0 so (what one invocation
 * costs): it is printed whole, because a 0 would be a wrong answer to whoever tests such a query here.
 */
export const PRINTS_TINY_NUMBERS_WHOLE = true as boolean;

/** `by bin(5m) offset 1h`: what happened at t is shown at t + 1h, as PromQL's offset does; -1 would show it earlier. */
export const OFFSET_DIRECTION = 1 as 1 | -1;

/**
 * `now() - 1h`: public queries compare it with `@timestamp`, so beside a period `now()`, which is a number of seconds, is
 * the moment that it names. Beside a number it stays one.
 * @returns milliseconds since 1970
 */
export function momentOfNow(seconds: number): number {
  return seconds * 1000;
}

/** What `fillmissing` puts where no `with` names a value. */
export const FILL_MISSING_DEFAULT = 0;

/** `fillmissing` fills between the first and the last period that have rows, at most so many. */
export const MAX_FILLED_ROWS = 100_000;

/** Columns of `diff`: the console shows these under other titles; the API's names are nowhere. */
export const DIFF_COLUMNS = [
  '@pattern',
  '@sampleCount',
  '@difference',
  '@differenceDescription',
  '@severityLabel',
] as const;

/** Words of the console for how a pattern's count changed. */
export function differenceDescription(now: number, before: number): string {
  if (before === 0) return 'new';
  if (now === 0) return 'gone';
  return now === before ? 'same' : now > before ? 'more' : 'less';
}

/** How alike two texts must be to share a pattern: the part of their words that is equal. */
export const PATTERN_SIMILARITY = 0.6;

/** Patterns held at a time; further texts join the likest of them. */
export const MAX_PATTERNS = 5_000;

/** Words of one text that `pattern` looks at. */
export const MAX_PATTERN_WORDS = 500;
