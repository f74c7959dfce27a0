import { eventCases } from './cases/events.js';
import { filterCases } from './cases/filters.js';
import { logGroupCases } from './cases/log-groups.js';
import { logStreamCases } from './cases/log-streams.js';
import { queryCases } from './cases/queries.js';
import type { ConformanceCase } from './conformance-case.js';

/** Every fact that the local service shares with Amazon CloudWatch Logs. */
export const allCases: readonly ConformanceCase[] = [
  ...logGroupCases,
  ...logStreamCases,
  ...eventCases,
  ...filterCases,
  ...queryCases,
];
