/** Words of what is wrong with a query: of the service's answers, of the local one's, and of the language. */
const WORDS: ReadonlySet<string> = new Set(
  `
  a account after alone already also an and any are argument arguments as at backtick before behind but by can
  cannot character class closed code column columns come command commands compares count creation data date
  deeper defined delivery did does either end ends equal error exactly exceeds exist exists expected expression
  failed false few fewer field fields filter finds first follow follows for format found from function functions
  get give given gives glob group groups has have here hold holds identifiers if in infrequent_access input
  invalid is it its join key keys large last least left less level levels like limit line list log lookup
  malformed match matches may mean mismatched missing month more most must name named names nested no not number
  numbers of offset on one only operator operators or order out part pattern patterns period place position
  precedes prefix prefixes queries query query's quote quotes range read regex regular retention right row select
  setting settings short so source sources stand standard stands start statement stats string subqueries subquery
  such supported symbol symbols syntax table tag take takes term terms text than that the their these they this
  time to token too true two type unclosed unexpected unit unknown unrecognized unsupported up used value values
  wants was where while whole with within without you
  abs addtotals anomaly avg bin ceil coalesce concat count_distinct count_frequent datefloor dateceil dedup diff
  display earliest ephemeral expand fillmissing filterindex floor frommillis greatest ispresent isblank isempty
  isvalidip isvalidipv4 jsonparse jsonstringify latest least log log10 loggroups lower ltrim max median min now
  parse pct percentile pow replace round rtrim sort sortsfirst sortslast sqrt stddev strcontains strlen substr
  sum timeseries tomillis tonumber trim unmask unnest upper urldecode urlencode can't it's
  `
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Words after which a number is a place in the query, or a limit of the language. */
const BEFORE_NUMBERS: ReadonlySet<string> = new Set([
  'at',
  'be',
  'column',
  'from',
  'has',
  'is',
  'line',
  'most',
  'offset',
  'position',
  'than',
  'to',
]);

/** Characters of a problem that are looked at. */
const MAX_LENGTH = 2_000;

/**
 * The service's words on what is wrong with a query, as far as they are known to be safe: the words that such answers
 * are known to be made of, numbers as small as a place in a query, and what the query itself holds. All else
 * is `…`.
 */
export function knownProblem(problem: string, query: string): string {
  const shown: string[] = [];
  let before = '';
  for (const [token] of problem.slice(0, MAX_LENGTH).matchAll(/[\p{L}\p{N}_@'-]+|\s+|[^]/gu)) {
    if (/^\s/.test(token)) {
      if (shown.at(-1) !== ' ') shown.push(' ');
      continue;
    }
    const isShown = isKnown(token, before, query);
    if (isShown) shown.push(token);
    else if (before !== '…') shown.push('…');
    else if (shown.at(-1) === ' ') shown.pop();
    before = isShown ? token : '…';
  }
  return shown.join('').trim();
}

/** @param before - the word or sign before it */
function isKnown(token: string, before: string, query: string): boolean {
  // Characters of other languages and controls pass only where the query has them itself.
  if (!/^[ -~…]/.test(token)) return query.includes(token);
  if (!/^[\w@'-]/.test(token)) return true;
  if (/^\d{1,6}$/.test(token) && BEFORE_NUMBERS.has(before.toLowerCase())) return true;
  return WORDS.has(token.toLowerCase()) || query.includes(token);
}
