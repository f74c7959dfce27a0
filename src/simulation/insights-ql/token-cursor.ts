import { Lexer, type Token } from './lexer.js';
import { QuerySyntaxError, unexpectedSymbol, type Span } from './syntax-error.js';
import { type FieldStep } from './tree.js';

/** Parentheses, calls and signs inside each other; what is deeper is refused, so that nothing overflows. */
const MAX_DEPTH = 100;

/** Goes over the symbols of a query, and says what it finds where it should not be. */
export class TokenCursor {
  readonly #text: string;
  readonly #lexer: Lexer;
  #offset = 0;
  #end = 0;
  #depth = 0;
  /** Most symbols are looked at several times. */
  #peeked: { readonly offset: number; readonly regexAllowed: boolean; readonly token: Token } | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#lexer = new Lexer(text);
  }

  /** List : Item ( `,` Item )* */
  list<Item>(parseItem: () => Item): Item[] {
    const items = [parseItem()];
    while (this.takeSymbol(',')) items.push(parseItem());
    return items;
  }

  /** Parses what may hold itself. @throws QuerySyntaxError past {@link MAX_DEPTH} */
  nested<Result>(parse: () => Result): Result {
    if (++this.#depth > MAX_DEPTH)
      throw new QuerySyntaxError(
        `nested deeper than ${MAX_DEPTH} levels`,
        this.peek({ regexAllowed: true }).span,
      );
    try {
      return parse();
    } finally {
      this.#depth--;
    }
  }

  /** The next symbol, which stays. A `/` begins a regular expression only where one may stand. */
  peek({ regexAllowed } = { regexAllowed: false }): Token {
    const known = this.#peeked;
    if (known?.offset === this.#offset && known.regexAllowed === regexAllowed) return known.token;
    const token = this.#lexer.tokenAt(this.#offset, { regexAllowed });
    this.#peeked = { offset: this.#offset, regexAllowed, token };
    return token;
  }

  tokenAfter(token: Token): Token {
    return this.#lexer.tokenAt(token.span.end, { regexAllowed: false });
  }

  tokenAfterNext(): Token {
    return this.tokenAfter(this.peek());
  }

  next(): Token {
    const token = this.peek();
    this.advance(token);
    return token;
  }

  /** Goes behind a symbol. */
  advance(token: Token): void {
    this.#offset = token.span.end;
    this.#end = token.span.end;
  }

  /** A bare name of one step, in lower case: what may be a keyword. */
  wordOf(token: Token): string | undefined {
    return token.kind === 'Name' && token.isBare && token.steps.length === 1
      ? String(token.steps[0]).toLowerCase()
      : undefined;
  }

  isWord(word: string): boolean {
    return this.wordOf(this.peek()) === word;
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.next();
    return true;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) throw this.unexpected(this.peek());
  }

  isSymbol(text: string): boolean {
    const token = this.peek();
    return token.kind === 'Symbol' && token.text === text;
  }

  takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.next();
    return true;
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) throw this.unexpected(this.peek());
  }

  expectString(): string {
    const token = this.next();
    if (token.kind !== 'String') throw this.unexpected(token);
    return token.value;
  }

  /** Whether `name =` comes. */
  isOption(): boolean {
    const after = this.peek().kind === 'Name' ? this.tokenAfterNext() : undefined;
    return after?.kind === 'Symbol' && after.text === '=';
  }

  /** Whether a parenthesis stands behind the next symbol. */
  isCallNext(): boolean {
    const after = this.tokenAfterNext();
    return after.kind === 'Symbol' && after.text === '(';
  }

  atCommandEnd(): boolean {
    return this.peek().kind === 'End' || this.isSymbol('|') || this.isSymbol(')');
  }

  /** The text from an offset to the end of the last symbol taken. */
  textFrom(start: number): string {
    return this.#text.slice(start, this.#end);
  }

  /** Whether the next symbol begins where the last one taken ends. */
  isTouching(): boolean {
    return this.peek().span.start === this.#end;
  }

  /** Takes a dot right behind the last symbol and the names behind it; undefined where there is none. */
  takePath(): readonly FieldStep[] | undefined {
    if (this.#text[this.#end] !== '.') return undefined;
    const path = this.#lexer.pathAt(this.#end + 1);
    this.advance(path);
    return path.steps;
  }

  /** From an offset to the end of the last symbol taken. */
  spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.#end) };
  }

  unexpected(token: Token): QuerySyntaxError {
    return unexpectedSymbol(this.#text, token.span);
  }

  /** @throws QuerySyntaxError for a part that can't stand where it stands */
  refuse(span: Span): never {
    throw unexpectedSymbol(this.#text, span);
  }
}
