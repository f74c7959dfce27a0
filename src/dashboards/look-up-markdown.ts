import { type CorrelationResult } from '../insights/look-up/correlation-result.js';
import { OptionError } from '../cloudwatch/errors.js';
import { toMarkdown } from './model/markdown.js';

/**
 * What a look-up found as Markdown, for an issue, a chat or an agent: errors with their stacks, the events as a
 * table, and what was searched. Log text stays text: nothing of it is a link, markup or a mention.
 * @throws OptionError for what no look-up gives
 */
export function lookUpMarkdown(result: CorrelationResult): string {
  if (!Array.isArray((result as Partial<CorrelationResult> | undefined)?.events) || !('lookUp' in result)) {
    throw new OptionError('result', 'be what a look-up of a CorrelationEngine gives', result);
  }
  const { lookUp, events, statistics, logGroups, leftOut, isComplete } = result;
  const { kind, value, fields } = lookUp;
  const search = kind === 'field' ? { kind, value, field: fields[0]! } : { kind, value };
  return toMarkdown(
    events.map((event, index) => ({ ...event, index })),
    { search, statistics, logGroups, leftOut, isComplete },
  );
}
