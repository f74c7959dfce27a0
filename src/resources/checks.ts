import { checkTexts } from '../cloudwatch/check-values.js';
import { OptionError } from '../cloudwatch/errors.js';
import {
  LOG_GROUP_CLASSES,
  MAX_FILTER_PATTERN_LENGTH,
  MAX_INDEX_FIELD_LENGTH,
  MAX_INDEX_FIELDS,
  MAX_NAME_LENGTH,
  MAX_TAG_KEY_LENGTH,
  MAX_TAG_VALUE_LENGTH,
  MAX_TAGS,
  RETENTION_DAYS,
} from '../cloudwatch/limits.js';
import { logGroupNameProblem, logStreamNameProblem } from '../cloudwatch/names.js';

/** @throws OptionError */
export function checkLogGroupName(name: unknown): asserts name is string {
  const problem = typeof name === 'string' ? logGroupNameProblem(name) : 'be text';
  if (problem) throw new OptionError('logGroupName', problem, name);
}

/** @throws OptionError */
export function checkLogStreamName(name: unknown): asserts name is string {
  const problem = typeof name === 'string' ? logStreamNameProblem(name) : 'be text';
  if (problem) throw new OptionError('logStreamName', problem, name);
}

/** @throws OptionError */
export function checkRetention(days: unknown): void {
  if ((RETENTION_DAYS as readonly unknown[]).includes(days)) return;
  throw new OptionError('retentionInDays', `be one of ${RETENTION_DAYS.join(', ')}`, days);
}

/** @throws OptionError */
export function checkLogGroupClass(name: unknown): void {
  if ((LOG_GROUP_CLASSES as readonly unknown[]).includes(name)) return;
  throw new OptionError('logGroupClass', `be one of ${LOG_GROUP_CLASSES.join(', ')}`, name);
}

/** @throws OptionError */
export function checkTags(tags: unknown): asserts tags is Readonly<Record<string, string>> {
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) {
    throw new OptionError('tags', 'be an object of keys and values', tags);
  }
  const entries = Object.entries(tags);
  if (entries.length > MAX_TAGS)
    throw new OptionError('tags', `have at most ${MAX_TAGS} entries`, entries.length);
  for (const [key, value] of entries as [string, unknown][]) {
    if (key.length === 0 || key.length > MAX_TAG_KEY_LENGTH) {
      throw new OptionError('tags', `have keys of 1 to ${MAX_TAG_KEY_LENGTH} characters`, key);
    }
    if (typeof value !== 'string' || value.length > MAX_TAG_VALUE_LENGTH) {
      throw new OptionError(`tags.${key}`, `be text of at most ${MAX_TAG_VALUE_LENGTH} characters`, value);
    }
  }
}

/** @throws OptionError. Source: PutMetricFilter and PutSubscriptionFilter, `filterName`. */
export function checkFilterName(name: unknown): asserts name is string {
  if (typeof name === 'string' && name.length > 0 && name.length <= MAX_NAME_LENGTH && !/[:*]/.test(name))
    return;
  throw new OptionError('filterName', `have 1 to ${MAX_NAME_LENGTH} characters without ":" and "*"`, name);
}

/** @throws OptionError */
export function checkFilterPattern(pattern: unknown): void {
  if (typeof pattern === 'string' && pattern.length <= MAX_FILTER_PATTERN_LENGTH) return;
  throw new OptionError(
    'filterPattern',
    `be text of at most ${MAX_FILTER_PATTERN_LENGTH} characters`,
    pattern,
  );
}

/** @throws OptionError */
export function checkArn(option: string, arn: unknown): void {
  if (typeof arn === 'string' && /^arn:[^:]+:[^:]+:/.test(arn)) return;
  throw new OptionError(option, 'be an ARN', arn);
}

/** @throws OptionError. Source: PutMetricFilter, `metricName` and `metricNamespace`. */
export function checkMetricName(option: string, name: unknown): void {
  if (typeof name === 'string' && name.length > 0 && name.length <= 255 && !/[:*$]/.test(name)) return;
  throw new OptionError(option, 'have 1 to 255 characters without ":", "*" and "$"', name);
}

/** @throws OptionError */
export function checkIndexFields(fields: unknown, facets: unknown): void {
  checkTexts('fields', fields);
  checkTexts('facets', facets);
  const all = new Set([...fields, ...facets]);
  if (all.size === 0 || all.size > MAX_INDEX_FIELDS) {
    throw new OptionError('fields', `hold, with facets, 1 to ${MAX_INDEX_FIELDS} names`, all.size);
  }
  for (const name of all) {
    if (name.length > 0 && name.length <= MAX_INDEX_FIELD_LENGTH) continue;
    throw new OptionError('fields', `hold names of 1 to ${MAX_INDEX_FIELD_LENGTH} characters`, name);
  }
}
