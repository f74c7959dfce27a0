import { createHash } from 'node:crypto';
import { type FoundEvent } from '../insights/look-up/correlated-event.js';

interface RecentEvent {
  readonly ingestionMillis: number;
  /** How often it was shown: a stream may hold the same line twice. */
  shown: number;
  /** The reading that met it last, and how often. */
  reading: OpenReading | undefined;
  met: number;
  /** How often other readings that go on have met it; there are few such events at a time. */
  others: Map<OpenReading, number> | undefined;
  /** When it was met last, on the clock of the window. */
  lastMillis: number;
}

interface OpenReading {
  hasEnded: boolean;
}

/** A reading of events in which each comes as often as it is stored: a session, or one pass of polls. */
export interface Reading {
  /**
   * @param isWanted - asked for an event that nobody has shown; one that isn't wanted is not remembered
   * @returns false for an event that another reading has shown already, or that isn't wanted
   */
  isNew(event: FoundEvent, isWanted?: () => boolean): boolean;
  /** It will meet no further event. */
  end(): void;
}

/** Events are forgotten so many times a window: each time all of them are looked at. */
const SWEEPS_A_WINDOW = 10;

/**
 * Tells new events from those that another source has brought already. Live tail gives events no id, so what makes one
 * is group, stream, both times and text; an event counts as often as the reading that met it most often says.
 */
export class RecentEvents {
  readonly #windowMillis: number;
  readonly #epochMillis: () => number;
  readonly #events = new Map<string, RecentEvent>();
  #sweptMillis: number;

  /** @param settings - for how many milliseconds an event is remembered after it was last met */
  constructor(parts: { readonly epochMillis: () => number }, settings: { readonly windowMillis: number }) {
    this.#epochMillis = parts.epochMillis;
    this.#windowMillis = settings.windowMillis;
    this.#sweptMillis = parts.epochMillis();
  }

  /** Events that are remembered. */
  get size(): number {
    return this.#events.size;
  }

  /** Begins a reading. */
  begin(): Reading {
    const reading: OpenReading = { hasEnded: false };
    return {
      isNew: (event, isWanted) => this.#meet(event, reading, isWanted),
      end: () => {
        reading.hasEnded = true;
      },
    };
  }

  /** Takes over the marks of an earlier tail. @param ingestionMillis - when their events were ingested, about */
  remember(marks: Iterable<string>, ingestionMillis: number): void {
    const lastMillis = this.#epochMillis();
    for (const mark of marks) {
      const known = this.#events.get(mark);
      if (known) known.shown++;
      else this.#events.set(mark, { ...freshEvent(ingestionMillis, lastMillis), shown: 1 });
    }
  }

  /**
   * The marks of events ingested since a time, each as often as it was shown, the newest ones last.
   * @param except - events that don't count as shown
   */
  marksSince(ingestionMillis: number, atMost: number, except: Iterable<FoundEvent> = []): string[] {
    const unread = new Map<string, number>();
    for (const event of except) unread.set(markOf(event), (unread.get(markOf(event)) ?? 0) + 1);
    const since = [...this.#events]
      .filter(([, event]) => event.ingestionMillis >= ingestionMillis)
      .sort(([, a], [, b]) => a.ingestionMillis - b.ingestionMillis);
    const marks = since.flatMap(([mark, { shown }]) => {
      const times = Math.max(0, shown - (unread.get(mark) ?? 0));
      return new Array<string>(times).fill(mark);
    });
    return marks.slice(-atMost);
  }

  #meet(event: FoundEvent, reading: OpenReading, isWanted: (() => boolean) | undefined): boolean {
    const nowMillis = this.#epochMillis();
    this.#forget(nowMillis);
    const mark = markOf(event);
    let known = this.#events.get(mark);
    if (known === undefined) {
      if (isWanted?.() === false) return false;
      known = freshEvent(event.ingestionMillis ?? 0, nowMillis);
      this.#events.set(mark, known);
    }
    known.lastMillis = nowMillis;
    const nth = meetOnceMore(known, reading);
    if (nth <= known.shown) return false;
    known.shown = nth;
    return true;
  }

  /**
   * A look at all of them now and then. Keeping the map in the order of the last meeting would leave holes at its
   * front, over which each look at the first one would have to go.
   */
  #forget(nowMillis: number): void {
    if (nowMillis - this.#sweptMillis <= this.#windowMillis / SWEEPS_A_WINDOW) return;
    this.#sweptMillis = nowMillis;
    for (const [mark, { lastMillis }] of this.#events) {
      if (nowMillis - lastMillis > this.#windowMillis) this.#events.delete(mark);
    }
  }
}

function freshEvent(ingestionMillis: number, lastMillis: number): RecentEvent {
  return { ingestionMillis, shown: 0, reading: undefined, met: 0, others: undefined, lastMillis };
}

/** @returns how often this reading has met the event, now included */
function meetOnceMore(event: RecentEvent, reading: OpenReading): number {
  if (event.reading !== reading) {
    const met = event.others?.get(reading) ?? 0;
    event.others?.delete(reading);
    if (event.reading?.hasEnded === false) {
      event.others ??= new Map();
      event.others.set(event.reading, event.met);
    }
    for (const other of event.others?.keys() ?? []) if (other.hasEnded) event.others!.delete(other);
    if (event.others?.size === 0) event.others = undefined;
    event.reading = reading;
    event.met = met;
  }
  return ++event.met;
}

/** Short and the same for the same event, in this process and the next. */
function markOf({ logGroup, logStream, timestampMillis, ingestionMillis, message }: FoundEvent): string {
  return createHash('sha1')
    .update(JSON.stringify([logGroup, logStream, timestampMillis, ingestionMillis, message]))
    .digest('base64url')
    .slice(0, 20);
}
