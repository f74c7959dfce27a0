import { request, Agent } from 'node:http';
import { gzipSync } from 'node:zlib';
import {
  generateOperation,
  generateRequest,
  type GeneratedRequest,
  GROUPS,
  learned,
  STREAMS,
} from './generate-request.js';
import { Random } from './random.js';

/** A request that the service should have survived better. */
export class FuzzFailure extends Error {
  constructor(
    reason: string,
    readonly number: number,
    readonly sent: GeneratedRequest,
  ) {
    super(`request ${number}: ${reason}\n${sent.operation} ${sent.body.toString('utf8').slice(0, 2000)}`);
  }
}

/** What a run met. */
export interface FuzzReport {
  /** How often each status was answered. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Operations, and paths of endpoints, that were answered 200 at least once. */
  readonly succeeded: ReadonlySet<string>;
  /** Live tails that came to an update. */
  readonly tails: number;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** One live tail is opened with so many requests. */
const REQUESTS_PER_TAIL = 1000;
const ANSWER_MILLIS = 10_000;

/**
 * Sends generated requests, some at a time.
 * @param endpoint - of the local service
 * @param settings - how many, from which seed; `onProgress` is told how many were answered
 * @throws FuzzFailure for an answer of 500 or above, no answer within 10 seconds, or a lost connection
 */
export async function fuzzService(
  endpoint: string,
  { count, seed, onProgress }: { count: number; seed: number; onProgress?: (answered: number) => void },
): Promise<FuzzReport> {
  const PARALLEL = 8;
  const agent = new Agent({ keepAlive: true, maxSockets: PARALLEL });
  const random = new Random(seed);
  const statuses = new Map<number, number>();
  const succeeded = new Set<string>();
  const lessons = new Lessons();
  const tails: Promise<boolean>[] = [];
  const { hostname, port } = new URL(endpoint);
  let next = 0;
  let answered = 0;

  async function worker(): Promise<void> {
    while (next < count) {
      const number = next++;
      if (number % REQUESTS_PER_TAIL === 0) {
        const tail = tailOnce(number, generateOperation(random, 'StartLiveTail'));
        // It is awaited at the end; until then its failure is nobody's.
        tail.catch(() => undefined);
        tails.push(tail);
      }
      const generated = generateRequest(random);
      const { status, text } = await send(number, generated);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 200) {
        succeeded.add(generated.operation);
        lessons.learn(generated.operation, text);
        // Queries run in the background: a hang of one would show as an answer that never comes.
        if (generated.operation === 'StartQuery') await waitForQuery(number, generated, text);
      }
      if (++answered % 10_000 === 0) onProgress?.(answered);
    }
  }

  async function waitForQuery(number: number, generated: GeneratedRequest, started: string): Promise<void> {
    const deadline = Date.now() + ANSWER_MILLIS;
    const ask = { operation: 'GetQueryResults', body: started };
    for (;;) {
      const { text } = await send(number, ask);
      const { status } = JSON.parse(text) as { status: string };
      if (status === 'Failed' || status === 'Timeout')
        throw new FuzzFailure(`the query is ${status}`, number, generated);
      lessons.learn('GetQueryResults', text);
      if (status === 'Complete' || status === 'Cancelled') return;
      if (Date.now() > deadline) throw new FuzzFailure('the query hangs', number, generated);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  function open(number: number, sent: GeneratedRequest, ownAgent?: Agent) {
    const gzipped = number % 7 === 0;
    const text = typeof sent.body === 'string' ? lessons.apply(sent.body) : sent.body;
    const body = gzipped ? gzipSync(text) : Buffer.from(text);
    const call = request({
      agent: ownAgent ?? agent,
      hostname,
      port,
      method: 'POST',
      path: sent.path ?? '/',
      headers: {
        'content-length': body.length,
        ...(sent.headers ?? {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': `Logs_20140328.${sent.operation}`,
        }),
        ...(gzipped ? { 'content-encoding': 'gzip' } : {}),
      },
      timeout: ANSWER_MILLIS,
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${ANSWER_MILLIS / 1000} s`)));
    call.end(body);
    return call;
  }

  function send(number: number, sent: GeneratedRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => reject(new FuzzFailure(reason, number, sent));
      const call = open(number, sent);
      call.on('error', (error) => fail(error.message));
      call.on('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('error', (error) => fail(error.message));
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          if (status >= 500 || status === 0) fail(`status ${status}: ${text}`);
          else resolve({ status, text });
        });
      });
    });
  }

  /** Opens a live tail and reads to its first update. @returns whether the service opened it */
  function tailOnce(number: number, sent: GeneratedRequest): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => reject(new FuzzFailure(reason, number, sent));
      const ownAgent = new Agent();
      const call = open(number, sent, ownAgent);
      let closed = false;
      const close = (opened: boolean) => {
        closed = true;
        call.destroy();
        ownAgent.destroy();
        resolve(opened);
      };
      call.on('error', (error) => {
        if (!closed) fail(error.message);
      });
      call.on('response', (answer) => {
        const status = answer.statusCode ?? 0;
        if (status >= 500) fail(`status ${status}`);
        if (status !== 200) return close(false);
        let stream = '';
        answer.setEncoding('latin1').on('data', (part: string) => {
          stream += part;
          if (stream.includes('sessionUpdate')) close(true);
        });
        answer.on('error', () => undefined);
        answer.on('end', () => {
          if (!closed) fail('the stream ended');
        });
      });
    });
  }

  async function prepare(): Promise<void> {
    for (const logGroupName of GROUPS) {
      await send(1, { operation: 'CreateLogGroup', body: JSON.stringify({ logGroupName }) });
      for (const logStreamName of STREAMS) {
        const body = JSON.stringify({ logGroupName, logStreamName });
        await send(1, { operation: 'CreateLogStream', body });
      }
    }
  }

  try {
    await prepare();
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    const opened = await Promise.all(tails);
    return { statuses, succeeded, tails: opened.filter(Boolean).length };
  } finally {
    agent.destroy();
  }
}

/** What answers taught: tokens, ids and pointers that later requests name. */
class Lessons {
  readonly #known = new Map<string, string>();

  learn(operation: string, answer: string): void {
    const token = /"next(?:Forward)?Token":"([^"]+)"/.exec(answer)?.[1];
    if (token !== undefined) this.#known.set(learned(`nextToken of ${operation}`), token);
    for (const name of ['queryId', 'queryDefinitionId']) {
      const id = new RegExp(`"${name}":"([^"]+)"`).exec(answer)?.[1];
      if (id !== undefined) this.#known.set(learned(name), id);
    }
    const delivery = /"delivery":\{[^}]*"id":"([^"]+)"/.exec(answer)?.[1];
    if (delivery !== undefined) this.#known.set(learned('delivery'), delivery);
    const pointer = /"field":"@ptr","value":"([^"]+)"/.exec(answer)?.[1];
    if (pointer !== undefined) this.#known.set(learned('@ptr'), pointer);
  }

  apply(body: string): string {
    return body.replace(/<learned [^<>"]*>/g, (what) => this.#known.get(what) ?? 'none');
  }
}
