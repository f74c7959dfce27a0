import { indexOfText } from './text-search.js';

/** A text in which `*` stands for any text, also for none. */
export interface Glob {
  /** What stands between the stars; one part where there is none. */
  readonly parts: readonly string[];
}

export function parseGlob(pattern: string): Glob {
  return { parts: pattern.split('*') };
}

/**
 * Whether a whole text is what a glob describes, in time proportional to the lengths of both: each part is looked
 * for behind the one before, and where it is found first leaves most for the rest, so nothing is tried again.
 */
export function matchesGlob({ parts }: Glob, text: string): boolean {
  const first = parts[0]!;
  if (parts.length === 1) return text === first;
  const last = parts[parts.length - 1]!;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let at = first.length;
  for (let index = 1; index < parts.length - 1; index++) {
    const found = indexOfText(text, parts[index]!, at);
    if (found < 0 || found + parts[index]!.length > end) return false;
    at = found + parts[index]!.length;
  }
  return true;
}

/**
 * What the stars of a glob stand for in a text that holds it anywhere: each is the shortest text there is, a last
 * one at the end of the glob all that is left. Time is proportional to the lengths of both.
 * @param areWanted - of each star, whether what it stands for is wanted; where it isn't, it is given as undefined
 * @returns undefined where the text does not hold it
 */
export function captureGlob(
  { parts }: Glob,
  text: string,
  areWanted?: readonly boolean[],
): readonly (string | undefined)[] | undefined {
  let at = indexOfText(text, parts[0]!);
  if (at < 0) return undefined;
  at += parts[0]!.length;
  const captures: (string | undefined)[] = [];
  for (let index = 1; index < parts.length; index++) {
    const part = parts[index]!;
    const isWanted = areWanted === undefined || areWanted[index - 1];
    if (part === '' && index === parts.length - 1) {
      captures.push(isWanted ? text.slice(at) : undefined);
      break;
    }
    const found = indexOfText(text, part, at);
    if (found < 0) return undefined;
    captures.push(isWanted ? text.slice(at, found) : undefined);
    at = found + part.length;
  }
  return captures;
}
