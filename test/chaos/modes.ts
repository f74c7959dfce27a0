import { type ChaosSettings } from './chaos.js';

/** One way of running, and what it must show. */
export interface ChaosMode {
  readonly title: string;
  readonly settings: Pick<ChaosSettings, 'promise' | 'maxKept' | 'killEveryMillis' | 'options'>;
}

/** The modes, each with lost and dropped 0 to show. */
export const CHAOS_MODES = {
  memory: {
    title: 'in memory, within its bounds: nothing that the processor took is lost',
    settings: { promise: 'emit', maxKept: 30_000, options: {} },
  },
  'write-ahead': {
    title: 'write-ahead, senders killed: nothing whose emit returned is lost',
    settings: {
      promise: 'emit',
      maxKept: 30_000,
      killEveryMillis: 2000,
      options: { writeAhead: { directory: '{directory}/write-ahead' } },
    },
  },
} as const satisfies Record<string, ChaosMode>;

/** Whether a text names one of {@link CHAOS_MODES}. */
export function isChaosMode(text: string): text is keyof typeof CHAOS_MODES {
  return Object.hasOwn(CHAOS_MODES, text);
}
