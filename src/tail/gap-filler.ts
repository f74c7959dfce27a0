import { type FoundEvent } from '../insights/look-up/correlated-event.js';

/** A time of which not all events were heard. */
export interface Gap {
  /** Milliseconds since 1970, of ingestion. */
  readonly fromMillis: number;
  toMillis: number;
  /** `sampled`: the service sent a part; `start`: before the first session, which is told nobody. */
  readonly kind: 'gap' | 'sampled' | 'start';
  readonly reason: string;
}

/** A gap when all was read that could be read. */
export interface FilledGap extends Gap {
  readonly isFilled: boolean;
  /** Events that came by the filling. */
  readonly events: number;
}

/** The parts that a filler needs. */
export interface GapFillerParts {
  readonly epochMillis: () => number;
  /** @throws when the tail ends */
  wait(millis: number): Promise<void>;
  /** Reads events of a time, and tells of those that were new. @throws what keeps it from reading on */
  read(fromMillis: number, toMillis: number, onNew: (event: FoundEvent) => void): Promise<void>;
  /** True where the same reading may succeed later. */
  isPassing(error: unknown): boolean;
  /** Told of each gap, once. */
  onFilled(gap: FilledGap): Promise<void>;
}

/** Clocks differ a little, and what was ingested last is heard last. */
const OVERLAP_MILLIS = 5_000;
/** Most events are ingested within so long of their own time. */
const NEAR_MILLIS = 10_000;
/** FilterLogEvents does not have the newest events at once: what fills a gap is read again after so long. */
const SETTLE_MILLIS = 3_000;
/** While gap follows gap, a reading as far back as late events may lie waits so long for the next one. */
const FAR_EVERY_MILLIS = 30_000;
const ATTEMPTS = 3;

interface OwedGap extends Gap {
  isReadNear: boolean;
  events: number;
}

/**
 * Reads what was missed, one reading at a time for all gaps that there are: first near their times, so that most of it
 * is shown soon, then as far back as late events may lie. A service that samples each second would otherwise have the
 * same minutes read for each second anew.
 */
export class GapFiller {
  readonly #parts: GapFillerParts;
  readonly #lookBackMillis: number;
  #owed: OwedGap[] = [];
  #isRunning = false;

  /** @param settings - how late an event may be that is found */
  constructor(parts: GapFillerParts, settings: { readonly lookBackMillis: number }) {
    this.#parts = parts;
    this.#lookBackMillis = settings.lookBackMillis;
  }

  /** Where the first time begins that is still to be read; undefined when there is none. */
  get owedSinceMillis(): number | undefined {
    return this.#owed.length === 0 ? undefined : Math.min(...this.#owed.map(({ fromMillis }) => fromMillis));
  }

  /** Has a gap filled, in the background. One that goes on from the last of its kind becomes part of that. */
  fill(gap: Gap): void {
    const last = this.#owed.findLast(({ kind }) => kind === gap.kind);
    const isSame = last?.kind === 'gap' && last.reason === gap.reason && last.toMillis >= gap.fromMillis;
    if (isSame && !last.isReadNear) last.toMillis = gap.toMillis;
    else this.#owed.push({ ...gap, isReadNear: false, events: 0 });
    if (this.#isRunning) return;
    // It fails at the end of the tail alone.
    void this.#run().catch(() => undefined);
  }

  async #run(): Promise<void> {
    const parts = this.#parts;
    let farMillis = parts.epochMillis();
    this.#isRunning = true;
    try {
      while (this.#owed.length > 0) {
        const fresh = this.#owed.filter(({ isReadNear }) => !isReadNear);
        for (const gap of fresh) gap.isReadNear = true;
        if (fresh.length > 0) await this.#read(fresh, NEAR_MILLIS);
        await parts.wait(SETTLE_MILLIS);
        const hasMore = this.#owed.some(({ isReadNear }) => !isReadNear);
        if (hasMore && parts.epochMillis() - farMillis < FAR_EVERY_MILLIS) continue;
        const due = this.#owed.filter(({ isReadNear }) => isReadNear);
        const isFilled = await this.#read(due, Math.max(NEAR_MILLIS, this.#lookBackMillis));
        for (const gap of due) await parts.onFilled({ ...gap, isFilled });
        this.#owed = this.#owed.filter((gap) => !due.includes(gap));
        farMillis = parts.epochMillis();
      }
    } finally {
      // Here, where no promise lies behind the last look at what is owed: a gap that came in between would be forgotten.
      this.#isRunning = false;
    }
  }

  /** @returns whether all was read. @throws at the end of the tail */
  async #read(gaps: readonly OwedGap[], lookBackMillis: number): Promise<boolean> {
    const fromMillis = Math.min(...gaps.map((gap) => gap.fromMillis)) - lookBackMillis;
    const toMillis = Math.max(...gaps.map((gap) => gap.toMillis)) + OVERLAP_MILLIS;
    const onNew = ({ ingestionMillis = 0 }: FoundEvent): void => {
      (gaps.find((gap) => gap.toMillis >= ingestionMillis) ?? gaps.at(-1)!).events++;
    };
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#parts.read(fromMillis, toMillis, onNew);
        return true;
      } catch (error) {
        // The end of the tail is told by what waits.
        if (!this.#parts.isPassing(error) || attempt === ATTEMPTS) return false;
      }
    }
  }
}
