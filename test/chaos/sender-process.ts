import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type SenderReport, type SenderSettings } from './sender-settings.js';

const PROGRAM = fileURLToPath(new URL('sender.js', import.meta.url));

/** One life of a sender. */
export class SenderProcess {
  /** All records are out; what is left is to be delivered. */
  hasEmitted = false;
  readonly #child: ChildProcess;
  readonly #ended: Promise<SenderReport | 'killed'>;

  constructor(settings: SenderSettings) {
    const child = spawn(process.execPath, ['--no-warnings', PROGRAM, JSON.stringify(settings)]);
    this.#child = child;
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.startsWith('emitted\n')) this.hasEmitted = true;
    });
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    this.#ended = new Promise((resolve, reject) => {
      child.on('close', (code, signal) => {
        if (signal === 'SIGKILL') resolve('killed');
        else if (code === 0) resolve(JSON.parse(output.slice('emitted\n'.length)) as SenderReport);
        else
          reject(new Error(`sender ${settings.sender} ended with ${code ?? signal}: ${errors.slice(-2000)}`));
      });
    });
    // Whoever waits for it hears of it.
    this.#ended.catch(() => undefined);
  }

  get ended(): Promise<SenderReport | 'killed'> {
    return this.#ended;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
