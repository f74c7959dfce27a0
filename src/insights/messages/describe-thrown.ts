import { toJsonTextOfAny } from '../../cloudwatch/write-json.js';

/** A thrown value, as OpenTelemetry's attributes of exceptions have it. */
export interface Thrown {
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** Reads what was thrown, whatever it is, and never throws itself. */
export function describeThrown(thrown: unknown): Thrown {
  if (thrown instanceof Error) {
    return { type: thrown.name, message: thrown.message, stack: thrown.stack };
  }
  const message = typeof thrown === 'object' && thrown !== null ? toJsonTextOfAny(thrown) : String(thrown);
  return { type: typeof thrown, message, stack: undefined };
}
