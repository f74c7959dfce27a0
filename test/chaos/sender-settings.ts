/** What a sender process does; handed to it as JSON. */
export interface SenderSettings {
  readonly endpoint: string;
  readonly logGroupName: string;
  readonly sender: number;
  readonly marksFile: string;
  /** The first record of this life. */
  readonly firstRecord: number;
  /** Records of all lives. */
  readonly records: number;
  /** Records that may be on their way before the sender waits. */
  readonly maxKept: number;
  /** `emit`: a record is promised when `emit` returns; `export`: when the exporter reports success. */
  readonly promise: 'emit' | 'export';
  /** Options of the exporter beyond those that every sender has. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a sender that was not killed tells at its end. */
export interface SenderReport {
  readonly emitted: number;
  readonly delivered: number;
  readonly kept: number;
  readonly dropped: number;
  readonly droppedByReason: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly retries: number;
}

/** What a record is known by, wherever it is found again. */
export function recordId(sender: number, record: number): string {
  return `${String(sender).padStart(2, '0')}-${String(record).padStart(8, '0')}`;
}

/** @returns undefined for a message that no sender wrote */
export function readRecordId(message: string): { sender: number; record: number } | undefined {
  const match = /^(\d\d)-(\d{8}) /.exec(message);
  return match ? { sender: Number(match[1]), record: Number(match[2]) } : undefined;
}
