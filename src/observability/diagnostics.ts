import { diag, type DiagLogger } from '@opentelemetry/api';
import { runAsOwnTelemetry } from './own-telemetry.js';

/** How loud a message is; OpenTelemetry's `diag` has the same names. */
export type DiagnosticLevel = 'error' | 'warn' | 'info' | 'debug';

/** Milliseconds in which one kind of message is said once. */
export const DIAGNOSTIC_INTERVAL_MILLIS = 60_000;

/** Kinds of messages that are remembered; beyond it the one that was silent longest is forgotten. */
const MAX_KINDS = 1_000;

interface Kind {
  level: DiagnosticLevel;
  lastSaidAt: number;
  suppressed: number;
  lastMessage: string;
}

/**
 * What this package has to say about itself, over OpenTelemetry's `diag`: a message of one kind at the
 * most once in an interval, with the count of those left out. Messages hold no secrets and no content of
 * log records. Nothing here throws.
 */
export class Diagnostics {
  readonly #logger: Pick<DiagLogger, DiagnosticLevel>;
  readonly #monotonicMillis: () => number;
  readonly #intervalMillis: number;
  readonly #kinds = new Map<string, Kind>();

  /** @param parts - `logger` is `diag` by default; `monotonicMillis` gives milliseconds of a clock that is never set back */
  constructor(
    parts: { logger?: Pick<DiagLogger, DiagnosticLevel>; monotonicMillis?: () => number } = {},
    settings: { intervalMillis?: number } = {},
  ) {
    this.#logger = parts.logger ?? diag;
    this.#monotonicMillis = parts.monotonicMillis ?? (() => performance.now());
    this.#intervalMillis = settings.intervalMillis ?? DIAGNOSTIC_INTERVAL_MILLIS;
  }

  /** @param kind - messages of one kind share one interval */
  error(kind: string, message: string): void {
    this.#say('error', kind, message);
  }

  warn(kind: string, message: string): void {
    this.#say('warn', kind, message);
  }

  info(kind: string, message: string): void {
    this.#say('info', kind, message);
  }

  debug(kind: string, message: string): void {
    this.#say('debug', kind, message);
  }

  /** Says a message of this kind once and never again. */
  once(level: DiagnosticLevel, kind: string, message: string): void {
    const known = this.#kinds.get(kind);
    if (known) return;
    this.#remember(kind, {
      level,
      lastSaidAt: Infinity,
      suppressed: 0,
      lastMessage: message,
    });
    this.#write(level, message);
  }

  /** Says what was left out so far; for the end of a process. */
  flush(): void {
    for (const kind of this.#kinds.values()) this.#saySuppressed(kind);
  }

  #saySuppressed(kind: Kind): void {
    if (kind.suppressed === 0) return;
    this.#write(kind.level, `${kind.lastMessage} (${kind.suppressed} such messages since the last)`);
    kind.suppressed = 0;
  }

  #say(level: DiagnosticLevel, kind: string, message: string): void {
    const now = this.#monotonicMillis();
    const known = this.#kinds.get(kind);
    if (!known) {
      this.#remember(kind, { level, lastSaidAt: now, suppressed: 0, lastMessage: message });
      this.#write(level, message);
      return;
    }
    known.lastMessage = message;
    known.level = level;
    if (now - known.lastSaidAt < this.#intervalMillis) {
      known.suppressed++;
      return;
    }
    const suffix = known.suppressed > 0 ? ` (${known.suppressed} such messages left out since the last)` : '';
    known.suppressed = 0;
    known.lastSaidAt = now;
    // Moved to the end: the first key of the map is the one that was silent longest.
    this.#kinds.delete(kind);
    this.#kinds.set(kind, known);
    this.#write(level, message + suffix);
  }

  #remember(name: string, kind: Kind): void {
    if (this.#kinds.size >= MAX_KINDS) {
      const [oldest] = this.#kinds;
      if (oldest) {
        this.#kinds.delete(oldest[0]);
        this.#saySuppressed(oldest[1]);
      }
    }
    this.#kinds.set(name, kind);
  }

  #write(level: DiagnosticLevel, message: string): void {
    try {
      runAsOwnTelemetry(() => {
        this.#logger[level](`opentelemetry-cloudwatch-logs: ${message}`);
      });
    } catch {
      // A logger of the application that throws must not stop delivery.
    }
  }
}
