import { type RecordToExport } from '../encoding/record-encoder.js';

/** Records that are exported together. */
export class QueuedBatch {
  readonly records: RecordToExport[] = [];
  /** The room reserved for them. */
  bytes = 0;
  /** Resolves when delivery has the events made of them. */
  readonly handedOver: Promise<void>;
  #resolve!: () => void;

  constructor() {
    this.handedOver = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Delivery has what became of them. */
  end(): void {
    this.#resolve();
  }
}

/** Records that wait to be encoded, cut into batches as they come. */
export class RecordQueue {
  /** Bytes after which a batch is full, of those that are reserved. */
  maxBatchBytes: number;
  readonly #maxBatchSize: number;
  /** Batches to which nothing is added any more. */
  #ready: QueuedBatch[] = [];
  #open: QueuedBatch | undefined;
  #length = 0;

  /** @param maxBatchSize - records after which a batch is full */
  constructor(maxBatchSize: number, maxBatchBytes: number) {
    this.#maxBatchSize = maxBatchSize;
    this.maxBatchBytes = maxBatchBytes;
  }

  /** Records in it. */
  get length(): number {
    return this.#length;
  }

  /** @param bytes - what was reserved for it @returns whether a batch is full by it */
  push(record: RecordToExport, bytes: number): boolean {
    const open = (this.#open ??= new QueuedBatch());
    this.#length++;
    open.bytes += bytes;
    if (open.records.push(record) < this.#maxBatchSize && open.bytes < this.maxBatchBytes) return false;
    this.close();
    return true;
  }

  /** Nothing is added any more to what is there. @returns the last batch, where there is one */
  close(): QueuedBatch | undefined {
    if (this.#open) this.#ready.push(this.#open);
    this.#open = undefined;
    return this.#ready.at(-1);
  }

  /** The first batch that is ready; it stays until it is taken. */
  get first(): QueuedBatch | undefined {
    return this.#ready[0];
  }

  /** Takes the first batch. */
  take(): void {
    this.#length -= this.#ready.shift()!.records.length;
  }
}
