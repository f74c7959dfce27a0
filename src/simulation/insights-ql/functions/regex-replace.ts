import { type Value } from '../values/value.js';
import { MAX_RESULT_LENGTH } from './define.js';
import { compileRegex, type CompiledRegex, type RegexMatch } from './regex.js';

/** Expressions, and replacements of each, that are kept ready. */
const MAX_EXPRESSIONS = 64;
const MAX_REPLACEMENTS = 64;

interface KnownExpression {
  readonly regex: CompiledRegex;
  readonly replacements: Map<string, Replacement>;
}

const expressions = new Map<string, KnownExpression | undefined>();

/**
 * Replaces every match of an expression. `\1` (RE2), `$1` and `${name}` in the replacement stand for groups,
 * `\0` and `$0` for the match, `\\` and `$$` for the signs themselves.
 * @returns null for an expression that is wrong, or a result that is too long
 */
export function regexReplace(text: string, pattern: string, replacement: string): Value {
  const expression = knownExpression(pattern);
  if (expression === undefined) return null;
  const written = knownReplacement(expression, replacement);
  if (written.references === 0) {
    const replaced = expression.regex.replaceRuns(text, written.text);
    if (replaced !== undefined) return replaced;
  }
  if (written.native !== undefined && longestResult(text.length, written) <= MAX_RESULT_LENGTH) {
    const replaced = expression.regex.replaceAll(text, written.native);
    if (replaced !== undefined) return replaced;
  }
  const parts: string[] = [];
  let length = 0;
  let copied = 0;
  for (const match of expression.regex.matches(text)) {
    const part = text.slice(copied, match.index) + expand(written.parts, match);
    length += part.length;
    if (length > MAX_RESULT_LENGTH) return null;
    parts.push(part);
    copied = match.end;
  }
  parts.push(text.slice(copied));
  return parts.join('');
}

function knownExpression(pattern: string): KnownExpression | undefined {
  if (!expressions.has(pattern)) {
    if (expressions.size >= MAX_EXPRESSIONS) expressions.clear();
    expressions.set(pattern, compileOrNothing(pattern));
  }
  return expressions.get(pattern);
}

function compileOrNothing(pattern: string): KnownExpression | undefined {
  try {
    return { regex: compileRegex(pattern), replacements: new Map() };
  } catch {
    return undefined;
  }
}

/** A text, or what stands for a group: its number or name, and how it is written. */
type ReplacementPart =
  string | { readonly key: string; readonly number: number | undefined; readonly written: string };

const STANDS_FOR = /\\(\d|\\)|\$(\d{1,2}|\$)|\$\{(\w+)\}/g;

/** A replacement made ready for an expression. */
interface Replacement {
  readonly parts: readonly ReplacementPart[];
  /** All of it that stands for no group. */
  readonly text: string;
  /** As `String.replace` takes it; undefined where it can't tell the group. */
  readonly native: string | undefined;
  /** UTF-16 units that it has beside groups, and how many of these. */
  readonly fixedLength: number;
  readonly references: number;
}

/** The length of a result, at the most: each group lies in its match, and no match in another. */
function longestResult(length: number, { fixedLength, references }: Replacement): number {
  return length * (1 + references) + (length + 1) * fixedLength;
}

function knownReplacement({ regex, replacements }: KnownExpression, replacement: string): Replacement {
  let known = replacements.get(replacement);
  if (known === undefined) {
    if (replacements.size >= MAX_REPLACEMENTS) replacements.clear();
    known = readReplacement(regex, replacement);
    replacements.set(replacement, known);
  }
  return known;
}

function readReplacement(regex: CompiledRegex, replacement: string): Replacement {
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
  const natives = parts.map((part) => nativePart(regex, part));
  return {
    parts,
    text: parts.filter((part) => typeof part === 'string').join(''),
    native: natives.includes(undefined) ? undefined : natives.join(''),
    fixedLength: replacement.length,
    references: parts.filter((part) => typeof part !== 'string').length,
  };
}

function nativePart(regex: CompiledRegex, part: ReplacementPart): string | undefined {
  if (typeof part === 'string') return part.replaceAll('$', '$$$$');
  const { number = regex.groupNames.includes(part.key) ? regex.groupNumber(part.key) : undefined } = part;
  if (number === undefined) return '';
  if (number === 0) return '$&';
  if (number > regex.groupCount) return part.written.replaceAll('$', '$$$$');
  // With one digit more it would be another group.
  return number > 99 ? undefined : `$${String(number).padStart(2, '0')}`;
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
