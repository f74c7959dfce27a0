/** What a sender process does; handed to it as JSON. */
export interface SenderSettings {
  readonly endpoint: string;
  readonly logGroupName: string;
  readonly sender: number;
  readonly marksFile: string;
  readonly requestLogFile: string;
  /** The first record of this life. */
  readonly firstRecord: number;
  /** Records of all lives. */
  readonly records: number;
  /** Records that may be on their way before the sender waits. */
  readonly maxKept: number;
  /** Milliseconds that the sender waits for its own work after each few hundred records. */
  readonly pauseMillis: number;
  /** `emit`: a record is promised when `emit` returns; `export`: when the exporter reports success. */
  readonly promise: 'emit' | 'export';
  /** Options of the exporter beyond those that every sender has. */
  /** Of so many records the service refuses one; none without it. */
  readonly refusesOneOf?: number | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a sender prints when its first records are out. */
export const STARTED = 'started\n';

/** What a sender prints when all its records are out. */
export const EMITTED = 'emitted\n';

/** What a sender that was not killed tells at its end. */
export interface SenderReport {
  readonly emitted: number;
  readonly delivered: number;
  readonly kept: number;
  readonly inherited: number;
  readonly handedOn: number;
  readonly dropped: number;
  readonly droppedByReason: Readonly<Record<string, number>>;
}

/** Whether the service refuses a record, of which it refuses one of so many. */
export function isRefused(record: number, refusesOneOf: number | undefined): boolean {
  return refusesOneOf !== undefined && record % refusesOneOf === refusesOneOf >> 1;
}

/** PutLogEvents requests that one sender may have in flight. */
export const CONCURRENCY = 4;

/** What a record is known by, wherever it is found again. */
export function recordId(sender: number, record: number): string {
  return `${String(sender).padStart(2, '0')}-${String(record).padStart(8, '0')}`;
}

/** @returns undefined for a message that no sender wrote */
export function readRecordId(message: string): { sender: number; record: number } | undefined {
  const match = /^(\d\d)-(\d{8}) /.exec(message);
  return match ? { sender: Number(match[1]), record: Number(match[2]) } : undefined;
}
