import { type Value } from '../values/value.js';
import { MAX_RESULT_LENGTH } from './define.js';
import { compileRegex, type CompiledRegex, type RegexMatch } from './regex.js';

const MAX_EXPRESSIONS = 64;
const expressions = new Map<string, CompiledRegex | undefined>();

/**
 * Replaces every match of an expression. `\1` (RE2), `$1` and `${name}` in the replacement stand for groups,
 * `\0` and `$0` for the match, `\\` and `$$` for the signs themselves.
 * @returns null for an expression that is wrong, or a result that is too long
 */
export function regexReplace(text: string, pattern: string, replacement: string): Value {
  const expression = knownExpression(pattern);
  if (expression === undefined) return null;
  const written = readReplacement(replacement);
  const parts: string[] = [];
  let length = 0;
  let copied = 0;
  for (const match of expression.matches(text)) {
    const part = text.slice(copied, match.index) + expand(written, match);
    length += part.length;
    if (length > MAX_RESULT_LENGTH) return null;
    parts.push(part);
    copied = match.end;
  }
  parts.push(text.slice(copied));
  return parts.join('');
}

function knownExpression(pattern: string): CompiledRegex | undefined {
  if (!expressions.has(pattern)) {
    if (expressions.size >= MAX_EXPRESSIONS) expressions.clear();
    expressions.set(pattern, compileOrNothing(pattern));
  }
  return expressions.get(pattern);
}

function compileOrNothing(pattern: string): CompiledRegex | undefined {
  try {
    return compileRegex(pattern);
  } catch {
    return undefined;
  }
}

/** A text, or what stands for a group: its number or name, and how it is written. */
type ReplacementPart =
  string | { readonly key: string; readonly number: number | undefined; readonly written: string };

const STANDS_FOR = /\\(\d|\\)|\$(\d{1,2}|\$)|\$\{(\w+)\}/g;
const MAX_REPLACEMENTS = 64;
const replacements = new Map<string, readonly ReplacementPart[]>();

function readReplacement(replacement: string): readonly ReplacementPart[] {
  const known = replacements.get(replacement);
  if (known !== undefined) return known;
  const parts: ReplacementPart[] = [];
  let copied = 0;
  for (const match of replacement.matchAll(STANDS_FOR)) {
    const [written, back, dollar, name] = match;
    parts.push(replacement.slice(copied, match.index));
    copied = match.index + written.length;
    const key = back ?? dollar ?? name!;
    if (key === '\\' || key === '$') parts.push(key);
    else parts.push({ key, number: /^\d+$/.test(key) ? Number(key) : undefined, written });
  }
  parts.push(replacement.slice(copied));
  if (replacements.size >= MAX_REPLACEMENTS) replacements.clear();
  replacements.set(replacement, parts);
  return parts;
}

function expand(parts: readonly ReplacementPart[], match: RegexMatch): string {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else if (part.number === undefined) text += match.groups[part.key] ?? '';
    else text += part.number < match.captures.length ? (match.captures[part.number] ?? '') : part.written;
  }
  return text;
}
