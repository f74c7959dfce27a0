import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';

/** One call that a scripted client got. */
export interface Call {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** Answers calls as a test says; for answers that the local service can't be made to give. */
export class ScriptedClient {
  readonly calls: Call[] = [];
  readonly #answer: (call: Call, signal: AbortSignal | undefined) => unknown;

  /** @param answer - gives the answer, or throws the error, of a call */
  constructor(answer: (call: Call, signal: AbortSignal | undefined) => unknown) {
    this.#answer = answer;
  }

  get client(): CloudWatchLogsClient {
    const send = async (
      command: { constructor: { name: string }; input: Record<string, unknown> },
      options?: { abortSignal?: AbortSignal },
    ): Promise<unknown> => {
      const call = { operation: command.constructor.name.replace(/Command$/, ''), input: command.input };
      this.calls.push(call);
      await Promise.resolve();
      return this.#answer(call, options?.abortSignal);
    };
    return { send } as unknown as CloudWatchLogsClient;
  }

  /** The inputs of all calls of an operation. */
  inputs(operation: string): Record<string, unknown>[] {
    return this.calls.filter((call) => call.operation === operation).map((call) => call.input);
  }
}

/** An error as the AWS SDK throws it. */
export function serviceError(name: string, message = name, more: object = {}): Error {
  const error = Object.assign(new Error(message), { $metadata: { httpStatusCode: 400 }, ...more });
  error.name = name;
  return error;
}
