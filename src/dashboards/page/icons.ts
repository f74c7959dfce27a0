import { type Level } from '../model/level.js';

/** The sign of a level: a colour alone is not seen by everybody. */
export const LEVEL_SIGNS: Readonly<Record<Level, string>> = {
  critical: '✗',
  error: '✗',
  warn: '▲',
  info: '●',
  debug: '·',
  trace: '·',
};

/** The word of a level. */
export const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  critical: 'FATAL',
  error: 'ERROR',
  warn: 'WARN',
  info: 'INFO',
  debug: 'DEBUG',
  trace: 'TRACE',
};
