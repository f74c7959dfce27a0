import { type TextSink } from './command-io.js';
import { displayWidth } from './display-width.js';
import { terminalWidth } from './terminal-width.js';
import { wrapText } from './wrap-text.js';

/** How a fact is told. */
export interface Telling {
  /** Colours a line. Default: not at all. */
  readonly paint?: ((line: string) => string) | undefined;
  /** What further lines begin with. Default: two blanks more than the first one. */
  readonly indent?: string | undefined;
}

/** Writes a fact: on a terminal in lines that fit it, elsewhere on one. @param text - as {@link wrapText} takes it */
export function tell(to: TextSink, text: string, telling?: Telling): void {
  to.write(factFor(to, text, telling));
}

/** What {@link tell} writes, for facts that are written at once: programs may read them so. */
export function factFor(
  to: TextSink,
  text: string,
  { paint = (line) => line, indent }: Telling = {},
): string {
  const lines = wrapText(text, terminalWidth(to) ?? Infinity, indent);
  return lines.map((line) => `${paint(line)}\n`).join('');
}

/**
 * A command with what is said of it: where they don't fit on one line of the terminal, the command has one of its own. It is
 * copied: nothing breaks or cuts it.
 */
export function commandFor(to: TextSink, before: string, command: string, after = ''): string {
  const line = `${before} ${command}${after}`;
  if (displayWidth(line) <= (terminalWidth(to) ?? Infinity)) return `${line}\n`;
  const behind = after === '' ? '' : factFor(to, after.trimStart());
  return `${factFor(to, before)}  ${command}\n${behind}`;
}
