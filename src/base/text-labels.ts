import { checkMembers } from '../cloudwatch/check-members.js';
import { checkFunctions } from '../cloudwatch/check-values.js';
import { isObject } from '../cloudwatch/is-object.js';
import { cutUtf8 } from '../encoding/cut-utf8.js';
import { checkOption } from './check-option.js';

const ANY = Number.POSITIVE_INFINITY;

/** What a back end takes of labels, or tags. Default anything. */
export interface LabelRules {
  /** Makes a name allowed. Of names that come to be the same, the first stays. */
  readonly cleanName?: ((name: string) => string) | undefined;
  readonly maxLabels?: number | undefined;
  /** What is longer is cut. */
  readonly maxNameBytes?: number | undefined;
  readonly maxValueBytes?: number | undefined;
  /** Of all together: what has no room is left out. */
  readonly maxBytes?: number | undefined;
}

const RULES = {
  cleanName: true,
  maxLabels: true,
  maxNameBytes: true,
  maxValueBytes: true,
  maxBytes: true,
} as const satisfies Record<keyof LabelRules, true>;

/**
 * Makes labels of attributes: texts as they are, other values as JSON. What is undefined, null or empty is none.
 * @throws OptionError for a wrong rule, and for what has no members
 */
export function textLabels(
  values: Readonly<Record<string, unknown>>,
  rules: LabelRules = {},
): Record<string, string> {
  checkMembers('rules', rules, RULES);
  checkOption(isObject(values), 'values', 'be an object of names and values', values);
  const { cleanName, maxLabels = ANY, maxNameBytes = ANY, maxValueBytes = ANY, maxBytes = ANY } = rules;
  checkFunctions({ cleanName });
  for (const [name, most] of Object.entries({ maxLabels, maxNameBytes, maxValueBytes, maxBytes })) {
    checkOption(typeof most === 'number' && most >= 0, name, 'be a number from 0', most);
  }
  const labels = new Map<string, string>();
  let bytes = 0;
  for (const [name, value] of Object.entries(values)) {
    if (labels.size >= maxLabels) break;
    const text = textOf(value);
    const label = cutUtf8((cleanName?.(name) ?? name).toWellFormed(), maxNameBytes);
    if (text === '' || label === '' || labels.has(label)) continue;
    const cut = cutUtf8(text, maxValueBytes);
    const more = Buffer.byteLength(label) + Buffer.byteLength(cut);
    if (bytes + more > maxBytes) continue;
    bytes += more;
    labels.set(label, cut);
  }
  return Object.fromEntries(labels);
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  // JSON has no text for a function.
  return (
    typeof value === 'string' ? value : ((JSON.stringify(value) as string | undefined) ?? '')
  ).toWellFormed();
}
