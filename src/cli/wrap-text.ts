import { displayWidth } from './display-width.js';

/** With which text is coloured: it takes no column. */
// eslint-disable-next-line no-control-regex
const COLOR = /\u001b\[\d+m/g;

/**
 * Breaks text at its blanks into lines of so many columns; a word that is longer keeps a line of its own, whole:
 * names and addresses are copied. So are commands, in backticks or behind `run:`, each of which is one word. Blanks at the
 * beginning stay.
 * @param text - holds no line breaks, and no control characters but those that colour it
 * @param columns - Infinity breaks nothing
 * @param indent - what further lines begin with, as far as it leaves them most of the columns. Default: two blanks more than
 * the first one
 */
export function wrapText(text: string, columns: number, indent?: string): string[] {
  if (shownWidth(text) <= columns) return [text];
  const words = text.trimStart();
  const begin = text.slice(0, text.length - words.length);
  const further = (indent ?? `${begin}  `).slice(0, Math.floor(columns / 3));
  const lines: string[] = [];
  let line = '';
  let width = begin.length;
  for (const word of wordsOf(words)) {
    const wordWidth = shownWidth(word);
    if (line !== '' && width + 1 + wordWidth > columns) {
      lines.push((lines.length === 0 ? begin : further) + line.trimEnd());
      line = word;
      width = further.length + wordWidth;
    } else {
      width += wordWidth + (line === '' ? 0 : 1);
      line += line === '' ? word : ` ${word}`;
    }
  }
  lines.push((lines.length === 0 ? begin : further) + line);
  return lines;
}

function shownWidth(text: string): number {
  return displayWidth(text.includes('\u001b') ? text.replace(COLOR, '') : text);
}

/** What stands between blanks; in a pair of backticks, or behind `run:` up to a comma, it is one word. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  const all = countOfTicks(text);
  let seen = 0;
  let isGoingOn = false;
  let isCommand = false;
  for (const part of text.split(' ')) {
    if (isGoingOn) words.push(`${words.pop()!} ${part}`);
    else words.push(part);
    seen += countOfTicks(part);
    // A backtick without a companion quotes nothing.
    const isQuoted = seen % 2 === 1 && seen < all;
    isGoingOn = isQuoted || (isCommand && !part.endsWith(','));
    isCommand = part === 'run:' || (isCommand && isGoingOn);
  }
  return words;
}

function countOfTicks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('`'); at >= 0; at = text.indexOf('`', at + 1)) count++;
  return count;
}
