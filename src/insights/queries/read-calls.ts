import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type MeterProvider } from '@opentelemetry/api';
import { checkMembers } from '../../cloudwatch/check-members.js';
import {
  type Breaker,
  type BreakerState,
  type CircuitBreakerSettings,
} from '../../cloudwatch/circuit-breaker/breaker.js';
import { BreakerOnDemand } from '../../cloudwatch/circuit-breaker/breaker-on-demand.js';
import { checkFunctions, checkMeterProvider } from '../../cloudwatch/check-values.js';
import { checkClient } from '../../cloudwatch/client-options.js';
import { httpStatusOf } from '../../cloudwatch/classify-error.js';
import { classifyReadError } from '../../cloudwatch/not-offered.js';
import { CloudWatchLogsError, OptionError } from '../../cloudwatch/errors.js';
import { orAborted, reasonOf } from '../../cloudwatch/sleep.js';
import { ComponentMetrics, type Figure } from '../../observability/component-metrics.js';
import { retryCall } from './service-calls.js';

/** When calls to a service that does not answer are no longer made. */
export interface ReadBreakerOptions {
  /** Calls that fail in a row for the service's sake (network, 5xx, no answer) before it opens. Default 5. */
  readonly failures?: number | undefined;
  /** Milliseconds for which it stays open; then one call probes. Default 5,000. */
  readonly probeAfterMillis?: number | undefined;
}

/** How calls are made. */
export interface ReadCallsSettings {
  /** Stops calls to a service that is down; `false` for never. Default on. */
  readonly circuitBreaker?: ReadBreakerOptions | false | undefined;
}

/** Counts of calls and of their failures. */
export interface ReadCallsStatus {
  /** Calls made, each attempt counted; the AWS SDK's own attempts within one are not seen. */
  readonly calls: number;
  /** Calls among these that failed, but for those that were aborted. */
  readonly errors: number;
  /** The same by the error's name. */
  readonly errorsByType: Readonly<Record<string, number>>;
  /** Calls that were not made because the breaker was open. */
  readonly heldBack: number;
  /** `open` while no call is made because several failed in a row, `half_open` while one probes. */
  readonly breaker: BreakerState;
  /** The name of the last error, for example `ThrottlingException`, and when it came (milliseconds since 1970). */
  readonly lastError?: string | undefined;
  readonly lastErrorAtMillis?: number | undefined;
}

/** The service did not answer several calls in a row; none is made for a while. */
export class CircuitOpenError extends CloudWatchLogsError {
  /** Milliseconds until a call is made again. */
  readonly retryAfterMillis: number;

  constructor(failures: number, retryAfterMillis: number, options?: { cause?: unknown }) {
    const cause = options?.cause instanceof Error ? ` (the last with ${options.cause.name})` : '';
    super(
      'ERR_CIRCUIT_OPEN',
      `${failures} calls in a row failed${cause}, so none is made for ${Math.ceil(retryAfterMillis)} ms`,
      options,
    );
    this.retryAfterMillis = retryAfterMillis;
  }
}

const DEFAULT_BREAKER: CircuitBreakerSettings = { failures: 5, probeAfterMillis: 5_000 };
const PARTS_MEMBERS = {
  client: true,
  meterProvider: true,
  monotonicMillis: true,
  epochMillis: true,
} as const;
const SETTINGS_MEMBERS = { circuitBreaker: true } as const satisfies Record<keyof ReadCallsSettings, true>;
const BREAKER_MEMBERS = {
  failures: true,
  probeAfterMillis: true,
} as const satisfies Record<keyof ReadBreakerOptions, true>;

/** A call's end, as a value: the breaker asks what it means. */
type Ending =
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly error: unknown; readonly wasAborted: boolean }
  | { readonly kind: 'not_made'; readonly error: CircuitOpenError };

const FIGURES: readonly Figure<ReadCallsStatus>[] = [
  {
    name: 'cloudwatch_logs.read.calls',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls made to read log groups: queries, their results, lists of groups, fresh events.',
    read: (status) => status.calls,
  },
  {
    name: 'cloudwatch_logs.read.errors',
    kind: 'counter',
    unit: '{error}',
    description: 'Calls that failed, by the error (error.type).',
    read: (status) => status.errorsByType,
  },
  {
    name: 'cloudwatch_logs.read.held_back',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls that were not made because the circuit breaker was open.',
    read: (status) => status.heldBack,
  },
  {
    name: 'cloudwatch_logs.read.breaker.open',
    kind: 'gauge',
    unit: '1',
    description: '1 while the circuit breaker holds calls back because the service does not answer, else 0.',
    read: (status) => (status.breaker === 'closed' ? 0 : 1),
  },
];

/**
 * The calls that read from the service: counted, made again while the service asks for patience, and held
 * back while it does not answer. Whoever reads with one client in several ways gives all of them the same,
 * so that they have one circuit breaker.
 */
export class ReadCalls {
  readonly client: CloudWatchLogsClient;
  /** Undefined where none is wanted. */
  readonly #breaker: Breaker<Ending> | undefined;
  readonly #errorsByType = new Map<string, number>();
  readonly #epochMillis: () => number;
  #calls = 0;
  #heldBack = 0;
  #lastError: string | undefined;
  #lastErrorAtMillis: number | undefined;

  /**
   * `parts.monotonicMillis` is a monotonic clock in milliseconds, by default `performance.now`.
   * @param parts.meterProvider - where metrics go; without it there are none
   * @throws OptionError for a setting that is out of range
   */
  constructor(
    parts: {
      readonly client: CloudWatchLogsClient;
      readonly meterProvider?: MeterProvider | undefined;
      readonly monotonicMillis?: (() => number) | undefined;
      /** Milliseconds since 1970. Default Date.now. */
      readonly epochMillis?: (() => number) | undefined;
    },
    settings: ReadCallsSettings = {},
  ) {
    checkMembers('parts', parts, PARTS_MEMBERS);
    checkMembers('', settings, SETTINGS_MEMBERS);
    const { client, meterProvider, monotonicMillis, epochMillis } = parts;
    checkClient(client);
    checkMeterProvider(meterProvider);
    checkFunctions({ monotonicMillis, epochMillis });
    this.client = client;
    this.#epochMillis = epochMillis ?? Date.now;
    const breaker = readBreakerSettings(settings.circuitBreaker);
    this.#breaker = breaker && createBreaker(breaker, monotonicMillis ?? (() => performance.now()));
    if (meterProvider !== undefined) {
      new ComponentMetrics(
        { meterProvider, read: () => this.status() },
        { type: 'cloudwatch_logs_reader', figures: FIGURES },
      );
    }
  }

  /** Counts the calls so far and their failures. */
  status(): ReadCallsStatus {
    let errors = 0;
    for (const count of this.#errorsByType.values()) errors += count;
    return {
      calls: this.#calls,
      errors,
      errorsByType: Object.fromEntries(this.#errorsByType),
      heldBack: this.#heldBack,
      breaker: this.#breaker?.state ?? 'closed',
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
      ...(this.#lastErrorAtMillis !== undefined && { lastErrorAtMillis: this.#lastErrorAtMillis }),
    };
  }

  /**
   * Makes a call, again while the service asks for patience (see `retryCall`).
   * @param call - one attempt; it gives `options` to the client's `send`
   * @param settings.isUncut - the signal ends waiting, but does not cut the call itself off
   * @throws CircuitOpenError, the signal's reason, or what `call` throws
   */
  make<T>(
    call: (client: CloudWatchLogsClient, options: { abortSignal?: AbortSignal }) => Promise<T>,
    settings: { readonly signal?: AbortSignal | undefined; readonly isUncut?: boolean | undefined } = {},
  ): Promise<T> {
    const { signal } = settings;
    const options = signal && settings.isUncut !== true ? { abortSignal: signal } : {};
    return retryCall(() => this.once(() => call(this.client, options), settings), { signal });
  }

  /**
   * Makes one attempt of a call: for whoever waits between attempts in a way of his own.
   * @throws CircuitOpenError, the signal's reason, or what `call` throws
   */
  async once<T>(
    call: () => Promise<T>,
    settings: { readonly signal?: AbortSignal | undefined; readonly isUncut?: boolean | undefined } = {},
  ): Promise<T> {
    const { signal } = settings;
    const attempt = (): Promise<Ending> => this.#attempt(call, signal);
    const running = this.#breaker ? this.#breaker.run(attempt) : attempt();
    // It may wait for the probe of another call, which an abort does not end.
    const ending = signal && settings.isUncut !== true ? await orAborted(running, signal) : await running;
    if (ending === undefined) throw reasonOf(signal!);
    if (ending.kind === 'answered') return ending.answer as T;
    if (ending.kind === 'not_made') this.#heldBack++;
    throw ending.error;
  }

  async #attempt(call: () => Promise<unknown>, signal: AbortSignal | undefined): Promise<Ending> {
    // Aborted while it waited for a probe: what would be started now, nobody would stop.
    if (signal?.aborted) return { kind: 'failed', error: reasonOf(signal), wasAborted: true };
    this.#calls++;
    try {
      return { kind: 'answered', answer: await call() };
    } catch (error) {
      const wasAborted = signal?.aborted === true;
      if (!wasAborted) this.#note(error);
      return { kind: 'failed', error, wasAborted };
    }
  }

  #note(error: unknown): void {
    const type = error instanceof Error ? error.name : typeof error;
    this.#errorsByType.set(type, (this.#errorsByType.get(type) ?? 0) + 1);
    this.#lastError = type;
    this.#lastErrorAtMillis = this.#epochMillis();
  }
}

function createBreaker(settings: CircuitBreakerSettings, monotonicMillis: () => number): Breaker<Ending> {
  return new BreakerOnDemand<Ending>({
    isFailure,
    async load() {
      const { ConsecutiveFailuresBreaker } =
        await import('../../cloudwatch/circuit-breaker/consecutive-failures.js');
      const notMade = (last: Ending, afterMillis: number): Ending => ({
        kind: 'not_made',
        error: new CircuitOpenError(settings.failures, afterMillis, {
          cause: last.kind === 'failed' ? last.error : undefined,
        }),
      });
      return new ConsecutiveFailuresBreaker<Ending>({ isFailure, notMade, monotonicMillis }, settings);
    },
    // Calls go on without one; each still waits longer after a failure.
    onLoadFailure: () => undefined,
  });
}

/** An aborted call tells nothing of the service: as a probe it leaves the breaker open. */
function isFailure(ending: Ending, isProbe: boolean): boolean {
  if (ending.kind !== 'failed') return false;
  if (ending.wasAborted) return isProbe;
  const status = httpStatusOf(ending.error);
  if (classifyReadError(ending.error) !== 'retry') return false;
  return status === undefined || status >= 500;
}

/** @throws OptionError */
function readBreakerSettings(
  given: ReadBreakerOptions | false | undefined,
): CircuitBreakerSettings | undefined {
  if (given === false) return undefined;
  if (given === undefined) return DEFAULT_BREAKER;
  checkMembers('circuitBreaker', given, BREAKER_MEMBERS);
  return {
    failures: wholeNumber('failures', given.failures, 1, 1_000),
    probeAfterMillis: wholeNumber('probeAfterMillis', given.probeAfterMillis, 100, 600_000),
  };
}

function wholeNumber(
  name: keyof CircuitBreakerSettings,
  value: number | undefined,
  min: number,
  max: number,
): number {
  if (value === undefined) return DEFAULT_BREAKER[name];
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new OptionError(`circuitBreaker.${name}`, `be a whole number from ${min} to ${max}`, value);
  }
  return value;
}
