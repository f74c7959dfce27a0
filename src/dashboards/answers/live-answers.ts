import { LiveEventIds } from './event-ids.js';
import { storedPart } from './found.js';
import { RequestError, toRequestError } from '../failures.js';
import { type HandlerSettings } from '../handler-options.js';
import { type LiveSource } from '../live-source.js';
import { logGroupsOf } from '../look-up-request.js';
import { Running } from './running.js';
import { textStream } from './text-stream.js';

/** Live views at once. */
const MAX_LIVE = 20;
const MAX_BACKLOG = 2_000;
const DEFAULT_BACKLOG = 500;
/** Milliseconds without an event after which a comment says that the connection lives. */
const KEEP_ALIVE_MILLIS = 15_000;

/** Answers live views as server-sent events. */
export class LiveAnswers {
  readonly #settings: HandlerSettings;
  readonly #running = new Running(MAX_LIVE, 'live views');

  constructor(settings: HandlerSettings) {
    this.#settings = settings;
  }

  /** @throws RequestError */
  answer(request: Request, parameters: URLSearchParams): Response {
    const { live, engine } = this.#settings;
    if (!live) throw new RequestError(404, 'not_found', 'There is no live view here.');
    const selected = logGroupsOf(parameters, engine.logGroups);
    const backlog = backlogOf(parameters);
    const end = this.#running.begin();
    const left = new AbortController();
    const signal = AbortSignal.any([request.signal, left.signal]);
    const events = this.#events(live, { ...selected, backlog, signal }, end);
    return new Response(
      textStream(withKeepAlive(events, signal), {
        onEnd: () => {
          left.abort(new Error('the client left'));
          end();
        },
      }),
      // Proxies that gather an answer before they pass it on would hold it for ever.
      { headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' } },
    );
  }

  async *#events(
    live: LiveSource,
    request: Parameters<LiveSource['follow']>[0],
    end: () => void,
  ): AsyncGenerator<string, void> {
    const ids = new LiveEventIds();
    try {
      // Nobody who watches wants to wait for the first event to know that it works.
      yield ': live\n\n';
      for await (const { events, logGroups, notes } of live.follow(request)) {
        yield message('events', {
          events: events.map((event) => ({ ...storedPart(event), eventId: ids.idOf(event) })),
          logGroups,
          notes,
        });
      }
    } catch (error) {
      if (request.signal.aborted) return;
      if (!(error instanceof RequestError)) this.#settings.onError(error);
      const { code, message: text } = toRequestError(error);
      yield message('failure', { code, message: text });
    } finally {
      end();
    }
  }
}

function message(event: string, data: object): string {
  // JSON holds no line break.
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function backlogOf(parameters: URLSearchParams): number {
  const text = parameters.get('backlog');
  if (text === null || text === '') return DEFAULT_BACKLOG;
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new RequestError(400, 'wrong_request', '`backlog` must be a whole number from 1.');
  }
  return Math.min(Number(text), MAX_BACKLOG);
}

/** The pieces, and comments between them while there are none. */
async function* withKeepAlive(
  pieces: AsyncGenerator<string, void>,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    let next = pieces.next();
    while (!signal.aborted) {
      const silence = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => {
          resolve(undefined);
        }, KEEP_ALIVE_MILLIS);
      });
      const one = await Promise.race([next, silence]);
      clearTimeout(timer);
      if (one === undefined) {
        yield ': still here\n\n';
      } else if (one.done) {
        return;
      } else {
        yield one.value;
        next = pieces.next();
      }
    }
  } finally {
    clearTimeout(timer);
    await pieces.return();
  }
}
