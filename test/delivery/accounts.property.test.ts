import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { EndpointBreaker } from '../../src/delivery/circuit-breaker.js';
import { DEFAULT_DELIVERY_SETTINGS, type DeliveryResult } from '../../src/delivery/delivery.js';
import { Dispatcher } from '../../src/delivery/dispatcher.js';
import { type EncodedEvent, type EventKeeper, type LogEventBatch } from '../../src/delivery/encoded-event.js';
import { type Outcome } from '../../src/delivery/outcome.js';
import { DEFAULT_SPOOL_SETTINGS, Spool } from '../../src/delivery/spool/spool.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import { Losses } from '../../src/observability/losses.js';
import { batch, readyProvisioner } from './builders.js';
import { TestDisk, type TestProcess } from './spool/test-disk.js';

/** What a request comes to: an answer, or none though it took effect, or none for want of a service. */
type Reply =
  | { readonly kind: 'accept'; readonly tooOld: number }
  | { readonly kind: 'accept, answer lost' }
  | { readonly kind: 'refuse'; readonly outcome: Outcome };

/** What happens, one after the other. */
type Step =
  | { readonly kind: 'deliver'; readonly sizes: readonly number[]; readonly stream: number }
  | { readonly kind: 'wait'; readonly millis: number }
  | { readonly kind: 'flush' | 'shut down' | 'next process' }
  | { readonly kind: 'disk'; readonly isFull: boolean };

interface Scenario {
  readonly replies: readonly { readonly reply: Reply; readonly millis: number }[];
  readonly steps: readonly Step[];
  readonly settings: {
    readonly concurrency: number;
    readonly maxBufferBytes: number;
    readonly hasBreaker: boolean;
    readonly hasKeeper: boolean;
    readonly spoolBytes: number | undefined;
  };
}

const retry = (cause: 'retry' | 'throttled' | 'credentials' | 'denied' | 'missing'): Outcome => ({
  kind: 'retry',
  cause,
  error: new Error(`it is ${cause}`),
});
const reply = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('accept' as const), tooOld: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('accept' as const), tooOld: fc.nat({ max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('accept, answer lost' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('refuse' as const),
      outcome: fc.constantFrom<Outcome>(
        retry('retry'),
        retry('retry'),
        retry('throttled'),
        retry('credentials'),
        retry('denied'),
        retry('missing'),
        { kind: 'split', error: new Error('invalid') },
        { kind: 'split', error: new Error('invalid') },
        { kind: 'refused', error: new Error('never') },
        { kind: 'sequence_token', expected: '7', error: new Error('token') },
      ),
    }),
  },
);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('deliver' as const),
      sizes: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }),
      stream: fc.nat({ max: 2 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      millis: fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 15_000 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disk' as const), isFull: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('shut down' as const, 'next process' as const) }),
  },
);
const scenario = (spoolBytes: fc.Arbitrary<number | undefined>): fc.Arbitrary<Scenario> =>
  fc.record({
    replies: fc.array(fc.record({ reply, millis: fc.nat({ max: 2_500 }) }), { maxLength: 80 }),
    steps: fc.array(step, { minLength: 1, maxLength: 25 }),
    settings: fc.record({
      concurrency: fc.integer({ min: 1, max: 4 }),
      maxBufferBytes: fc.integer({ min: 100, max: 2_500 }),
      hasBreaker: fc.boolean(),
      hasKeeper: fc.boolean(),
      spoolBytes,
    }),
  });

/** An event that fails whoever reads it once nobody should. */
class KeptEvent implements EncodedEvent {
  isFinished = false;
  readonly timestamp: number;
  readonly messageBytes: number;
  readonly #messageJson: string;

  constructor({
    timestamp,
    messageBytes,
    messageJson,
  }: Pick<EncodedEvent, 'timestamp' | 'messageBytes' | 'messageJson'>) {
    this.timestamp = timestamp;
    this.messageBytes = messageBytes;
    this.#messageJson = messageJson;
  }

  get messageJson(): string {
    if (this.isFinished) throw new Error(`${this.#messageJson} is read after its end`);
    return this.#messageJson;
  }
}

/** Stands for the write-ahead log: has every event until it is released, or gets it back. */
class TestKeeper implements EventKeeper {
  readonly held = new Set<string>();
  left = 0;

  sending(): void {
    // What may be with the service is of no matter here.
  }

  release(events: readonly EncodedEvent[]): void {
    for (const { messageJson } of events) {
      if (!this.held.delete(messageJson)) throw new Error(`${messageJson} was not held`);
    }
  }

  finish(events: readonly EncodedEvent[]): void {
    this.release(events);
    for (const event of events) if (event instanceof KeptEvent) event.isFinished = true;
  }

  giveBack(events: readonly EncodedEvent[]): number {
    this.release(events);
    this.left += events.length;
    return events.length;
  }
}

/** A service, and the processes that deliver to it one after the other. */
class World {
  readonly results: Promise<DeliveryResult>[] = [];
  readonly keeper = new TestKeeper();
  /** Events that were handed over. */
  emitted = 0;
  /** Events whose acceptance was answered. */
  answered = 0;
  /** How often the store has an event. */
  readonly stored = new Map<string, number>();
  /** How many answers were lost of an event that the store has. */
  readonly unanswered = new Map<string, number>();
  readonly #scenario: Scenario;
  readonly #clock: SinonFakeTimers;
  readonly #directory: string;
  readonly #replies: { readonly reply: Reply; readonly millis: number }[];
  readonly #disk = new TestDisk();
  readonly #earlier = { delivered: 0, lost: 0, handedOn: 0 };
  #process!: TestProcess;
  #delivery!: Dispatcher;
  #losses!: Losses;
  #ends: Promise<void>[] = [];
  #isShutDown = false;
  #inherited = 0;
  #events = 0;

  constructor(of: Scenario, clock: SinonFakeTimers, directory: string) {
    this.#scenario = of;
    this.#clock = clock;
    this.#directory = directory;
    this.#replies = [...of.replies];
    this.#start();
  }

  async run(): Promise<void> {
    for (const one of this.#scenario.steps) {
      await this.#take(one);
      await this.#settle();
      this.check();
    }
    this.#replies.length = 0;
    this.#disk.isFull = false;
    await this.#nextProcess();
    void this.#delivery.forceFlush();
    await this.#wait(60_000);
    await this.#shutDown();
  }

  /** Every event is in one place, whatever was answered. */
  check(): void {
    const { deliveredEvents, heldEvents, inheritedEvents, handedOnEvents, heldBytes, spool } =
      this.#delivery.status();
    expect(deliveredEvents + this.#earlier.delivered, 'delivered').to.equal(this.answered);
    // What the last process left in the spool is not inherited until it is found there.
    const toFind = this.#inherited - inheritedEvents!;
    expect(
      deliveredEvents +
        this.#earlier.delivered +
        this.#losses.total() +
        this.#earlier.lost +
        handedOnEvents! +
        heldEvents +
        (spool?.events ?? 0) +
        toFind +
        this.keeper.left,
      `${this.emitted} emitted`,
    ).to.equal(this.emitted);
    expect(heldEvents, 'held').to.be.at.least(0);
    if (heldEvents === 0) expect(heldBytes, 'bytes held').to.equal(0);
    for (const [event, copies] of this.stored) {
      expect(copies, event).to.be.at.most(1 + (this.unanswered.get(event) ?? 0));
    }
  }

  async checkEnd(): Promise<void> {
    this.check();
    const { heldEvents, spool } = this.#delivery.status();
    expect({ heldEvents, spooled: spool?.events ?? 0 }).to.deep.equal({ heldEvents: 0, spooled: 0 });
    expect([...this.keeper.held]).to.deep.equal([]);
    let reported = 0;
    for (const { delivered, kept, lost } of await Promise.all(this.results))
      reported += delivered + kept + lost;
    expect(reported, 'reported').to.equal(this.emitted);
    // An event that is counted as dropped may be in the store, where its answer was lost: never the reverse.
    const dropped = this.#losses.total() + this.#earlier.lost;
    expect(this.stored.size).to.be.at.least(this.emitted - dropped - this.keeper.left);
  }

  async #take(one: Step): Promise<void> {
    switch (one.kind) {
      case 'deliver':
        this.results.push(this.#delivery.deliver(one.sizes.map((size) => this.#batch(size, one.stream))));
        break;
      case 'wait':
        await this.#wait(one.millis);
        break;
      case 'flush':
        this.#ends.push(this.#delivery.forceFlush());
        break;
      case 'shut down':
        this.#isShutDown = true;
        this.#ends.push(this.#delivery.shutdown());
        break;
      case 'next process':
        await this.#nextProcess();
        break;
      case 'disk':
        this.#disk.isFull = one.isFull;
    }
  }

  #batch(size: number, stream: number): LogEventBatch {
    const texts = Array.from({ length: size }, () => `event ${this.#events++}`);
    const to = { logGroupName: '/apps/orders', logStreamName: `stream ${stream}` };
    this.emitted += size;
    const one = batch(texts, { to });
    if (!this.#scenario.settings.hasKeeper) return one;
    for (const { messageJson } of one.events) this.keeper.held.add(messageJson);
    return { ...one, events: one.events.map((event) => new KeptEvent(event)), keeper: this.keeper };
  }

  async #shutDown(): Promise<void> {
    this.#isShutDown = true;
    this.#ends.push(this.#delivery.shutdown());
    await this.#wait(30_000);
    await Promise.all(this.#ends);
    this.#ends = [];
    this.check();
  }

  async #nextProcess(): Promise<void> {
    if (!this.#isShutDown || this.#ends.length > 0) await this.#shutDown();
    const { deliveredEvents, handedOnEvents, spool } = this.#delivery.status();
    this.#earlier.delivered += deliveredEvents;
    this.#earlier.handedOn += handedOnEvents!;
    this.#earlier.lost += this.#losses.total();
    this.#inherited = (spool?.events ?? 0) + (this.#inherited - this.#delivery.status().inheritedEvents!);
    this.#start();
  }

  #start(): void {
    const { concurrency, maxBufferBytes, hasBreaker, spoolBytes } = this.#scenario.settings;
    const silent = (): void => undefined;
    const diagnostics = new Diagnostics({
      logger: { error: silent, warn: silent, info: silent, debug: silent },
      monotonicMillis: () => this.#clock.now,
    });
    this.#process = this.#disk.process();
    this.#isShutDown = false;
    this.#losses = new Losses();
    const spool =
      spoolBytes === undefined
        ? undefined
        : new Spool(
            { diagnostics, monotonicMillis: () => this.#clock.now, fileSystem: this.#process.fs },
            { ...DEFAULT_SPOOL_SETTINGS, directory: this.#directory, maxBytes: spoolBytes, fsync: false },
          );
    this.#delivery = new Dispatcher(
      {
        sender: { send: (one, signal) => this.#answer(one, signal) },
        provisioner: readyProvisioner,
        breaker: hasBreaker
          ? new EndpointBreaker(
              { diagnostics, monotonicMillis: () => this.#clock.now },
              { failures: 2, probeAfterMillis: 1_500 },
            )
          : undefined,
        spool,
        losses: this.#losses,
        diagnostics,
        monotonicMillis: () => this.#clock.now,
        random: () => 0.5,
      },
      { ...DEFAULT_DELIVERY_SETTINGS, concurrency, maxBufferBytes, deliveryTimeoutMillis: 5_000 },
    );
  }

  async #answer({ events }: LogEventBatch, signal: AbortSignal): Promise<Outcome> {
    const next = this.#replies.shift();
    if (next !== undefined && next.millis > 0) {
      await new Promise((resolve) => setTimeout(resolve, next.millis));
    }
    let answer: Reply = next?.reply ?? { kind: 'accept', tooOld: 0 };
    // When the time of a shutdown is over no answer is waited for.
    if (signal.aborted && answer.kind === 'accept') answer = { kind: 'accept, answer lost' };
    if (answer.kind === 'refuse') return answer.outcome;
    const tooOld = answer.kind === 'accept' ? Math.min(answer.tooOld, events.length) : 0;
    for (const { messageJson } of events.slice(tooOld)) {
      count(this.stored, messageJson);
      if (answer.kind === 'accept, answer lost') count(this.unanswered, messageJson);
    }
    if (answer.kind === 'accept, answer lost') return retry('retry');
    this.answered += events.length - tooOld;
    return { kind: 'accepted', rejected: tooOld > 0 ? [{ reason: 'too_old', count: tooOld }] : [] };
  }

  async #wait(millis: number): Promise<void> {
    const longest = Math.max(500, millis / 10);
    for (let left = millis; left > 0; left -= longest) {
      await this.#clock.tickAsync(Math.min(longest, left));
      await this.#settle();
      this.check();
    }
  }

  /** Lets files be written and read. */
  async #settle(): Promise<void> {
    if (this.#scenario.settings.spoolBytes === undefined) {
      await nextTurn();
      return;
    }
    await this.#process.idle();
  }
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

describe('the accounts of delivery', () => {
  let clock: SinonFakeTimers;
  let directory: string;
  /** A folder for each run: what a failed one left running must not touch the next. */
  let runs = 0;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'accounts-'));
    clock = useFakeTimers({
      now: 1_700_000_000_000,
      toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    });
  });
  afterEach(async () => {
    clock.restore();
    await rm(directory, { recursive: true, force: true });
  });

  const holds = (name: string, spoolBytes: fc.Arbitrary<number | undefined>, numRuns: number): void => {
    it(`add up at every step ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(scenario(spoolBytes), async (of) => {
          const world = new World(of, clock, join(directory, `run-${++runs}`));
          await world.run();
          await world.checkEnd();
        }),
        { seed: 23, numRuns },
      );
    }).timeout(300_000);
  };
  holds('in memory', fc.constant(undefined), 120);
  holds('with a spool that has room', fc.constant(1_000_000), 40);
  holds('with a spool that is soon full', fc.constantFrom(400, 1_500), 40);
});
