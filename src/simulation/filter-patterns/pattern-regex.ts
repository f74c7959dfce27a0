import { compileRegex, RegexError, type CompiledRegex } from '../insights-ql/functions/regex.js';
import { type PatternScanner } from './pattern-scanner.js';

/** Regular expressions of one pattern. Source: User Guide, "Using regular expressions". */
export const MAX_PATTERN_REGEXES = 2;

/**
 * Characters with a meaning, and those that stand for themselves. Source: as above, which lists no blank but has
 * one in an example: `%^starting|^initializing|^shutting down%`.
 */
const ALLOWED = /^[A-Za-z0-9:_#=@/;,\-^$?[\]{}|*+. ]$/;
const ALLOWED_ESCAPE = /\\(?:[dDsSwW]|x[0-9A-Fa-f]{2}|[!-/:-@[-`{-~])/y;

/** A regular expression between percent signs. */
export interface RegexOperand {
  readonly kind: 'Regex';
  readonly source: string;
  readonly regex: CompiledRegex;
}

/** Regex : `%` ( allowed character | `\` escape )+ `%` */
export function parsePatternRegex(scanner: PatternScanner): RegexOperand {
  const start = scanner.at;
  scanner.take('%');
  let source = '';
  while (!scanner.take('%')) {
    if (scanner.atEnd) scanner.failInToken('A regular expression is not closed by %', start, scanner.at);
    source += parseCharacter(scanner, start);
  }
  if (source === '') scanner.failInToken('A regular expression is empty', start, scanner.at);
  scanner.regexCount++;
  return { kind: 'Regex', source, regex: compile(source, scanner, start) };
}

/** @param start - where the expression starts */
function parseCharacter(scanner: PatternScanner, start: number): string {
  if (scanner.next === '\\') {
    const escape = scanner.takeMatch(ALLOWED_ESCAPE);
    if (escape === '') {
      const reason = 'This escape is not supported in a regular expression';
      scanner.failInToken(reason, start, scanner.at + 2, scanner.at);
    }
    return escape;
  }
  const character = String.fromCodePoint(scanner.text.codePointAt(scanner.at)!);
  if (!ALLOWED.test(character)) {
    const reason = `The character '${character}' is not supported in a regular expression`;
    scanner.failInToken(reason, start, scanner.at + character.length, scanner.at);
  }
  scanner.at++;
  return character;
}

function compile(source: string, scanner: PatternScanner, start: number): CompiledRegex {
  try {
    return compileRegex(source);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    return scanner.fail(`Invalid regular expression: ${error.message}`, start + 1 + error.offset);
  }
}
