import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';

/** Starts a program of the benchmarks that says when it is ready. @param settings - what it is told at its start */
export async function startProgram(program: URL, node: string, settings: object): Promise<ChildProcess> {
  const child = fork(program, [JSON.stringify(settings)], {
    execPath: node,
    execArgv: ['--no-warnings'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${program.pathname} ended with ${String(code)} before it was ready`);
  });
  await Promise.race([once(child, 'message'), ended]);
  // Later it may end as it likes.
  ended.catch(() => undefined);
  return child;
}

/** The service's end of the wire. */
export interface Sink {
  readonly child: ChildProcess;
  readonly endpoint: string;
}

/** @param isCounting - whether it looks into requests for their log events */
export async function startSink(node: string, isCounting = false): Promise<Sink> {
  const program = new URL('./sink-process.js', import.meta.url);
  const child = fork(program, isCounting ? ['count'] : [], { execPath: node });
  const [{ endpoint }] = (await once(child, 'message')) as [{ endpoint: string }];
  return { child, endpoint };
}

/** Log events that a counting sink has received. */
export async function eventsAt({ child }: Sink): Promise<number> {
  return (await ask<{ events: number }>(child, 'count')).events;
}

/** Sends a program a message, and waits for its answer. */
export async function ask<Answer>(child: ChildProcess, question: unknown): Promise<Answer> {
  child.send(question as object);
  const [answer] = (await once(child, 'message')) as [Answer];
  return answer;
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

/** What a Node.js calls itself, such as v24.1.0. */
export function versionOf(node: string): string {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
}
