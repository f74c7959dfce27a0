import { runCommandLine } from '../../src/cli/program.js';
import { type CommandIo } from '../../src/cli/command-io.js';

/** How a command ended and what it wrote. */
export interface Ending {
  stdout: string;
  stderr: string;
  code: number | undefined;
}

/** What a command finds where it runs. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly signal?: AbortSignal;
  readonly now?: () => number;
  readonly ask?: CommandIo['ask'];
}

/** Runs a command line in this process. @param endpoint - of the service that it asks */
export async function runCommand(
  endpoint: string,
  args: readonly string[],
  { env, isTTY, columns, signal, now, ask }: Surroundings = {},
): Promise<Ending> {
  const ending: Ending = { stdout: '', stderr: '', code: undefined };
  const io: CommandIo = {
    stdout: { write: (text: string) => (ending.stdout += text), isTTY, columns },
    stderr: { write: (text: string) => (ending.stderr += text), isTTY, columns },
    env: { AWS_ENDPOINT_URL: endpoint, ...env },
    signal: signal ?? new AbortController().signal,
    epochMillis: now ?? Date.now,
    ask,
    setExitCode: (code) => {
      ending.code = code;
    },
  };
  await runCommandLine(args, io, '1.2.3');
  return ending;
}
