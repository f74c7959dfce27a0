import { EVENT_OVERHEAD_BYTES } from '../../src/cloudwatch/limits.js';
import { AdjustableClock } from '../../src/simulation/faults/adjustable-clock.js';
import { answerAwsJson } from '../../src/simulation/operations/dispatch.js';
import { type HttpServer, startHttpServer } from '../../src/simulation/protocol/http-server.js';
import { createService, type Service } from '../../src/simulation/service.js';
import { seededRandom } from '../../src/simulation/seeded-random.js';
import { StreamCheck } from './stream-check.js';
import { type WorkInProgress } from './work-in-progress.js';

/** Bytes of events that the store keeps: it is not what is tested, and its memory must not count. */
const STORE_BYTES = 8 * 1024 * 1024;

/** Simulated milliseconds of a request, on average. */
const MEAN_LATENCY_MILLIS = 40;

/** One third of an outage after the other: connections are reset, answers are errors, nothing answers. */
const KINDS_OF_OUTAGE = [{ kind: 'reset-before' }, { kind: 'error', status: 503 }, { kind: 'hang' }] as const;

/**
 * The local service over HTTP, by simulated time: each request takes some milliseconds of it, one less than the
 * other, so that requests which are made together are answered in any order. It checks each event as it is stored.
 */
export class SoakService {
  readonly streams = new Map<string, StreamCheck>();
  /** Messages and 26 bytes for each event. */
  billedBytes = 0;
  readonly endpoint: string;
  readonly #server: HttpServer;
  readonly #service: Service;

  private constructor(server: HttpServer, service: Service) {
    this.#server = server;
    this.#service = service;
    this.endpoint = `http://127.0.0.1:${server.port}`;
    service.context.feed.subscribe(({ logStreamName, events }) => {
      const check = this.streams.get(logStreamName) ?? new StreamCheck();
      this.streams.set(logStreamName, check);
      for (const { message } of events) {
        this.billedBytes += Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
        check.came(numberIn(message));
      }
    });
  }

  static async start(work: WorkInProgress, seed: number): Promise<SoakService> {
    const random = seededRandom(seed);
    const clock = new AdjustableClock(() => Date.now());
    const service = createService({ maxBytes: STORE_BYTES }, clock);
    const { context } = service;
    const server = await startHttpServer(
      { port: 0, allowedHosts: [], epochMillis: () => clock.now() },
      async (exchange) => {
        // From here to the answer it is simulated time that is waited for.
        work.end();
        await new Promise<void>((resolve) => setTimeout(resolve, 2 * MEAN_LATENCY_MILLIS * random()));
        const isHanging = context.faults
          .list()
          .some(({ rule: { kind, from = 0, until = 0 } }) => kind === 'hang' && isBetween(from, until));
        if (!isHanging) work.begin();
        else exchange.response.once('close', () => work.begin());
        await answerAwsJson(context, exchange);
      },
    );
    return new SoakService(server, service);
  }

  /** Nothing gets through for a while. @param from - milliseconds since 1970 */
  outage(from: number, millis: number): void {
    const third = millis / KINDS_OF_OUTAGE.length;
    for (const [index, rule] of KINDS_OF_OUTAGE.entries()) {
      this.#service.context.faults.add({
        ...rule,
        from: from + index * third,
        until: from + (index + 1) * third,
      });
    }
  }

  async stop(): Promise<void> {
    await this.#server.close();
    await this.#service.close();
  }
}

function isBetween(from: number, until: number): boolean {
  const now = Date.now();
  return now >= from && now < until;
}

/** The number of a record, which its message has as an attribute. */
function numberIn(message: string): number {
  const { attributes } = JSON.parse(message) as { attributes: { number: number } };
  return attributes.number;
}
