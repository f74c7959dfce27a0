import { createInterface } from 'node:readline/promises';

/** Where a question is asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/**
 * Asks whoever sits at a terminal. Only a y, or a word that begins so, is a yes; the end of the input is none.
 * @param interrupt - told of Ctrl-C: while lines are read the terminal sends no signal to the process
 * @throws the reason of `signal`
 */
export async function askAtTerminal(
  question: string,
  { input, output }: Terminal,
  signal: AbortSignal,
  interrupt: () => void,
): Promise<boolean> {
  signal.throwIfAborted();
  const lines = createInterface({ input, output });
  lines.on('SIGINT', interrupt);
  try {
    return await new Promise<boolean>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      // Ctrl-D, and a terminal that is gone: some versions of Node.js never answer the question then.
      lines.once('close', () => resolve(false));
      lines.question(question, { signal }).then((answer) => resolve(/^y/i.test(answer.trim())), reject);
    });
  } finally {
    lines.close();
  }
}
