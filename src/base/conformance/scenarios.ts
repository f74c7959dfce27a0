import { type LogDelivery } from '../log-delivery.js';
import { type ConformanceOptions, type StandIn } from './conformance.js';
import { type Fault, PASS } from './fault-proxy.js';
import { type Stage } from './stage.js';

/** Something that happens to a back end, and what is to come of it. */
export interface Scenario {
  readonly name: string;
  /** Left out where the back end or its stand-in has no such thing. */
  readonly needs?: (parts: {
    readonly options: ConformanceOptions<unknown>;
    readonly standIn: StandIn;
  }) => boolean;
  run(stage: Stage): Promise<void>;
}

const UNWANTED = ' unwanted';

/** Answers that say that the back end can't do it now. */
const PASSING_STATUSES = [500, 502, 503, 504];

/** Milliseconds by which a clock may be off that counts from another moment. */
const CLOCK_MILLIS = 50;

/** Milliseconds between two exports of the soak. */
const SOAK_STEP_MILLIS = 20;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'delivers',
    async run(stage) {
      const { maxEvents } = stage.backEnd().limits;
      const delivery = stage.start();
      await deliver(stage, delivery);
      await stage.settle(delivery);
      const largest = Math.max(0, ...stage.seen.map(({ records }) => records));
      if (stage.seen.length === 0 && stage.problems.length === 0) {
        stage.problems.push(
          'no request was seen with a mark in it: the kit reads plain and gzipped requests alone',
        );
      }
      if (largest > maxEvents) {
        stage.problems.push(`a request held ${largest} records, over limits.maxEvents (${maxEvents})`);
      }
    },
  },
  {
    name: 'answers are lost after acceptance',
    run: (stage) => withFaults(stage, [{ kind: 'lose_answer' }, { kind: 'lose_answer' }]),
  },
  {
    name: 'an answer never comes',
    run: (stage) => withFaults(stage, [{ kind: 'hold_answer' }]),
  },
  {
    name: 'connections are reset',
    run: (stage) => withFaults(stage, [{ kind: 'reset' }, { kind: 'reset' }, { kind: 'reset' }]),
  },
  {
    name: 'a request hangs',
    run: (stage) => withFaults(stage, [{ kind: 'hang' }]),
  },
  {
    name: '5xx',
    needs: isHttp,
    run: (stage) =>
      withFaults(
        stage,
        PASSING_STATUSES.map((status) => ({ kind: 'status', status })),
      ),
  },
  {
    name: '429 with Retry-After',
    needs: isHttp,
    async run(stage) {
      await withFaults(stage, [{ kind: 'status', status: 429, retryAfterSeconds: 1 }], { concurrency: 1 });
      const [first, second] = stage.seen;
      const waited = (second?.at ?? Number.POSITIVE_INFINITY) - (first?.at ?? 0);
      if (waited < 1_000 - CLOCK_MILLIS) {
        stage.problems.push(
          `Retry-After asked for 1,000 ms; the next request came after ${Math.round(waited)} ms`,
        );
      }
    },
  },
  {
    name: 'some records are refused',
    needs: ({ standIn }) => standIn.refuse !== undefined,
    async run(stage) {
      const { standIn } = stage.parts;
      await standIn.refuse!(UNWANTED);
      const delivery = stage.start();
      const records = [...stage.make(stage.parts.records), ...stage.make(3, UNWANTED)];
      // In the midst of others, so that some of a request are fine and some are not.
      records.splice(5, 0, ...records.splice(-2));
      await delivery.deliver(records);
      await stage.settle(delivery);
      await standIn.refuse!(undefined);
      const { dropped } = delivery.status();
      if (dropped !== stage.unwanted.size) {
        stage.problems.push(
          `${stage.unwanted.size} records were refused, and ${dropped} are counted as lost`,
        );
      }
    },
  },
  {
    name: 'credentials expire',
    needs: ({ standIn }) => standIn.expireCredentials !== undefined,
    async run(stage) {
      const delivery = stage.start();
      await deliver(stage, delivery);
      await stage.parts.standIn.expireCredentials!();
      await deliver(stage, delivery);
      await stage.settle(delivery);
    },
  },
  {
    name: 'down, then up',
    async run(stage) {
      const { proxy } = stage.parts;
      const delivery = stage.start({ spool: await stage.spool() });
      await proxy.down();
      await deliver(stage, delivery);
      if (delivery.status().delivered > 0) stage.problems.push('records are said to be accepted by nobody');
      await proxy.up();
      await stage.settle(delivery);
    },
  },
  {
    name: 'a process shuts down while the back end is down; the next one sends',
    async run(stage) {
      const { proxy } = stage.parts;
      const spool = await stage.spool();
      const first = stage.start({ spool });
      await deliver(stage, first);
      await proxy.down();
      const delivering = deliver(stage, first);
      await first.shutdown();
      await delivering;
      await proxy.up();
      await stage.settle(stage.start({ spool }));
    },
  },
  {
    name: 'a process ends at once in the midst of requests; the next one sends',
    async run(stage) {
      const spool = await stage.spool();
      // On a busy machine neither time may be over before the end: what is being stored for that would be stored twice, since
      // this process goes on.
      const first = stage.start({ spool, requestTimeoutMillis: 30_000, deliveryTimeoutMillis: 60_000 });
      // For the same reason its own first look at the spool must not find what it leaves there.
      await first.forceFlush();
      // None may be answered: what a process that has ended is told counts for nobody.
      stage.parts.proxy.next = () => ({ kind: 'hang' });
      const delivering = deliver(stage, first);
      await untilSeen(stage);
      first.storeAtOnce();
      await delivering;
      await first.shutdown();
      stage.faults();
      await stage.settle(stage.start({ spool }));
    },
  },
  {
    name: 'health',
    needs: ({ options }) => {
      const address = { host: '127.0.0.1', port: 9, url: 'http://127.0.0.1:9' };
      return options.createBackEnd(address).health !== undefined;
    },
    async run(stage) {
      const { proxy } = stage.parts;
      const delivery = stage.start();
      const well = await delivery.health();
      if (!well.healthy) stage.problems.push(`health() is not well, and all is: ${well.problems.join('; ')}`);
      await proxy.down();
      const ill = await delivery.health();
      if (ill.healthy) stage.problems.push('health() is well, and the back end is down');
      await proxy.up();
    },
  },
  {
    name: 'soak',
    needs: ({ options }) => options.soakMillis !== 0,
    async run(stage) {
      const { options, proxy } = stage.parts;
      const delivery = stage.start({ spool: await stage.spool() });
      const random = randomNumbers(options.seed ?? 1);
      proxy.isForAll = true;
      proxy.next = () => faultByChance(random(), isHttp(stage.parts));
      const end = performance.now() + (options.soakMillis ?? 3_000);
      const delivering: Promise<unknown>[] = [];
      while (performance.now() < end) {
        delivering.push(delivery.deliver(stage.make(1 + Math.floor(random() * 40))));
        await sleep(SOAK_STEP_MILLIS);
      }
      stage.faults();
      await Promise.all(delivering);
      await stage.settle(delivery);
    },
  },
];

function isHttp({ options }: { readonly options: ConformanceOptions<unknown> }): boolean {
  return options.protocol !== 'tcp';
}

/** Delivers records in exports of some, as a batch processor does. */
async function deliver(stage: Stage, delivery: LogDelivery<unknown>): Promise<void> {
  const records = stage.make(stage.parts.records);
  const size = Math.ceil(records.length / 4);
  const exports = [0, 1, 2, 3].map((index) => records.slice(index * size, (index + 1) * size));
  await Promise.all(exports.map((some) => delivery.deliver(some)));
}

async function withFaults(
  stage: Stage,
  faults: readonly Fault[],
  settings: Parameters<Stage['start']>[0] = {},
): Promise<void> {
  const delivery = stage.start(settings);
  stage.faults(...faults);
  await deliver(stage, delivery);
  await stage.settle(delivery);
  const made = stage.seen.filter(({ fault }) => fault !== 'pass').length;
  if (made < faults.length && stage.problems.length === 0) {
    stage.problems.push(`${faults.length} requests were to fail, and only ${made} were made`);
  }
}

/** Waits until a request with records is under way. */
async function untilSeen(stage: Stage): Promise<void> {
  for (let step = 0; stage.seen.length === 0 && step < 500; step++) await sleep(10);
}

function faultByChance(chance: number, overHttp: boolean): Fault {
  if (chance < 0.6) return PASS;
  if (chance < 0.7) return { kind: 'reset' };
  if (chance < 0.8) return { kind: 'lose_answer' };
  if (chance < 0.82) return { kind: 'hold_answer' };
  if (chance < 0.84) return { kind: 'hang' };
  if (!overHttp) return PASS;
  return chance < 0.94
    ? { kind: 'status', status: 503 }
    : { kind: 'status', status: 429, retryAfterSeconds: 0 };
}

/** Numbers from 0 to 1, the same for the same seed: a linear congruential generator with the constants of Numerical Recipes. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, millis);
  });
}
