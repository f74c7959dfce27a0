import { parsePatternRegex } from './pattern-regex.js';
import { type PatternScanner } from './pattern-scanner.js';
import { parseQuotedText } from './quoted-text.js';
import { type Term, type TermsPattern } from './terms.js';

/** Terms of other characters must stand in quotation marks. Source: User Guide, "Match terms". */
const BARE_TERM = /^[\p{L}\p{N}_]+$/u;
const WORD = /[^\s"]+/y;

/** Terms : ( ( `-` | `?` )? ( Quoted | Regex | bare term ) )* */
export function parseTerms(scanner: PatternScanner): TermsPattern {
  const required: Term[] = [];
  const excluded: Term[] = [];
  const alternatives: Term[] = [];
  scanner.skipBlanks();
  while (!scanner.atEnd) {
    const list = scanner.take('-') ? excluded : scanner.take('?') ? alternatives : required;
    list.push(parseTerm(scanner));
    if (!/^\s?$/.test(scanner.next)) scanner.fail('A blank is missing between terms');
    scanner.skipBlanks();
  }
  const mixed = required.length > 0 || excluded.length > 0;
  return { kind: 'Terms', required, excluded, alternatives: mixed ? [] : alternatives };
}

function parseTerm(scanner: PatternScanner): Term {
  if (scanner.next === '"') return { kind: 'Text', text: parseQuotedText(scanner) };
  if (scanner.next === '%') return parsePatternRegex(scanner);
  const start = scanner.at;
  const text = scanner.takeMatch(WORD);
  if (text === '') scanner.fail('A term is missing', start);
  if (!BARE_TERM.test(text)) scanner.fail(`Invalid character(s) in term '${text}'`, start);
  return { kind: 'Text', text };
}
