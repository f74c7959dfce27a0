import { type LoggerProvider } from '@opentelemetry/sdk-logs';
import { type LoggerSource } from './logs-apis.js';

type Logger = ReturnType<LoggerProvider['getLogger']>;
type LogRecord = Parameters<Logger['emit']>[0];

/**
 * A logger provider that gives each record to two providers: the one that another SDK has set, which keeps
 * all that it had, and ours. Each exports it once.
 */
export class TeeLoggerProvider {
  readonly #providers: readonly [LoggerSource, LoggerSource];

  constructor(first: LoggerSource, second: LoggerSource) {
    this.#providers = [first, second];
  }

  getLogger(...scope: Parameters<LoggerProvider['getLogger']>): Logger {
    const [first, second] = this.#providers;
    return new TeeLogger(first.getLogger(...scope), second.getLogger(...scope));
  }
}

interface LoggerWithEnabled {
  enabled?(...args: readonly unknown[]): boolean;
}

class TeeLogger {
  readonly #first: Logger;
  readonly #second: Logger;

  constructor(first: Logger, second: Logger) {
    this.#first = first;
    this.#second = second;
  }

  emit(record: LogRecord): void {
    try {
      this.#first.emit(record);
    } finally {
      this.#second.emit(record);
    }
  }

  /** A record is worth making if either wants it. Versions of the API without `enabled` want all. */
  enabled(...args: readonly unknown[]): boolean {
    const wants = (logger: LoggerWithEnabled) => logger.enabled?.(...args) ?? true;
    return wants(this.#first) || wants(this.#second);
  }
}
