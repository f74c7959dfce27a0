import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type SmallDisk } from './small-disk.js';
import { EMITTED, type SenderReport, type SenderSettings, STARTED } from './sender-settings.js';

const PROGRAM = fileURLToPath(new URL('sender.js', import.meta.url));
const QUOTA = new URL('disk-quota.js', import.meta.url).href;

/** One life of a sender. */
export class SenderProcess {
  /** Its first records are out. */
  hasStarted = false;
  /** All records are out; what is left is to be delivered. */
  hasEmitted = false;
  readonly #child: ChildProcess;
  readonly #ended: Promise<SenderReport | 'killed'>;

  constructor(settings: SenderSettings, disk: SmallDisk) {
    // Coverage is measured elsewhere, and writing it would put off every end.
    const { NODE_V8_COVERAGE: _, ...environment } = process.env;
    const quota = disk.quotaFlag === undefined ? [] : ['--import', QUOTA];
    const child = spawn(process.execPath, ['--no-warnings', ...quota, PROGRAM, JSON.stringify(settings)], {
      env: { ...environment, CHAOS_QUOTA_FLAG: disk.quotaFlag, CHAOS_QUOTA_DIRECTORY: disk.path },
    });
    this.#child = child;
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      this.hasStarted = output.startsWith(STARTED);
      this.hasEmitted = output.startsWith(STARTED + EMITTED);
    });
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    this.#ended = new Promise((resolve, reject) => {
      child.on('close', (code, signal) => {
        if (signal === 'SIGKILL') resolve('killed');
        else if (code === 0)
          resolve(JSON.parse(output.slice(STARTED.length + EMITTED.length)) as SenderReport);
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
