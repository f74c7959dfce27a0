import { type CloudWatchLogsClient, type PutLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type sinon from 'sinon';
import { createDelivery } from '../../src/delivery/create-delivery.js';
import { ExporterCore, type ExporterParts } from '../../src/exporter/exporter-core.js';
import { type ExporterStatus } from '../../src/exporter/exporter-status.js';
import { QueueingProcessor } from '../../src/exporter/queueing-processor.js';
import {
  type CloudWatchLogRecordProcessorOptions,
  readExporterOptions,
  readProcessorOptions,
} from '../../src/options/options.js';
import { TestDisk, type TestProcess } from '../delivery/spool/test-disk.js';
import { listeningDiagnostics, record } from '../encoding/records.js';
import { sdkBatchProcessor } from './sdk-processors.js';

const STEP_MILLIS = 10;

/** How a request ends after the SDK's own attempts: with an error after some milliseconds, or never. */
export interface Failure {
  readonly afterMillis: number;
  readonly error?: Error;
}

const BODY = 'GET /orders/17 took 9 ms and was answered with 200, as ever, to the customer’s content';

/** A client of a service that fails until it is mended, by simulated time. */
export class FailingClient {
  failure: Failure | undefined;
  latencyMillis = 40;
  delivered = 0;

  constructor(failure: Failure | undefined) {
    this.failure = failure;
  }

  send(command: { input: Partial<PutLogEventsCommandInput> }): Promise<object> {
    const { failure } = this;
    return new Promise((resolve, reject) => {
      if (failure === undefined) {
        this.delivered += command.input.logEvents?.length ?? 0;
        setTimeout(resolve, this.latencyMillis, {});
      } else if (failure.error !== undefined) {
        setTimeout(reject, failure.afterMillis, failure.error);
      }
    });
  }

  destroy(): void {
    // Nothing to let go of.
  }
}

/**
 * An application that logs at a steady rate by simulated time, which stands still while files are written: what a busy
 * machine is slow at strikes no timeout.
 */
export class SimulatedApplication {
  readonly client: FailingClient;
  readonly clock: sinon.SinonFakeTimers;
  readonly status: () => ExporterStatus;
  readonly flush: () => Promise<void>;
  readonly #emit: () => void;
  readonly #process: TestProcess;
  readonly #recordsPerStep: number;
  #emitted = 0;

  constructor(
    clock: sinon.SinonFakeTimers,
    failure: Failure | undefined,
    {
      isStock = false,
      recordsPerSecond = 15_000,
      bodyOf = () => BODY,
      ...options
    }: Partial<CloudWatchLogRecordProcessorOptions> & {
      isStock?: boolean;
      recordsPerSecond?: number;
      bodyOf?: (number: number) => unknown;
    },
  ) {
    this.clock = clock;
    this.client = new FailingClient(failure);
    this.#process = new TestDisk().process();
    const all = {
      logGroupName: '/g',
      logStreamName: 's',
      provision: 'none' as const,
      compression: 'none' as const,
      layout: 'body' as const,
      client: this.client as unknown as CloudWatchLogsClient,
      ...options,
    };
    const parts: ExporterParts = {
      diagnostics: listeningDiagnostics().diagnostics,
      createDelivery: (deliveryParts, settings) =>
        createDelivery({ ...deliveryParts, fileSystem: this.#process.fs }, settings),
    };
    this.#recordsPerStep = (recordsPerSecond * STEP_MILLIS) / 1_000;
    const emitTo = (processor: Pick<QueueingProcessor, 'onEmit'>) => () => {
      processor.onEmit(record({ body: bodyOf(this.#emitted++) }));
    };
    if (isStock) {
      const exporter = new ExporterCore(readExporterOptions(all, {}), parts);
      const processor = sdkBatchProcessor(exporter, { maxQueueSize: 40_000, maxExportBatchSize: 10_000 });
      this.#emit = emitTo(processor);
      this.status = () => exporter.status();
      this.flush = () => processor.forceFlush();
    } else {
      const processor = new QueueingProcessor(readProcessorOptions(all, {}), parts);
      this.#emit = emitTo(processor);
      this.status = () => processor.status();
      this.flush = () => processor.forceFlush();
    }
  }

  get emitted(): number {
    return this.#emitted;
  }

  /** Logs for some milliseconds. @param look - called every ten of them */
  async log(millis: number, look: () => void = () => undefined): Promise<void> {
    for (let passed = 0; passed < millis; passed += STEP_MILLIS) {
      for (let n = 0; n < this.#recordsPerStep; n++) this.#emit();
      await this.pass(STEP_MILLIS);
      look();
    }
  }

  async pass(millis: number): Promise<void> {
    await this.clock.tickAsync(millis);
    await this.#process.idle();
  }

  /** Lets time go on until something is through. */
  async until(what: Promise<void>): Promise<void> {
    let isThrough = false;
    void what.then(() => (isThrough = true));
    while (!isThrough) await this.pass(100);
  }
}
