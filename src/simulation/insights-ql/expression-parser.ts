import { PERIOD_UNITS } from './functions/index.js';
import { type Token } from './lexer.js';
import { QuerySyntaxError } from './syntax-error.js';
import { type TokenCursor } from './token-cursor.js';
import {
  type BinaryOperator,
  type BooleanLiteral,
  type Call,
  type DurationLiteral,
  type Expression,
  type FieldReference,
  type FieldStep,
  type Member,
  type NamedExpression,
  type NumberLiteral,
  type Query,
  type StringLiteral,
} from './tree.js';

/** Operators of one chain (`a + b + …`), so that nothing overflows. */
const MAX_CHAIN = 500;

const CONDITION_WORDS = new Set(['and', 'or', 'not', 'in', 'like', 'as', 'by', 'asc', 'desc']);

/** Reads the expressions of a query, and the names and literals in it. */
export class ExpressionParser {
  readonly #tokens: TokenCursor;
  readonly #parseSubquery: () => Query;

  /** @param parseSubquery - reads `( SOURCE … )` behind `in` */
  constructor(tokens: TokenCursor, parseSubquery: () => Query) {
    this.#tokens = tokens;
    this.#parseSubquery = parseSubquery;
  }

  /** NamedList : Named ( `,`+ Named )*; of several commas in a row, as public projects run them, one counts. */
  parseNamedList(): NamedExpression[] {
    const items = [this.parseNamed()];
    while (this.#tokens.takeSymbol(',')) {
      while (this.#tokens.takeSymbol(','));
      items.push(this.parseNamed());
    }
    return items;
  }

  /** Named : Expression [ `as` Name ] | Name `=` Expression (only where written so: a comparison otherwise) */
  parseNamed(): NamedExpression {
    const start = this.#tokens.peek({ regexAllowed: true }).span.start;
    const expression = this.parseExpression();
    const text = this.#tokens.textFrom(start);
    const alias = this.#tokens.takeWord('as') ? this.parseName() : undefined;
    return { expression, alias, text, span: this.#tokens.spanFrom(start) };
  }

  /** Expression : And ( `or` And )* */
  parseExpression(): Expression {
    return this.#tokens.nested(() =>
      this.#parseLogical('Or', 'or', () => this.#parseLogical('And', 'and', () => this.#parseNot())),
    );
  }

  #parseLogical(kind: 'And' | 'Or', word: string, parseOperand: () => Expression): Expression {
    const first = parseOperand();
    if (!this.#tokens.isWord(word)) return first;
    const operands = [first];
    while (this.#tokens.takeWord(word)) operands.push(parseOperand());
    return { kind, operands, span: this.#tokens.spanFrom(first.span.start) };
  }

  /** Not : ( `not` | `!` )* Comparison */
  #parseNot(): Expression {
    const start = this.#tokens.peek({ regexAllowed: true }).span.start;
    let nots = 0;
    while ((this.#tokens.isWord('not') && this.#tokens.takeWord('not')) || this.#tokens.takeSymbol('!'))
      nots++;
    const operand = this.#parseComparison();
    if (nots === 0) return operand;
    const span = this.#tokens.spanFrom(start);
    const once: Expression = { kind: 'Unary', operator: 'not', operand, span };
    return nots % 2 === 1 ? once : { kind: 'Unary', operator: 'not', operand: once, span };
  }

  /** Comparison : Sum [ ( `=` | `!=` | `<` | … | `=~` | [`not`] `like` ) Sum | [`not`] `in` ( `[` … `]` | Subquery ) ] */
  #parseComparison(): Expression {
    const left = this.#parseSum();
    const start = left.span.start;
    const negated =
      this.#tokens.isWord('not') &&
      ['in', 'like'].includes(this.#tokens.wordOf(this.#tokens.tokenAfterNext()) ?? '');
    if (negated) this.#tokens.next();
    if (this.#tokens.takeWord('in')) return this.#parseIn(left, negated);
    let operator: BinaryOperator | undefined;
    if (this.#tokens.takeWord('like')) operator = negated ? 'not like' : 'like';
    else if (this.#tokens.takeSymbol('=~')) operator = '=~';
    else {
      const token = this.#tokens.peek();
      const text = token.kind === 'Symbol' ? token.text : '';
      if (text === '==') operator = '=';
      else if (['=', '!=', '<', '<=', '>', '>='].includes(text)) operator = text as BinaryOperator;
      if (operator !== undefined) this.#tokens.next();
    }
    if (operator === undefined) return left;
    const right = this.#parseSum();
    return { kind: 'Binary', operator, left, right, span: this.#tokens.spanFrom(start) };
  }

  #parseIn(operand: Expression, negated: boolean): Expression {
    const start = operand.span.start;
    if (this.#tokens.isSymbol('('))
      return {
        kind: 'InSubquery',
        operand,
        query: this.#parseSubquery(),
        negated,
        span: this.#tokens.spanFrom(start),
      };
    this.#tokens.expectSymbol('[');
    const values = this.#tokens.isSymbol(']') ? [] : this.#tokens.list(() => this.#parseSum());
    this.#tokens.expectSymbol(']');
    return { kind: 'InList', operand, values, negated, span: this.#tokens.spanFrom(start) };
  }

  /** Sum : Product ( ( `+` | `-` ) Product )* */
  #parseSum(): Expression {
    return this.#parseChain(['+', '-'], () => this.#parseChain(['*', '/', '%'], () => this.#parsePower()));
  }

  #parseChain(operators: readonly string[], parseOperand: () => Expression): Expression {
    let left = parseOperand();
    for (let length = 1; ; length++) {
      const token = this.#tokens.peek();
      if (token.kind !== 'Symbol' || !operators.includes(token.text)) return left;
      if (length > MAX_CHAIN)
        throw new QuerySyntaxError(`more than ${MAX_CHAIN} operators in a row`, token.span);
      this.#tokens.next();
      const right = parseOperand();
      left = {
        kind: 'Binary',
        operator: token.text as BinaryOperator,
        left,
        right,
        span: this.#tokens.spanFrom(left.span.start),
      };
    }
  }

  /** Power : Sign [ `^` Power ] */
  #parsePower(): Expression {
    const left = this.#parseSign();
    if (!this.#tokens.takeSymbol('^')) return left;
    const right = this.#tokens.nested(() => this.#parsePower());
    return { kind: 'Binary', operator: '^', left, right, span: this.#tokens.spanFrom(left.span.start) };
  }

  /** Sign : ( `-` | `+` )* Postfix */
  #parseSign(): Expression {
    const start = this.#tokens.peek({ regexAllowed: true }).span.start;
    if (this.#tokens.takeSymbol('+')) return this.#tokens.nested(() => this.#parseSign());
    if (!this.#tokens.takeSymbol('-')) return this.parsePostfix();
    const operand = this.#tokens.nested(() => this.#parseSign());
    if (operand.kind === 'Number') {
      // Zero has no sign.
      const value = operand.value === 0 ? 0 : -operand.value;
      return { kind: 'Number', value, span: this.#tokens.spanFrom(start) };
    }
    return { kind: 'Unary', operator: '-', operand, span: this.#tokens.spanFrom(start) };
  }

  /** Postfix : `(` Expression `)` | Call Path | Field | Literal | Regex */
  parsePostfix(): Expression {
    const token = this.#tokens.peek({ regexAllowed: true });
    switch (token.kind) {
      case 'String':
        this.#tokens.next();
        return { kind: 'String', value: token.value, span: token.span };
      case 'Number':
        this.#tokens.next();
        return { kind: 'Number', value: token.value, span: token.span };
      case 'Duration':
        this.#tokens.next();
        return this.durationOf(token);
      case 'Regex':
        this.#tokens.advance(token);
        return { kind: 'Regex', source: token.source, span: token.span };
      case 'Symbol': {
        if (!this.#tokens.takeSymbol('(')) throw this.#tokens.unexpected(token);
        const inner = this.parseExpression();
        this.#tokens.expectSymbol(')');
        return inner;
      }
      case 'Name':
        return this.#parseNameOrCall(token);
      case 'End':
        throw this.#tokens.unexpected(token);
    }
  }

  #parseNameOrCall(token: Extract<Token, { kind: 'Name' }>): Expression {
    const word = this.#tokens.wordOf(token);
    this.#tokens.next();
    if (token.isBare && token.steps.length === 1 && this.#tokens.takeSymbol('('))
      return this.#parseMember(this.#parseCall(token));
    if (word === 'true' || word === 'false')
      return { kind: 'Boolean', value: word === 'true', span: token.span };
    if (word !== undefined && CONDITION_WORDS.has(word)) throw this.#tokens.unexpected(token);
    return this.#parseSteps(token);
  }

  /** Call : Name `(` [ `*` | Expression, … ] `)` */
  #parseCall(token: Extract<Token, { kind: 'Name' }>): Call {
    const name = String(token.steps[0]);
    let star = false;
    let args: Expression[] = [];
    if (this.#tokens.takeSymbol('*')) star = true;
    else if (!this.#tokens.isSymbol(')')) args = this.#tokens.list(() => this.parseExpression());
    this.#tokens.expectSymbol(')');
    return { kind: 'Call', name, args, star, span: this.#tokens.spanFrom(token.span.start) };
  }

  parseField(): FieldReference {
    const token = this.#tokens.next();
    if (token.kind !== 'Name') throw this.#tokens.unexpected(token);
    return this.#parseSteps(token);
  }

  /** Member : Call Path */
  #parseMember(target: Call): Call | Member {
    const steps = this.#parsePath();
    if (steps.length === 0) return target;
    return { kind: 'Member', target, steps, span: this.#tokens.spanFrom(target.span.start) };
  }

  /** Field : Name Path */
  #parseSteps(token: Extract<Token, { kind: 'Name' }>): FieldReference {
    const steps = [...token.steps, ...this.#parsePath()];
    return { kind: 'Field', steps, span: this.#tokens.spanFrom(token.span.start) };
  }

  /** Path : ( `[` Integer `]` | `.` ( Name | Integer ) )*, without blanks before the bracket and around the dot */
  #parsePath(): FieldStep[] {
    const steps: FieldStep[] = [];
    for (;;) {
      const names = this.#tokens.takePath();
      if (names !== undefined) {
        steps.push(...names);
        continue;
      }
      if (!this.#tokens.isSymbol('[') || !this.#tokens.isTouching()) return steps;
      this.#tokens.next();
      const index = this.#tokens.next();
      if (index.kind !== 'Number' || !Number.isInteger(index.value)) throw this.#tokens.unexpected(index);
      steps.push(index.value);
      this.#tokens.expectSymbol(']');
    }
  }

  parseLiteral(): StringLiteral | NumberLiteral | BooleanLiteral {
    const expression = this.#parseSign();
    if (expression.kind === 'String' || expression.kind === 'Number' || expression.kind === 'Boolean')
      return expression;
    return this.#tokens.refuse(expression.span);
  }

  parseName(): string {
    const token = this.#tokens.next();
    if (token.kind !== 'Name') throw this.#tokens.unexpected(token);
    return token.steps.join('.');
  }

  durationOf(token: Extract<Token, { kind: 'Duration' }>): DurationLiteral {
    if (!PERIOD_UNITS.has(token.unit.toLowerCase())) throw this.#tokens.unexpected(token);
    return { kind: 'Duration', count: token.count, unit: token.unit, span: token.span };
  }
}
