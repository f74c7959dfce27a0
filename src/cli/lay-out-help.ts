import { type Help } from 'commander';
import { displayWidth } from './display-width.js';
import { wrapText } from './wrap-text.js';

/** Columns that a description has at the least beside what it describes; with fewer it stands below. */
const LEAST_DESCRIPTION = 32;

/**
 * Help as it fits a terminal: lines of prose are put together and broken anew. What is indented keeps its lines, as do
 * commands, which are copied; a comment behind one that is too long goes before it.
 */
export function layOutHelp(text: string, columns: number): string {
  const lines: string[] = [];
  let prose: string[] = [];
  const endProse = (): void => {
    if (prose.length > 0) lines.push(...wrapText(prose.join(' '), columns, hangingOf(prose[0]!)));
    prose = [];
  };
  for (const line of text.split('\n')) {
    if (line !== '' && !line.startsWith(' ')) {
      prose.push(line);
      continue;
    }
    endProse();
    lines.push(...(displayWidth(line) <= columns ? [line] : commandLines(line, columns)));
  }
  endProse();
  return lines.join('\n');
}

/** How the usage goes on. */
function hangingOf(line: string): string {
  return line.startsWith('Usage: ') ? ' '.repeat('Usage: '.length) : '';
}

function commandLines(line: string, columns: number): string[] {
  const comment = line.indexOf('  # ');
  if (comment < 0) return [line];
  const command = line.slice(0, comment).trimEnd();
  return [...wrapText(`  ${line.slice(comment + 2)}`, columns, '  # '), command];
}

/** Draws an option, argument or command with its description, which has a column of its own where there is room. */
export const formatItem: Help['formatItem'] = (term, termWidth, description, helper) => {
  const begin = `  ${term}`;
  const columns = helper.helpWidth ?? Infinity;
  const indent = 2 + termWidth + 2;
  if (description === '') return begin;
  if (columns - indent < LEAST_DESCRIPTION) {
    return [begin, ...wrapText(`      ${description}`, columns, '      ')].join('\n');
  }
  const [first, ...more] = wrapText(description, columns - indent, '');
  return [
    begin + ' '.repeat(indent - displayWidth(begin)) + first!,
    ...more.map((line) => ' '.repeat(indent) + line),
  ].join('\n');
};
