import { FilterPatternError } from './filter-pattern-error.js';

/** Reads a pattern from left to right. */
export class PatternScanner {
  readonly text: string;
  at = 0;

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

  fail(reason: string, offset = this.at): never {
    throw new FilterPatternError(reason, offset);
  }
}
