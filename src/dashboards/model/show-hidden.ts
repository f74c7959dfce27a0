/**
 * What would hide or reorder text in a document: controls but for blanks and line breaks, bidirectional and invisible
 * characters, halves of pairs. The signs that Arabic writes before numbers are seen.
 */
const HIDDEN = /(?![\t\n\r\u0600-\u0605\u06dd])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Text from a log whose characters are all seen: what is hidden stands there as `\u{202e}`. */
export function showHidden(text: string): string {
  return text.replace(HIDDEN, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
