import { type TextSink } from '../command-io.js';

/** Says what is being done: on a terminal in one line that changes, elsewhere not at all. */
export class Progress {
  readonly #output: TextSink;
  #shown = false;

  constructor(output: TextSink) {
    this.#output = output;
  }

  /** Shows what is being done now. */
  show(text: string): void {
    if (!this.#output.isTTY) return;
    this.#output.write(`\r\u001b[K${text}`);
    this.#shown = true;
  }

  /** Prints lines that stay. */
  print(text: string): void {
    if (this.#shown) this.#output.write('\r\u001b[K');
    this.#shown = false;
    this.#output.write(`${text}\n`);
  }
}
