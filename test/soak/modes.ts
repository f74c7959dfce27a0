import { type SoakReport, type SoakSettings } from './soak.js';

/**
 * Bytes that a record of the run takes in the spool, with room to spare. What a spool needs is computed as
 * docs/delivery.md says.
 */
const SPOOL_BYTES_PER_RECORD = 700;

/** Part of the outage after which memory must not grow. */
const WARM_UP_SHARE = 0.1;

/** Bytes by which the heap may grow from the end of the warm-up to the end of the outage. */
const MAX_HEAP_GROWTH = 32 * 1024 * 1024;

/** The same of all memory of the process. */
const MAX_RSS_GROWTH = 128 * 1024 * 1024;

/** Part of the outage's records by which what is dropped may begin beside its start: what was in a request then. */
const MAX_LATE_SHARE = 0.005;

/** One way of running. */
export interface SoakMode {
  readonly title: string;
  /** Part of what the outage needs that the spool may hold. */
  readonly share: number;
}

export const SOAK_MODES = {
  whole: { title: 'a spool that holds the outage: everything is delivered', share: 1 },
  tenth: { title: 'a spool of a tenth of that: the oldest are dropped and counted', share: 0.1 },
} as const satisfies Record<string, SoakMode>;

/** Whether a text names one of {@link SOAK_MODES}. */
export function isSoakMode(text: string): text is keyof typeof SOAK_MODES {
  return Object.hasOwn(SOAK_MODES, text);
}

/** The bound of the spool in a mode. */
export function spoolBound(
  mode: SoakMode,
  { outageMillis, recordsPerSecond }: Pick<SoakSettings, 'outageMillis' | 'recordsPerSecond'>,
): number {
  return Math.ceil(((SPOOL_BYTES_PER_RECORD * outageMillis) / 1000) * recordsPerSecond * mode.share);
}

/** How much heap and all memory grew from the end of the warm-up to the end of the outage, in bytes. */
export function growth(report: SoakReport): { heapBytes: number; rssBytes: number } {
  const inOutage = report.samples.filter(({ phase }) => phase === 'outage');
  const start = inOutage[Math.floor(inOutage.length * WARM_UP_SHARE)]!;
  const end = inOutage.at(-1)!;
  return { heapBytes: end.heapBytes - start.heapBytes, rssBytes: end.rssBytes - start.rssBytes };
}

/** What of a run is not as it must be, in words; nothing where all is right. */
export function problemsOf(report: SoakReport, mode: SoakMode, maxBytes: number): string[] {
  const problems: string[] = [];
  const check = (isRight: boolean, problem: string): void => {
    if (!isRight) problems.push(problem);
  };
  const { emitted, delivered, dropped, counted } = report;
  check(report.lost === 0, `${report.lost} records are lost`);
  check(report.kept === 0, `${report.kept} records are still kept`);
  check(report.duplicates === 0, `${report.duplicates} records came twice`);
  check(report.outOfOrder === 0, `${report.outOfOrder} records came after a later one of their stream`);
  check(counted.emitted === emitted, `the processor counted ${counted.emitted} of ${emitted} records`);
  check(
    counted.delivered === delivered,
    `the exporter counted ${counted.delivered} delivered, not ${delivered}`,
  );
  check(
    counted.deliveredBytes === report.billedBytes,
    `the exporter counted ${counted.deliveredBytes} billed bytes, not ${report.billedBytes}`,
  );
  check(report.peakSpoolBytes <= maxBytes, `the spool had ${report.peakSpoolBytes} bytes`);
  if (mode.share === 1) {
    check(dropped === 0, `${dropped} records were dropped: ${JSON.stringify(report.droppedByReason)}`);
  } else {
    check(dropped > report.emittedInOutage / 2, `only ${dropped} records were dropped`);
    check(
      report.droppedByReason.spool_full === dropped,
      `dropped for other reasons: ${JSON.stringify(report.droppedByReason)}`,
    );
    // The oldest of the outage, and they alone: before and after them all came.
    for (const [stream, runs] of report.missing.entries()) {
      const [run] = runs;
      const first = report.firstInOutage[stream]!;
      const late = run === undefined ? Infinity : Math.abs(run[0] - first);
      check(
        runs.length === 1 && late <= report.emittedInOutage * MAX_LATE_SHARE,
        `stream ${stream}, in the outage from record ${first}, lacks ${runs.map(([from, end]) => `${from} to ${end - 1}`).join(', ')}`,
      );
    }
  }
  const { heapBytes, rssBytes } = growth(report);
  check(heapBytes <= MAX_HEAP_GROWTH, `the heap grew by ${heapBytes} bytes during the outage`);
  check(rssBytes <= MAX_RSS_GROWTH, `the process grew by ${rssBytes} bytes during the outage`);
  return problems;
}
