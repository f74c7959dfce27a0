/**
 * Searches for texts that may be long, in texts that may be hostile. JavaScript's own search is as good as any for
 * short texts; of long ones it looks at the last 250 characters alone when it decides how far it may go on, so that
 * a part such as `aaa…abaaa…a` costs its whole length at every place of a text of many `a`.
 */

/** UTF-16 units up to which JavaScript's own search takes time in proportion to the text alone. */
const MAX_NATIVE_LENGTH = 128;

/**
 * Finds a text in another in time proportional to their lengths.
 * @param from - position from which on it may begin
 * @returns where it begins first, or -1
 */
export function indexOfText(text: string, part: string, from = 0): number {
  if (part.length <= MAX_NATIVE_LENGTH) return text.indexOf(part, from);
  // Most texts do not even hold the beginning.
  const start = text.indexOf(part.slice(0, MAX_NATIVE_LENGTH), from);
  return start < 0 ? -1 : searchLong(text, part, start);
}

/** Whether a text holds another, in time proportional to their lengths. */
export function containsText(text: string, part: string): boolean {
  return indexOfText(text, part) >= 0;
}

/** As `String.split` with a text, in time proportional to the lengths. */
export function splitText(text: string, separator: string): string[] {
  if (separator.length <= MAX_NATIVE_LENGTH) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  for (let at = indexOfText(text, separator); at >= 0; at = indexOfText(text, separator, start)) {
    parts.push(text.slice(start, at));
    start = at + separator.length;
  }
  parts.push(text.slice(start));
  return parts;
}

/** Knuth, Morris and Pratt's search: no character of the text is looked at twice. */
function searchLong(text: string, part: string, from: number): number {
  const borders = bordersOf(part);
  let matched = 0;
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    while (matched > 0 && part.charCodeAt(matched) !== unit) matched = borders[matched - 1]!;
    if (part.charCodeAt(matched) === unit) matched++;
    if (matched === part.length) return at + 1 - matched;
  }
  return -1;
}

/** A query asks many events for the same few texts. */
const MAX_KEPT = 8;
const kept = new Map<string, Uint32Array>();

/** For each length of a beginning of the text: the longest shorter one that it ends with. */
function bordersOf(part: string): Uint32Array {
  const known = kept.get(part);
  if (known) return known;
  const borders = new Uint32Array(part.length);
  let length = 0;
  for (let at = 1; at < part.length; at++) {
    const unit = part.charCodeAt(at);
    while (length > 0 && part.charCodeAt(length) !== unit) length = borders[length - 1]!;
    if (part.charCodeAt(length) === unit) length++;
    borders[at] = length;
  }
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(part, borders);
  return borders;
}
