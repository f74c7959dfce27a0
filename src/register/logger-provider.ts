import type * as SdkLogs from '@opentelemetry/sdk-logs';
import type * as Resources from '@opentelemetry/resources';
import { type Application } from './application.js';
import { type Environment, numberOf } from './environment.js';
import { keepWholeErrors } from './whole-errors.js';

/** The oldest minor version of `@opentelemetry/sdk-logs` 0.x that is tested. */
const OLDEST_MINOR = 203;

/** Says what is wrong with the application's `@opentelemetry/sdk-logs`, or nothing. */
export function sdkLogsProblem(version: string | undefined): string | undefined {
  if (version === undefined) {
    return '@opentelemetry/sdk-logs is not installed; run: npm install @opentelemetry/sdk-logs';
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 0 && minor < OLDEST_MINOR) {
    return `@opentelemetry/sdk-logs ${version} is too old, 0.${OLDEST_MINOR}.0 is the first that works; run: npm install @opentelemetry/sdk-logs@latest`;
  }
  return undefined;
}

/** Makes the logger provider, from the application's own SDK. */
export function createLoggerProvider(
  application: Application,
  parts: { processors: SdkLogs.LogRecordProcessor[]; resource: Resources.Resource | undefined },
  environment: Environment,
  complain: (message: string) => void,
): SdkLogs.LoggerProvider | undefined {
  const sdk = application.load('@opentelemetry/sdk-logs') as typeof SdkLogs | undefined;
  if (!sdk) return undefined;
  const limit = (name: string) =>
    numberOf(environment, `OTEL_LOGRECORD_${name}`, complain) ??
    numberOf(environment, `OTEL_${name}`, complain);
  const attributeCountLimit = limit('ATTRIBUTE_COUNT_LIMIT');
  const attributeValueLengthLimit = limit('ATTRIBUTE_VALUE_LENGTH_LIMIT');
  const provider = new sdk.LoggerProvider({
    ...(parts.resource && { resource: parts.resource }),
    processors: parts.processors,
    logRecordLimits: {
      ...(attributeCountLimit !== undefined && { attributeCountLimit }),
      ...(attributeValueLengthLimit !== undefined && { attributeValueLengthLimit }),
    },
  });
  keepWholeErrors(provider);
  return provider;
}
