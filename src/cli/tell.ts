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

/**
 * Writes a fact: on a terminal in lines that fit it, elsewhere on one.
 * @param text - as {@link wrapText} takes it
 */
export function tell(to: TextSink, text: string, { paint = (line) => line, indent }: Telling = {}): void {
  const lines = wrapText(text, terminalWidth(to) ?? Infinity, indent);
  to.write(lines.map((line) => `${paint(line)}\n`).join(''));
}

/**
 * Writes a command with what is said of it: where they don't fit on one line of the terminal, the command has one of its
 * own. It is copied: nothing breaks or cuts it.
 */
export function tellCommand(to: TextSink, before: string, command: string, after = ''): void {
  const line = `${before} ${command}${after}`;
  if (displayWidth(line) <= (terminalWidth(to) ?? Infinity)) {
    to.write(`${line}\n`);
    return;
  }
  tell(to, before);
  to.write(`  ${command}\n`);
  if (after !== '') tell(to, after.trimStart());
}
