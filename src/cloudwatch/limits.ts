/**
 * The service's limits, each with its unit. Unless another source is named: AWS documentation of
 * PutLogEvents, "Constraints", and the type documentation of `@aws-sdk/client-cloudwatch-logs`.
 */

/** Log events in one PutLogEvents request. */
export const MAX_BATCH_EVENTS = 10_000;

/** Bytes in one PutLogEvents request: the UTF-8 bytes of each message plus {@link EVENT_OVERHEAD_BYTES}. */
export const MAX_BATCH_BYTES = 1_048_576;

/** Bytes the service counts, and bills, on top of each message. */
export const EVENT_OVERHEAD_BYTES = 26;

/** UTF-8 bytes of the largest message that fits a request of its own. */
export const MAX_MESSAGE_BYTES = MAX_BATCH_BYTES - EVENT_OVERHEAD_BYTES;

/** Milliseconds between the oldest and the newest event of one PutLogEvents request. */
export const MAX_BATCH_SPAN_MILLIS = 24 * 60 * 60 * 1000;

/** Milliseconds an event may lie ahead of the service's clock. */
export const MAX_FUTURE_MILLIS = 2 * 60 * 60 * 1000;

/** Milliseconds an event may lie behind the service's clock (less where the group's retention is shorter). */
export const MAX_PAST_MILLIS = 14 * 24 * 60 * 60 * 1000;

/** Days that a log group may keep its events. Source: PutRetentionPolicy, `retentionInDays`. */
export const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** Days for which the service can keep events. */
export type RetentionInDays = (typeof RETENTION_DAYS)[number];

/** Classes of a log group. Source: CreateLogGroup, `logGroupClass`. */
export const LOG_GROUP_CLASSES = ['STANDARD', 'INFREQUENT_ACCESS', 'ESSENTIALS', 'DELIVERY'] as const;

/** A class of a log group; fixed when the group is created. */
export type LogGroupClassName = (typeof LOG_GROUP_CLASSES)[number];

/** Characters of a log group or log stream name. */
export const MAX_NAME_LENGTH = 512;

/** Tags of one log group. Source: TagResource. */
export const MAX_TAGS = 50;

/** Characters of a tag key and of a tag value. */
export const MAX_TAG_KEY_LENGTH = 128;
export const MAX_TAG_VALUE_LENGTH = 256;

/** Fields of one index policy, and characters of each. Source: PutIndexPolicy. */
export const MAX_INDEX_FIELDS = 20;
export const MAX_INDEX_FIELD_LENGTH = 100;

/** Log groups of one query. Source: StartQuery, `logGroupNames`. */
export const MAX_QUERY_LOG_GROUPS = 50;

/** Characters of a query. Source: StartQuery, `queryString`. */
export const MAX_QUERY_LENGTH = 10_000;

/** Rows that one query answers at the most. Source: StartQuery, `limit`. */
export const MAX_QUERY_ROWS = 100_000;

/** Rows of a query that names no limit. */
export const DEFAULT_QUERY_ROWS = 10_000;

/** Rows in one page of GetQueryResults. */
export const MAX_QUERY_PAGE_ROWS = 10_000;

/** Characters of a filter pattern. Source: PutMetricFilter, `filterPattern`. */
export const MAX_FILTER_PATTERN_LENGTH = 1024;

/** Entity of PutLogEvents. Source: the model's `Entity`. */
export const MAX_ENTITY_KEY_ATTRIBUTES = 4;
export const MAX_ENTITY_KEY_NAME_LENGTH = 32;
export const MAX_ENTITY_KEY_VALUE_LENGTH = 512;
export const MAX_ENTITY_ATTRIBUTES = 10;
export const MAX_ENTITY_ATTRIBUTE_NAME_LENGTH = 256;
export const MAX_ENTITY_ATTRIBUTE_VALUE_LENGTH = 512;

/** The last millisecond that a `Date` can hold. Source: ECMAScript, time values. */
export const MAX_TIMESTAMP = 8.64e15;
