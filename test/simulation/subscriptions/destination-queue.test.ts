import { expect } from 'chai';

import { type Attempt, DestinationQueue } from '../../../src/simulation/subscriptions/destination-queue.js';
import { START } from '../local-service.js';

const MEBIBYTE = 1024 * 1024;

/** A queue whose destination answers as it is told. */
class Bench {
  answer: (body: string) => Attempt | Promise<Attempt> = () => 'taken';
  readonly taken: string[] = [];
  readonly losses: string[] = [];
  /** Requests that go on at once, the most so far. */
  most = 0;
  readonly queue: DestinationQueue;
  readonly #stopped = new AbortController();
  #now = 0;

  constructor() {
    this.queue = new DestinationQueue(
      async ({ body }) => {
        this.#now++;
        this.most = Math.max(this.most, this.#now);
        const attempt = await this.answer(body);
        this.#now--;
        if (attempt === 'taken') this.taken.push(body);
        return attempt;
      },
      {
        epochMillis: () => START,
        stopped: this.#stopped.signal,
        onLoss: (reason) => this.losses.push(reason),
      },
    );
  }

  add(lane: string, body: string, bytes = 1): void {
    this.queue.add(lane, { bytes, filter: 'f', request: Promise.resolve({ headers: {}, body }) });
  }

  async empty(): Promise<void> {
    while (this.queue.statistics().waiting > 0) await new Promise(setImmediate);
  }

  stop(): void {
    this.#stopped.abort();
  }
}

describe('DestinationQueue', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => {
    bench.stop();
  });

  it('holds 64 MiB, and lets the oldest of all lanes go for more', async () => {
    let isDown = true;
    bench.answer = () => (isDown ? 'failed' : 'taken');
    for (let index = 0; index < 64; index++) bench.add(`lane ${index % 3}`, String(index), MEBIBYTE);
    expect(bench.queue.statistics()).to.include({ waiting: 64, dropped: 0 });
    bench.add('lane 0', '64', 1);
    expect(bench.queue.statistics()).to.include({ waiting: 64, dropped: 1 });
    bench.add('lane 1', '65', 2 * MEBIBYTE);
    expect(bench.queue.statistics()).to.include({ waiting: 63, dropped: 3 });
    expect(bench.losses).to.deep.equal(['more than 64 MiB wait']);
    isDown = false;
    await bench.empty();
    const numbers = bench.taken.map(Number);
    expect([...numbers].sort((left, right) => left - right)).to.deep.equal(
      Array.from({ length: 63 }, (_, index) => index + 3),
    );
    expect(bench.queue.statistics()).to.deep.equal({ delivered: 63, waiting: 0, dropped: 3, skipped: 0 });
  });

  it('keeps a message that is larger than all it may hold', async () => {
    bench.add('a', 'small');
    bench.add('a', 'huge', 100 * MEBIBYTE);
    expect(bench.queue.statistics()).to.include({ waiting: 1, dropped: 1 });
    await bench.empty();
    expect(bench.taken).to.deep.equal(['huge']);
  });

  it('sends eight requests at once, in order within a lane', async () => {
    bench.answer = () => new Promise((resolve) => setImmediate(resolve, 'taken'));
    for (let index = 0; index < 100; index++) bench.add(`lane ${index % 20}`, String(index));
    await bench.empty();
    expect(bench.most).to.equal(8);
    for (let lane = 0; lane < 20; lane++) {
      const ofLane = bench.taken.map(Number).filter((number) => number % 20 === lane);
      expect(ofLane).to.deep.equal([lane, lane + 20, lane + 40, lane + 60, lane + 80]);
    }
  });

  it('sends nothing more once it is stopped', async () => {
    const answers: ((attempt: Attempt) => void)[] = [];
    bench.answer = () => new Promise((resolve) => answers.push(resolve));
    bench.add('a', 'one');
    bench.add('a', 'two');
    while (answers.length === 0) await new Promise(setImmediate);
    bench.stop();
    answers[0]!('failed');
    await new Promise(setImmediate);
    expect(answers).to.have.length(1);
    expect(bench.queue.statistics()).to.include({ delivered: 0, waiting: 2 });
  });
});
