import { ACCOUNT_POLICY_HANDLERS } from './account-policies.js';
import { DELIVERY_HANDLERS } from './deliveries.js';
import { DESTINATION_HANDLERS } from './destinations.js';
import { RESOURCE_POLICY_HANDLERS } from './resource-policies.js';
import { QUERY_DEFINITION_HANDLERS } from './query-definitions.js';
import { GROUP_SETTINGS_HANDLERS } from './group-settings.js';
import { EMPTY_LIST_HANDLERS } from './empty-lists.js';
import { EXPORT_TASK_HANDLERS } from './export-tasks.js';
import { LOOKUP_TABLE_HANDLERS } from './lookup-tables.js';
import { METRIC_FILTER_HANDLERS } from './metric-filters.js';
import { SUBSCRIPTION_FILTER_HANDLERS } from './subscription-filters.js';
import { FILTER_LOG_EVENTS_HANDLERS } from './filter-log-events.js';
import { GET_LOG_EVENTS_HANDLERS } from './get-log-events.js';
import { INDEX_POLICY_HANDLERS } from './index-policies.js';
import { LOG_GROUP_HANDLERS } from './log-groups.js';
import { QUERY_HANDLERS } from './queries.js';
import { LOG_RECORD_HANDLERS } from './log-records.js';
import { LOG_STREAM_HANDLERS } from './log-streams.js';
import { PUT_LOG_EVENTS_HANDLERS } from './put-log-events.js';
import { RETENTION_HANDLERS } from './retention.js';
import type { Handlers } from './service-context.js';
import { TAG_HANDLERS } from './tags.js';

/** Every operation that the local service answers. */
export const HANDLERS: Handlers = {
  ...LOG_GROUP_HANDLERS,
  ...LOG_STREAM_HANDLERS,
  ...PUT_LOG_EVENTS_HANDLERS,
  ...GET_LOG_EVENTS_HANDLERS,
  ...FILTER_LOG_EVENTS_HANDLERS,
  ...RETENTION_HANDLERS,
  ...TAG_HANDLERS,
  ...INDEX_POLICY_HANDLERS,
  ...QUERY_HANDLERS,
  ...LOOKUP_TABLE_HANDLERS,
  ...LOG_RECORD_HANDLERS,
  ...ACCOUNT_POLICY_HANDLERS,
  ...SUBSCRIPTION_FILTER_HANDLERS,
  ...METRIC_FILTER_HANDLERS,
  ...EXPORT_TASK_HANDLERS,
  ...EMPTY_LIST_HANDLERS,
  ...GROUP_SETTINGS_HANDLERS,
  ...QUERY_DEFINITION_HANDLERS,
  ...RESOURCE_POLICY_HANDLERS,
  ...DESTINATION_HANDLERS,
  ...DELIVERY_HANDLERS,
};
