import { displayWidth } from './display-width.js';

/**
 * A line and the mark that stands under a place of it, in pieces that fit a terminal: each piece of the line with its piece
 * of the mark, where there is one.
 */
export function* markedLines(line: string, mark: string, columns: number): Generator<string> {
  let begin = 0;
  do {
    const end = begin + lengthThatFits(line.slice(begin), columns);
    const isLast = end >= line.length;
    yield line.slice(begin, end);
    // The place may be behind the line's end.
    const marked = mark.slice(begin, isLast ? undefined : end).trimEnd();
    if (marked !== '') yield marked;
    begin = end;
  } while (begin < line.length);
}

function lengthThatFits(text: string, columns: number): number {
  let width = 0;
  let length = 0;
  for (const character of text) {
    width += displayWidth(character);
    if (width > columns && length > 0) break;
    length += character.length;
  }
  return length;
}
