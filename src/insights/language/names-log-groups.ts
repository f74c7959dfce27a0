/** Words that may stand behind a field called `source`. */
const OPERATORS = new Set([
  'AND',
  'AS',
  'ASC',
  'BETWEEN',
  'BY',
  'DESC',
  'ELSE',
  'END',
  'IN',
  'INTO',
  'IS',
  'LIKE',
  'NOT',
  'OR',
  'OUTPUT',
  'THEN',
  'WHEN',
]);

const WORD = /[\p{L}\p{N}_@.]+/uy;
const BLANK = /[\s\p{C}\p{Z}]/u;
/** The command that has a text behind its field: `parse source "user *"`. */
const PARSE = /(?:^|[^\p{L}\p{N}_@.`])parse[ \t]{1,40}$/iu;

/** Where one may be in a query, each a bit: whoever reads `/` or `\` otherwise than we do is elsewhere than we think. */
const CODE = 1;
const COMMENT = 2;
const DOUBLE = 4;
const SINGLE = 8;
const TICKED = 16;
const REGEX = 32;
const DOUBLE_ESCAPE = 64;
const SINGLE_ESCAPE = 128;
const REGEX_ESCAPE = 256;

/**
 * Tells whether a query of Logs Insights says itself which log groups it reads: a SOURCE at its begin, or in a query within it
 * (of `join`, of `in`). What the service is told beside the query does not bound those. Texts, expressions and comments
 * are not looked at; where it is open whether a `/` or a `\` begins or ends one, both are taken to be possible.
 */
export function namesLogGroups(query: string): boolean {
  const nextOf = nextInCode(query);
  let places = CODE;
  let at = 0;
  while (at < query.length) {
    WORD.lastIndex = at;
    const word = WORD.exec(query)?.[0];
    if (word === undefined) {
      places = placesBehind(query[at]!, places);
      at++;
      continue;
    }
    const end = at + word.length;
    // As Java compares without case: it takes an old long s for an S.
    if (places & CODE && word.toUpperCase() === 'SOURCE' && isCommand(query, at, end, nextOf)) return true;
    places = placesBehind(word[0]!, places);
    at = end;
  }
  return false;
}

/** Tells whether `source` is the command, by the words behind it: texts, or a selector such as `logGroups(…)`. */
function isCommand(query: string, start: number, end: number, nextOf: (offset: number) => number): boolean {
  const next = nextOf(end);
  const char = query[next];
  if (char === '"' || char === "'" || char === '`')
    return !PARSE.test(query.slice(Math.max(0, start - 50), start));
  if (char === '(') return true;
  WORD.lastIndex = next;
  const word = WORD.exec(query)?.[0];
  if (word === undefined || OPERATORS.has(word.toUpperCase())) return false;
  return query[nextOf(next + word.length)] === '(';
}

/** @returns the offset of the first character of code at or behind one, past blanks and comments */
function nextInCode(query: string): (offset: number) => number {
  const next = new Int32Array(query.length + 1).fill(query.length);
  let lineEnd = query.length;
  for (let at = query.length - 1; at >= 0; at--) {
    const char = query[at]!;
    if (char === '\n') lineEnd = at;
    if (char === '#') next[at] = next[lineEnd]!;
    else next[at] = BLANK.test(char) ? next[at + 1]! : at;
  }
  return (offset) => next[offset]!;
}

/** Where one may be behind a character, from where one may have been before it. */
function placesBehind(char: string, places: number): number {
  let behind = 0;
  if (places & CODE) behind |= codeBehind(char);
  if (places & COMMENT) behind |= char === '\n' ? CODE : char === '\r' ? CODE | COMMENT : COMMENT;
  if (places & TICKED) behind |= char === '`' ? CODE : TICKED;
  behind |= literalBehind(char, '"', places, DOUBLE, DOUBLE_ESCAPE);
  behind |= literalBehind(char, "'", places, SINGLE, SINGLE_ESCAPE);
  return behind | literalBehind(char, '/', places, REGEX, REGEX_ESCAPE);
}

function codeBehind(char: string): number {
  switch (char) {
    case '#':
      return COMMENT;
    case '"':
      return DOUBLE;
    case "'":
      return SINGLE;
    case '`':
      return TICKED;
    case '/':
      return CODE | REGEX;
    default:
      return CODE;
  }
}

function literalBehind(char: string, quote: string, places: number, within: number, escape: number): number {
  let behind = places & escape ? within : 0;
  if (places & within) behind |= char === quote ? CODE : char === '\\' ? within | escape : within;
  return behind;
}
