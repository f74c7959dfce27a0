import type { SigningCredentials } from './protocol/signatures.js';

/**
 * Environment variables by which clients find a local service: all AWS SDKs and the AWS CLI, also older ones, which read
 * AWS_DEFAULT_REGION, and this package. Any keys will do where signatures are not verified.
 */
export function clientEnvironment(
  endpoint: string,
  region: string,
  credentials: SigningCredentials = { accessKeyId: 'test', secretAccessKey: 'test' },
): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}
