import { request, Agent } from 'node:http';
import { gzipSync } from 'node:zlib';
import { generateRequest, type GeneratedRequest } from './generate-request.js';
import { Random } from './random.js';

/** A request that the service should have survived better. */
export class FuzzFailure extends Error {
  constructor(
    reason: string,
    readonly number: number,
    readonly sent: GeneratedRequest,
  ) {
    super(`request ${number}: ${reason}\n${sent.operation} ${sent.body.slice(0, 2000)}`);
  }
}

/**
 * Sends generated requests, some at a time.
 * @param endpoint - of the local service
 * @param settings - how many, from which seed; `onProgress` is told how many were answered
 * @throws FuzzFailure for an answer of 500 or above, no answer within 10 seconds, or a lost connection
 */
export async function fuzzService(
  endpoint: string,
  { count, seed, onProgress }: { count: number; seed: number; onProgress?: (answered: number) => void },
): Promise<Map<number, number>> {
  const PARALLEL = 8;
  const agent = new Agent({ keepAlive: true, maxSockets: PARALLEL });
  const random = new Random(seed);
  const statuses = new Map<number, number>();
  const { hostname, port } = new URL(endpoint);
  let next = 0;
  let answered = 0;

  async function worker(): Promise<void> {
    while (next < count) {
      const number = next++;
      const generated = generateRequest(random);
      // Queries run in the background: a hang of one would show as an answer that never comes.
      const { status, queryId } = await send(number, generated);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (queryId !== undefined) await waitForQuery(number, generated, queryId);
      if (++answered % 10_000 === 0) onProgress?.(answered);
    }
  }

  async function waitForQuery(number: number, generated: GeneratedRequest, queryId: string): Promise<void> {
    const deadline = Date.now() + 10_000;
    const ask = { operation: 'GetQueryResults', body: JSON.stringify({ queryId }) };
    for (;;) {
      const { text } = await send(number, ask);
      const { status } = JSON.parse(text) as { status: string };
      if (status === 'Failed' || status === 'Timeout')
        throw new FuzzFailure(`the query is ${status}`, number, generated);
      if (status === 'Complete' || status === 'Cancelled') return;
      if (Date.now() > deadline) throw new FuzzFailure('the query hangs', number, generated);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  function send(
    number: number,
    sent: GeneratedRequest,
  ): Promise<{ status: number; text: string; queryId?: string }> {
    const gzipped = number % 7 === 0;
    const body = gzipped ? gzipSync(sent.body) : Buffer.from(sent.body);
    return new Promise((resolve, reject) => {
      const call = request(
        {
          agent,
          hostname,
          port,
          method: 'POST',
          headers: {
            'content-type': 'application/x-amz-json-1.1',
            'content-length': body.length,
            'x-amz-target': `Logs_20140328.${sent.operation}`,
            ...(gzipped ? { 'content-encoding': 'gzip' } : {}),
          },
          timeout: 10_000,
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (part: string) => (text += part));
          answer.on('end', () => {
            const status = answer.statusCode ?? 0;
            if (status >= 500 || status === 0)
              return reject(new FuzzFailure(`status ${status}: ${text}`, number, sent));
            const started = sent.operation === 'StartQuery' && status === 200;
            resolve({ status, text, ...(started ? (JSON.parse(text) as { queryId: string }) : {}) });
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error('no answer within 10 s')));
      call.on('error', (error) => reject(new FuzzFailure(error.message, number, sent)));
      call.end(body);
    });
  }

  try {
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  } finally {
    agent.destroy();
  }
  return statuses;
}
