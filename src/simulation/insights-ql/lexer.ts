import { QuerySyntaxError, unexpectedSymbol, type Span } from './syntax-error.js';
import { type FieldStep } from './tree.js';

/** One symbol of the query text. */
export type Token =
  | {
      readonly kind: 'Name';
      readonly steps: readonly FieldStep[];
      readonly isBare: boolean;
      readonly span: Span;
    }
  | { readonly kind: 'Number'; readonly value: number; readonly span: Span }
  | { readonly kind: 'Duration'; readonly count: number; readonly unit: string; readonly span: Span }
  | { readonly kind: 'String'; readonly value: string; readonly span: Span }
  | { readonly kind: 'Regex'; readonly source: string; readonly span: Span }
  | { readonly kind: 'Symbol'; readonly text: string; readonly span: Span }
  | { readonly kind: 'End'; readonly span: Span };

const BLANK = /(?:[\s\u00a0\ufeff]|#[^\n]*)*/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const DURATION = /(\d+)([A-Za-z]+)/y;
const BARE_NAME = /[\p{L}_@][\p{L}\p{N}_@.]*/uy;
const BACKTICKED = /`([^`]*)`/y;
const MORE_NAME = /[\p{L}\p{N}_@.]+/uy;
const SYMBOLS = [
  '!=',
  '<=',
  '>=',
  '=~',
  '==',
  '=',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  '|',
  ':',
  '!',
];

/**
 * Reads the symbols of a query one at a time. Whether `/` divides or begins a regular expression only the
 * parser knows, so it asks for one where an operand may stand.
 */
export class Lexer {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The symbol at or after an offset. @throws QuerySyntaxError for text that is no symbol */
  tokenAt(offset: number, { regexAllowed }: { regexAllowed: boolean }): Token {
    const start = offset + this.#match(BLANK, offset)![0].length;
    const char = this.#text[start];
    if (char === undefined) return { kind: 'End', span: { start, end: start } };
    if (char === '"' || char === "'") return this.#string(start, char);
    if (char === '/' && regexAllowed) return this.#regex(start);
    return this.#number(start) ?? this.#name(start, BARE_NAME) ?? this.#symbol(start);
  }

  /** The names of a path that goes on right at an offset, behind a dot; a position may be the first of them. */
  pathAt(offset: number): Extract<Token, { kind: 'Name' }> {
    return this.#name(offset, MORE_NAME) ?? this.#refuse(offset);
  }

  #match(pattern: RegExp, offset: number): RegExpExecArray | null {
    pattern.lastIndex = offset;
    return pattern.exec(this.#text);
  }

  #number(start: number): Token | undefined {
    const duration = this.#match(DURATION, start);
    const number = this.#match(NUMBER, start);
    if (number === null) return undefined;
    if (duration !== null && duration[0].length > number[0].length) {
      const span = { start, end: start + duration[0].length };
      return { kind: 'Duration', count: Number(duration[1]), unit: duration[2]!, span };
    }
    const end = start + number[0].length;
    const value = Number(number[0]);
    if (this.#match(MORE_NAME, end) !== null || !Number.isFinite(value)) {
      throw unexpectedSymbol(this.#text, { start, end: end + (Number.isFinite(value) ? 1 : 0) });
    }
    return { kind: 'Number', value, span: { start, end } };
  }

  /** Name : ( bare | backticked )+, in which dots part the steps of what is bare */
  #name(start: number, first: RegExp): Extract<Token, { kind: 'Name' }> | undefined {
    let end = start;
    let isBare = true;
    const steps: string[] = [];
    // Whether the next piece goes on with the last step: after "@" or any bare text without a dot.
    let continues = false;
    for (;;) {
      const pattern = end === start ? first : MORE_NAME;
      const bare = this.#match(pattern, end);
      if (bare !== null) {
        const parts = bare[0].split('.');
        for (const [index, part] of parts.entries()) {
          if (index === 0 && continues) steps.push(steps.pop()! + part);
          else if (part !== '' || (index > 0 && index < parts.length - 1)) steps.push(part);
        }
        continues = !bare[0].endsWith('.');
        end += bare[0].length;
        continue;
      }
      const ticked = this.#match(BACKTICKED, end);
      if (ticked === null) break;
      isBare = false;
      if (continues) steps.push(steps.pop()! + ticked[1]!);
      else steps.push(ticked[1]!);
      continues = true;
      end += ticked[0].length;
    }
    if (end === start) {
      if (this.#text[start] === '`')
        throw new QuerySyntaxError('a backtick is not closed', { start, end: this.#text.length });
      return undefined;
    }
    const span = { start, end };
    if (!continues || steps.length === 0 || steps.some((step) => step === ''))
      throw unexpectedSymbol(this.#text, span);
    return { kind: 'Name', steps, isBare, span };
  }

  #string(start: number, quote: string): Token {
    let value = '';
    for (let at = start + 1; at < this.#text.length; at++) {
      const char = this.#text[at]!;
      if (char === quote) return { kind: 'String', value, span: { start, end: at + 1 } };
      const next = this.#text[at + 1];
      // Not documented: a backslash escapes the quote and itself, and stays before anything else.
      if (char === '\\' && (next === quote || next === '\\')) {
        value += next;
        at++;
      } else {
        value += char;
      }
    }
    throw new QuerySyntaxError('a quote is not closed', { start, end: this.#text.length });
  }

  #regex(start: number): Token {
    let source = '';
    for (let at = start + 1; at < this.#text.length; at++) {
      const char = this.#text[at]!;
      const next = this.#text[at + 1];
      if (char === '\\' && next !== undefined) {
        source += next === '/' ? '/' : char + next;
        at++;
      } else if (char === '/') {
        return { kind: 'Regex', source, span: { start, end: at + 1 } };
      } else {
        source += char;
      }
    }
    throw new QuerySyntaxError('a regular expression is not closed', { start, end: this.#text.length });
  }

  #symbol(start: number): Token {
    const text = SYMBOLS.find((symbol) => this.#text.startsWith(symbol, start));
    if (text === undefined) this.#refuse(start);
    return { kind: 'Symbol', text, span: { start, end: start + text.length } };
  }

  #refuse(start: number): never {
    throw unexpectedSymbol(this.#text, { start, end: Math.min(start + 1, this.#text.length) });
  }
}
