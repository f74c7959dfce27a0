/** How a service is unreachable. */
export const OUTAGE_KINDS = ['refused', 'reset', '503', 'throttled', 'hanging', 'DNS'] as const;
export type OutageKind = (typeof OUTAGE_KINDS)[number];

/** What an application of an outage run does. */
export interface OutageSenderSettings {
  readonly endpoint: string;
  readonly logGroupName: string;
  /** The number by which its records are known. */
  readonly sender: number;
  /** Bytes of a record's body. */
  readonly recordBytes: number;
  readonly recordsPerSecond: number;
  /** How long it logs. */
  readonly millis: number;
  /** Folder of the spool; undefined for memory alone. */
  readonly spool: string | undefined;
  readonly maxBufferBytes: number;
  /** Host that is not found until the parent says that the outage is over. */
  readonly missingHost: string | undefined;
}

/** What it tells at its end. */
export interface OutageSenderReport {
  readonly emitted: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly droppedByReason: Readonly<Record<string, number>>;
  /** Records dropped while a tenth of the memory for records was free. */
  readonly dropsWithoutNeed: number;
  /** Bytes of memory of the whole process, at the most. */
  readonly maxResidentBytes: number;
}

/** What it sends when all its records are out. */
export const ALL_EMITTED = 'all emitted';

/** What it is sent when the outage is over. */
export const MENDED = 'mended';
