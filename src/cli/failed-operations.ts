import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';

type AnyMiddleware = (
  next: (args: object) => Promise<never>,
  context: { readonly commandName?: string },
) => typeof next;
interface AnyStack {
  addRelativeTo(middleware: AnyMiddleware, options: object): void;
}

/** Which operation an error is of. */
const operations = new WeakMap<object, string>();

/** Has the errors of a client remembered with their operation: by it the missing permission can be named. */
export function rememberOperations(client: CloudWatchLogsClient): void {
  const stack = client.middlewareStack as unknown as AnyStack;
  stack.addRelativeTo(
    (next, { commandName }) =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (typeof error === 'object' && error !== null && commandName !== undefined) {
            operations.set(error, commandName.replace(/Command$/, ''));
          }
          throw error;
        }
      },
    // Outside of what makes errors fit to be shown: its errors are those that arrive.
    { relation: 'before', toMiddleware: 'shownErrors', name: 'failedOperations', override: true },
  );
}

/** The operation that failed with an error, for example `StartQuery`, where a command's client made it. */
export function operationOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null ? operations.get(error) : undefined;
}
