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

type ApiMember = 'context' | 'diag' | 'logs' | 'propagation' | 'trace';

/** Says whether somebody has set this global of `@opentelemetry/api`. */
export function isApiSet(member: ApiMember): boolean {
  return apiGlobal(member) !== undefined;
}

/** What is set as this global of `@opentelemetry/api`. */
export function apiGlobal(member: ApiMember): unknown {
  return apiGlobals()?.[member];
}

function apiGlobals(): Record<string, unknown> | undefined {
  return (globalThis as { [API_GLOBAL]?: Record<string, unknown> })[API_GLOBAL];
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
 * Says that `@opentelemetry/api` has not taken a logger provider. Its copies share what is set, but only copies of the
 * version that was the first to set something can, and newer ones don't read it: their loggers do nothing, without a word.
 * @returns undefined where it has, or has no logs
 */
export function refusedSentence(apis: LogsApis): string | undefined {
  if (!apis.api.logs || isApiSet('logs')) return undefined;
  return `another package's @opentelemetry/api ${String(apiGlobals()?.version)} has been set up first, and takes no logger provider of another version: what loggers hand to the application's own is not exported. Preload opentelemetry-cloudwatch-logs/register first, or install one version (npm ls @opentelemetry/api)`;
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
