import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';

/** Credentials as they are, not as they are to be had. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Milliseconds that credentials must still hold. */
const MIN_LEFT_MILLIS = 30_000;

/**
 * Remembers the credentials of a client's last request, for when nothing can be waited for: a container or an
 * instance is asked for them over the network.
 * @returns the credentials; undefined where there are none yet, or none any more
 */
export function keepCredentialsAtHand(client: CloudWatchLogsClient): () => Credentials | undefined {
  let last: Credentials | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      // The client resolves them for the signature anyway, and remembers them.
      void client.config.credentials().then(
        (credentials) => {
          last = credentials;
        },
        () => undefined,
      );
      return await next(args);
    },
    { step: 'build', name: 'credentialsAtHand', priority: 'low' },
  );
  return () => {
    const left = last?.expiration ? last.expiration.getTime() - Date.now() : Number.POSITIVE_INFINITY;
    return left > MIN_LEFT_MILLIS ? last : undefined;
  };
}
