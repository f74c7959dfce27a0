const MIB = 1024 * 1024;

/** What the options of a write-ahead log may be, and are by default: milliseconds, bytes. */
export const WRITE_AHEAD_NUMBERS = {
  fsyncIntervalMillis: { min: 0, max: 3_600_000, default: 1000 },
  maxBytes: { min: 8 * MIB, max: 1024 * 1024 * MIB, default: 256 * MIB },
} as const;
