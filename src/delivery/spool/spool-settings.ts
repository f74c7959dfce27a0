/** Where batches that can't be delivered now are kept. */
export interface SpoolSettings {
  /** Folder of the spool; several processes may share it. It is made where it is missing. */
  readonly directory: string;
  /** Bytes of files, of all processes together. Beyond it the oldest batches are dropped. Default 1 GiB. */
  readonly maxBytes: number;
  /** Milliseconds after which a batch is dropped. Default 14 days, after which the service takes no event. */
  readonly maxAgeMillis: number;
  /** Whether a batch outlives a power cut once it is reported as kept. Default true. */
  readonly fsync: boolean;
}

export const DEFAULT_SPOOL_SETTINGS: Omit<SpoolSettings, 'directory'> = {
  maxBytes: 1024 ** 3,
  maxAgeMillis: 14 * 86_400_000,
  fsync: true,
};

/** The part of the spool that belongs to this process. */
export interface SpoolStatus {
  /** Bytes of its files. */
  readonly bytes: number;
  readonly batches: number;
  readonly events: number;
  /** Milliseconds since the oldest batch was stored; undefined where there is none. */
  readonly oldestAgeMillis: number | undefined;
  /** Batches that stay as they are: a later version wrote them, or they can't be read for now. */
  readonly unreadableBatches: number;
  /** The bound of all processes together, of which the last had so much when it was last looked. */
  readonly maxBytes: number;
  readonly bytesOfOthers: number;
  /** Batches were dropped for the bound, and less than a tenth of it is free since. */
  readonly isFull: boolean;
  /** Whether the last write worked. */
  readonly isWritable: boolean;
  /** Why the last write failed, while writing fails. */
  readonly writeError: Error | undefined;
}
