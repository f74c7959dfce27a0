import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** How options are named to the person who runs the application: by variables, or by places of a file. */
let named = (message: string): string => message;

/** From now on names of variables are said as this says them. */
export function nameAs(names: (message: string) => string): void {
  named = names;
}

/** A message with the names that the person knows. */
export function inKnownNames(message: string): string {
  return named(message);
}

/**
 * Says something about the start to the person who runs the application: one line on standard error. What holds for a
 * worker thread the main one has said.
 */
export function report(message: string): void {
  if (isMainThread) writeLine(`opentelemetry-cloudwatch-logs: ${named(message)}`);
}

/** Writes one line to standard error, whatever line breaks it holds. Never throws. */
export function writeLine(line: string): void {
  try {
    // Synchronous, so that the line is out even if the process ends at once.
    const parts = line.split('\n').map((part) => part.trim());
    writeSync(2, `${parts.filter((part) => part !== '').join(' ')}\n`);
  } catch {
    // Standard error is closed or full: the application matters more than this line.
  }
}

/** The text of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
