import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OptionError } from '../../cloudwatch/errors.js';
import { isObject } from '../../cloudwatch/is-object.js';
import { isForsakenPromise } from '../../cloudwatch/is-thenable.js';
import { type BackEnd } from '../back-end.js';
import { createLogDelivery, type LogDelivery } from '../log-delivery.js';
import { type LogDeliverySettings } from '../options.js';
import { type ConformanceOptions, type ScenarioResult, type StandIn } from './conformance.js';
import { type FaultProxy, PASS } from './fault-proxy.js';
import { type Marks, marksIn } from './marks.js';

/** Milliseconds after which what is still kept is given up. */
const MAX_SETTLING_MILLIS = 30_000;

/** Faults are over soon, so waits are short. */
const SETTINGS: LogDeliverySettings = {
  retry: { initialDelayMillis: 20, maxDelayMillis: 200 },
  circuitBreaker: { failures: 5, probeAfterMillis: 100 },
  requestTimeoutMillis: 1_000,
  deliveryTimeoutMillis: 2_000,
  flushTimeoutMillis: 5_000,
  shutdownTimeoutMillis: 2_000,
};

/** The parts that all scenarios share. */
export interface StageParts {
  readonly options: ConformanceOptions<unknown>;
  readonly createRecord: (body: string) => unknown;
  readonly standIn: StandIn;
  readonly proxy: FaultProxy;
  readonly marks: Marks;
  readonly records: number;
}

/** One scenario while it runs: its deliveries, its records, and what is wrong. */
export class Stage {
  readonly parts: StageParts;
  readonly problems: string[] = [];
  /** Bodies that the stand-in is to refuse. */
  readonly unwanted = new Set<string>();
  readonly #emitted = new Set<string>();
  readonly #deliveries: LogDelivery<unknown>[] = [];
  readonly #folders: string[] = [];
  readonly #forgivenBefore: number;
  readonly #seenBefore: number;

  constructor(parts: StageParts) {
    this.parts = parts;
    this.#forgivenBefore = parts.proxy.forgiven;
    this.#seenBefore = parts.proxy.seen.length;
  }

  /** Requests with records so far. */
  get seen(): FaultProxy['seen'] {
    return this.parts.proxy.seen.slice(this.#seenBefore).filter(({ records }) => records > 0);
  }

  /** The delivery of one process. */
  start(settings: LogDeliverySettings = {}): LogDelivery<unknown> {
    const backEnd = this.backEnd();
    let delivery: LogDelivery<unknown>;
    try {
      delivery = createLogDelivery({ ...backEnd, ...SETTINGS, ...settings });
    } catch (error) {
      throw new OptionError('createBackEnd', `give a back end that is right: ${(error as Error).message}`);
    }
    this.#deliveries.push(delivery);
    return delivery;
  }

  backEnd(): BackEnd<unknown> {
    const { port } = this.parts.proxy;
    const address = { host: '127.0.0.1', port, url: `http://127.0.0.1:${port}` };
    const backEnd: unknown = this.parts.options.createBackEnd(address);
    if (!isObject(backEnd) || isForsakenPromise(backEnd)) {
      throw new OptionError('createBackEnd', 'give a back end, and be no async function', backEnd);
    }
    return backEnd as unknown as BackEnd<unknown>;
  }

  /** What a process leaves outlives it without a sync, which a busy disk may not have done in time. */
  async spool(): Promise<{ directory: string; fsync: boolean }> {
    const directory = await mkdtemp(join(tmpdir(), 'conformance-'));
    this.#folders.push(directory);
    return { directory, fsync: false };
  }

  /** Makes records, each with a mark in its body. */
  make(count: number, extra = ''): unknown[] {
    return Array.from({ length: count }, () => {
      const mark = this.parts.marks.next();
      this.#emitted.add(mark);
      if (extra !== '') this.unwanted.add(mark);
      return this.parts.createRecord(`${mark}${extra}`);
    });
  }

  /** The next requests with records have these faults, all later ones none. */
  faults(...faults: ReturnType<FaultProxy['next']>[]): void {
    this.parts.proxy.isForAll = false;
    this.parts.proxy.next = () => faults.shift() ?? PASS;
  }

  /** Flushes until nothing is kept any more. */
  async settle(delivery: LogDelivery<unknown>): Promise<void> {
    const end = performance.now() + MAX_SETTLING_MILLIS;
    do await delivery.forceFlush();
    while (delivery.status().kept > 0 && performance.now() < end);
    const { kept, lastError } = delivery.status();
    if (kept > 0) {
      const because = lastError === undefined ? '' : `; last error: ${lastError.message}`;
      this.problems.push(
        `${kept} records are still kept after ${MAX_SETTLING_MILLIS} ms without faults${because}`,
      );
    }
  }

  /** Ends all, and counts. @param name - of the scenario */
  async end(name: string): Promise<ScenarioResult> {
    this.faults();
    for (const delivery of this.#deliveries) await delivery.shutdown();
    const stored = (await this.parts.standIn.stored()).flatMap((text) => {
      const [mark] = marksIn(text);
      return mark !== undefined && this.#emitted.has(mark) ? [mark] : [];
    });
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
    const there = new Set(stored);
    const dropped = this.#sum(({ dropped }) => dropped);
    const missing = this.#emitted.size - there.size;
    const duplicates = stored.length - there.size;
    this.#checkStatus(there.size);
    this.#checkDropped(dropped, missing, there);
    const allowed = this.parts.options.idempotent ? 0 : this.parts.proxy.forgiven - this.#forgivenBefore;
    if (duplicates > allowed) {
      this.problems.push(`${duplicates} records are there twice, where ${allowed} answers were lost`);
    }
    return {
      name,
      emitted: this.#emitted.size,
      delivered: there.size,
      duplicates,
      dropped,
      lost: Math.max(0, missing - dropped),
      problems: this.problems,
    };
  }

  /** What the deliveries say must be what is there. */
  #checkStatus(there: number): void {
    for (const delivery of this.#deliveries) {
      const { emitted, inherited, delivered, kept, dropped, handedOn } = delivery.status();
      if (emitted + inherited !== delivered + kept + dropped + handedOn) {
        this.problems.push(
          `status() does not add up: emitted ${emitted} + inherited ${inherited} is not ` +
            `delivered ${delivered} + kept ${kept} + dropped ${dropped} + handedOn ${handedOn}`,
        );
      }
    }
    const said = this.#sum(({ delivered }) => delivered);
    if (said > there) this.problems.push(`${said} records are said to be accepted, and ${there} are there`);
  }

  #checkDropped(dropped: number, missing: number, there: ReadonlySet<string>): void {
    if (dropped > missing) {
      this.problems.push(`${dropped} records are counted as lost, and ${missing} are missing`);
    }
    if (missing > dropped)
      this.problems.push(`${missing - dropped} records are lost, and nobody has counted them`);
    const wanted = [...this.#emitted].filter((mark) => !this.unwanted.has(mark) && !there.has(mark)).length;
    if (wanted > 0 && dropped > 0) {
      const reasons = this.#deliveries.flatMap((delivery) => Object.keys(delivery.status().droppedByReason));
      this.problems.push(
        `${wanted} records were dropped (${[...new Set(reasons)].join(', ')}) that could have been delivered`,
      );
    }
  }

  #sum(figure: (status: ReturnType<LogDelivery<unknown>['status']>) => number): number {
    return this.#deliveries.reduce((sum, delivery) => sum + figure(delivery.status()), 0);
  }
}
