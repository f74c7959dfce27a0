/** The statistics of one metric over one minute, as CloudWatch shows them. */
export interface DatapointStatistics {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly average: number;
}

/** How often each value came. */
export type CountedValues = ReadonlyMap<number, number>;

/** What one metric was in one minute. */
export class Datapoint {
  #sampleCount = 0;
  #sum = 0;
  #minimum = Infinity;
  #maximum = -Infinity;
  #unpublished = new Map<number, number>();
  /** Filters that saw events in this minute, with their default values as long as none of these matched. */
  readonly #defaults = new Map<string, number | undefined>();

  /** Values, as often as each came, that nobody has taken yet. */
  get unpublishedValues(): number {
    return this.#unpublished.size;
  }

  add(value: number): void {
    this.#sampleCount++;
    this.#sum += value;
    this.#minimum = Math.min(this.#minimum, value);
    this.#maximum = Math.max(this.#maximum, value);
    this.#unpublished.set(value, (this.#unpublished.get(value) ?? 0) + 1);
  }

  /** Notes that events came for a filter: unless one of them matches, its default value is this minute's. */
  expectMatch(filter: string, defaultValue: number): void {
    if (!this.#defaults.has(filter)) this.#defaults.set(filter, defaultValue);
  }

  /** Notes that an event matched a filter, so that its default value does not count. */
  noteMatch(filter: string): void {
    this.#defaults.set(filter, undefined);
  }

  /** Ends the minute: filters without a match have their default values. @returns what is to be published */
  take(): CountedValues {
    for (const [filter, value] of this.#defaults) {
      if (value === undefined) continue;
      this.#defaults.set(filter, undefined);
      this.add(value);
    }
    const taken = this.#unpublished;
    this.#unpublished = new Map();
    return taken;
  }

  /** Takes values before the minute ends, as there are many. */
  takeEarly(): CountedValues {
    const taken = this.#unpublished;
    this.#unpublished = new Map();
    return taken;
  }

  /**
   * The statistics if the minute ended now.
   * @returns undefined without a value
   */
  statistics(): DatapointStatistics | undefined {
    const defaults = [...this.#defaults.values()].filter((value) => value !== undefined);
    const sampleCount = this.#sampleCount + defaults.length;
    if (sampleCount === 0) return undefined;
    const sum = defaults.reduce((total, value) => total + value, this.#sum);
    return {
      sampleCount,
      sum,
      minimum: Math.min(this.#minimum, ...defaults),
      maximum: Math.max(this.#maximum, ...defaults),
      average: sum / sampleCount,
    };
  }
}
