import { type TextSink } from '../command-io.js';
import { fitWidth } from '../display-width.js';
import { tell } from '../tell.js';
import { terminalWidth } from '../terminal-width.js';

/** Says what is being done: on a terminal in one line that changes, elsewhere not at all. */
export class Progress {
  readonly #output: TextSink;
  #shown = false;

  constructor(output: TextSink) {
    this.#output = output;
  }

  /** Shows what is being done now. */
  show(text: string): void {
    const columns = terminalWidth(this.#output);
    if (columns === undefined) return;
    // One column stays free: a terminal that wraps would leave the line behind.
    this.#output.write(`\r\u001b[K${fitWidth(text, columns - 1)}`);
    this.#shown = true;
  }

  /** Prints a fact that stays. */
  print(text: string): void {
    this.#clear();
    tell(this.#output, text);
  }

  /** Prints lines that stay, as they are: they fit, or are commands, which are copied. */
  printLines(text: string): void {
    this.#clear();
    this.#output.write(`${text}\n`);
  }

  #clear(): void {
    if (this.#shown) this.#output.write('\r\u001b[K');
    this.#shown = false;
  }
}
