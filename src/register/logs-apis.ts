import { type LoggerProvider } from '@opentelemetry/sdk-logs';

/** Anything that makes loggers: the SDK's `LoggerProvider`, or one around it. */
export type LoggerSource = Pick<LoggerProvider, 'getLogger'>;

/** `logs` of an API package. What its setter answers differs among them; what is set then doesn't. */
export interface LogsApi {
  setGlobalLoggerProvider(provider: LoggerSource): unknown;
  getLoggerProvider(): LoggerSource;
  disable(): void;
}

/** The two API packages: `@opentelemetry/api` has `logs` from 1.10 on. */
export interface LogsApis {
  readonly api: { readonly logs?: LogsApi };
  readonly apiLogs: { readonly logs?: LogsApi } | undefined;
}

/** Where `@opentelemetry/api` 1.x and `@opentelemetry/api-logs` keep what is set, in every copy of theirs. */
const API_GLOBAL = Symbol.for('opentelemetry.js.api.1');
const API_LOGS_GLOBAL = Symbol.for('io.opentelemetry.js.api.logs');

/** Says whether somebody has set this global of `@opentelemetry/api`. */
export function isApiSet(member: 'context' | 'diag' | 'logs' | 'propagation' | 'trace'): boolean {
  const globals = (globalThis as { [API_GLOBAL]?: Record<string, unknown> })[API_GLOBAL];
  return globals?.[member] !== undefined;
}

/** The logs APIs for which somebody has set a logger provider. */
export function findSetLogsApis(apis: LogsApis): LogsApi[] {
  const apiLogsIsSet = (globalThis as { [API_LOGS_GLOBAL]?: unknown })[API_LOGS_GLOBAL] !== undefined;
  return [
    ...(apis.api.logs && isApiSet('logs') ? [apis.api.logs] : []),
    ...(apis.apiLogs?.logs && apiLogsIsSet ? [apis.apiLogs.logs] : []),
  ];
}

/**
 * Makes a logs API give this provider's loggers, unless it has a provider already.
 * @returns whether it now gives this provider
 */
export function setLoggerProvider(logs: LogsApi | undefined, provider: LoggerSource): boolean {
  if (!logs) return false;
  if (logs.getLoggerProvider() === provider) return true;
  logs.setGlobalLoggerProvider(provider);
  return logs.getLoggerProvider() === provider;
}
