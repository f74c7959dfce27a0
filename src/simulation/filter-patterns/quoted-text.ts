import { type PatternScanner } from './pattern-scanner.js';

/**
 * Quoted : `"` ( character | `\"` | `\\` )* `"`
 *
 * A backslash before another character stays as it is.
 */
export function parseQuotedText(scanner: PatternScanner, quote = '"'): string {
  const start = scanner.at;
  scanner.take(quote);
  let text = '';
  while (!scanner.atEnd) {
    if (scanner.take(quote)) return text;
    if (scanner.take(`\\${quote}`)) text += quote;
    else if (scanner.take('\\\\')) text += '\\';
    else {
      text += scanner.next;
      scanner.at++;
    }
  }
  return scanner.failInToken('A quotation mark is not closed', start, scanner.at);
}
