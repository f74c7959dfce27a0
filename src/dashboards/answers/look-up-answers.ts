import { RequestError, toRequestError } from '../failures.js';
import { type HandlerSettings } from '../handler-options.js';
import { type LookUpRequest } from '../look-up-request.js';
import { type LookUpProgress } from '../../insights/look-up/look-up-progress.js';
import { type Admission, type Admitted } from './admission.js';
import { find } from './find.js';
import { type Found } from './found.js';
import { infinityLogs } from './infinity-logs.js';
import { infinityTrace } from './infinity-trace.js';
import { jsonDocument } from './json.js';
import { ndjsonLine, ndjsonLines } from './ndjson.js';
import { inChunks, textStream } from './text-stream.js';

const NDJSON = 'application/x-ndjson; charset=utf-8';
/** Milliseconds between lines that tell how far a look-up is, at the least. */
const PROGRESS_MILLIS = 100;

/** Answers look-ups. */
export class LookUpAnswers {
  readonly #settings: HandlerSettings;
  readonly #admission: Admission;

  constructor(settings: HandlerSettings, admission: Admission) {
    this.#settings = settings;
    this.#admission = admission;
  }

  /** @throws RequestError, or what the engine throws */
  async answer(request: Request, lookUp: LookUpRequest): Promise<Response> {
    const admitted = this.#admission.begin(request);
    if (lookUp.withProgress) return this.#withProgress(request, lookUp, admitted);
    try {
      const { signal } = admitted;
      const found = await find(this.#settings, lookUp, { ...lookUp.options, signal });
      admitted.found();
      const { isComplete } = found.summary;
      return new Response(
        this.#body(request, inChunks(write(found, lookUp)), () => admitted.end()),
        {
          headers: {
            'content-type': lookUp.format === 'ndjson' ? NDJSON : 'application/json; charset=utf-8',
            // The two shapes of Grafana have no place for it.
            'x-look-up-complete': String(isComplete),
          },
        },
      );
    } catch (error) {
      admitted.end();
      throw error;
    }
  }

  /** An answer that begins before the look-up has ended: an error is then its last line. */
  #withProgress(request: Request, lookUp: LookUpRequest, admitted: Admitted): Response {
    const left = new AbortController();
    const lines = this.#lines(lookUp, {
      ...admitted,
      signal: AbortSignal.any([admitted.signal, left.signal]),
    });
    const body = this.#body(request, lines, () => {
      left.abort(new Error('the client left'));
      admitted.end();
    });
    return new Response(body, { headers: { 'content-type': NDJSON } });
  }

  /** Until it is read, or nobody reads it, what it is made of is held, and counts. */
  #body(
    request: Request,
    pieces: AsyncIterable<string> | Iterable<string>,
    onEnd: () => void,
  ): ReadableStream<Uint8Array> {
    return textStream(pieces, { onEnd, idleMillis: this.#settings.timeoutMillis, signal: request.signal });
  }

  async *#lines(lookUp: LookUpRequest, { signal, found }: Admitted): AsyncGenerator<string, void> {
    try {
      yield ndjsonLine('started', { search: lookUp.search });
      const progress = new Progress();
      const finding = find(this.#settings, lookUp, { ...lookUp.options, signal, onProgress: progress.note });
      for await (const one of progress.until(finding)) yield ndjsonLine('progress', one);
      const answer = await finding;
      found();
      yield* inChunks(ndjsonLines(answer, lookUp.asStored));
    } catch (error) {
      if (!(error instanceof RequestError) && !signal.aborted) this.#settings.onError(error);
      const { code, message } = toRequestError(error);
      yield ndjsonLine('error', { code, message });
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
