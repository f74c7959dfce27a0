/** A place that text is written to. */
export interface TextSink {
  /** False where the text waits for a slow reader, as a stream's `write` has it. */
  write(text: string): unknown;
  once?(event: 'drain', listener: () => void): unknown;
  removeListener?(event: 'drain', listener: () => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What a command has of the world: the process's own in the bin, others in tests. */
export interface CommandIo {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Read and written, as for `--profile`: the AWS SDK reads it there. */
  readonly env: Record<string, string | undefined>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly epochMillis: () => number;
  /** Asks whoever sits at the terminal; undefined where nobody does. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
  /** Told how the command ended: see EXIT. */
  setExitCode(code: number): void;
}
