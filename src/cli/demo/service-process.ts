import { spawn, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** How a demo service is started. */
export interface ServiceSettings {
  readonly name: string;
  /** The program, a path. */
  readonly program: string;
  /** The folder from which `opentelemetry-cloudwatch-logs/register` resolves. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What a service said when it had ended. */
export interface ServiceReport {
  /** Log calls, counted by the service itself. */
  readonly emitted: number;
  /** Records that the exporter in the service reports as delivered. */
  readonly exported: number;
}

/**
 * A service of the demo in a process of its own, started as a user would start it:
 * `node --import ./export-spans.js --import opentelemetry-cloudwatch-logs/register service.js`.
 */
export class ServiceProcess {
  /** As a user would type it. */
  readonly command: string;
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #listening: Promise<number>;
  readonly #ended: Promise<void>;
  #emitted: number | undefined;
  #exported: number | undefined;
  #errors = '';

  constructor({ name, program, directory, environment }: ServiceSettings) {
    const spans = ['--import', `./${join(dirname(program), 'export-spans.js')}`];
    const args = [...spans, '--import', 'opentelemetry-cloudwatch-logs/register', program];
    this.#name = name;
    this.command = `node ${args.join(' ')}`;
    this.#child = spawn(process.execPath, args, {
      cwd: directory,
      env: { ...environmentWithoutTelemetry(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()));
    this.#listening = new Promise((resolve, reject) => {
      createInterface({ input: this.#child.stdout! }).on('line', (line) => {
        const said = readJson(line);
        if (typeof said?.listening === 'number') resolve(said.listening);
        if (typeof said?.emitted === 'number') this.#emitted = said.emitted;
      });
      this.#child.once('error', reject);
      void this.#ended.then(() => reject(new Error(`${name} ended before it listened:\n${this.#errors}`)));
    });
    // Only a caller that asks for the port hears of a failed start.
    this.#listening.catch(() => undefined);
    createInterface({ input: this.#child.stderr! }).on('line', (line) => {
      const summary = /\bdelivered[ =](\d+)/.exec(line);
      if (summary) this.#exported = Number(summary[1]);
      else this.#errors = `${this.#errors}${line}\n`.slice(-4000);
    });
  }

  /** The port on which the service listens. */
  port(): Promise<number> {
    return this.#listening;
  }

  /** Stops the service, which sends what it still holds, and reads its report. */
  async stop(): Promise<ServiceReport> {
    this.#child.kill('SIGTERM');
    await this.#ended;
    if (this.#emitted === undefined || this.#exported === undefined) {
      throw new Error(`${this.#name} ended without its counts:\n${this.#errors}`);
    }
    return { emitted: this.#emitted, exported: this.#exported };
  }

  /** Ends the process at once; for when the demo itself is interrupted. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function readJson(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** The developer's own AWS and OpenTelemetry settings must not lead the demo's records elsewhere. */
function environmentWithoutTelemetry(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(AWS_|OTEL_|NODE_OPTIONS$|NODE_V8_COVERAGE$)/.test(name),
    ),
  );
}
