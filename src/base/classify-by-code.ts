import { type Answer, type Verdict } from './back-end.js';
import { isObject } from '../cloudwatch/is-object.js';
import { describeThrown, verdictOfOwnError } from './back-end-error.js';
import { checkOption } from './check-option.js';

/** What an error may mean that `send` rejects with. */
export type ErrorKind = Exclude<Verdict['kind'], 'accepted' | 'partially_rejected'>;

/** Codes hold letters, digits and the signs that join them: what holds more may hold what is to stand nowhere. */
const CODE = /^[\w.:-]{1,64}$/;

/**
 * What an SDK's error means, by its `code`, or else its `name`; what `send` resolves with is `accepted`.
 * @param kinds - by code, or by the first characters of one that is a text, of which the longest count:
 *   `{ '42P01': 'missing', '42': 'denied' }`; a code that is a number counts as a whole. Else `retry`
 */
export function classifyByCode(
  answer: Answer<unknown>,
  kinds: Readonly<Record<string | number, ErrorKind>>,
): Verdict {
  checkOption(isObject(answer), 'answer', 'be what classify is given', answer);
  checkOption(isObject(kinds), 'kinds', 'be an object of kinds by code', kinds);
  if (!('error' in answer) || answer.response !== undefined) return { kind: 'accepted' };
  const { error } = answer;
  const own = verdictOfOwnError(error);
  if (own !== undefined) return own;
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
  const text = codeOf(code) ?? codeOf(name);
  if (text === undefined) return { kind: 'retry', detail: describeThrown(error) };
  // Of numbers the first digits mean nothing: 1 is no class of 14.
  const shortest = typeof code === 'number' ? text.length : 1;
  for (let length = text.length; length >= shortest; length--) {
    const start = text.slice(0, length);
    if (Object.hasOwn(kinds, start)) return { kind: kinds[start]!, detail: text };
  }
  return { kind: 'retry', detail: text };
}

function codeOf(value: unknown): string | undefined {
  const isCode = (typeof value === 'string' || typeof value === 'number') && CODE.test(String(value));
  return isCode ? String(value) : undefined;
}
