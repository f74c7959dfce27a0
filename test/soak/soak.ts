import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type Logger, SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import sinon from 'sinon';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';
import { createDelivery } from '../../src/delivery/create-delivery.js';
import { QueueingProcessor } from '../../src/exporter/queueing-processor.js';
import { readProcessorOptions } from '../../src/options/options.js';
import { seededRandom } from '../../src/simulation/seeded-random.js';
import { collectGarbage } from '../collect-garbage.js';
import { observedFileSystem } from './observed-file-system.js';
import { SoakService } from './soak-service.js';
import { WorkInProgress } from './work-in-progress.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What is run. */
export interface SoakSettings {
  /** Simulated milliseconds for which the service takes nothing. */
  readonly outageMillis: number;
  readonly recordsPerSecond: number;
  readonly streams: number;
  /** Bound of the spool. */
  readonly maxBytes: number;
  readonly seed: number;
  /** Simulated milliseconds between two samples. */
  readonly sampleMillis: number;
  readonly onSample?: ((sample: SoakSample) => void) | undefined;
}

/** A look at the process at one time. */
export interface SoakSample {
  readonly phase: 'before' | 'outage' | 'recovery' | 'end';
  /** Simulated milliseconds since the outage began; negative before. */
  readonly millis: number;
  readonly emitted: number;
  readonly delivered: number;
  readonly kept: number;
  readonly dropped: number;
  readonly spoolBytes: number;
  readonly spoolBatches: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/** What was found. */
export interface SoakReport {
  readonly emitted: number;
  /** Events found at the service, each counted once. */
  readonly delivered: number;
  readonly kept: number;
  readonly dropped: number;
  readonly droppedByReason: Readonly<Record<string, number>>;
  readonly duplicates: number;
  readonly outOfOrder: number;
  /** `emitted - delivered - dropped`. */
  readonly lost: number;
  /** Of each stream, the runs of records that did not come. */
  readonly missing: readonly (readonly (readonly [number, number])[])[];
  /** The status of the processor at its end; `delivered` is what it counted itself. */
  readonly counted: { readonly emitted: number; readonly delivered: number; readonly deliveredBytes: number };
  /** Bytes of what came, as the service bills them. */
  readonly billedBytes: number;
  readonly emittedInOutage: number;
  /** Of each stream, the number of its first record in the outage. */
  readonly firstInOutage: readonly number[];
  readonly peakSpoolBytes: number;
  readonly peakSpoolBatches: number;
  readonly requests: number;
  readonly samples: readonly SoakSample[];
  /** Simulated milliseconds from the outage's end until nothing was kept any more. */
  readonly drainMillis: number;
}

/** Simulated time that goes by between two looks at what it started. */
const STEP_MILLIS = 20;

/** Runs an application that logs through an outage, by simulated time. */
export async function runSoak(settings: SoakSettings): Promise<SoakReport> {
  const directory = mkdtempSync(join(tmpdir(), 'soak-'));
  const clock = sinon.useFakeTimers({
    now: Date.UTC(2026, 10, 21, 7, 30),
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    shouldClearNativeTimers: true,
  });
  const work = new WorkInProgress();
  const service = await SoakService.start(work, settings.seed);
  try {
    return await new Soak(settings, directory, clock, work, service).run();
  } finally {
    await service.stop();
    clock.restore();
    rmSync(directory, { recursive: true, force: true });
  }
}

class Soak {
  readonly #settings: SoakSettings;
  readonly #clock: sinon.SinonFakeTimers;
  readonly #work: WorkInProgress;
  readonly #service: SoakService;
  readonly #client: CloudWatchLogsClient;
  readonly #processor: QueueingProcessor;
  readonly #provider: LoggerProvider;
  readonly #logger: Logger;
  readonly #samples: SoakSample[] = [];
  readonly #emitted: number[];
  readonly #outageStart = Date.now() + MINUTE;
  #peakSpoolBytes = 0;
  #peakSpoolBatches = 0;
  #turn = 0;
  #millisSinceRecord = 0;

  constructor(
    settings: SoakSettings,
    directory: string,
    clock: sinon.SinonFakeTimers,
    work: WorkInProgress,
    service: SoakService,
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.#work = work;
    this.#service = service;
    this.#emitted = Array.from({ length: settings.streams }, () => 0);
    this.#client = this.#createClient();
    const options = readProcessorOptions(
      {
        client: this.#client,
        logGroupName: '/soak/{service.name}',
        logStreamName: 'stream-{attributes.stream}',
        // Compressing runs in a thread that nothing tells of, so simulated time would not wait for it.
        compression: 'none',
        spool: { directory: join(directory, 'spool'), maxBytes: settings.maxBytes },
      },
      {},
    );
    this.#processor = new QueueingProcessor(options, {
      createDelivery: (parts, deliverySettings) =>
        createDelivery(
          { ...parts, fileSystem: observedFileSystem(work), random: seededRandom(settings.seed) },
          deliverySettings,
        ),
    });
    const resource = resourceFromAttributes({ 'service.name': 'orders', 'service.instance.id': 'i-1' });
    this.#provider = new LoggerProvider({ processors: [this.#processor], resource });
    this.#logger = this.#provider.getLogger('soak');
  }

  async run(): Promise<SoakReport> {
    const { outageMillis } = this.#settings;
    await this.#log(MINUTE, 'before');
    const before = this.#sum();
    const firstInOutage = [...this.#emitted];
    this.#service.outage(this.#outageStart, outageMillis);
    await this.#log(outageMillis, 'outage');
    const emittedInOutage = this.#sum() - before;
    const outageEnd = Date.now();
    while (this.#hasSpooled()) await this.#log(SECOND, 'recovery');
    const drainMillis = Date.now() - outageEnd;
    await this.#log(MINUTE, 'recovery');
    await this.#until(this.#provider.shutdown());
    this.#sample('end');
    this.#client.destroy();
    return this.#report({ emittedInOutage, firstInOutage, drainMillis });
  }

  /** Emits records at the rate of the settings while simulated time goes by. */
  async #log(millis: number, phase: SoakSample['phase']): Promise<void> {
    const { recordsPerSecond, sampleMillis } = this.#settings;
    const perRecord = SECOND / recordsPerSecond;
    for (let done = 0; done < millis; done += STEP_MILLIS) {
      this.#millisSinceRecord += STEP_MILLIS;
      for (; this.#millisSinceRecord >= perRecord; this.#millisSinceRecord -= perRecord) {
        this.#clock.tick(perRecord);
        this.#emit();
      }
      await this.#work.settled();
      this.#notePeaks();
      if (Math.floor(Date.now()) % sampleMillis < STEP_MILLIS) this.#sample(phase);
    }
  }

  /** Lets simulated time go by until something is done. */
  async #until(promise: Promise<unknown>): Promise<void> {
    let isDone = false;
    void promise.finally(() => {
      isDone = true;
    });
    await this.#work.settled();
    while (!isDone) {
      this.#clock.tick(STEP_MILLIS);
      await this.#work.settled();
    }
    await promise;
  }

  #emit(): void {
    const stream = this.#turn++ % this.#settings.streams;
    const number = this.#emitted[stream]!++;
    this.#logger.emit({
      severityNumber: SeverityNumber.INFO,
      severityText: 'INFO',
      body: `GET /orders/${number % 997} was answered with 200 after ${number % 89} ms`,
      attributes: {
        stream,
        number,
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'url.path': `/orders/${number % 997}`,
        'user.id': `user-${number % 10_007}`,
      },
    });
  }

  /** Requests count as work in progress; what the SDK waits for between two of them does not. */
  #createClient(): CloudWatchLogsClient {
    const client = createCloudWatchLogsClient(
      {
        endpoint: this.#service.endpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: 'soak', secretAccessKey: 'soak' },
      },
      {},
    );
    client.middlewareStack.add((next) => (args) => this.#work.during(next(args)), {
      step: 'deserialize',
      name: 'workInProgress',
      priority: 'low',
    });
    return client;
  }

  #hasSpooled(): boolean {
    const { spool, heldEvents } = this.#processor.status();
    return (spool?.batches ?? 0) > 0 || heldEvents > 0;
  }

  #notePeaks(): void {
    const { spool } = this.#processor.status();
    // The processor loads what delivers.
    if (!spool) return;
    this.#peakSpoolBytes = Math.max(this.#peakSpoolBytes, spool.bytes);
    this.#peakSpoolBatches = Math.max(this.#peakSpoolBatches, spool.batches);
  }

  #sample(phase: SoakSample['phase']): void {
    const { emitted, kept, dropped, delivered, spool } = this.#processor.status();
    collectGarbage();
    const { heapUsed, rss } = process.memoryUsage();
    const sample: SoakSample = {
      phase,
      millis: Date.now() - this.#outageStart,
      emitted,
      delivered,
      kept,
      dropped,
      spoolBytes: spool!.bytes,
      spoolBatches: spool!.batches,
      heapBytes: heapUsed,
      rssBytes: rss,
    };
    this.#samples.push(sample);
    this.#settings.onSample?.(sample);
  }

  #sum(): number {
    return this.#emitted.reduce((sum, count) => sum + count, 0);
  }

  #report(outage: Pick<SoakReport, 'emittedInOutage' | 'firstInOutage' | 'drainMillis'>): SoakReport {
    const checks = this.#emitted.map((_, stream) => this.#service.streams.get(`stream-${stream}`)!);
    const sum = (member: 'delivered' | 'duplicates' | 'outOfOrder'): number =>
      checks.reduce((total, check) => total + check[member], 0);
    const status = this.#processor.status();
    const emitted = this.#sum();
    const delivered = sum('delivered');
    return {
      emitted,
      delivered,
      kept: status.kept,
      dropped: status.dropped,
      droppedByReason: status.droppedByReason,
      duplicates: sum('duplicates'),
      outOfOrder: sum('outOfOrder'),
      lost: emitted - delivered - status.dropped,
      missing: checks.map((check, stream) => check.missing(this.#emitted[stream]!)),
      counted: {
        emitted: status.emitted,
        delivered: status.delivered,
        deliveredBytes: status.deliveredBytes,
      },
      billedBytes: this.#service.billedBytes,
      ...outage,
      peakSpoolBytes: this.#peakSpoolBytes,
      peakSpoolBatches: this.#peakSpoolBatches,
      requests: status.requests,
      samples: this.#samples,
    };
  }
}
