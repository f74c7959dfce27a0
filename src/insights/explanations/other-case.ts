import { parseJsonObject, scalarText, valueAtField } from '../messages/json-fields.js';
import { severityNumberOf } from '../messages/severity.js';
import { type GroupCalls, type Range } from './group-calls.js';

/** Fields whose values filter patterns can name without quotes. */
const PLAIN_FIELD = /^[A-Za-z_][\w.]{0,199}$/;
/** Values that stand in a filter pattern without an escape. */
const PLAIN_VALUE = /^[\w .:/+-]{1,100}$/;

/** Fields in which loggers write a severity as a word. */
export const SEVERITY_FIELDS: ReadonlySet<string> = new Set([
  'severity_text',
  'severityText',
  'severity',
  'level',
  'levelname',
  'log.level',
  'lvl',
]);

/** Tells whether a field and value say a severity, such as `level` and `ERROR`. */
export function isSeverity(field: string, value: string): boolean {
  return SEVERITY_FIELDS.has(field) && severityNumberOf(value) !== undefined;
}

/**
 * How the events of a group write a value, where they have it in another case: `error` for `ERROR`.
 * @param fields - under which the value is looked for
 */
export async function valueInOtherCase(
  calls: GroupCalls,
  group: string,
  fields: readonly string[],
  value: string,
  range: Range,
): Promise<{ field: string; value: string } | undefined> {
  const others = otherCases(value);
  const named = fields.filter((field) => PLAIN_FIELD.test(field));
  if (others.length === 0 || named.length === 0 || !PLAIN_VALUE.test(value)) return undefined;
  const terms = named.flatMap((field) => others.map((other) => `($.${field} = "${other}")`));
  const message = await calls.messageLike(group, `{ ${terms.join(' || ')} }`, range);
  const json = message === undefined ? undefined : parseJsonObject(message);
  if (!json) return undefined;
  for (const field of named) {
    const found = scalarText(valueAtField(json, field));
    if (found !== undefined && others.includes(found)) return { field, value: found };
  }
  return undefined;
}

function otherCases(value: string): string[] {
  const lower = value.toLowerCase();
  const cases = [lower, value.toUpperCase(), lower.charAt(0).toUpperCase() + lower.slice(1)];
  return [...new Set(cases)].filter((one) => one !== value);
}
