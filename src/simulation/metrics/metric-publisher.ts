import type { MetricValues } from './metric-store.js';
import { encodePutMetricData, putMetricDataRequests, type PutMetricDataRequest } from './put-metric-data.js';
import { type AwsCredentials, signPost } from './sign-request.js';

/** Data that wait for CloudWatch; the oldest go first. */
const MAX_WAITING = 10_000;
const TIMEOUT_MILLIS = 10_000;
const FIRST_PAUSE_MILLIS = 1000;
const MAX_PAUSE_MILLIS = 60_000;
/** What is said of a failure at most. */
const MAX_ERROR_LENGTH = 500;

/** Where metrics are published, and with which keys. */
export interface MetricsTarget {
  readonly endpoint: URL;
  readonly credentials: () => Promise<AwsCredentials>;
}

/** What became of the values that were to be published. */
export interface PublishingStatus {
  /** undefined: nowhere. */
  readonly endpoint: string | undefined;
  /** Data that CloudWatch took: one a metric and minute, more for many different values. */
  readonly published: number;
  readonly waiting: number;
  /** Data that were refused, or pushed out by later ones while CloudWatch did not answer. */
  readonly dropped: number;
  readonly lastError?: string | undefined;
}

/** What became of one request. `invalid`: one datum or more is no good, the others may be. */
type Outcome = 'taken' | 'retry' | 'refused' | 'invalid';

/** Sends values of metrics to CloudWatch, or to what stands in for it, with PutMetricData. */
export class MetricPublisher {
  readonly #target: MetricsTarget | undefined;
  readonly #stopped = new AbortController();
  #fresh: MetricValues[] = [];
  /** Requests that are still to be taken, in order. */
  #requests: PutMetricDataRequest[] = [];
  #sending: Promise<void> | undefined;
  #published = 0;
  #dropped = 0;
  #lastError: string | undefined;
  #pauseMillis = 0;
  #pausedUntil = 0;
  readonly #onWarning: (warning: string) => void;
  /** A failure is told once, until something is taken again. */
  #isWarned = false;

  /**
   * @param target - undefined: nothing is published
   * @param onWarning - hears that nothing can be published, and why
   */
  constructor(target: MetricsTarget | undefined, onWarning: (warning: string) => void = () => undefined) {
    this.#target = target;
    this.#onWarning = onWarning;
  }

  add(values: MetricValues): void {
    if (this.#target) this.#fresh.push(values);
  }

  status(): PublishingStatus {
    return {
      endpoint: this.#target?.endpoint.href,
      published: this.#published,
      waiting: this.#waitingData() + this.#fresh.length,
      dropped: this.#dropped,
      lastError: this.#lastError,
    };
  }

  /**
   * Sends what waits. After a failure nothing is sent for a while, unless `now` asks for it.
   * @returns resolves when all is sent, or has to be tried again later
   */
  async flush({ now = false }: { readonly now?: boolean } = {}): Promise<void> {
    if (!this.#target) return;
    this.#requests.push(...putMetricDataRequests(this.#fresh));
    this.#fresh = [];
    this.#dropOldest();
    if (!now && performance.now() < this.#pausedUntil) return;
    this.#sending ??= this.#sendAll(this.#target).finally(() => {
      this.#sending = undefined;
    });
    await this.#sending;
  }

  /** Gives up what waits. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#fresh = [];
    this.#requests = [];
  }

  #waitingData(): number {
    return this.#requests.reduce((sum, { data }) => sum + data.length, 0);
  }

  #dropOldest(): void {
    for (let waiting = this.#waitingData(); waiting > MAX_WAITING;) {
      const { length } = this.#requests.shift()!.data;
      waiting -= length;
      this.#dropped += length;
    }
  }

  async #sendAll(target: MetricsTarget): Promise<void> {
    for (let request = this.#requests[0]; request; request = this.#requests[0]) {
      const outcome = await this.#send(target, request);
      if (this.#stopped.signal.aborted) return;
      this.#warn(target, outcome);
      if (outcome === 'retry') {
        this.#pauseMillis = Math.min(MAX_PAUSE_MILLIS, this.#pauseMillis * 2 || FIRST_PAUSE_MILLIS);
        this.#pausedUntil = performance.now() + this.#pauseMillis;
        return;
      }
      this.#pauseMillis = 0;
      this.#pausedUntil = 0;
      // It may have been pushed out meanwhile.
      if (this.#requests[0] !== request) continue;
      this.#requests.shift();
      const { data } = request;
      if (outcome === 'taken') this.#published += data.length;
      else if (outcome === 'refused' || data.length === 1) this.#dropped += data.length;
      else this.#requests.unshift(...halves(request));
    }
  }

  #warn({ endpoint }: MetricsTarget, outcome: Outcome): void {
    if (outcome === 'taken') this.#isWarned = false;
    else if (!this.#isWarned) {
      this.#isWarned = true;
      this.#onWarning(`metrics can't be published at ${endpoint.href}: ${this.#lastError ?? ''}`);
    }
  }

  async #send({ endpoint, credentials }: MetricsTarget, request: PutMetricDataRequest): Promise<Outcome> {
    try {
      const body = encodePutMetricData(request);
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: signPost(
          {
            url: endpoint,
            headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
            body,
            region: request.region,
            service: 'monitoring',
            time: Date.now(),
          },
          await credentials(),
        ),
        body,
        redirect: 'error',
        signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(TIMEOUT_MILLIS)]),
      });
      const answer = await response.text();
      if (response.ok) return 'taken';
      this.#lastError = `${response.status} ${answer}`.slice(0, MAX_ERROR_LENGTH);
      return outcomeOf(response.status, answer);
    } catch (error) {
      const { message, cause } = error as Error;
      this.#lastError = (cause instanceof Error ? `${message}: ${cause.message}` : message).slice(
        0,
        MAX_ERROR_LENGTH,
      );
      return 'retry';
    }
  }
}

/** Throttling is answered with status 400, too. */
function outcomeOf(status: number, answer: string): Outcome {
  if (status >= 500 || status === 429 || /Throttling|RequestLimitExceeded/.test(answer)) return 'retry';
  return /InvalidParameter|MissingParameter|Validation|InvalidFormat/.test(answer) ? 'invalid' : 'refused';
}

function halves({ data, ...others }: PutMetricDataRequest): PutMetricDataRequest[] {
  const middle = Math.ceil(data.length / 2);
  return [
    { ...others, data: data.slice(0, middle) },
    { ...others, data: data.slice(middle) },
  ];
}
