import { type ChaosReport } from './chaos.js';

/** The report of a run for a terminal, a line each. */
export function describeReport(report: ChaosReport): string[] {
  const { emitted, delivered, duplicates, dropped, lost, duplicateCauses, kills } = report;
  const { answersLost, cutOff, storedTwice, records } = duplicateCauses;
  return [
    `emitted ${emitted} delivered ${delivered} duplicates ${duplicates} dropped ${dropped} lost ${lost}`,
    `  drops without need ${report.dropsWithoutNeed}`,
    ...Object.entries(report.droppedByReason).map(([reason, count]) => `  dropped ${reason} ${count}`),
    `  duplicates without a cause ${report.unexplainedDuplicates}; causes: answers that never came ${answersLost} ` +
      `(the service's faults took ${report.answersTaken}), requests cut off by kills ${cutOff}, batches just stored at kills ${storedTwice}; ` +
      `with ${records} records in them`,
    `  kills ${kills}, delivered without a promise ${report.unpromised}, in memory alone for a full disk when ` +
      `killed ${report.lostInMemory}`,
    `  requests ${report.requests}, of which failed ${report.failedRequests}; group deleted ` +
      `${report.groupDeletions} times, service restarted ${report.restarts} times, disk (${report.disk}) full ` +
      `${report.fullDisks} times`,
    `  struck by ${Object.entries(report.struck)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ')}`,
  ];
}

/** What a run must not show. */
export function faultsIn(report: ChaosReport): string[] {
  const faults: string[] = [];
  if (report.lost !== 0) faults.push(`lost ${report.lost}`);
  if (report.dropsWithoutNeed !== 0) faults.push(`drops without need ${report.dropsWithoutNeed}`);
  if (report.filesLeft.length > 0) faults.push(`files left on the disk: ${report.filesLeft.join(', ')}`);
  if (report.unbalanced.length > 0) {
    faults.push(`figures of an exporter that do not add up: ${JSON.stringify(report.unbalanced)}`);
  }
  if (report.unexplainedDuplicates > 0) {
    faults.push(`${report.unexplainedDuplicates} duplicates without a cause`);
  }
  return faults;
}
