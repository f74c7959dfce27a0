/** Where a tail stood: plain JSON, to be kept and given to the next one. */
export interface TailCheckpoint {
  readonly version: 1;
  /** Milliseconds since 1970: what was ingested before has been seen. */
  readonly ingestedMillis: number;
  /** Marks of the events ingested around that time that have been seen. */
  readonly seen: readonly string[];
}

/** Marks that a checkpoint holds at the most: those of the newest events. */
export const MAX_CHECKPOINT_MARKS = 10_000;

/** Milliseconds before its time from which a checkpoint is taken up: events of one moment come one after another. */
export const CHECKPOINT_OVERLAP_MILLIS = 30_000;
