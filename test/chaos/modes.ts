import { type ChaosSettings } from './chaos.js';

/** One way of running, and what it must show. */
export interface ChaosMode {
  readonly title: string;
  readonly settings: Pick<
    ChaosSettings,
    'promise' | 'maxKept' | 'killEveryMillis' | 'refusesOneOf' | 'options'
  >;
}

/** The modes, each with lost and dropped 0 to show. */
export const CHAOS_MODES = {
  memory: {
    title: 'in memory, within its bounds: nothing that the processor took is lost',
    settings: { promise: 'emit', maxKept: 30_000, options: {} },
  },
  spool: {
    title: 'spool, senders killed: nothing that the exporter accepted is lost',
    settings: {
      promise: 'export',
      maxKept: 30_000,
      killEveryMillis: 2000,
      options: { spool: { directory: '{disk}/spool' }, deliveryTimeoutMillis: 1000 },
    },
  },
  'write-ahead': {
    title: 'write-ahead, senders killed: nothing whose emit returned is lost',
    settings: {
      promise: 'emit',
      maxKept: 30_000,
      killEveryMillis: 2000,
      options: { writeAhead: { directory: '{disk}/write-ahead' } },
    },
  },
  both: {
    title: 'write-ahead and spool, senders killed: nothing whose emit returned is lost',
    settings: {
      promise: 'emit',
      maxKept: 30_000,
      killEveryMillis: 2000,
      options: {
        writeAhead: { directory: '{disk}/write-ahead' },
        spool: { directory: '{disk}/spool' },
        deliveryTimeoutMillis: 1000,
      },
    },
  },
  'refused-events': {
    title:
      'spool, one of 997 records refused, senders killed: all but the refused arrive, and are sent again as few as else',
    settings: {
      promise: 'export',
      maxKept: 30_000,
      killEveryMillis: 2000,
      refusesOneOf: 997,
      options: { spool: { directory: '{disk}/spool' }, deliveryTimeoutMillis: 1000 },
    },
  },
} as const satisfies Record<string, ChaosMode>;

/** Whether a text names one of {@link CHAOS_MODES}. */
export function isChaosMode(text: string): text is keyof typeof CHAOS_MODES {
  return Object.hasOwn(CHAOS_MODES, text);
}
