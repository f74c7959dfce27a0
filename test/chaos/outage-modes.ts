import { OUTAGE_KINDS } from './outage-settings.js';
import { type OutageSettings } from './outage.js';

const MIB = 1024 ** 2;

/** Modes of outage runs: each runs one application after the other. */
export interface OutageMode {
  readonly title: string;
  readonly runs: readonly (OutageSettings & { readonly name: string })[];
}

const DEFAULTS = { maxBufferBytes: 32 * MIB, maxHeapBytes: 512 * MIB, millis: 20_000 };

/** The modes, each with lost and drops without need 0 to show. */
export const OUTAGE_MODES: Readonly<Record<'outage-start' | 'large-records', OutageMode>> = {
  'outage-start': {
    title: 'the start of an outage at 15,000 records a second: nothing is dropped that there is room for',
    runs: OUTAGE_KINDS.flatMap((kind) =>
      [true, false].map((isSpooled) => ({
        ...DEFAULTS,
        name: `${kind}, ${isSpooled ? 'spool' : 'memory'}`,
        kind,
        isSpooled,
        recordBytes: 100,
        recordsPerSecond: 15_000,
      })),
    ),
  },
  'large-records': {
    title: 'large records in an outage: memory is bounded in bytes, and what is beyond it is counted',
    runs: [
      [20_000, 3_000],
      [1_000_000, 60],
    ].flatMap(([recordBytes, recordsPerSecond]) =>
      [true, false].map((isSpooled) => ({
        ...DEFAULTS,
        millis: 10_000,
        name: `${recordBytes!} bytes, ${isSpooled ? 'spool' : 'memory'}`,
        kind: 'hanging' as const,
        isSpooled,
        recordBytes: recordBytes!,
        recordsPerSecond: recordsPerSecond!,
      })),
    ),
  },
};
