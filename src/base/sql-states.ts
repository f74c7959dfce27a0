import { type ErrorKind } from './classify-by-code.js';

/**
 * What SQLSTATEs mean, and classes of them, for {@link classifyByCode}. Source: ISO/IEC 9075-2, 24.1; PostgreSQL
 * documentation, appendix A.
 */
export const SQL_STATES: Readonly<Record<string, ErrorKind>> = {
  /** No such schema. */
  '3F000': 'missing',
  /** No such table: of PostgreSQL, and of the standard's class as most others have it. */
  '42P01': 'missing',
  '42S02': 'missing',
  /** Too many connections. */
  '53300': 'throttled',
  /** A value over a limit, as of an index. */
  '54000': 'split',
  /** A value that can't be stored. */
  '22': 'split',
  /** A constraint of the table. */
  '23': 'split',
  /** User or password. */
  '28': 'denied',
  /** No such database. */
  '3D': 'denied',
  /** A privilege, a column. */
  '42': 'denied',
};
