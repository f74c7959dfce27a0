import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { isLoopbackAddress } from '../../cloudwatch/loopback-address.js';
import { ServiceError } from '../service-error.js';
import { AWS_JSON } from './aws-json.js';
import { HeldBytes } from './held-bytes.js';
import { createHostCheck } from './host-check.js';
import { inUrl, isEveryAddress } from './listening-address.js';
import { BodyReader, type RequestBody } from './read-body.js';

/** Bytes of all answers together that wait for clients to read them. */
const MAX_UNREAD_ANSWER_BYTES = 256 * 1024 * 1024;
/** Smaller ones are soon in the hands of the operating system. */
const MIN_COUNTED_ANSWER_BYTES = 64 * 1024;

/** One request, after its Host header was found right. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Not read yet; it is released when the request is answered, if not before. */
  readonly body: RequestBody;
}

export interface HttpServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** IP address to listen on; the loopback addresses without it. */
  readonly host?: string | undefined;
  readonly allowedHosts: readonly string[];
  /** Milliseconds since 1970, for the `Date` of answers: SDKs correct their signing clock by it. */
  readonly epochMillis: () => number;
}

/** A server that listens. */
export interface HttpServer {
  readonly port: number;
  /** Lets the process end while nothing else goes on but listening. */
  unref(): void;
  /** Stops at once: open connections are cut. */
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1, and on [::1] where the machine has it, as clients may resolve `localhost` to either; or on one
 * address. Where that is reached from elsewhere any Host header will do: each request has to be signed, and no page in a
 * browser can do that.
 * Answers with what `handle` does; an error that it throws becomes the service's error answer.
 * @throws Error where the port is taken
 */
export async function startHttpServer(
  options: HttpServerOptions,
  handle: (exchange: Exchange) => Promise<void>,
): Promise<HttpServer> {
  const { host } = options;
  const isAllowedHost =
    host === undefined || isLoopbackAddress(host)
      ? createHostCheck([...options.allowedHosts, ...(host === undefined ? [] : [inUrl(host)])])
      : () => true;
  const bodies = new BodyReader();
  const answers = new HeldBytes(MAX_UNREAD_ANSWER_BYTES);
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const requestId = randomUUID();
    response.setHeader('x-amzn-RequestId', requestId);
    response.setHeader('Date', new Date(options.epochMillis()).toUTCString());
    response.on('error', ignore);
    request.on('error', ignore);
    void respond(request, response, requestId);
  };
  const create = (): Server => {
    const server = createServer(answer);
    // Longer than the idle time of clients' connection pools, which would otherwise meet a closing connection.
    server.keepAliveTimeout = 65_000;
    return server;
  };

  async function respond(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    const body = bodies.bodyOf(request);
    try {
      if (!isAllowedHost(request.headers.host)) throw foreignHost(request.headers.host);
      // Browsers name the page that sends a request; none is allowed to.
      if (request.headers.origin !== undefined) throw foreignOrigin();
      const { path, query } = parseTarget(request.url ?? '/');
      await handle({ request, response, requestId, path, query, body });
    } catch (error) {
      sendError(response, error);
    } finally {
      body.release();
    }
    holdUnread(answers, response);
    // What was not read must not stay in the connection.
    if (!request.complete) request.resume();
  }

  const server = create();
  await listen(server, options.port, host ?? '127.0.0.1', isEveryAddress(host ?? ''));
  const { port } = server.address() as AddressInfo;
  if (host !== undefined) return listening(port, [server]);
  const second = create();
  try {
    await listen(second, port, '::1');
  } catch (error) {
    // Another program would get what is meant for `localhost`, unless the port was any that is free.
    if (options.port !== 0 && (error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      await stop(server);
      throw error;
    }
    return listening(port, [server]);
  }
  return listening(port, [server, second]);
}

function listening(port: number, servers: readonly Server[]): HttpServer {
  return {
    port,
    unref: () => {
      for (const server of servers) server.unref();
    },
    close: async () => {
      await Promise.all(servers.map(stop));
    },
  };
}

/** Counts an answer that its client is slow to read; where too much is unread the largest is cut off. */
function holdUnread(answers: HeldBytes, response: ServerResponse): void {
  const unread = response.writableLength;
  if (unread < MIN_COUNTED_ANSWER_BYTES || response.destroyed) return;
  const cut = (): void => {
    response.destroy();
  };
  const holder = answers.holder(cut);
  if (!holder.hold(unread)) cut();
  else {
    response.once('close', () => {
      holder.release();
    });
  }
}

/** Path and query of a request target, which clients behind a proxy send as a whole URL. */
function parseTarget(url: string): { path: string; query: URLSearchParams } {
  const target = url.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  return {
    // An endpoint that ends in a slash makes some clients send two.
    path: /^\/*$/.test(path) ? '/' : path,
    query: new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)),
  };
}

function foreignHost(host: string | undefined): ServiceError {
  const shown = (host ?? '').replace(/[^\x21-\x7e]/g, '?').slice(0, 200);
  return new ServiceError(
    'AccessDeniedException',
    `The Host header '${shown}' does not name this local service. Hosts besides 127.0.0.1, localhost and [::1] must be allowed when it is started.`,
    { status: 403 },
  );
}

function foreignOrigin(): ServiceError {
  return new ServiceError('AccessDeniedException', 'Web pages may not use this local service.', {
    status: 403,
  });
}

/** Answers JSON; an undefined body is an empty answer, as for operations without output. */
export function sendJson(
  response: ServerResponse,
  body: unknown,
  { status = 200, contentType = AWS_JSON }: { status?: number; contentType?: string } = {},
): void {
  // As bytes: of a text, a socket that is read slowly holds room for three times its length.
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': bytes.length });
  response.end(bytes);
}

/** Answers an error as the service does. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const known = serviceErrorOf(error);
  // The rest of a body that was refused for its size is not waited for.
  if (known.status === 413 || (known.status === 503 && !response.req.complete))
    response.setHeader('Connection', 'close');
  const { type, status, body } = errorAnswer(known);
  response.setHeader('x-amzn-ErrorType', type);
  sendJson(response, body, { status });
}

/** An error as the service answers it. */
export function errorAnswer(error: unknown): { type: string; status: number; body: object } {
  const { type, status, message, members } = serviceErrorOf(error);
  return { type, status, body: { __type: type, ...(message !== '' && { message }), ...members } };
}

function serviceErrorOf(error: unknown): ServiceError {
  return error instanceof ServiceError ? error : internalFailure(error);
}

function internalFailure(error: unknown): ServiceError {
  if (error instanceof Error && 'syscall' in error && typeof error.syscall === 'string') {
    // A full disk and the like is no mistake of the service: where it was found helps nobody.
    return new ServiceError('InternalFailure', `The local service can't use its files: ${error.message}`, {
      status: 500,
    });
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ServiceError('InternalFailure', `The local service failed: ${text}`, { status: 500 });
}

function listen(server: Server, port: number, host: string, isDual = false): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, ipv6Only: !isDual }, () => {
      server.off('error', reject);
      // Failing to accept one connection is no reason to stop.
      server.on('error', ignore);
      resolve();
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

function ignore(): void {
  // The connection is gone; there is nobody to answer.
}
