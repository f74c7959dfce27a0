import { type QueryProgress } from '../queries/query-runner.js';

/** How far a look-up is. */
export interface LookUpProgress {
  /** Queries that were started, and of these those that run. */
  readonly queries: number;
  readonly queriesRunning: number;
  readonly recordsScanned: number;
  readonly recordsMatched: number;
  /** The bytes that the service bills. */
  readonly bytesScanned: number;
  /** Log groups that queries read, and of these those that have answered. */
  readonly logGroups: number;
  readonly logGroupsDone: number;
}

const RUNNING = new Set(['Scheduled', 'Running']);

/** Adds up how far the queries of a look-up are, and tells it at each change. */
export class LookUpProgressCount {
  readonly #byQuery = new Map<string, QueryProgress>();
  readonly #done = new Set<string>();
  readonly #onProgress: (progress: LookUpProgress) => void;
  readonly #logGroups: number;

  /** @param logGroups - how many are read */
  constructor(onProgress: (progress: LookUpProgress) => void, logGroups: number) {
    this.#onProgress = onProgress;
    this.#logGroups = logGroups;
    this.#tell();
  }

  /** A query was asked how far it is. */
  readonly note = (progress: QueryProgress): void => {
    this.#byQuery.set(progress.queryId, progress);
    this.#tell();
  };

  /** No further query reads these groups. @param identifiers - by which requests name them */
  readonly logGroupsDone = (identifiers: Iterable<string>): void => {
    const before = this.#done.size;
    for (const identifier of identifiers) this.#done.add(identifier);
    if (this.#done.size > before) this.#tell();
  };

  #tell(): void {
    let [queriesRunning, recordsScanned, recordsMatched, bytesScanned] = [0, 0, 0, 0];
    for (const { status, statistics } of this.#byQuery.values()) {
      if (RUNNING.has(status)) queriesRunning++;
      recordsScanned += statistics.recordsScanned;
      recordsMatched += statistics.recordsMatched;
      bytesScanned += statistics.bytesScanned;
    }
    this.#onProgress({
      queries: this.#byQuery.size,
      queriesRunning,
      recordsScanned,
      recordsMatched,
      bytesScanned,
      logGroups: this.#logGroups,
      logGroupsDone: this.#done.size,
    });
  }
}
