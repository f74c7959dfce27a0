import { parsePatternRegex } from './pattern-regex.js';
import { type PatternScanner } from './pattern-scanner.js';
import { parseQuotedText } from './quoted-text.js';
import { type Term, type TermsPattern } from './terms.js';

/** Terms of other characters must stand in quotation marks. Source: User Guide, "Match terms". */
const TERM_CHARACTER = /^[\p{L}\p{N}\p{M}_]$/u;
const WORD = /[^\s"]+/y;

/** Recorded, with these words in front as no other text of its kind. */
const EMPTY_TERM = `Invalid filter pattern: Invalid character(s) in term '""'`;

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
  return {
    kind: 'Terms',
    required: isBlankAlone([...required, ...excluded, ...alternatives], required) ? [] : required,
    excluded,
    alternatives: mixed ? [] : alternatives,
  };
}

/** A quoted blank that is the whole pattern matches every message. Source: User Guide, "Match everything". */
function isBlankAlone(terms: readonly Term[], required: readonly Term[]): boolean {
  const [first] = required;
  return terms.length === 1 && first?.kind === 'Text' && first.text.trim() === '';
}

function parseTerm(scanner: PatternScanner): Term {
  const start = scanner.at;
  if (scanner.next === '"') {
    const text = parseQuotedText(scanner);
    return text === '' ? scanner.fail('A term is empty', start, EMPTY_TERM) : { kind: 'Text', text };
  }
  if (scanner.next === '%') return parsePatternRegex(scanner);
  const text = scanner.takeMatch(WORD);
  if (text === '') scanner.fail('A term is missing', start);
  refuseOtherCharacters(scanner, text, start);
  return { kind: 'Text', text };
}

function refuseOtherCharacters(scanner: PatternScanner, text: string, start: number): void {
  let at = start;
  for (const character of text) {
    if (!TERM_CHARACTER.test(character)) {
      const reason = `The term '${text}' must stand in quotation marks for its '${character}'`;
      scanner.failInToken(reason, at, at + character.length);
    }
    at += character.length;
  }
}
