import { type PatternScanner } from './pattern-scanner.js';

/** Conditions in parentheses inside others; deeper ones would use up the stack. */
const MAX_DEPTH = 50;

/** Reads conditions that `&&`, `||` and parentheses join. */
export class JoinedConditions<Condition> {
  readonly #scanner: PatternScanner;
  readonly #parseOne: () => Condition;
  readonly #join: (kind: 'And' | 'Or', conditions: readonly Condition[]) => Condition;
  #depth = 0;

  /**
   * @param parseOne - reads a single condition; blanks before it are skipped
   * @param join - makes one condition of several
   */
  constructor(
    scanner: PatternScanner,
    parseOne: () => Condition,
    join: (kind: 'And' | 'Or', conditions: readonly Condition[]) => Condition,
  ) {
    this.#scanner = scanner;
    this.#parseOne = parseOne;
    this.#join = join;
  }

  /** Or : And ( `||` And )* */
  parse(): Condition {
    return this.#parseChain('Or', '||', () => this.#parseChain('And', '&&', () => this.#parsePrimary()));
  }

  #parseChain(kind: 'And' | 'Or', operator: string, parsePart: () => Condition): Condition {
    const conditions = [parsePart()];
    while (this.#take(operator)) conditions.push(parsePart());
    return conditions.length === 1 ? conditions[0]! : this.#join(kind, conditions);
  }

  /** Primary : `(` Or `)` | One */
  #parsePrimary(): Condition {
    this.#scanner.skipBlanks();
    const start = this.#scanner.at;
    if (!this.#take('(')) return this.#parseOne();
    if (++this.#depth > MAX_DEPTH) this.#scanner.fail('Parentheses are nested too deep', start);
    const condition = this.parse();
    if (!this.#take(')')) this.#scanner.fail("A '(' is not closed", start);
    this.#depth--;
    return condition;
  }

  #take(text: string): boolean {
    this.#scanner.skipBlanks();
    if (!this.#scanner.take(text)) return false;
    this.#scanner.skipBlanks();
    return true;
  }
}
