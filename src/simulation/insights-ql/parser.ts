import { PERIOD_UNITS } from './functions/index.js';
import { Lexer, type Token } from './lexer.js';
import { QuerySyntaxError, unexpectedSymbol, type Span } from './syntax-error.js';
import {
  type BinaryOperator,
  type BooleanLiteral,
  type Command,
  type DiffWindow,
  type DurationLiteral,
  type Expression,
  type FieldReference,
  type LookupColumn,
  type NamedExpression,
  type NumberLiteral,
  type ParseMode,
  type Query,
  type SortKey,
  type SourceCommand,
  type SourceSelector,
  type StringLiteral,
} from './tree.js';
import { SORTS_DESCENDING_BY_DEFAULT } from './undocumented.js';

/** Parentheses, calls and signs inside each other; what is deeper is refused, so that nothing overflows. */
const MAX_DEPTH = 100;

/** Operators of one chain (`a + b + …`), for the same reason. */
const MAX_CHAIN = 500;

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

const CONDITION_WORDS = new Set(['and', 'or', 'not', 'in', 'like', 'as', 'by', 'asc', 'desc']);

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

  commandNames(): Iterable<string> {
    return this.#commands.keys();
  }

  /** Document : Query End */
  parseDocument(): Query {
    const query = this.#parseQuery();
    const token = this.#peek();
    if (token.kind !== 'End') throw this.#unexpected(token);
    return query;
  }

  /** Query : ( Source | Command ) ( `|` Command )* */
  #parseQuery(): Query {
    const start = this.#peek().span.start;
    let source: SourceCommand | undefined;
    const commands: Command[] = [];
    this.#takeSymbol('|');
    if (this.#isWord('source')) source = this.#parseSource();
    else if (this.#peek().kind !== 'End') commands.push(this.#parseCommand());
    while (this.#takeSymbol('|')) {
      if (this.#isWord('source'))
        throw new QuerySyntaxError('SOURCE must be the first command of a query', this.#peek().span);
      commands.push(this.#parseCommand());
    }
    return { kind: 'Query', source, commands, span: this.#spanFrom(start) };
  }

  #parseCommand(): Command {
    const token = this.#peek();
    const word = this.#wordOf(token);
    if (word === undefined) throw this.#unexpected(token);
    const parse = this.#commands.get(word);
    if (parse === undefined) {
      if (UNSUPPORTED_COMMANDS.has(word))
        throw new QuerySyntaxError(`the command ${word} is not supported`, token.span);
      throw this.#unexpected(token);
    }
    this.#next();
    const command = parse(token.span.start);
    const after = this.#peek();
    if (after.kind !== 'End' && !this.#isSymbol('|') && !this.#isSymbol(')')) throw this.#unexpected(after);
    return command;
  }

  readonly #commands: ReadonlyMap<string, (start: number) => Command> = new Map<
    string,
    (start: number) => Command
  >([
    ['fields', (start) => ({ kind: 'Fields', items: this.#parseNamedList(), span: this.#spanFrom(start) })],
    ['display', (start) => ({ kind: 'Display', items: this.#parseNamedList(), span: this.#spanFrom(start) })],
    ['filter', (start) => this.#parseFilter(start)],
    ['where', (start) => this.#parseFilter(start)],
    ['filterindex', (start) => this.#parseFilterIndex(start)],
    ['parse', (start) => this.#parseParse(start)],
    ['stats', (start) => this.#parseStats(start)],
    ['sort', (start) => this.#parseSort(start)],
    ['limit', (start) => this.#parseLimit(start)],
    [
      'dedup',
      (start) => ({
        kind: 'Dedup',
        fields: this.#parseList(() => this.#parseField()),
        span: this.#spanFrom(start),
      }),
    ],
    ['unnest', (start) => this.#parseUnnest(start)],
    ['expand', (start) => ({ kind: 'Expand', field: this.#parseField(), span: this.#spanFrom(start) })],
    [
      'pattern',
      (start) => ({ kind: 'Pattern', input: this.#parseExpression(), span: this.#spanFrom(start) }),
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
    return { kind: 'Filter', condition: this.#parseExpression(), span: this.#spanFrom(start) };
  }

  /** FilterIndex : `filterIndex` Field ( `=` Literal | `in` `[` Literal, … `]` ) */
  #parseFilterIndex(start: number): Command {
    const field = this.#parseField();
    if (this.#takeSymbol('='))
      return { kind: 'FilterIndex', field, values: [this.#parseLiteral()], span: this.#spanFrom(start) };
    this.#expectWord('in');
    this.#expectSymbol('[');
    const values = this.#parseList(() => this.#parseLiteral());
    this.#expectSymbol(']');
    return { kind: 'FilterIndex', field, values, span: this.#spanFrom(start) };
  }

  /** Parse : `parse` [Field | Call] ( Glob `as` names | Regex [`as` names] [`multi`] | `logfmt` `as` name | `csv` `as` names ) | `parse` `json` `field` `=` Field String `as` name */
  #parseParse(start: number): Command {
    if (this.#isWord('json') && this.#wordOf(this.#tokenAfterNext()) === 'field') {
      this.#next();
      this.#next();
      this.#expectSymbol('=');
      const input = this.#parseField();
      const path = this.#expectString();
      this.#expectWord('as');
      const name = this.#parseName();
      return { kind: 'Parse', input, mode: { kind: 'Json', path, name }, span: this.#spanFrom(start) };
    }
    const first = this.#peek({ regexAllowed: true });
    let input: Expression | undefined;
    if (first.kind === 'Name' && !this.#isParseMode()) input = this.#parsePostfix();
    return { kind: 'Parse', input, mode: this.#parseParseMode(), span: this.#spanFrom(start) };
  }

  #isParseMode(): boolean {
    const word = this.#wordOf(this.#peek());
    return (word === 'logfmt' || word === 'csv') && this.#wordOf(this.#tokenAfterNext()) === 'as';
  }

  #parseParseMode(): ParseMode {
    const token = this.#peek({ regexAllowed: true });
    if (token.kind === 'String') {
      this.#next();
      this.#expectWord('as');
      const names = this.#parseList(() => this.#parseName());
      const stars = token.value.split('*').length - 1;
      if (stars !== names.length) {
        throw new QuerySyntaxError(
          `the glob has ${stars} "*" for ${names.length} names`,
          this.#spanFrom(token.span.start),
        );
      }
      return { kind: 'Glob', pattern: token.value, names };
    }
    if (token.kind === 'Regex') {
      this.#advance(token);
      let names: string[] | undefined;
      if (this.#takeWord('as')) names = this.#parseList(() => this.#parseName());
      return { kind: 'Regex', source: token.source, names, multi: this.#takeWord('multi') };
    }
    if (this.#takeWord('logfmt')) {
      this.#expectWord('as');
      return { kind: 'Logfmt', name: this.#parseName() };
    }
    if (this.#takeWord('csv')) {
      this.#expectWord('as');
      return { kind: 'Csv', names: this.#parseList(() => this.#parseName()) };
    }
    throw this.#unexpected(token);
  }

  /** Stats : `stats` Named, … [ `by` Named, … ] [ `offset` Duration ] */
  #parseStats(start: number): Command {
    const items = this.#parseNamedList();
    const keys = this.#takeWord('by') ? this.#parseNamedList() : [];
    let offset: DurationLiteral | undefined;
    if (this.#takeWord('offset')) {
      const token = this.#next();
      if (token.kind !== 'Duration') throw this.#unexpected(token);
      offset = this.#durationOf(token);
    }
    return { kind: 'Stats', items, keys, offset, span: this.#spanFrom(start) };
  }

  /** Sort : `sort` ( Named [ `asc` | `desc` ] ), … */
  #parseSort(start: number): Command {
    const keys = this.#parseList((): SortKey => {
      // Seen in answers of the service: it takes the alias of a bin here, not the call.
      if (this.#isWord('bin') && this.#isCallNext()) throw this.#unexpected(this.#tokenAfterNext());
      const item = this.#parseNamed();
      const descending = this.#takeWord('desc') || (!this.#takeWord('asc') && SORTS_DESCENDING_BY_DEFAULT);
      return { item, descending };
    });
    return { kind: 'Sort', keys, span: this.#spanFrom(start) };
  }

  /** Limit : `limit` [`any`] Integer */
  #parseLimit(start: number): Command {
    const any = this.#takeWord('any');
    const token = this.#next();
    if (token.kind !== 'Number') throw this.#unexpected(token);
    if (!Number.isInteger(token.value) || token.value < 1 || token.value > 100_000) {
      throw new QuerySyntaxError(
        `limit must be a whole number from 1 to 100000; it is ${token.value}`,
        token.span,
      );
    }
    return { kind: 'Limit', count: token.value, any, span: this.#spanFrom(start) };
  }

  /** Unnest : `unnest` Expression `into` Name */
  #parseUnnest(start: number): Command {
    const input = this.#parseExpression();
    this.#expectWord('into');
    return { kind: 'Unnest', input, name: this.#parseName(), span: this.#spanFrom(start) };
  }

  /** Diff : `diff` [ `previousDay` | `previousWeek` | `previousMonth` ] */
  #parseDiff(start: number): Command {
    const windows: readonly DiffWindow[] = ['previousDay', 'previousWeek', 'previousMonth'];
    const window = windows.find((name) => this.#takeWord(name.toLowerCase()));
    return { kind: 'Diff', window, span: this.#spanFrom(start) };
  }

  /** Join : `join` [`type` `=` ( `inner` | `left` )] `left` `=` Name `right` `=` Name `where` l.F `=` r.F ( `and` … )* `(` Query `)` */
  #parseJoin(start: number): Command {
    let type: 'inner' | 'left' = 'inner';
    if (this.#takeWord('type')) {
      this.#expectSymbol('=');
      if (this.#takeWord('left')) type = 'left';
      else this.#expectWord('inner');
    }
    this.#expectWord('left');
    this.#expectSymbol('=');
    const left = this.#parseName();
    this.#expectWord('right');
    this.#expectSymbol('=');
    const right = this.#parseName();
    this.#expectWord('where');
    const on: { left: FieldReference; right: FieldReference }[] = [];
    do {
      const one = this.#parseField();
      this.#expectSymbol('=');
      const other = this.#parseField();
      const [a, b] = one.steps[0] === right ? [other, one] : [one, other];
      if (a.steps[0] !== left || b.steps[0] !== right || a.steps.length < 2 || b.steps.length < 2) {
        throw new QuerySyntaxError(
          `join compares a field of ${left} with one of ${right}`,
          this.#spanFrom(one.span.start),
        );
      }
      on.push({ left: { ...a, steps: a.steps.slice(1) }, right: { ...b, steps: b.steps.slice(1) } });
    } while (this.#takeWord('and'));
    const query = this.#parseSubquery();
    return { kind: 'Join', type, left, right, on, query, span: this.#spanFrom(start) };
  }

  /** Subquery : `(` Source ( `|` Command )* `)` */
  #parseSubquery(): Query {
    this.#expectSymbol('(');
    return this.#nested(() => {
      if (!this.#isWord('source')) throw this.#unexpected(this.#peek());
      const query = this.#parseQuery();
      this.#expectSymbol(')');
      return query;
    });
  }

  /** Lookup : `lookup` table Column, … ( `OUTPUT` | `OUTPUTNEW` ) Column, … */
  #parseLookup(start: number): Command {
    const table = this.#parseName();
    const column = (): LookupColumn => ({
      column: this.#parseName(),
      alias: this.#takeWord('as') ? this.#parseName() : undefined,
    });
    const keys = this.#parseList(column);
    const overwrite = this.#takeWord('output');
    if (!overwrite) this.#expectWord('outputnew');
    return {
      kind: 'Lookup',
      table,
      keys,
      overwrite,
      outputs: this.#parseList(column),
      span: this.#spanFrom(start),
    };
  }

  /** AddTotals : `addtotals` ( `fieldname=`Name | `row=`Boolean | `col=`Boolean )* [ Field, … ] */
  #parseAddTotals(start: number): Command {
    let fieldName = 'Total';
    let row = true;
    let column = false;
    while (this.#isOption()) {
      const option = this.#wordOf(this.#next());
      const token = this.#tokenAfter(this.#next());
      if (option === 'fieldname') fieldName = this.#parseName();
      else if (option === 'row') row = this.#parseFlag();
      else if (option === 'col') column = this.#parseFlag();
      else throw this.#unexpected(token);
    }
    const fields = this.#atCommandEnd() ? [] : this.#parseList(() => this.#parseField());
    return { kind: 'AddTotals', fieldName, row, column, fields, span: this.#spanFrom(start) };
  }

  /** FillDown : `filldown` ( Name | Name with `*` )* */
  #parseFillDown(start: number): Command {
    const names: string[] = [];
    while (!this.#atCommandEnd()) {
      this.#takeSymbol(',');
      const begin = this.#peek().span.start;
      // A wildcard belongs to the name that it touches: `g*` and `*_ms` are one name, `f g*` two.
      let end: number;
      do end = this.#next().span.end;
      while (!this.#atCommandEnd() && this.#peek().span.start === end && !this.#isSymbol(','));
      const name = this.#text.slice(begin, end).replaceAll('`', '');
      if (!/^[^\s|(),]+$/.test(name)) throw unexpectedSymbol(this.#text, { start: begin, end });
      names.push(name);
    }
    return { kind: 'FillDown', names, span: this.#spanFrom(start) };
  }

  /** FillMissing : `fillmissing` ( `with` Expression `for` Field, … )* */
  #parseFillMissing(start: number): Command {
    const fills: { value: Expression; fields: FieldReference[] }[] = [];
    while (this.#takeWord('with') || (fills.length > 0 && this.#takeSymbol(','))) {
      this.#takeWord('with');
      const value = this.#parseExpression();
      this.#expectWord('for');
      const fields = [this.#parseField()];
      while (this.#isSymbol(',') && this.#wordOf(this.#tokenAfterNext()) !== 'with' && this.#takeSymbol(','))
        fields.push(this.#parseField());
      fills.push({ value, fields });
    }
    return { kind: 'FillMissing', fills, span: this.#spanFrom(start) };
  }

  #parseCountFrequent(start: number): Command {
    return {
      kind: 'CountFrequent',
      fields: this.#parseList(() => this.#parseField()),
      span: this.#spanFrom(start),
    };
  }

  /** Source : `SOURCE` ( Selector+ | String, … [`START` `=` time] [`END` `=` time] ) */
  #parseSource(): SourceCommand {
    const start = this.#next().span.start;
    const selectors: SourceSelector[] = [];
    if (this.#peek().kind === 'String') {
      const names = this.#parseList(() => this.#expectString());
      const times: Record<'start' | 'end', string | undefined> = { start: undefined, end: undefined };
      while (this.#isWord('start') || this.#isWord('end')) {
        const which = this.#takeWord('start') ? 'start' : (this.#next(), 'end');
        this.#expectSymbol('=');
        times[which] = this.#parseTime();
      }
      selectors.push({ kind: 'Names', names, ...times });
    } else {
      do selectors.push(this.#parseSelector());
      while (this.#takeSymbol(',') || this.#peek().kind === 'Name');
    }
    return { kind: 'Source', selectors, span: this.#spanFrom(start) };
  }

  #parseTime(): string {
    const start = this.#peek().span.start;
    this.#takeSymbol('-');
    const token = this.#next();
    if (
      token.kind !== 'Number' &&
      token.kind !== 'Duration' &&
      this.#wordOf(token) !== 'now' &&
      token.kind !== 'String'
    )
      throw this.#unexpected(token);
    return token.kind === 'String' ? token.value : this.#text.slice(start, token.span.end);
  }

  /** Selector : `logGroups` `(` ( name `:` `[` String, … `]` ), … `)` | `dataSource` `(` […] `)` | `logGroupTags` `(` [ {…}, … ] `)` */
  #parseSelector(): SourceSelector {
    const token = this.#next();
    const word = this.#wordOf(token);
    this.#expectSymbol('(');
    if (word === 'datasource') {
      const names = this.#parseStrings();
      this.#expectSymbol(')');
      return { kind: 'DataSource', names };
    }
    if (word === 'loggrouptags') {
      this.#expectSymbol('[');
      const tags = this.#parseList(() => this.#parseTag());
      this.#expectSymbol(']');
      this.#expectSymbol(')');
      return { kind: 'LogGroupTags', tags };
    }
    if (word !== 'loggroups') throw this.#unexpected(token);
    const lists: Record<string, string[]> = {};
    while (!this.#isSymbol(')')) {
      const member = this.#next();
      const name = this.#wordOf(member);
      if (
        name === undefined ||
        !['nameprefix', 'accountidentifier', 'accountidentifiers', 'class', 'loggroupclass'].includes(name)
      )
        throw this.#unexpected(member);
      this.#expectSymbol(':');
      lists[name] = this.#parseStrings();
      if (!this.#takeSymbol(',')) break;
    }
    this.#expectSymbol(')');
    return {
      kind: 'LogGroups',
      namePrefixes: lists.nameprefix ?? [],
      accountIdentifiers: lists.accountidentifier ?? lists.accountidentifiers ?? [],
      classes: lists.class ?? lists.loggroupclass ?? [],
    };
  }

  #parseTag(): { key: string; values: string[] } {
    this.#expectSymbol('{');
    let key: string | undefined;
    let values: string[] = [];
    do {
      const name = this.#expectString();
      this.#expectSymbol(':');
      if (name === 'key') key = this.#expectString();
      else if (name === 'values') values = this.#parseStrings();
      else throw this.#unexpected(this.#peek());
    } while (this.#takeSymbol(','));
    const end = this.#peek();
    this.#expectSymbol('}');
    if (key === undefined) throw this.#unexpected(end);
    return { key, values };
  }

  #parseStrings(): string[] {
    this.#expectSymbol('[');
    const values = this.#parseList(() => this.#expectString());
    this.#expectSymbol(']');
    return values;
  }

  /** NamedList : Named ( `,`+ Named )*; of several commas in a row, as public projects run them, one counts. */
  #parseNamedList(): NamedExpression[] {
    const items = [this.#parseNamed()];
    while (this.#takeSymbol(',')) {
      while (this.#takeSymbol(','));
      items.push(this.#parseNamed());
    }
    return items;
  }

  /** Named : Expression [ `as` Name ] | Name `=` Expression (only where written so: a comparison otherwise) */
  #parseNamed(): NamedExpression {
    const start = this.#peek({ regexAllowed: true }).span.start;
    const expression = this.#parseExpression();
    const text = this.#text.slice(start, this.#end);
    const alias = this.#takeWord('as') ? this.#parseName() : undefined;
    return { expression, alias, text, span: this.#spanFrom(start) };
  }

  /** Expression : And ( `or` And )* */
  #parseExpression(): Expression {
    return this.#nested(() =>
      this.#parseLogical('Or', 'or', () => this.#parseLogical('And', 'and', () => this.#parseNot())),
    );
  }

  #parseLogical(kind: 'And' | 'Or', word: string, parseOperand: () => Expression): Expression {
    const first = parseOperand();
    if (!this.#isWord(word)) return first;
    const operands = [first];
    while (this.#takeWord(word)) operands.push(parseOperand());
    return { kind, operands, span: this.#spanFrom(first.span.start) };
  }

  /** Not : ( `not` | `!` )* Comparison */
  #parseNot(): Expression {
    const start = this.#peek({ regexAllowed: true }).span.start;
    let nots = 0;
    while ((this.#isWord('not') && this.#takeWord('not')) || this.#takeSymbol('!')) nots++;
    const operand = this.#parseComparison();
    if (nots === 0) return operand;
    const span = this.#spanFrom(start);
    const once: Expression = { kind: 'Unary', operator: 'not', operand, span };
    return nots % 2 === 1 ? once : { kind: 'Unary', operator: 'not', operand: once, span };
  }

  /** Comparison : Sum [ ( `=` | `!=` | `<` | … | `=~` | [`not`] `like` ) Sum | [`not`] `in` ( `[` … `]` | Subquery ) ] */
  #parseComparison(): Expression {
    const left = this.#parseSum();
    const start = left.span.start;
    const negated =
      this.#isWord('not') && ['in', 'like'].includes(this.#wordOf(this.#tokenAfterNext()) ?? '');
    if (negated) this.#next();
    if (this.#takeWord('in')) return this.#parseIn(left, negated);
    let operator: BinaryOperator | undefined;
    if (this.#takeWord('like')) operator = negated ? 'not like' : 'like';
    else if (this.#takeSymbol('=~')) operator = '=~';
    else {
      const token = this.#peek();
      const text = token.kind === 'Symbol' ? token.text : '';
      if (text === '==') operator = '=';
      else if (['=', '!=', '<', '<=', '>', '>='].includes(text)) operator = text as BinaryOperator;
      if (operator !== undefined) this.#next();
    }
    if (operator === undefined) return left;
    const right = this.#parseSum();
    return { kind: 'Binary', operator, left, right, span: this.#spanFrom(start) };
  }

  #parseIn(operand: Expression, negated: boolean): Expression {
    const start = operand.span.start;
    if (this.#isSymbol('('))
      return {
        kind: 'InSubquery',
        operand,
        query: this.#parseSubquery(),
        negated,
        span: this.#spanFrom(start),
      };
    this.#expectSymbol('[');
    const values = this.#isSymbol(']') ? [] : this.#parseList(() => this.#parseSum());
    this.#expectSymbol(']');
    return { kind: 'InList', operand, values, negated, span: this.#spanFrom(start) };
  }

  /** Sum : Product ( ( `+` | `-` ) Product )* */
  #parseSum(): Expression {
    return this.#parseChain(['+', '-'], () => this.#parseChain(['*', '/', '%'], () => this.#parsePower()));
  }

  #parseChain(operators: readonly string[], parseOperand: () => Expression): Expression {
    let left = parseOperand();
    for (let length = 1; ; length++) {
      const token = this.#peek();
      if (token.kind !== 'Symbol' || !operators.includes(token.text)) return left;
      if (length > MAX_CHAIN)
        throw new QuerySyntaxError(`more than ${MAX_CHAIN} operators in a row`, token.span);
      this.#next();
      const right = parseOperand();
      left = {
        kind: 'Binary',
        operator: token.text as BinaryOperator,
        left,
        right,
        span: this.#spanFrom(left.span.start),
      };
    }
  }

  /** Power : Sign [ `^` Power ] */
  #parsePower(): Expression {
    const left = this.#parseSign();
    if (!this.#takeSymbol('^')) return left;
    const right = this.#nested(() => this.#parsePower());
    return { kind: 'Binary', operator: '^', left, right, span: this.#spanFrom(left.span.start) };
  }

  /** Sign : ( `-` | `+` )* Postfix */
  #parseSign(): Expression {
    const start = this.#peek({ regexAllowed: true }).span.start;
    if (this.#takeSymbol('+')) return this.#nested(() => this.#parseSign());
    if (!this.#takeSymbol('-')) return this.#parsePostfix();
    const operand = this.#nested(() => this.#parseSign());
    if (operand.kind === 'Number') {
      // Zero has no sign.
      const value = operand.value === 0 ? 0 : -operand.value;
      return { kind: 'Number', value, span: this.#spanFrom(start) };
    }
    return { kind: 'Unary', operator: '-', operand, span: this.#spanFrom(start) };
  }

  /** Postfix : `(` Expression `)` | Call | Field | Literal | Regex */
  #parsePostfix(): Expression {
    const token = this.#peek({ regexAllowed: true });
    switch (token.kind) {
      case 'String':
        this.#next();
        return { kind: 'String', value: token.value, span: token.span };
      case 'Number':
        this.#next();
        return { kind: 'Number', value: token.value, span: token.span };
      case 'Duration':
        this.#next();
        return this.#durationOf(token);
      case 'Regex':
        this.#advance(token);
        return { kind: 'Regex', source: token.source, span: token.span };
      case 'Symbol': {
        if (!this.#takeSymbol('(')) throw this.#unexpected(token);
        const inner = this.#parseExpression();
        this.#expectSymbol(')');
        return inner;
      }
      case 'Name':
        return this.#parseNameOrCall(token);
      case 'End':
        throw this.#unexpected(token);
    }
  }

  #parseNameOrCall(token: Extract<Token, { kind: 'Name' }>): Expression {
    const word = this.#wordOf(token);
    this.#next();
    if (token.isBare && token.steps.length === 1 && this.#takeSymbol('(')) return this.#parseCall(token);
    if (word === 'true' || word === 'false')
      return { kind: 'Boolean', value: word === 'true', span: token.span };
    if (word !== undefined && CONDITION_WORDS.has(word)) throw this.#unexpected(token);
    return this.#parseSteps(token);
  }

  /** Call : Name `(` [ `*` | Expression, … ] `)` */
  #parseCall(token: Extract<Token, { kind: 'Name' }>): Expression {
    const name = String(token.steps[0]);
    let star = false;
    let args: Expression[] = [];
    if (this.#takeSymbol('*')) star = true;
    else if (!this.#isSymbol(')')) args = this.#parseList(() => this.#parseExpression());
    this.#expectSymbol(')');
    return { kind: 'Call', name, args, star, span: this.#spanFrom(token.span.start) };
  }

  #parseField(): FieldReference {
    const token = this.#next();
    if (token.kind !== 'Name') throw this.#unexpected(token);
    return this.#parseSteps(token);
  }

  /** Field : Name ( `[` Integer `]` [ `.` Name ] )* */
  #parseSteps(token: Extract<Token, { kind: 'Name' }>): FieldReference {
    const steps = [...token.steps];
    while (this.#isSymbol('[') && this.#peek().span.start === this.#end) {
      this.#next();
      const index = this.#next();
      if (index.kind !== 'Number' || !Number.isInteger(index.value)) throw this.#unexpected(index);
      steps.push(index.value);
      this.#expectSymbol(']');
      if (this.#text[this.#end] === '.') {
        this.#offset++;
        const more = this.#next();
        if (more.kind !== 'Name') throw this.#unexpected(more);
        steps.push(...more.steps);
      }
    }
    return { kind: 'Field', steps, span: this.#spanFrom(token.span.start) };
  }

  #parseLiteral(): StringLiteral | NumberLiteral | BooleanLiteral {
    const expression = this.#parseSign();
    if (expression.kind === 'String' || expression.kind === 'Number' || expression.kind === 'Boolean')
      return expression;
    throw unexpectedSymbol(this.#text, expression.span);
  }

  #parseName(): string {
    const token = this.#next();
    if (token.kind !== 'Name') throw this.#unexpected(token);
    return token.steps.join('.');
  }

  #parseFlag(): boolean {
    const token = this.#next();
    const word = this.#wordOf(token);
    if (word !== 'true' && word !== 'false') throw this.#unexpected(token);
    return word === 'true';
  }

  #durationOf(token: Extract<Token, { kind: 'Duration' }>): DurationLiteral {
    if (!PERIOD_UNITS.has(token.unit.toLowerCase())) throw this.#unexpected(token);
    return { kind: 'Duration', count: token.count, unit: token.unit, span: token.span };
  }

  #parseList<Item>(parseItem: () => Item): Item[] {
    const items = [parseItem()];
    while (this.#takeSymbol(',')) items.push(parseItem());
    return items;
  }

  #nested<Result>(parse: () => Result): Result {
    if (++this.#depth > MAX_DEPTH)
      throw new QuerySyntaxError(
        `nested deeper than ${MAX_DEPTH} levels`,
        this.#peek({ regexAllowed: true }).span,
      );
    try {
      return parse();
    } finally {
      this.#depth--;
    }
  }

  #peek({ regexAllowed } = { regexAllowed: false }): Token {
    const known = this.#peeked;
    if (known?.offset === this.#offset && known.regexAllowed === regexAllowed) return known.token;
    const token = this.#lexer.tokenAt(this.#offset, { regexAllowed });
    this.#peeked = { offset: this.#offset, regexAllowed, token };
    return token;
  }

  #tokenAfter(token: Token): Token {
    return this.#lexer.tokenAt(token.span.end, { regexAllowed: false });
  }

  #tokenAfterNext(): Token {
    return this.#tokenAfter(this.#peek());
  }

  #next(): Token {
    const token = this.#peek();
    this.#advance(token);
    return token;
  }

  #advance(token: Token): void {
    this.#offset = token.span.end;
    this.#end = token.span.end;
  }

  #wordOf(token: Token): string | undefined {
    return token.kind === 'Name' && token.isBare && token.steps.length === 1
      ? String(token.steps[0]).toLowerCase()
      : undefined;
  }

  #isWord(word: string): boolean {
    return this.#wordOf(this.#peek()) === word;
  }

  #takeWord(word: string): boolean {
    if (!this.#isWord(word)) return false;
    this.#next();
    return true;
  }

  #expectWord(word: string): void {
    if (!this.#takeWord(word)) throw this.#unexpected(this.#peek());
  }

  #isSymbol(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'Symbol' && token.text === text;
  }

  #takeSymbol(text: string): boolean {
    if (!this.#isSymbol(text)) return false;
    this.#next();
    return true;
  }

  #expectSymbol(text: string): void {
    if (!this.#takeSymbol(text)) throw this.#unexpected(this.#peek());
  }

  #expectString(): string {
    const token = this.#next();
    if (token.kind !== 'String') throw this.#unexpected(token);
    return token.value;
  }

  #isOption(): boolean {
    const after = this.#peek().kind === 'Name' ? this.#tokenAfterNext() : undefined;
    return after?.kind === 'Symbol' && after.text === '=';
  }

  #isCallNext(): boolean {
    const after = this.#tokenAfterNext();
    return after.kind === 'Symbol' && after.text === '(';
  }

  #atCommandEnd(): boolean {
    return this.#peek().kind === 'End' || this.#isSymbol('|') || this.#isSymbol(')');
  }

  #spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.#end) };
  }

  #unexpected(token: Token): QuerySyntaxError {
    return unexpectedSymbol(this.#text, token.span);
  }
}
