import { type IncomingMessage, type ServerResponse } from 'node:http';
import { OptionError } from '../cloudwatch/errors.js';
import { type LookupHandler } from './look-up-handler.js';

/** A listener of Node's `http` server, which is also a middleware of Express and Connect. */
export type NodeListener = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/**
 * Makes a listener of a handler, for Node's `http` and `https` servers, Express, Connect, and Fastify's raw
 * requests. As a middleware it passes on what lies outside of the handler's base path.
 */
export function toNodeListener(handler: LookupHandler): NodeListener {
  if (typeof handler !== 'function')
    throw new OptionError('handler', 'be what createLookupHandler gives', handler);
  return (request, response, next) => {
    const target = targetOf(request);
    if (next && !isWithin(target, handler.basePath)) next();
    else void respond(handler, request, response, target);
  };
}

async function respond(
  handler: LookupHandler,
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
): Promise<void> {
  const left = new AbortController();
  response.on('close', () => {
    left.abort(new Error('the client left'));
  });
  response.on('error', ignore);
  try {
    const answer = await handler(toRequest(request, target, left.signal), {
      address: request.socket.remoteAddress,
    });
    // As a list: a login may set more than one cookie.
    response.writeHead(answer.status, [...answer.headers].flat());
    if (answer.body) await pipe(answer.body, response, left.signal);
    response.end();
  } catch {
    // The address was none, or the client is gone; there is nothing more to say.
    if (!response.headersSent) response.writeHead(400);
    response.destroy();
  }
}

function toRequest(request: IncomingMessage, target: string, signal: AbortSignal): Request {
  const isEncrypted = 'encrypted' in request.socket && request.socket.encrypted === true;
  const headers = new Headers();
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    // Names of HTTP/2 that begin with a colon are no headers.
    if (!request.rawHeaders[index]!.startsWith(':')) {
      headers.append(request.rawHeaders[index]!, request.rawHeaders[index + 1]!);
    }
  }
  // Without one, the URL's own host would be taken for it.
  headers.set('host', request.headers.host ?? textOf(request.headers[':authority']));
  // What the Host header says is checked by the handler; the URL only has to be one.
  const url = new URL(target, `${isEncrypted ? 'https' : 'http'}://localhost`);
  return new Request(url, { method: request.method ?? 'GET', headers, signal });
}

/** Path and query. Express and Connect keep what they cut off the front of the path. */
function targetOf(request: IncomingMessage & { originalUrl?: unknown }): string {
  const url = typeof request.originalUrl === 'string' ? request.originalUrl : (request.url ?? '/');
  const target = url.replace(/^https?:\/\/[^/?]*/i, '');
  // Two slashes at the begin would be read as a host.
  return `/${target.replace(/^\/+/, '')}`;
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}

function isWithin(target: string, basePath: string): boolean {
  const path = target.split('?', 1)[0]!;
  return basePath === '' || path === basePath || path.startsWith(`${basePath}/`);
}

async function pipe(
  body: ReadableStream<Uint8Array>,
  response: ServerResponse,
  left: AbortSignal,
): Promise<void> {
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel().catch(ignore);
  left.addEventListener('abort', cancel, { once: true });
  // An answer that is given up while its client takes nothing: the connection would hang for ever.
  reader.closed.catch(() => response.destroy());
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (!response.write(next.value)) await untilDrained(response);
    }
  } finally {
    left.removeEventListener('abort', cancel);
  }
}

/** Waits until a client takes more, or is gone. */
function untilDrained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      response.off('drain', goOn);
      response.off('close', goOn);
      resolve();
    };
    response.on('drain', goOn);
    response.on('close', goOn);
  });
}

function ignore(): void {
  // The connection is gone; there is nobody to answer.
}
