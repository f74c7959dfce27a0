import { ACCOUNT_POLICY_HANDLERS } from './account-policies.js';
import { FILTER_LOG_EVENTS_HANDLERS } from './filter-log-events.js';
import { GET_LOG_EVENTS_HANDLERS } from './get-log-events.js';
import { INDEX_POLICY_HANDLERS } from './index-policies.js';
import { LOG_GROUP_HANDLERS } from './log-groups.js';
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
  ...ACCOUNT_POLICY_HANDLERS,
};
