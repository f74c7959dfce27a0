import { MetricPublisher, type MetricsTarget, type PublishingStatus } from './metric-publisher.js';
import { type MetricReading, MetricStore, type WantedMetrics } from './metric-store.js';

const TICK_MILLIS = 1000;
/** What the last values of a service that is stopped may take. */
const LAST_FLUSH_MILLIS = 5000;

/** The metrics that metric filters make: gathered by the minute, published after it, readable at any time. */
export class Metrics {
  readonly store: MetricStore;
  readonly #publisher: MetricPublisher;
  readonly #timer: NodeJS.Timeout;

  /**
   * @param epochMillis - milliseconds since 1970
   * @param onWarning - hears that nothing can be published, and why
   */
  constructor(
    epochMillis: () => number,
    target: MetricsTarget | undefined,
    onWarning: ((warning: string) => void) | undefined,
  ) {
    this.#publisher = new MetricPublisher(target, onWarning);
    this.store = new MetricStore(epochMillis, (values) => {
      this.#publisher.add(values);
    });
    this.#timer = setInterval(() => {
      this.store.publishDue();
      void this.#publisher.flush();
    }, TICK_MILLIS);
    this.#timer.unref();
  }

  read(wanted: WantedMetrics = {}): MetricReading[] {
    return this.store.read(wanted);
  }

  status(): PublishingStatus {
    return this.#publisher.status();
  }

  /** Publishes what there is, without waiting for the end of the minute. */
  async publish(): Promise<PublishingStatus> {
    this.store.publishDue({ all: true });
    // Twice, as the first call may have met a flush that had begun before.
    await this.#publisher.flush({ now: true });
    await this.#publisher.flush({ now: true });
    return this.status();
  }

  /** Forgets all values. */
  clear(): void {
    this.store.clear();
    this.#publisher.clear();
  }

  /** Publishes the rest, in a few seconds at most. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const giveUp = setTimeout(() => {
      this.#publisher.stop();
    }, LAST_FLUSH_MILLIS);
    await this.publish();
    clearTimeout(giveUp);
    this.#publisher.stop();
  }
}
