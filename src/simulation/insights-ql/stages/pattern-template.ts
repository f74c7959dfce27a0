import { MAX_PATTERN_WORDS } from '../undocumented.js';
import { Kind } from './pattern-words.js';

/** What of a pattern a template is made of. */
export interface TemplateSource {
  readonly text: string;
  readonly starts: Uint32Array;
  readonly kinds: Uint8Array;
}

/** Longer texts are cut into words. */
const MAX_TEXT_LENGTH = 4096;

const PART = '[A-Za-z0-9_]';
const JOINT = '[-.:+/@]';
/** A word ends where neither a part of it nor a joint with another part follows. */
const WORD_END = `(?!${PART}|${JOINT}${PART})`;
/** Each time begins with a day or with a moment of one: what does so may be one, and is left to others. */
const MAY_BE_TIME = '\\d{4}-\\d{2}-\\d{2}|\\d{2}:\\d{2}:\\d{2}';
const WORD = `(?!${MAY_BE_TIME})${PART}+(?:${JOINT}${PART}+)*`;
const TIME = `(?:\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d+)?Z?)?|\\d{2}:\\d{2}:\\d{2}(?:\\.\\d+)?)${WORD_END}`;

/**
 * An expression for texts of one pattern: those that have its marks and those of its words that do not change. It takes
 * no text of another pattern, but not all of this one: what it does not take has to be cut into words.
 *
 * A word ends at a mark, and no joint between two words is a mark, so each text is taken in one way at most: where the
 * expression fails, what it tries otherwise fails at the next character, and a search takes time in proportion to the text.
 * @returns undefined for a pattern that is too long
 */
export function templateOf({ text, starts, kinds }: TemplateSource): RegExp | undefined {
  // The last word of a text with too many is all of its rest.
  if (kinds.length >= MAX_PATTERN_WORDS || text.length > MAX_TEXT_LENGTH) return undefined;
  let source = '';
  for (let index = 0; index < kinds.length; index++) {
    const kind = kinds[index]!;
    if (kind === Kind.token) source += WORD;
    else if (kind === Kind.time) source += TIME;
    else source += escapeText(text.slice(starts[index], starts[index + 1]));
  }
  return new RegExp(`^${source}$`);
}

export function takesTemplate(template: RegExp, text: string): boolean {
  return text.length <= MAX_TEXT_LENGTH && template.test(text);
}

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
