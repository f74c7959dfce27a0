import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type HttpAnswer, MAX_ANSWER_BYTES, readAnswerBody } from './bounded-answer.js';
import { describeInFull } from './describe-error.js';
import { CloudWatchLogsError } from './errors.js';
import { redactorOf } from './redact-values.js';
import { RequestError, toRequestError } from './request-error.js';

/** How errors of a client are made fit to be shown. */
export interface ErrorSettings {
  /** The service's whole text, without the credentials in use; else what is known to be safe of it. Default false. */
  readonly errorDetails?: boolean | undefined;
  /** Secrets that are known before a request is signed. */
  readonly secrets?: readonly string[] | undefined;
}

/** Milliseconds to wait for credentials that were just used, so that the SDK has them at hand. */
const CREDENTIALS_TIMEOUT_MILLIS = 1_000;

type AnyMiddleware = (next: (args: AnyArgs) => Promise<never>, context: object) => typeof next;
interface AnyArgs {
  request?: { headers?: Record<string, string | undefined> };
}
interface AnyStack {
  add(middleware: AnyMiddleware, options: object): void;
}

/** Clients that were made here, and views of others. */
const guarded = new WeakSet<CloudWatchLogsClient>();

/**
 * Makes a client throw errors that may be shown to anybody, as its innermost: also what instrumentations of
 * the AWS SDK put into spans is such an error then.
 * @param client - of our own: it is changed
 */
export function guardErrors(client: CloudWatchLogsClient, settings: ErrorSettings = {}): void {
  addGuard(client.middlewareStack as unknown as AnyStack, client, settings);
  guarded.add(client);
}

/**
 * A view of a client of the application's that throws such errors; the client itself stays as it is. One that is
 * guarded already keeps its own settings.
 */
export function guardedClient(
  client: CloudWatchLogsClient,
  settings: ErrorSettings = {},
): CloudWatchLogsClient {
  if (guarded.has(client)) return client;
  const send = async (command: object, ...options: unknown[]): Promise<unknown> => {
    const { middlewareStack } = command as { middlewareStack?: AnyStack };
    if (middlewareStack) addGuard(middlewareStack, client, settings);
    try {
      return await (client.send as (...args: unknown[]) => Promise<unknown>)(command, ...options);
    } catch (error) {
      // A stand-in of a test runs no middleware.
      throw await toShown(error, [], client, settings);
    }
  };
  const view = Object.create(client, { send: { value: send } }) as CloudWatchLogsClient;
  guarded.add(view);
  return view;
}

function addGuard(stack: AnyStack, client: CloudWatchLogsClient, settings: ErrorSettings): void {
  // The headers by which each request was signed, by its context.
  const signed = new WeakMap<object, string[]>();
  stack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        throw await toShown(error, signed.get(context) ?? [], client, settings);
      }
    },
    { step: 'initialize', priority: 'high', name: 'shownErrors', override: true },
  );
  stack.add(
    (next) => async (args) => {
      const result: { response: HttpAnswer } = await next(args);
      await readAnswerBody(result.response, MAX_ANSWER_BYTES);
      return result as never;
    },
    // Before the SDK reads the answer, whose length nothing else bounds.
    { step: 'deserialize', priority: 'low', name: 'boundedAnswer', override: true },
  );
  if (!settings.errorDetails) return;
  stack.add(
    (next, context) => (args) => {
      signed.set(context, [...(signed.get(context) ?? []), ...secretsInHeaders(args.request?.headers ?? {})]);
      return next(args);
    },
    // Behind the signing, and each attempt of a request anew.
    { step: 'deserialize', priority: 'low', name: 'signedHeaders', override: true },
  );
}

async function toShown(
  thrown: unknown,
  secrets: readonly string[],
  client: CloudWatchLogsClient,
  { errorDetails = false, secrets: known = [] }: ErrorSettings,
): Promise<Error> {
  if (!errorDetails || thrown instanceof CloudWatchLogsError) return toRequestError(thrown);
  // Where nothing was signed the provider failed: to ask it again would take its time again.
  const inUse = secrets.length > 0 ? await secretsOf(client) : [];
  const redact = redactorOf([...known, ...secrets, ...inUse]);
  return new RequestError(thrown, describeInFull(thrown, redact), { isDetailed: true });
}

/** Key id, signature and session token as they went over the wire. */
function secretsInHeaders(headers: Readonly<Record<string, string | undefined>>): string[] {
  const secrets: string[] = [];
  for (const [name, value = ''] of Object.entries(headers)) {
    if (/^x-amz-security-token$/i.test(name)) secrets.push(value);
    if (!/^authorization$/i.test(name)) continue;
    const parts = /Credential=([^/,\s]{1,256})|Signature=([^,\s]{1,2048})|Bearer ([^,\s]{1,16384})/g;
    for (const [, keyId = '', signature = '', token = ''] of value.matchAll(parts)) {
      secrets.push(keyId, signature, token);
    }
  }
  return secrets;
}

/** The secrets of credentials as options or the SDK have them; of a provider nothing is known yet. */
export function secretsIn(credentials: unknown): string[] {
  if (typeof credentials !== 'object' || credentials === null) return [];
  const { accessKeyId, secretAccessKey, sessionToken } = credentials as Record<string, unknown>;
  return [accessKeyId, secretAccessKey, sessionToken].filter((one) => typeof one === 'string');
}

/** The credentials in use; none where there are none, or not at once. */
async function secretsOf(client: CloudWatchLogsClient): Promise<string[]> {
  const { config } = client as Partial<CloudWatchLogsClient>;
  if (typeof config?.credentials !== 'function') return [];
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), CREDENTIALS_TIMEOUT_MILLIS).unref();
    });
    const credentials = await Promise.race([config.credentials(), late]);
    return credentials ? secretsIn(credentials) : [];
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}
