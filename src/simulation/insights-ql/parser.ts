import { ExpressionParser } from './expression-parser.js';
import { SourceParser } from './source-parser.js';
import { QuerySyntaxError } from './syntax-error.js';
import { TokenCursor } from './token-cursor.js';
import {
  type Command,
  type DiffWindow,
  type DurationLiteral,
  type Expression,
  type FieldReference,
  type LookupColumn,
  type ParseMode,
  type Query,
  type SortKey,
  type SourceCommand,
} from './tree.js';
import { SORTS_DESCENDING_BY_DEFAULT } from './undocumented.js';

/** Commands of the language that this engine does not run; each is refused by its name. */
const UNSUPPORTED_COMMANDS = new Set([
  'anomaly',
  'accum',
  'autoregress',
  'appendcols',
  'cidrlookup',
  'outlier',
  'sessionize',
  'logcompare',
  'relevantfields',
  'estimate',
  'unmask',
  'search',
  'order',
  'head',
  'tail',
]);

/**
 * Reads a Logs Insights query.
 * @throws QuerySyntaxError where it is malformed
 */
export function parseQuery(text: string): Query {
  return new Parser(text).parseDocument();
}

/** The commands of the language: those that are parsed, and those that are refused by name. */
export function commandNames(): { readonly covered: readonly string[]; readonly refused: readonly string[] } {
  return { covered: ['source', ...new Parser('').commandNames()], refused: [...UNSUPPORTED_COMMANDS] };
}

class Parser {
  readonly #tokens: TokenCursor;
  readonly #expressions: ExpressionParser;
  readonly #source: SourceParser;

  constructor(text: string) {
    this.#tokens = new TokenCursor(text);
    this.#expressions = new ExpressionParser(this.#tokens, () => this.#parseSubquery());
    this.#source = new SourceParser(this.#tokens);
  }

  commandNames(): Iterable<string> {
    return this.#commands.keys();
  }

  /** Document : Query End */
  parseDocument(): Query {
    const query = this.#parseQuery();
    const token = this.#tokens.peek();
    if (token.kind !== 'End') throw this.#tokens.unexpected(token);
    return query;
  }

  /** Query : ( Source | Command ) ( `|` Command )* */
  #parseQuery(): Query {
    const start = this.#tokens.peek().span.start;
    let source: SourceCommand | undefined;
    const commands: Command[] = [];
    this.#tokens.takeSymbol('|');
    if (this.#tokens.isWord('source')) source = this.#source.parse();
    else if (this.#tokens.peek().kind !== 'End') commands.push(this.#parseCommand());
    while (this.#tokens.takeSymbol('|')) {
      if (this.#tokens.isWord('source'))
        throw new QuerySyntaxError('SOURCE must be the first command of a query', this.#tokens.peek().span);
      commands.push(this.#parseCommand());
    }
    return { kind: 'Query', source, commands, span: this.#tokens.spanFrom(start) };
  }

  #parseCommand(): Command {
    const token = this.#tokens.peek();
    const word = this.#tokens.wordOf(token);
    if (word === undefined) throw this.#tokens.unexpected(token);
    const parse = this.#commands.get(word);
    if (parse === undefined) {
      if (UNSUPPORTED_COMMANDS.has(word))
        throw new QuerySyntaxError(`the command ${word} is not supported`, token.span);
      throw this.#tokens.unexpected(token);
    }
    this.#tokens.next();
    const command = parse(token.span.start);
    const after = this.#tokens.peek();
    if (after.kind !== 'End' && !this.#tokens.isSymbol('|') && !this.#tokens.isSymbol(')'))
      throw this.#tokens.unexpected(after);
    return command;
  }

  readonly #commands: ReadonlyMap<string, (start: number) => Command> = new Map<
    string,
    (start: number) => Command
  >([
    [
      'fields',
      (start) => ({
        kind: 'Fields',
        items: this.#expressions.parseNamedList(),
        span: this.#tokens.spanFrom(start),
      }),
    ],
    [
      'display',
      (start) => ({
        kind: 'Display',
        items: this.#expressions.parseNamedList(),
        span: this.#tokens.spanFrom(start),
      }),
    ],
    ['filter', (start) => this.#parseFilter(start)],
    ['where', (start) => this.#parseFilter(start)],
    ['filterindex', (start) => this.#parseFilterIndex(start)],
    ['parse', (start) => this.#parseParse(start)],
    ['json', (start) => this.#parseJson(start)],
    ['stats', (start) => this.#parseStats(start)],
    ['sort', (start) => this.#parseSort(start)],
    ['limit', (start) => this.#parseLimit(start)],
    [
      'dedup',
      (start) => ({
        kind: 'Dedup',
        fields: this.#tokens.list(() => this.#expressions.parseField()),
        span: this.#tokens.spanFrom(start),
      }),
    ],
    ['unnest', (start) => this.#parseUnnest(start)],
    [
      'expand',
      (start) => ({
        kind: 'Expand',
        field: this.#expressions.parseField(),
        span: this.#tokens.spanFrom(start),
      }),
    ],
    [
      'pattern',
      (start) => ({
        kind: 'Pattern',
        input: this.#expressions.parseExpression(),
        span: this.#tokens.spanFrom(start),
      }),
    ],
    ['diff', (start) => this.#parseDiff(start)],
    ['join', (start) => this.#parseJoin(start)],
    ['lookup', (start) => this.#parseLookup(start)],
    ['addtotals', (start) => this.#parseAddTotals(start)],
    ['filldown', (start) => this.#parseFillDown(start)],
    ['fillmissing', (start) => this.#parseFillMissing(start)],
    ['countfrequent', (start) => this.#parseCountFrequent(start)],
    ['count_frequent', (start) => this.#parseCountFrequent(start)],
  ]);

  /** Filter : ( `filter` | `where` ) Expression */
  #parseFilter(start: number): Command {
    return {
      kind: 'Filter',
      condition: this.#expressions.parseExpression(),
      span: this.#tokens.spanFrom(start),
    };
  }

  /** FilterIndex : `filterIndex` Field ( `=` Literal | `in` `[` Literal, … `]` ) */
  #parseFilterIndex(start: number): Command {
    const field = this.#expressions.parseField();
    if (this.#tokens.takeSymbol('='))
      return {
        kind: 'FilterIndex',
        field,
        values: [this.#expressions.parseLiteral()],
        span: this.#tokens.spanFrom(start),
      };
    this.#tokens.expectWord('in');
    this.#tokens.expectSymbol('[');
    const values = this.#tokens.list(() => this.#expressions.parseLiteral());
    this.#tokens.expectSymbol(']');
    return { kind: 'FilterIndex', field, values, span: this.#tokens.spanFrom(start) };
  }

  /** Parse : `parse` [Field | Call] ( Glob `as` names | Regex [`as` names] [`multi`] | `logfmt` `as` name | `csv` `as` names ) | `parse` Json */
  #parseParse(start: number): Command {
    if (this.#tokens.isWord('json') && this.#tokens.wordOf(this.#tokens.tokenAfterNext()) === 'field') {
      this.#tokens.next();
      return this.#parseJson(start);
    }
    const first = this.#tokens.peek({ regexAllowed: true });
    let input: Expression | undefined;
    if (first.kind === 'Name' && !this.#isParseMode()) input = this.#expressions.parsePostfix();
    return { kind: 'Parse', input, mode: this.#parseParseMode(), span: this.#tokens.spanFrom(start) };
  }

  /** Json : [`parse`] `json` [`field` `=` ( Field | Call )] ( String `as` name ), …; `parse` needs the field */
  #parseJson(start: number): Command {
    let input: Expression | undefined;
    if (this.#tokens.takeWord('field')) {
      this.#tokens.expectSymbol('=');
      const token = this.#tokens.peek();
      if (token.kind !== 'Name') throw this.#tokens.unexpected(token);
      input = this.#expressions.parsePostfix();
    }
    const paths = this.#tokens.list(() => {
      const path = this.#tokens.expectString();
      this.#tokens.expectWord('as');
      return { path, name: this.#expressions.parseName() };
    });
    return { kind: 'Parse', input, mode: { kind: 'Json', paths }, span: this.#tokens.spanFrom(start) };
  }

  #isParseMode(): boolean {
    const word = this.#tokens.wordOf(this.#tokens.peek());
    return (
      (word === 'logfmt' || word === 'csv') && this.#tokens.wordOf(this.#tokens.tokenAfterNext()) === 'as'
    );
  }

  #parseParseMode(): ParseMode {
    const token = this.#tokens.peek({ regexAllowed: true });
    if (token.kind === 'String') {
      this.#tokens.next();
      this.#tokens.expectWord('as');
      const names = this.#tokens.list(() => this.#expressions.parseName());
      const stars = token.value.split('*').length - 1;
      if (stars !== names.length) {
        throw new QuerySyntaxError(
          `the glob has ${stars} "*" for ${names.length} names`,
          this.#tokens.spanFrom(token.span.start),
        );
      }
      return { kind: 'Glob', pattern: token.value, names };
    }
    if (token.kind === 'Regex') {
      this.#tokens.advance(token);
      let names: string[] | undefined;
      if (this.#tokens.takeWord('as')) names = this.#tokens.list(() => this.#expressions.parseName());
      return { kind: 'Regex', source: token.source, names, multi: this.#tokens.takeWord('multi') };
    }
    if (this.#tokens.takeWord('logfmt')) {
      this.#tokens.expectWord('as');
      return { kind: 'Logfmt', name: this.#expressions.parseName() };
    }
    if (this.#tokens.takeWord('csv')) {
      this.#tokens.expectWord('as');
      return { kind: 'Csv', names: this.#tokens.list(() => this.#expressions.parseName()) };
    }
    throw this.#tokens.unexpected(token);
  }

  /** Stats : `stats` Named, … [ `by` Named, … ] [ `offset` Duration ] */
  #parseStats(start: number): Command {
    const items = this.#expressions.parseNamedList();
    const keys = this.#tokens.takeWord('by') ? this.#expressions.parseNamedList() : [];
    let offset: DurationLiteral | undefined;
    if (this.#tokens.takeWord('offset')) {
      const token = this.#tokens.next();
      if (token.kind !== 'Duration') throw this.#tokens.unexpected(token);
      offset = this.#expressions.durationOf(token);
    }
    return { kind: 'Stats', items, keys, offset, span: this.#tokens.spanFrom(start) };
  }

  /** Sort : `sort` [`by`] ( Named [ `asc` | `desc` ] ), …; `by` stands in a sample query for Lambda. */
  #parseSort(start: number): Command {
    this.#tokens.takeWord('by');
    const keys = this.#tokens.list((): SortKey => {
      // Seen in answers of the service: it takes the alias of a bin here, not the call.
      if (this.#tokens.isWord('bin') && this.#tokens.isCallNext())
        throw this.#tokens.unexpected(this.#tokens.tokenAfterNext());
      const item = this.#expressions.parseNamed();
      const descending =
        this.#tokens.takeWord('desc') || (!this.#tokens.takeWord('asc') && SORTS_DESCENDING_BY_DEFAULT);
      return { item, descending };
    });
    return { kind: 'Sort', keys, span: this.#tokens.spanFrom(start) };
  }

  /** Limit : `limit` [`any`] Integer */
  #parseLimit(start: number): Command {
    const any = this.#tokens.takeWord('any');
    const token = this.#tokens.next();
    if (token.kind !== 'Number') throw this.#tokens.unexpected(token);
    if (!Number.isInteger(token.value) || token.value < 1 || token.value > 100_000) {
      throw new QuerySyntaxError(
        `limit must be a whole number from 1 to 100000; it is ${token.value}`,
        token.span,
      );
    }
    return { kind: 'Limit', count: token.value, any, span: this.#tokens.spanFrom(start) };
  }

  /** Unnest : `unnest` Expression `into` Name */
  #parseUnnest(start: number): Command {
    const input = this.#expressions.parseExpression();
    this.#tokens.expectWord('into');
    return { kind: 'Unnest', input, name: this.#expressions.parseName(), span: this.#tokens.spanFrom(start) };
  }

  /** Diff : `diff` [ `previousDay` | `previousWeek` | `previousMonth` ] */
  #parseDiff(start: number): Command {
    const windows: readonly DiffWindow[] = ['previousDay', 'previousWeek', 'previousMonth'];
    const window = windows.find((name) => this.#tokens.takeWord(name.toLowerCase()));
    return { kind: 'Diff', window, span: this.#tokens.spanFrom(start) };
  }

  /** Join : `join` [`type` `=` ( `inner` | `left` )] `left` `=` Name `right` `=` Name `where` l.F `=` r.F ( `and` … )* `(` Query `)` */
  #parseJoin(start: number): Command {
    let type: 'inner' | 'left' = 'inner';
    if (this.#tokens.takeWord('type')) {
      this.#tokens.expectSymbol('=');
      if (this.#tokens.takeWord('left')) type = 'left';
      else this.#tokens.expectWord('inner');
    }
    this.#tokens.expectWord('left');
    this.#tokens.expectSymbol('=');
    const left = this.#expressions.parseName();
    this.#tokens.expectWord('right');
    this.#tokens.expectSymbol('=');
    const right = this.#expressions.parseName();
    this.#tokens.expectWord('where');
    const on: { left: FieldReference; right: FieldReference }[] = [];
    do {
      const one = this.#expressions.parseField();
      this.#tokens.expectSymbol('=');
      const other = this.#expressions.parseField();
      const [a, b] = one.steps[0] === right ? [other, one] : [one, other];
      if (a.steps[0] !== left || b.steps[0] !== right || a.steps.length < 2 || b.steps.length < 2) {
        throw new QuerySyntaxError(
          `join compares a field of ${left} with one of ${right}`,
          this.#tokens.spanFrom(one.span.start),
        );
      }
      on.push({ left: { ...a, steps: a.steps.slice(1) }, right: { ...b, steps: b.steps.slice(1) } });
    } while (this.#tokens.takeWord('and'));
    const query = this.#parseSubquery();
    return { kind: 'Join', type, left, right, on, query, span: this.#tokens.spanFrom(start) };
  }

  /** Subquery : `(` Source ( `|` Command )* `)` */
  #parseSubquery(): Query {
    this.#tokens.expectSymbol('(');
    return this.#tokens.nested(() => {
      if (!this.#tokens.isWord('source')) throw this.#tokens.unexpected(this.#tokens.peek());
      const query = this.#parseQuery();
      this.#tokens.expectSymbol(')');
      return query;
    });
  }

  /** Lookup : `lookup` table Column, … ( `OUTPUT` | `OUTPUTNEW` ) Column, … */
  #parseLookup(start: number): Command {
    const table = this.#expressions.parseName();
    const column = (): LookupColumn => ({
      column: this.#expressions.parseName(),
      alias: this.#tokens.takeWord('as') ? this.#expressions.parseName() : undefined,
    });
    const keys = this.#tokens.list(column);
    const overwrite = this.#tokens.takeWord('output');
    if (!overwrite) this.#tokens.expectWord('outputnew');
    return {
      kind: 'Lookup',
      table,
      keys,
      overwrite,
      outputs: this.#tokens.list(column),
      span: this.#tokens.spanFrom(start),
    };
  }

  /** AddTotals : `addtotals` ( `fieldname=`Name | `row=`Boolean | `col=`Boolean )* [ Field, … ] */
  #parseAddTotals(start: number): Command {
    let fieldName = 'Total';
    let row = true;
    let column = false;
    while (this.#tokens.isOption()) {
      const option = this.#tokens.wordOf(this.#tokens.next());
      const token = this.#tokens.tokenAfter(this.#tokens.next());
      if (option === 'fieldname') fieldName = this.#expressions.parseName();
      else if (option === 'row') row = this.#parseFlag();
      else if (option === 'col') column = this.#parseFlag();
      else throw this.#tokens.unexpected(token);
    }
    const fields = this.#tokens.atCommandEnd() ? [] : this.#tokens.list(() => this.#expressions.parseField());
    return { kind: 'AddTotals', fieldName, row, column, fields, span: this.#tokens.spanFrom(start) };
  }

  /** FillDown : `filldown` ( Name | Name with `*` )* */
  #parseFillDown(start: number): Command {
    const names: string[] = [];
    while (!this.#tokens.atCommandEnd()) {
      this.#tokens.takeSymbol(',');
      const begin = this.#tokens.peek().span.start;
      // A wildcard belongs to the name that it touches: `g*` and `*_ms` are one name, `f g*` two.
      let end: number;
      do end = this.#tokens.next().span.end;
      while (
        !this.#tokens.atCommandEnd() &&
        this.#tokens.peek().span.start === end &&
        !this.#tokens.isSymbol(',')
      );
      const name = this.#tokens.textFrom(begin).replaceAll('`', '');
      if (!/^[^\s|(),]+$/.test(name)) this.#tokens.refuse({ start: begin, end });
      names.push(name);
    }
    return { kind: 'FillDown', names, span: this.#tokens.spanFrom(start) };
  }

  /** FillMissing : `fillmissing` ( `with` Expression `for` Field, … )* */
  #parseFillMissing(start: number): Command {
    const fills: { value: Expression; fields: FieldReference[] }[] = [];
    while (this.#tokens.takeWord('with') || (fills.length > 0 && this.#tokens.takeSymbol(','))) {
      this.#tokens.takeWord('with');
      const value = this.#expressions.parseExpression();
      this.#tokens.expectWord('for');
      const fields = [this.#expressions.parseField()];
      while (
        this.#tokens.isSymbol(',') &&
        this.#tokens.wordOf(this.#tokens.tokenAfterNext()) !== 'with' &&
        this.#tokens.takeSymbol(',')
      )
        fields.push(this.#expressions.parseField());
      fills.push({ value, fields });
    }
    return { kind: 'FillMissing', fills, span: this.#tokens.spanFrom(start) };
  }

  #parseCountFrequent(start: number): Command {
    return {
      kind: 'CountFrequent',
      fields: this.#tokens.list(() => this.#expressions.parseField()),
      span: this.#tokens.spanFrom(start),
    };
  }

  #parseFlag(): boolean {
    const token = this.#tokens.next();
    const word = this.#tokens.wordOf(token);
    if (word !== 'true' && word !== 'false') throw this.#tokens.unexpected(token);
    return word === 'true';
  }
}
