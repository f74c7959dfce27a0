/** What was thrown, as OpenTelemetry's attributes of exceptions have it. */
export interface Thrown {
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** Reads what was thrown, whatever it is. */
export function describeThrown(thrown: unknown): Thrown {
  if (thrown instanceof Error) {
    return { type: thrown.name, message: thrown.message, stack: thrown.stack };
  }
  const message = typeof thrown === 'object' && thrown !== null ? JSON.stringify(thrown) : String(thrown);
  return { type: typeof thrown, message, stack: undefined };
}
