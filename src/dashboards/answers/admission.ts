import { RequestError } from '../failures.js';
import { type HandlerSettings } from '../handler-options.js';
import { Running } from './running.js';

/** A look-up that may be made. */
export interface Admitted {
  /** Aborts when the client leaves, or the look-up has taken too long. */
  readonly signal: AbortSignal;
  /** Says that nothing is searched any more: what remains is to be read by the client. */
  readonly found: () => void;
  /** Makes room for another one; a second call does nothing. */
  readonly end: () => void;
}

/** Lets so many look-ups in at once, each for so long: whatever queries for a request asks here. */
export class Admission {
  readonly #running: Running;
  readonly #timeoutMillis: number;

  constructor({ concurrency, timeoutMillis }: Pick<HandlerSettings, 'concurrency' | 'timeoutMillis'>) {
    this.#running = new Running(concurrency, 'look-ups');
    this.#timeoutMillis = timeoutMillis;
  }

  /** @throws RequestError where as many run as may */
  begin(request: Request): Admitted {
    const end = this.#running.begin();
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort(new RequestError(504, 'timeout', 'The look-up took too long and was stopped.'));
    }, this.#timeoutMillis);
    return {
      signal: AbortSignal.any([request.signal, deadline.signal]),
      found: () => clearTimeout(timer),
      end: () => {
        clearTimeout(timer);
        end();
      },
    };
  }
}
