import { sendWithin } from '../cloudwatch/send-within.js';
import { type Authentication, type BackEnd } from './back-end.js';
import { BackEndError } from './back-end-error.js';
import { kindOf } from './kind-of.js';

interface SessionParts {
  readonly backEnd: Pick<BackEnd<never, unknown>, 'open' | 'authenticate'>;
  /** Milliseconds since 1970. */
  readonly epochMillis: () => number;
  /** Milliseconds for each of both. */
  readonly timeoutMillis: number;
}

/** Milliseconds before their end in which credentials are renewed, and the part of their life that is left for it at the most. */
const RENEWED_BEFORE_MILLIS = 60_000;
const RENEWED_BEFORE_PART = 0.1;

/** What `authenticate` gave, and until when it is used. */
interface Known {
  readonly credentials: unknown;
  readonly usableUntil: number;
}

/** What a back end has to do once before it takes requests. Requests that need it at the same time share it. */
export class Session {
  readonly #parts: SessionParts;
  #known: Known | undefined;
  #authenticating: Promise<unknown> | undefined;
  #opening: Promise<void> | undefined;
  #isOpen = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** The credentials, got or renewed where that is needed. Rejects with what `authenticate` does. */
  async credentials(signal: AbortSignal): Promise<unknown> {
    const { authenticate } = this.#parts.backEnd;
    if (authenticate === undefined) return undefined;
    if (this.#known !== undefined && this.#parts.epochMillis() < this.#known.usableUntil) {
      return this.#known.credentials;
    }
    this.#authenticating ??= this.#authenticate(authenticate, signal).finally(() => {
      this.#authenticating = undefined;
    });
    return await this.#authenticating;
  }

  /** The back end refused credentials; those that are there by now may be others. */
  refused(credentials: unknown): void {
    if (this.#known?.credentials === credentials) this.#known = undefined;
  }

  /** The credentials are not used again. */
  forget(): void {
    this.#known = undefined;
  }

  /** Whether others can be had than those that were refused. */
  get canRenew(): boolean {
    return this.#parts.backEnd.authenticate !== undefined;
  }

  /** Opens the back end unless that is done. Rejects with what `open` or `authenticate` does. */
  async open(signal: AbortSignal): Promise<void> {
    const { open } = this.#parts.backEnd;
    if (open === undefined || this.#isOpen) return;
    this.#opening ??= this.#open(open, signal).finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
  }

  /** What `open` makes is not there any more. */
  close(): void {
    this.#isOpen = false;
  }

  async #authenticate(
    authenticate: NonNullable<SessionParts['backEnd']['authenticate']>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { epochMillis, timeoutMillis } = this.#parts;
    const start = epochMillis();
    const given = await sendWithin<unknown>(
      async ({ abortSignal }) => await authenticate({ signal: abortSignal }),
      timeoutMillis,
      signal,
    );
    const { credentials, expiresAt } = checked(given);
    const life = (expiresAt ?? Number.POSITIVE_INFINITY) - start;
    const early = Math.min(RENEWED_BEFORE_MILLIS, life * RENEWED_BEFORE_PART);
    this.#known = { credentials, usableUntil: start + life - early };
    return credentials;
  }

  async #open(open: NonNullable<SessionParts['backEnd']['open']>, signal: AbortSignal): Promise<void> {
    const credentials = await this.credentials(signal);
    await sendWithin(
      async ({ abortSignal }) => {
        await open({ signal: abortSignal, credentials });
      },
      this.#parts.timeoutMillis,
      signal,
    );
    this.#isOpen = true;
  }
}

/** @throws BackEndError for what `authenticate` must not give; its values, which are secrets, are not said */
function checked(given: unknown): Authentication<unknown> {
  if (typeof given !== 'object' || given === null || !('credentials' in given)) {
    const what =
      typeof given === 'object' && given !== null ? 'an object without credentials' : kindOf(given);
    throw new BackEndError('retry', `it must give { credentials, expiresAt }; it gave ${what}`);
  }
  const { credentials, expiresAt } = given as { credentials: unknown; expiresAt?: unknown };
  if (expiresAt !== undefined && !Number.isFinite(expiresAt)) {
    const rule = 'be a number of milliseconds since 1970, or be left out';
    throw new BackEndError('retry', `expiresAt must ${rule}; it is ${kindOf(expiresAt)}`);
  }
  return { credentials, expiresAt: expiresAt as number | undefined };
}
