import { Command } from 'commander';
import { type CommandIo } from './command-io.js';

/** What the demo's module exports. */
export interface DemoModule {
  /** Runs the demo. It sets the exit code: 1 if a record that was emitted is not found again. */
  readonly runDemo: (io: CommandIo, options: DemoOptions) => Promise<void>;
}

/** Options of the command `demo`. */
export interface DemoOptions {
  /** Leave the local service running at the end, until Ctrl-C. */
  readonly keep?: boolean | undefined;
  /** False with `--no-color`. */
  readonly color?: boolean | undefined;
}

const EXAMPLES = `
Examples:
  otel-cwlogs demo
  otel-cwlogs demo --keep`;

/** The command `demo`. */
export function demoCommand(io: CommandIo, load: () => Promise<DemoModule>): Command {
  return new Command('demo')
    .description('three services, a local CloudWatch Logs, and the timeline of a request that failed')
    .option('--keep', 'leave the local service running, to try the other commands with it')
    .option('--no-color', 'no colours (also: NO_COLOR)')
    .addHelpText('after', EXAMPLES)
    .action(async (options: DemoOptions) => {
      const { runDemo } = await load();
      await runDemo(io, options);
    });
}
