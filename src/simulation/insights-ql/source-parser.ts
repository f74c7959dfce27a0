import { type TokenCursor } from './token-cursor.js';
import { type SourceCommand, type SourceSelector } from './tree.js';

/** Reads the SOURCE command. */
export class SourceParser {
  readonly #tokens: TokenCursor;

  constructor(tokens: TokenCursor) {
    this.#tokens = tokens;
  }

  /** Source : `SOURCE` ( Selector+ | String, … [`START` `=` time] [`END` `=` time] ) */
  parse(): SourceCommand {
    const start = this.#tokens.next().span.start;
    const selectors: SourceSelector[] = [];
    if (this.#tokens.peek().kind === 'String') {
      const names = this.#tokens.list(() => this.#tokens.expectString());
      const times: Record<'start' | 'end', string | undefined> = { start: undefined, end: undefined };
      while (this.#tokens.isWord('start') || this.#tokens.isWord('end')) {
        const which = this.#tokens.takeWord('start') ? 'start' : (this.#tokens.next(), 'end');
        this.#tokens.expectSymbol('=');
        times[which] = this.#parseTime();
      }
      selectors.push({ kind: 'Names', names, ...times });
    } else {
      do selectors.push(this.#parseSelector());
      while (this.#tokens.takeSymbol(',') || this.#tokens.peek().kind === 'Name');
    }
    return { kind: 'Source', selectors, span: this.#tokens.spanFrom(start) };
  }

  #parseTime(): string {
    const start = this.#tokens.peek().span.start;
    this.#tokens.takeSymbol('-');
    const token = this.#tokens.next();
    if (
      token.kind !== 'Number' &&
      token.kind !== 'Duration' &&
      this.#tokens.wordOf(token) !== 'now' &&
      token.kind !== 'String'
    )
      throw this.#tokens.unexpected(token);
    return token.kind === 'String' ? token.value : this.#tokens.textFrom(start);
  }

  /** Selector : `logGroups` `(` ( name `:` `[` String, … `]` ), … `)` | `dataSource` `(` […] `)` | `logGroupTags` `(` [ {…}, … ] `)` */
  #parseSelector(): SourceSelector {
    const token = this.#tokens.next();
    const word = this.#tokens.wordOf(token);
    this.#tokens.expectSymbol('(');
    if (word === 'datasource') {
      const names = this.#parseStrings();
      this.#tokens.expectSymbol(')');
      return { kind: 'DataSource', names };
    }
    if (word === 'loggrouptags') {
      this.#tokens.expectSymbol('[');
      const tags = this.#tokens.list(() => this.#parseTag());
      this.#tokens.expectSymbol(']');
      this.#tokens.expectSymbol(')');
      return { kind: 'LogGroupTags', tags };
    }
    if (word !== 'loggroups') throw this.#tokens.unexpected(token);
    const lists: Record<string, string[]> = {};
    while (!this.#tokens.isSymbol(')')) {
      const member = this.#tokens.next();
      const name = this.#tokens.wordOf(member);
      if (
        name === undefined ||
        !['nameprefix', 'accountidentifier', 'accountidentifiers', 'class', 'loggroupclass'].includes(name)
      )
        throw this.#tokens.unexpected(member);
      this.#tokens.expectSymbol(':');
      lists[name] = this.#parseStrings();
      if (!this.#tokens.takeSymbol(',')) break;
    }
    this.#tokens.expectSymbol(')');
    return {
      kind: 'LogGroups',
      namePrefixes: lists.nameprefix ?? [],
      accountIdentifiers: lists.accountidentifier ?? lists.accountidentifiers ?? [],
      classes: lists.class ?? lists.loggroupclass ?? [],
    };
  }

  #parseTag(): { key: string; values: string[] } {
    this.#tokens.expectSymbol('{');
    let key: string | undefined;
    let values: string[] = [];
    do {
      const name = this.#tokens.expectString();
      this.#tokens.expectSymbol(':');
      if (name === 'key') key = this.#tokens.expectString();
      else if (name === 'values') values = this.#parseStrings();
      else throw this.#tokens.unexpected(this.#tokens.peek());
    } while (this.#tokens.takeSymbol(','));
    const end = this.#tokens.peek();
    this.#tokens.expectSymbol('}');
    if (key === undefined) throw this.#tokens.unexpected(end);
    return { key, values };
  }

  #parseStrings(): string[] {
    this.#tokens.expectSymbol('[');
    const values = this.#tokens.list(() => this.#tokens.expectString());
    this.#tokens.expectSymbol(']');
    return values;
  }
}
