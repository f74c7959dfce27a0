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
  const parts: string[] = [];
  let length = 0;
  let copied = 0;
  for (const match of expression.matches(text)) {
    const part = text.slice(copied, match.index) + expand(replacement, match);
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

function expand(replacement: string, match: RegexMatch): string {
  return replacement.replace(
    /\\(\d|\\)|\$(\d{1,2}|\$)|\$\{(\w+)\}/g,
    (written, back: string | undefined, dollar: string | undefined, name: string | undefined) => {
      const key = back ?? dollar ?? name!;
      if (key === '\\' || key === '$') return key;
      if (/^\d+$/.test(key))
        return Number(key) < match.captures.length ? (match.captures[Number(key)] ?? '') : written;
      return match.groups[key] ?? '';
    },
  );
}
