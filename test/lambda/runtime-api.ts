import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** How an invocation ended. */
export type Invocation =
  | { readonly kind: 'response' | 'error'; readonly body: unknown }
  /** The function's timeout was over, or the runtime ended; Lambda has killed it. */
  | { readonly kind: 'timeout' | 'exit' };

interface Started {
  readonly id: string;
  readonly event: unknown;
  readonly timeoutMillis: number;
  end(invocation: Invocation): void;
}

/**
 * AWS Lambda around one execution environment: the Runtime API, the Extensions API as far as a shutdown needs
 * it, and the life of the runtime's process. The process is frozen (SIGSTOP) in the moment in which it posts a
 * response, which is sooner than Lambda does it, and thawed for the next invocation.
 */
export class RuntimeApi {
  readonly #server: Server;
  #child: ChildProcess | undefined;
  #invocations = 0;
  #current: Started | undefined;
  /** The runtime's request for the next event, while it waits. */
  #next: ServerResponse | undefined;
  /** Extensions that wait for an event. */
  readonly #extensions: ServerResponse[] = [];
  #registered = 0;
  #stderr = '';

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      void this.#answer(request, response);
    });
  }

  static async start(): Promise<RuntimeApi> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new RuntimeApi(server);
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What the runtime has written to standard error. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Starts the runtime's process. */
  startRuntime(file: string, directory: string, environment: NodeJS.ProcessEnv): void {
    this.#next = undefined;
    this.#stderr = '';
    const child = spawn(process.execPath, [file], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...environment, AWS_LAMBDA_RUNTIME_API: this.address },
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    child.on('exit', () => {
      this.#end({ kind: 'exit' });
    });
    this.#child = child;
  }

  /** Thaws the runtime and gives it an event. */
  invoke(event: unknown, { timeoutMillis = 60_000 } = {}): Promise<Invocation> {
    const ended = new Promise<Invocation>((resolve) => {
      this.#current = { id: `invocation-${++this.#invocations}`, event, timeoutMillis, end: resolve };
    });
    this.#child!.kill('SIGCONT');
    this.#giveEvent();
    return ended;
  }

  /**
   * Ends the environment: SIGTERM to the runtime where an extension is registered, SIGKILL after a while, or at
   * once where there is none.
   * @returns the signal of which the runtime died
   */
  async shutDown(graceMillis = 15_000): Promise<NodeJS.Signals | null> {
    const child = this.#child!;
    if (child.exitCode !== null || child.signalCode !== null) return child.signalCode;
    const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    child.kill('SIGCONT');
    child.kill(this.#registered > 0 ? 'SIGTERM' : 'SIGKILL');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMillis);
    const [, signal] = await exited;
    clearTimeout(timer);
    for (const extension of this.#extensions.splice(0)) {
      answer(extension, 200, {
        eventType: 'SHUTDOWN',
        shutdownReason: 'spindown',
        deadlineMs: Date.now() + 2000,
      });
    }
    return signal;
  }

  async stop(): Promise<void> {
    if (this.#child) await this.shutDown(0);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += part as string;
    const path = request.url ?? '';
    const posted = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path);
    if (posted) {
      this.#child!.kill('SIGSTOP');
      answer(response, 202, { status: 'OK' });
      if (posted[1] === this.#current?.id) {
        this.#end({ kind: posted[2] as 'response' | 'error', body: JSON.parse(text) });
      }
    } else if (path === '/2018-06-01/runtime/invocation/next') {
      this.#next = response;
      this.#giveEvent();
    } else if (path === '/2020-01-01/extension/register') {
      this.#registered++;
      response.setHeader('lambda-extension-identifier', `extension-${this.#registered}`);
      answer(response, 200, { functionName: 'test', functionVersion: '$LATEST', handler: 'any' });
    } else if (path === '/2020-01-01/extension/event/next') {
      this.#extensions.push(response);
    } else {
      answer(response, 404, { errorType: 'NotFound', errorMessage: path });
    }
  }

  #giveEvent(): void {
    const [next, current] = [this.#next, this.#current];
    if (!next || !current) return;
    this.#next = undefined;
    next.setHeader('lambda-runtime-aws-request-id', current.id);
    next.setHeader('lambda-runtime-deadline-ms', String(Date.now() + current.timeoutMillis));
    answer(next, 200, current.event);
    const timer = setTimeout(() => {
      if (this.#current !== current) return;
      this.#end({ kind: 'timeout' });
      this.#child!.kill('SIGKILL');
    }, current.timeoutMillis);
    timer.unref();
  }

  #end(invocation: Invocation): void {
    this.#current?.end(invocation);
    this.#current = undefined;
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
