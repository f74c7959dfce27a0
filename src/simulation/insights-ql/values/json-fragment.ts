import { parsePlainJson, type PlainObject } from './json.js';
import { isJsonObject } from './json-fields.js';

/** Opening braces at which a fragment is looked for; more would make a hostile line slow. */
const MAX_ATTEMPTS = 8;

/** An object in a text, and its own text. */
export interface JsonFragment {
  readonly object: PlainObject;
  readonly source: string;
}

/** Reads a text that is a JSON object as a whole. */
export function parseJsonObject(text: string): JsonFragment | undefined {
  if (!startsWithBrace(text)) return undefined;
  const plain = parsePlainJson(text);
  return plain !== undefined && isJsonObject(plain) ? { object: plain, source: text } : undefined;
}

function startsWithBrace(text: string): boolean {
  let at = 0;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return text.charCodeAt(at) === 0x7b;
}

/** Finds the first JSON object inside a text. */
export function findJsonFragment(text: string): JsonFragment | undefined {
  let at = text.indexOf('{');
  for (let attempt = 0; at >= 0 && attempt < MAX_ATTEMPTS; attempt++) {
    const end = closingBrace(text, at);
    const fragment = end === undefined ? undefined : parseJsonObject(text.slice(at, end + 1));
    if (fragment !== undefined) return fragment;
    at = text.indexOf('{', at + 1);
  }
  return undefined;
}

function closingBrace(text: string, start: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) quoted = !quoted;
    else if (unit === 0x5c && quoted) at++;
    else if (!quoted && unit === 0x7b) depth++;
    else if (!quoted && unit === 0x7d && --depth === 0) return at;
  }
  return undefined;
}
