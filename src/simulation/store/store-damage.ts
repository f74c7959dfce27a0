/** What of a folder could not be read, when it was opened or when it was read first. */
export interface FolderRecovery {
  /**
   * Bytes that stand at the end of a file and are no whole write: of one that an earlier process did not end and
   * never acknowledged, or what a harmed write left. They were cut off.
   */
  tornBytes: number;
  /** Bytes of batches of events that are harmed; they stay in their files. */
  harmedBytes: number;
  /** Files of events of which nothing could be read; they are kept, those with a harmed head as `*.harmed`. */
  harmedSegments: number;
  /** Entries of journals (log groups, streams, settings) that are harmed or gone; they were left out. */
  harmedEntries: number;
  /** Files and folders that were written and are not there any more. */
  missingFiles: number;
  /** Events that are known to have been in what is harmed or missing. */
  missingEvents: number;
  /** Log groups and streams of which events are there, but nothing else. */
  unknownNames: number;
}

/** A folder that is whole, or none. */
export function nothingHarmed(): FolderRecovery {
  return {
    tornBytes: 0,
    harmedBytes: 0,
    harmedSegments: 0,
    harmedEntries: 0,
    missingFiles: 0,
    missingEvents: 0,
    unknownNames: 0,
  };
}

/** Notes what is found to be harmed, and tells whoever listens of what is found after the start. */
export class StoreDamage {
  readonly recovery = nothingHarmed();
  #tell: ((harm: Partial<FolderRecovery>) => void) | undefined;

  /** @param tell - called with what is found from now on */
  onFound(tell: (harm: Partial<FolderRecovery>) => void): void {
    this.#tell = tell;
  }

  found(harm: Partial<FolderRecovery>): void {
    for (const [name, count] of Object.entries(harm)) this.recovery[name as keyof FolderRecovery] += count;
    if (Object.values(harm).some((count) => count > 0)) this.#tell?.(harm);
  }
}

/** What can't be read, for people: a line for each kind of harm. */
export function describeHarm(harm: Partial<FolderRecovery>): string[] {
  return HARM_LINES.flatMap(([kind, say]) => {
    const count = harm[kind] ?? 0;
    return count > 0 ? [say(count)] : [];
  });
}

const HARM_LINES: readonly (readonly [kind: keyof FolderRecovery, say: (count: number) => string])[] = [
  ['tornBytes', (count) => `${count} bytes of an unfinished or harmed write at an end were cut off`],
  ['harmedBytes', (count) => `${count} bytes of events are harmed and were passed over`],
  ['harmedSegments', (count) => `${count} files of events can't be read; they are kept`],
  [
    'harmedEntries',
    (count) => `${count} entries about log groups, streams or settings are harmed and were left out`,
  ],
  ['missingFiles', (count) => `${count} files or folders are missing`],
  ['missingEvents', (count) => `${count} events are lost`],
  [
    'unknownNames',
    (count) =>
      `${count} log groups or streams have events, and nothing else is known of them; make them again to read these`,
  ],
];
