const MARK = /^\p{M}$/u;
/** East Asian wide characters and emoji, which take two columns. Source: Unicode, UAX 11. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;

/** Columns that text takes on a terminal. The text holds no control characters. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** Cuts text to so many columns; what was cut ends in `…`. */
export function fitWidth(text: string, columns: number): string {
  // Most log lines are ASCII and short.
  if (text.length <= columns && displayWidth(text) <= columns) return text;
  if (columns < 1) return '';
  let width = 0;
  let kept = '';
  for (const character of text) {
    const next = widthOf(character);
    if (width + next > columns - 1) return `${kept}…`;
    kept += character;
    width += next;
  }
  return kept;
}

/** Fills text with blanks up to so many columns, after cutting it to them. */
export function padWidth(text: string, columns: number): string {
  return fillWidth(fitWidth(text, columns), columns);
}

/** Fills text with blanks up to so many columns; longer text stays as it is. */
export function fillWidth(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}

function widthOf(character: string): number {
  if (character < '\u0300') return 1;
  if (MARK.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
