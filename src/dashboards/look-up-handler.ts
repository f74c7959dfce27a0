import { isOfOtherPage, refuseAccess, type RequestPeer } from './access.js';
import { Admission } from './answers/admission.js';
import { withoutServiceText } from './answers/find.js';
import { findHealthyTrace, type HealthyTrace } from './answers/healthy-trace.js';
import { LiveAnswers } from './answers/live-answers.js';
import { LookUpAnswers } from './answers/look-up-answers.js';
import { RequestError, toRequestError } from './failures.js';
import { type HandlerSettings, type LookupHandlerOptions, readHandlerOptions } from './handler-options.js';
import { type LookUpEngine } from './look-up-engine.js';
import { readLookUpRequest } from './look-up-request.js';
import { loadPage, type PageAnswers } from './page-answers.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** Answers look-ups, and the page that shows them, as fetch-style requests. */
export interface LookupHandler {
  /**
   * @param peer - what is known of whoever asks; adapters such as {@link toNodeListener} give it
   * @returns an answer to every request; never rejects
   */
  (request: Request, peer?: RequestPeer): Promise<Response>;
  /** The path under which it answers, without a slash at its end. */
  readonly basePath: string;
}

/** Paths of the page's own routes. */
const PAGE_PATH = /^\/(?:$|(?:trace|span|request|text|search|live)(?:\/|$)|field\/)/;

/**
 * Makes a handler of look-ups over HTTP. It serves the trace page, and under `api/` the data: as JSON, as
 * NDJSON, and as the two shapes of Grafana's Infinity data source.
 * @throws OptionError
 * @example
 * const handler = createLookupHandler({ engine, authorize: (request) => isLoggedIn(request), basePath: '/logs' });
 * createServer(toNodeListener(handler)).listen(8080);
 */
export function createLookupHandler(options: LookupHandlerOptions): LookupHandler {
  const settings = readHandlerOptions(options);
  const data = new DataAnswers(settings);
  let page: Promise<PageAnswers> | undefined;

  async function answer(request: Request, peer: RequestPeer): Promise<Response> {
    const refusal = await refuseAccess(settings, request, peer).catch((error: unknown) => {
      settings.onError(error);
      throw new RequestError(500, 'failed', 'Whether you may look up logs here could not be decided.');
    });
    if (refusal instanceof Response) return refusal;
    if (refusal !== undefined) throw new RequestError(403, 'forbidden', refusal);
    const url = new URL(request.url);
    const path = pathWithin(url.pathname, settings.basePath);
    if (path === undefined) throw notFound();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new RequestError(405, 'wrong_method', 'Only GET and HEAD are answered.', { allow: 'GET, HEAD' });
    }
    if (path.startsWith('/api/')) {
      if (isOfOtherPage(request)) throw new RequestError(403, 'forbidden', 'Other web pages get no data.');
      return await data.answer(request, partsOf(path.slice('/api/'.length)), url.searchParams);
    }
    page ??= loadPage(settings.basePath);
    if (path.startsWith('/assets/')) {
      const asset = (await page).asset(path.slice('/assets/'.length));
      if (asset) return asset;
    } else if (PAGE_PATH.test(path)) {
      return (await page).document();
    }
    throw notFound();
  }

  const handler = async (request: Request, peer: RequestPeer = {}): Promise<Response> => {
    let response: Response;
    try {
      response = await answer(request, peer);
    } catch (error) {
      response = errorResponse(error, settings);
    }
    return finish(response, request);
  };
  return Object.assign(handler, { basePath: settings.basePath });
}

/** Answers requests for data. */
class DataAnswers {
  readonly #settings: HandlerSettings;
  readonly #admission: Admission;
  readonly #lookUps: LookUpAnswers;
  readonly #live: LiveAnswers;

  constructor(settings: HandlerSettings) {
    this.#settings = settings;
    this.#admission = new Admission(settings);
    this.#lookUps = new LookUpAnswers(settings, this.#admission);
    this.#live = new LiveAnswers(settings);
  }

  /** @throws RequestError, or what the engine throws */
  async answer(request: Request, parts: readonly string[], parameters: URLSearchParams): Promise<Response> {
    const { engine } = this.#settings;
    switch (parts.join('/')) {
      case 'live':
        return this.#live.answer(request, parameters);
      case 'groups':
        return Response.json(await listGroups(engine, request.signal));
      case 'healthy':
        return Response.json((await this.#healthyTrace(request, parameters)) ?? null);
      default: {
        const lookUp = readLookUpRequest(parts, parameters, request.headers.get('accept'), this.#settings);
        if (!lookUp) throw notFound();
        return this.#lookUps.answer(request, lookUp);
      }
    }
  }

  async #healthyTrace(request: Request, parameters: URLSearchParams): Promise<HealthyTrace | undefined> {
    const admitted = this.#admission.begin(request);
    try {
      return await findHealthyTrace(this.#settings, parameters, admitted.signal);
    } finally {
      admitted.end();
    }
  }
}

/** The log groups to choose from. */
async function listGroups(engine: LookUpEngine, signal: AbortSignal): Promise<object> {
  const { groups, leftOut } = await engine.listLogGroups({ signal });
  return {
    selectors: engine.logGroups,
    logGroups: groups.map(({ identifier, logGroupClass }) => ({ name: identifier, class: logGroupClass })),
    leftOut: leftOut.map(withoutServiceText),
  };
}

function reported(error: unknown, settings: HandlerSettings): RequestError {
  if (!(error instanceof RequestError)) settings.onError(error);
  return toRequestError(error);
}

function errorResponse(error: unknown, settings: HandlerSettings): Response {
  const { status, code, message, headers } = reported(error, settings);
  return Response.json({ error: { code, message } }, { status, headers });
}

function finish(response: Response, request: Request): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  const body = request.method === 'HEAD' ? null : response.body;
  if (request.method === 'HEAD') void response.body?.cancel();
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}

function notFound(): RequestError {
  return new RequestError(404, 'not_found', 'There is nothing at this address.');
}

/** The path below the base, with a slash at its begin; undefined for one outside. */
function pathWithin(path: string, basePath: string): string | undefined {
  if (path === basePath) return '/';
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : undefined;
}

/** @throws RequestError for a path that is no valid text */
function partsOf(path: string): string[] {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    throw new RequestError(400, 'wrong_request', 'The address holds a wrong escape.');
  }
}
