import { type Causes, type ExplainedDuplicates } from './duplicates.js';
import { IN_MEMORY, PROMISED } from './promise-marks.js';
import { type LoggedLife } from './request-log.js';
import { isRefused, type SenderReport } from './sender-settings.js';
import { type Tally } from './tally.js';

/** What a run found of the records. `emitted` is `delivered + dropped + lost`. */
export interface RecordFigures {
  /** Records that were promised. */
  readonly emitted: number;
  /** Of these, found in the store at least once. */
  readonly delivered: number;
  /** Events found beyond the first of their record. */
  readonly duplicates: number;
  /** Of these, beyond what lost answers and kills explain, record by record. */
  readonly unexplainedDuplicates: number;
  readonly dropped: number;
  /** Records dropped though the service does not refuse them. */
  readonly dropsWithoutNeed: number;
  readonly droppedByReason: Readonly<Record<string, number>>;
  readonly lost: number;
  /** Records found in the store although they were not promised when their sender was killed. */
  readonly unpromised: number;
  /** Records in memory alone, because the disk was full, when their sender was killed. */
  readonly lostInMemory: number;
  readonly duplicateCauses: Causes;
}

/** What a run found of the requests. */
export interface RequestFigures {
  readonly requests: number;
  /** Of these, refused, or without an answer. */
  readonly failedRequests: number;
}

/** What is known of all records when a run is over. */
export interface Evidence {
  /** The marks of each sender. */
  readonly marks: readonly Uint8Array[];
  readonly tally: Tally;
  readonly explained: ExplainedDuplicates;
  /** Of the lives that came to their end. */
  readonly reports: readonly SenderReport[];
  readonly refusesOneOf?: number | undefined;
}

export function countRecords({ marks, tally, explained, reports, refusesOneOf }: Evidence): RecordFigures {
  const found = {
    emitted: 0,
    delivered: 0,
    duplicates: 0,
    unexplainedDuplicates: 0,
    unpromised: 0,
    lostInMemory: 0,
  };
  let refused = 0;
  for (const [sender, ofSender] of marks.entries()) {
    for (const [record, mark] of ofSender.entries()) {
      const count = tally.count(sender, record);
      const twins = Math.max(0, count - 1);
      found.duplicates += twins;
      found.unexplainedDuplicates += Math.max(0, twins - explained.count(sender, record));
      if (mark === PROMISED) {
        found.emitted++;
        if (count > 0) found.delivered++;
        // Whichever life was told so, also one that was killed.
        else if (isRefused(record, refusesOneOf)) refused++;
      } else if (count > 0) {
        found.unpromised++;
      } else if (mark === IN_MEMORY) {
        found.lostInMemory++;
      }
    }
  }
  const droppedByReason: Record<string, number> = {};
  let dropsWithoutNeed = 0;
  for (const report of reports) {
    dropsWithoutNeed +=
      report.dropped - (refusesOneOf === undefined ? 0 : (report.droppedByReason.rejected ?? 0));
    for (const [reason, count] of Object.entries(report.droppedByReason)) {
      droppedByReason[reason] = (droppedByReason[reason] ?? 0) + count;
    }
  }
  const dropped = refused + dropsWithoutNeed;
  const lost = found.emitted - found.delivered - dropped;
  return { ...found, dropped, dropsWithoutNeed, droppedByReason, lost, duplicateCauses: explained.causes };
}

export function countRequests(lives: readonly LoggedLife[]): RequestFigures {
  const attempts = lives.flatMap((life) => life.attempts);
  return {
    requests: attempts.length,
    failedRequests: attempts.filter(({ heard }) => heard !== 'accepted').length,
  };
}
