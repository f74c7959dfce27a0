import { RequestError, toRequestError } from '../failures.js';
import { type HandlerSettings } from '../handler-options.js';
import { type LookUpRequest } from '../look-up-request.js';
import { type LookUpProgress } from '../../insights/look-up/look-up-progress.js';
import { find } from './find.js';
import { type Found } from './found.js';
import { infinityLogs } from './infinity-logs.js';
import { infinityTrace } from './infinity-trace.js';
import { jsonDocument } from './json.js';
import { ndjsonLine, ndjsonLines } from './ndjson.js';
import { Running } from './running.js';
import { inChunks, textStream } from './text-stream.js';

const NDJSON = 'application/x-ndjson; charset=utf-8';
/** Milliseconds between lines that tell how far a look-up is, at the least. */
const PROGRESS_MILLIS = 100;

/** Answers look-ups. */
export class LookUpAnswers {
  readonly #settings: HandlerSettings;
  readonly #running: Running;

  constructor(settings: HandlerSettings) {
    this.#settings = settings;
    this.#running = new Running(settings.concurrency, 'look-ups');
  }

  /** @throws RequestError, or what the engine throws */
  async answer(request: Request, lookUp: LookUpRequest): Promise<Response> {
    const end = this.#running.begin();
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort(new RequestError(504, 'timeout', 'The look-up took too long and was stopped.'));
    }, this.#settings.timeoutMillis);
    const release = (): void => {
      clearTimeout(timer);
      end();
    };
    const signal = AbortSignal.any([request.signal, deadline.signal]);
    if (lookUp.withProgress) return this.#withProgress(lookUp, signal, release);
    try {
      const found = await find(this.#settings, lookUp, { ...lookUp.options, signal });
      return new Response(textStream(inChunks(write(found, lookUp))), {
        headers: {
          'content-type': lookUp.format === 'ndjson' ? NDJSON : 'application/json; charset=utf-8',
          // The two shapes of Grafana have no place for it.
          'x-look-up-complete': String(found.summary.isComplete),
        },
      });
    } finally {
      release();
    }
  }

  /** An answer that begins before the look-up has ended: an error is then its last line. */
  #withProgress(lookUp: LookUpRequest, signal: AbortSignal, release: () => void): Response {
    const left = new AbortController();
    const lines = this.#lines(lookUp, AbortSignal.any([signal, left.signal]), release);
    return new Response(
      textStream(lines, () => {
        left.abort(new Error('the client left'));
        release();
      }),
      { headers: { 'content-type': NDJSON } },
    );
  }

  async *#lines(
    lookUp: LookUpRequest,
    signal: AbortSignal,
    release: () => void,
  ): AsyncGenerator<string, void> {
    try {
      yield ndjsonLine('started', { search: lookUp.search });
      const progress = new Progress();
      const finding = find(this.#settings, lookUp, { ...lookUp.options, signal, onProgress: progress.note });
      for await (const one of progress.until(finding)) yield ndjsonLine('progress', one);
      yield* inChunks(ndjsonLines(await finding, lookUp.asStored));
    } catch (error) {
      if (!(error instanceof RequestError) && !signal.aborted) this.#settings.onError(error);
      const { code, message } = toRequestError(error);
      yield ndjsonLine('error', { code, message });
    } finally {
      release();
    }
  }
}

function write(found: Found, { format, asStored }: LookUpRequest): Generator<string, void> {
  switch (format) {
    case 'json':
      return jsonDocument(found);
    case 'ndjson':
      return ndjsonLines(found, asStored);
    case 'logs':
      return infinityLogs(found);
    case 'trace':
      return infinityTrace(found);
  }
}

/** The newest word on how far a look-up is, now and then. */
class Progress {
  #newest: LookUpProgress | undefined;
  #hasEnded = false;
  #wake: () => void = () => undefined;

  readonly note = (progress: LookUpProgress): void => {
    this.#newest = progress;
    this.#wake();
  };

  /** @param finding - ends the words; what it throws is not thrown here */
  async *until(finding: Promise<unknown>): AsyncGenerator<LookUpProgress, void> {
    const end = (): void => {
      this.#hasEnded = true;
      this.#wake();
    };
    finding.then(end, end);
    let nextAt = 0;
    while (await this.#hasNews()) {
      const now = performance.now();
      if (now >= nextAt) {
        yield this.#newest!;
        nextAt = now + PROGRESS_MILLIS;
      }
      this.#newest = undefined;
    }
  }

  /** @returns false at the end */
  async #hasNews(): Promise<boolean> {
    if (!this.#newest && !this.#hasEnded) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return !this.#hasEnded;
  }
}
