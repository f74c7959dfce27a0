import { type Environment, stringOf } from './environment.js';

/**
 * Milliseconds for flush and shutdown in AWS Lambda. It kills the runtime 300 ms after its SIGTERM, 500 ms
 * where only an internal extension is registered, and sends none without an extension. Source: Lambda
 * Extensions API, "Shutdown phase", and aws-samples/graceful-shutdown-with-aws-lambda.
 */
export const LAMBDA_SHUTDOWN_TIMEOUT_MILLIS = 250;

/** Says whether the process is the runtime of a Lambda function. */
export function isInLambda(environment: Environment): boolean {
  return stringOf(environment, 'AWS_LAMBDA_FUNCTION_NAME') !== undefined;
}
