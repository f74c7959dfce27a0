#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { askAtTerminal } from './ask-at-terminal.js';
import { type CommandIo } from './command-io.js';
import { demoCommand, type DemoModule } from './demo-command.js';
import { findOwnPackage } from './package-folder.js';
import { runCommandLine } from './program.js';

/** What a command has to stop its queries and to delete what it made. */
const CLEAN_UP_MILLIS = 15_000;

/** What a pipe's reader leaves behind when it has seen enough (`| head`): no error of ours. */
function onBrokenPipe(stream: NodeJS.WriteStream, end: () => void): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    end();
  });
}

function main(): void {
  // On Node 20 the AWS SDK prints eight lines about its own future to everyone who looks for a trace.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const interrupt = new AbortController();
  let isReaderGone = false;
  const endForReader = (): void => {
    if (isReaderGone) return;
    isReaderGone = true;
    process.exitCode = 0;
    interrupt.abort(new Error('nobody reads on'));
    setTimeout(() => process.exit(0), CLEAN_UP_MILLIS).unref();
  };
  onBrokenPipe(process.stdout, endForReader);
  onBrokenPipe(process.stderr, endForReader);
  const onSignal = (): void => {
    // The second time the user does not want to wait for queries to be stopped.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort(new Error('interrupted'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const io: CommandIo = {
    stdout: process.stdout,
    stderr: {
      // That it was interrupted is nothing to tell whoever has seen enough.
      write: (text) => isReaderGone || process.stderr.write(text),
      isTTY: process.stderr.isTTY,
      get columns() {
        return process.stderr.columns;
      },
    },
    env: process.env,
    signal: interrupt.signal,
    epochMillis: Date.now,
    ask:
      process.stdin.isTTY && process.stderr.isTTY
        ? (question) =>
            askAtTerminal(
              question,
              { input: process.stdin, output: process.stderr },
              interrupt.signal,
              onSignal,
            )
        : undefined,
    setExitCode: (code) => {
      process.exitCode = isReaderGone ? 0 : code;
    },
  };
  void runCommandLine(process.argv.slice(2), io, findOwnPackage(realpathSync(process.argv[1]!)).version, [
    demoCommand(io, loadDemo),
  ]);
}

/** Loaded when it is asked for: it brings the local service and starts processes. */
function loadDemo(): Promise<DemoModule> {
  return import('./demo/run-demo.js');
}

main();
