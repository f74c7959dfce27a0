import { FilterPatternError } from './filter-pattern-error.js';

/** Reads a pattern from left to right. */
export class PatternScanner {
  readonly text: string;
  at = 0;
  /** Regular expressions that were read. */
  regexCount = 0;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  get next(): string {
    return this.text.charAt(this.at);
  }

  skipBlanks(): void {
    while (/\s/.test(this.next)) this.at++;
  }

  /** Goes behind a text if it stands here. */
  take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Goes behind what a sticky expression matches here; an empty text when it doesn't. */
  takeMatch(sticky: RegExp): string {
    sticky.lastIndex = this.at;
    const matched = sticky.exec(this.text)?.[0] ?? '';
    this.at += matched.length;
    return matched;
  }

  /** @param serviceText - the whole of what the service says, where that is recorded */
  fail(reason: string, offset = this.at, serviceText?: string): never {
    throw new FilterPatternError(reason, offset, serviceText);
  }

  /**
   * Fails where no token of the language goes on. Recorded: the service names the characters from the start of
   * the token to the one that does not fit.
   *
   * @param start - where the token starts
   * @param end - behind the character that does not fit
   * @param offset - where the fault is
   */
  failInToken(reason: string, start: number, end: number, offset = start): never {
    this.fail(reason, offset, `Invalid character(s) in term '${this.text.slice(start, end)}'`);
  }

  /**
   * Fails at the next character, which stands where something else must.
   *
   * @param tokens - matches characters that tokens are made of: another one is no token at all
   */
  failAtNext(reason: string, tokens: RegExp, offset = this.at): never {
    const next = String.fromCodePoint(this.text.codePointAt(this.at) ?? 32);
    if (this.atEnd || tokens.test(next)) this.fail(reason, offset);
    this.failInToken(reason, this.at, this.at + next.length, offset);
  }
}
