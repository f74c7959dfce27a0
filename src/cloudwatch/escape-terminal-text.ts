/**
 * Everything that could move the cursor, colour, hide or reorder text on a terminal: C0 and C1 controls,
 * bidirectional controls, invisible characters that hide differences, line and paragraph separators.
 */
const UNSAFE =
  /[\p{Cc}\p{Cs}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/** Makes text from a log safe for a terminal: what it must not do there is shown, not done. */
export function escapeTerminalText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const hex = character.codePointAt(0)!.toString(16);
    return SHORT[character] ?? (hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`);
  });
}
