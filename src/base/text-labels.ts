import { cutUtf8 } from '../encoding/cut-utf8.js';

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

/**
 * Makes labels of attributes: texts as they are, other values as JSON. What is undefined, null or empty is none.
 */
export function textLabels(
  values: Readonly<Record<string, unknown>>,
  rules: LabelRules = {},
): Record<string, string> {
  const { cleanName, maxLabels = ANY, maxNameBytes = ANY, maxValueBytes = ANY, maxBytes = ANY } = rules;
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
