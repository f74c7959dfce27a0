import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { describedError, expiredToken, throttled } from '../faults/fault-errors.js';
import type { FaultRule } from '../faults/fault-rule.js';
import { coveredOperation, denied, runOperation } from '../operations/dispatch.js';
import { wait } from '../operations/strike.js';
import type { ServiceContext } from '../operations/service-context.js';
import { AWS_JSON, checkRequest, operationOf, unknownOperation } from '../protocol/aws-json.js';
import { errorAnswer } from '../protocol/http-server.js';
import { serialization } from '../service-error.js';

/** What the AWS SDK hands to its request handler, as far as it matters here. */
interface SdkRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What the AWS SDK wants of its request handler. */
interface SdkAnswer {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Record<string, string>;
    readonly body: Readable;
  };
}

const gunzipAsync = promisify(gunzip);

/** Answers the AWS SDK's requests by a service in this process: it takes the place of the SDK's HTTP. */
export class InProcessHandler {
  readonly #context: () => ServiceContext;

  /** @param context - asked for each request, as a reset makes another */
  constructor(context: () => ServiceContext) {
    this.#context = context;
  }

  /** Called by the SDK's client. */
  async handle(request: SdkRequest): Promise<SdkAnswer> {
    const requestId = randomUUID();
    const context = this.#context();
    try {
      const answer = await this.#answer(context, request, requestId);
      return sdkAnswer(context, requestId, 200, answer === undefined ? '' : JSON.stringify(answer));
    } catch (error) {
      if (error instanceof ConnectionCut) throw error;
      const { type, status, body } = errorAnswer(error);
      return sdkAnswer(context, requestId, status, JSON.stringify(body), { 'x-amzn-errortype': type });
    }
  }

  /** Part of what the SDK wants of a handler; there is nothing to configure. */
  updateHttpClientConfig(): void {
    // Timeouts and agents have no meaning without a connection.
  }

  httpHandlerConfigs(): object {
    return {};
  }

  async #answer(context: ServiceContext, request: SdkRequest, requestId: string): Promise<unknown> {
    const headers = lowerCased(request.headers);
    const operation = coveredOperation(operationOf(headers['x-amz-target']));
    if (operation === 'StartLiveTail') throw unknownOperation('Live tail needs a service over HTTP.');
    const { delayMillis, fault } = context.faults.strike(operation, context.epochMillis());
    if (delayMillis > 0) await wait(delayMillis);
    if (fault) failBefore(fault);
    const input = checkRequest(operation, await readJson(request.body, headers['content-encoding']));
    if (fault?.kind === 'deny') throw denied(context, operation, input);
    const answer = await runOperation(operation, { ...context, requestId, fault }, input);
    if (fault?.kind === 'reset-after' || fault?.kind === 'truncate') throw new ConnectionCut();
    return answer;
  }
}

/** Stands for a connection that breaks: the SDK takes it for one by its code. */
class ConnectionCut extends Error {
  readonly code = 'ECONNRESET';

  constructor() {
    super('socket hang up');
  }
}

/** The faults that keep a request from having any effect; of a clock nothing goes wrong without signatures. */
function failBefore(fault: FaultRule): void {
  if (fault.kind === 'throttle') throw throttled();
  if (fault.kind === 'error') throw describedError(fault);
  if (fault.kind === 'expired-token') throw expiredToken();
  // Nobody waits here for an answer that never comes.
  if (fault.kind === 'reset-before' || fault.kind === 'hang') throw new ConnectionCut();
}

async function readJson(body: unknown, encoding: string | undefined): Promise<unknown> {
  const bytes = await bytesOf(body);
  try {
    const text = (encoding === 'gzip' ? await gunzipAsync(bytes) : bytes).toString('utf8');
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw serialization('The request body is not valid JSON.');
  }
}

async function bytesOf(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (body instanceof Readable) return buffer(body);
  if (typeof body === 'string') return Buffer.from(body);
  const { buffer: shared, byteOffset, byteLength } = body as Uint8Array<ArrayBuffer>;
  return Buffer.from(shared, byteOffset, byteLength);
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function sdkAnswer(
  context: ServiceContext,
  requestId: string,
  statusCode: number,
  text: string,
  headers: Record<string, string> = {},
): SdkAnswer {
  const bytes = Buffer.from(text);
  return {
    response: {
      statusCode,
      headers: {
        'content-type': AWS_JSON,
        'content-length': String(bytes.length),
        'x-amzn-requestid': requestId,
        date: new Date(context.epochMillis()).toUTCString(),
        ...headers,
      },
      body: Readable.from([bytes]),
    },
  };
}
