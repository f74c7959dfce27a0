import { type IndexCondition } from '../insights-ql/event-source.js';
import { containsText } from '../text-matching/text-search.js';
import { parseNumber } from '../insights-ql/values/value.js';

/**
 * What rules events out by a look at their text, where no index did: an event whose field equals a text has
 * that text in its message, or has a backslash, behind which JSON may hide any of its characters. That
 * spares most events the parsing.
 * @returns undefined when no condition can be looked for so: numbers are written in many ways, and fields
 * with an @ need not stand in the message
 */
export function textPrefilter(
  conditions: readonly IndexCondition[],
): ((message: string) => boolean) | undefined {
  const searched = conditions
    .filter(({ field, values }) => !field.startsWith('@') && values.every(isNoNumber))
    .map(({ values }) => values);
  if (searched.length === 0) return undefined;
  return (message) =>
    searched.every((values) => values.some((value) => containsText(message, value))) ||
    message.includes('\\');
}

function isNoNumber(value: string): boolean {
  return parseNumber(value) === undefined;
}
