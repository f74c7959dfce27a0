import { displayWidth } from './display-width.js';

/**
 * Breaks text at its blanks into lines of so many columns; a word that is longer keeps a line of its own, whole:
 * names and addresses are copied.
 * @param indent - what further lines begin with
 */
export function wrapText(text: string, columns: number, indent = '  '): string[] {
  if (displayWidth(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  let width = 0;
  for (const word of text.split(' ')) {
    const wordWidth = displayWidth(word);
    if (line !== '' && width + 1 + wordWidth > columns) {
      lines.push(line);
      line = indent + word;
      width = indent.length + wordWidth;
    } else {
      line += line === '' ? word : ` ${word}`;
      width += wordWidth + (line === word ? 0 : 1);
    }
  }
  lines.push(line);
  return lines;
}
