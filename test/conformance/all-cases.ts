import { deliveryCases } from './cases/deliveries.js';
import { eventCases } from './cases/events.js';
import { filterCases } from './cases/filters.js';
import { filterPatternCases } from './cases/filter-patterns.js';
import { indexCases } from './cases/indexes.js';
import { ingestionCases } from './cases/ingestion.js';
import { logGroupCases } from './cases/log-groups.js';
import { logStreamCases } from './cases/log-streams.js';
import { accountCases } from './cases/account.js';
import { lookupTableCases } from './cases/lookup-tables.js';
import { pushCases } from './cases/push.js';
import { queryCases } from './cases/queries.js';
import { queryLanguageCases } from './cases/query-language.js';
import { querySampleCases } from './cases/query-samples.js';
import { queryTimeCases } from './cases/query-times.js';
import { refusalCases } from './cases/refusals.js';
import { settingCases } from './cases/settings.js';
import type { ConformanceCase } from './conformance-case.js';

/** Every fact that the local service shares with Amazon CloudWatch Logs. */
export const allCases: readonly ConformanceCase[] = [
  ...logGroupCases,
  ...logStreamCases,
  ...eventCases,
  ...filterCases,
  ...filterPatternCases,
  ...queryCases,
  ...queryLanguageCases,
  ...queryTimeCases,
  ...querySampleCases,
  ...lookupTableCases,
  ...indexCases,
  ...pushCases,
  ...ingestionCases,
  ...settingCases,
  ...accountCases,
  ...deliveryCases,
  ...refusalCases,
];
