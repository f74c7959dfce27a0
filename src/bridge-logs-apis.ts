import * as api from '@opentelemetry/api';
import * as apiLogs from '@opentelemetry/api-logs';
import { OptionError } from './cloudwatch/errors.js';
import { type LogsApis, type LoggerSource, setLoggerProvider } from './register/logs-apis.js';

/** Which of the two logs APIs now give the provider's loggers. */
export interface BridgedLogsApis {
  /** `logs` of `@opentelemetry/api` 1.10 and newer; false on 1.9, which has none. */
  readonly api: boolean;
  /** `logs` of `@opentelemetry/api-logs`. */
  readonly apiLogs: boolean;
}

/**
 * Sets a logger provider in both of OpenTelemetry's logs APIs. They have separate globals: the SDK's 3.x
 * line and its instrumentations use `@opentelemetry/api`, the 0.2xx line and many instrumentations use
 * `@opentelemetry/api-logs`. Call it once, in place of `logs.setGlobalLoggerProvider(provider)`.
 *
 * An API that has a provider already keeps it, as with OpenTelemetry's own setter.
 * @param provider - for example `new LoggerProvider({ processors: [new CloudWatchLogRecordProcessor(…)] })`
 * @throws OptionError for what is no logger provider
 * @returns for each API whether it now gives this provider
 */
export function bridgeLogsApis(provider: LoggerSource): BridgedLogsApis {
  if (typeof (provider as Partial<LoggerSource> | undefined)?.getLogger !== 'function') {
    throw new OptionError('provider', 'have a method getLogger, as a LoggerProvider has', provider);
  }
  // The types of the two APIs differ between OpenTelemetry's lines; these members don't.
  const apis = { api, apiLogs } as unknown as LogsApis;
  return {
    api: setLoggerProvider(apis.api.logs, provider),
    apiLogs: setLoggerProvider(apis.apiLogs?.logs, provider),
  };
}
