import { type LogEventBatch } from '../../src/delivery/encoded-event.js';
import { type StoredRead } from '../../src/delivery/spool/spool-reader.js';
import { type SpoolListener, type WriteOptions } from '../../src/delivery/spool/spool.js';
import { type StoredBatch } from '../../src/delivery/spool/stored-batch.js';

/** A spool without files: it tells what the test has it tell. */
export class StubSpool {
  listener!: SpoolListener;
  reads: (stored: StoredBatch) => StoredRead | Promise<StoredRead> = () => ({
    kind: 'damaged',
    detail: 'nothing is there',
  });
  written: (LogEventBatch & { stored: StoredBatch })[] = [];
  removed: StoredBatch[] = [];

  open(listener: SpoolListener): void {
    this.listener = listener;
  }

  scan(): Promise<void> {
    return this.disk;
  }

  isFull = false;

  /** What a write, a look for batches and the end wait for. */
  disk: Promise<void> = Promise.resolve();

  isTooLarge: (one: LogEventBatch) => boolean = () => false;

  async write(
    one: LogEventBatch,
    { whenStored }: WriteOptions,
  ): Promise<StoredBatch | 'too_large' | undefined> {
    if (this.isFull) return undefined;
    if (this.isTooLarge(one)) return 'too_large';
    const stored = storedBatch(one.events.length);
    this.written.push({ ...one, stored });
    await this.disk;
    whenStored?.(stored);
    return stored;
  }

  async read(stored: StoredBatch): Promise<StoredRead> {
    return await this.reads(stored);
  }

  reduce(stored: StoredBatch, events: number): void {
    stored.events = events;
  }

  remove(stored: StoredBatch): void {
    this.removed.push(stored);
    if (this.isSlowToRemove) this.removals++;
  }

  isSlowToRemove = false;
  removals = 0;

  isHurried = false;

  hurry(): void {
    this.isHurried = true;
  }

  sync(): Promise<void> {
    return this.disk;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  readonly found = { bytes: 7 };

  check(): Promise<unknown> {
    return Promise.resolve(this.found);
  }

  status(): undefined {
    return undefined;
  }
}

export function storedBatch(events: number): StoredBatch {
  const name = { sequence: 1, createdMillis: 1, events, bytes: 27 * events, fileBytes: 100 };
  return { folder: { writer: 'w', path: '/nowhere' }, file: 'f', name, events, isBusy: false };
}
