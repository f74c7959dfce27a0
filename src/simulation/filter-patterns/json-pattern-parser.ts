import { parseCondition } from './condition-parser.js';
import { FilterPatternError } from './filter-pattern-error.js';
import {
  jsonPattern,
  type JsonCondition,
  type JsonPattern,
  type Selector,
  type SelectorStep,
} from './json-pattern.js';
import { JoinedConditions } from './joined-conditions.js';
import { PatternScanner } from './pattern-scanner.js';
import { parseQuotedText } from './quoted-text.js';

/** Wildcards of one selector, and of a compound pattern. Source: User Guide, "Match terms in JSON". */
const MAX_SELECTOR_WILDCARDS = 1;
const MAX_WILDCARDS = 3;

const MEMBER_NAME = /[^\s.[\](){}=!<>&|"'%,*$]+/y;
const BARE_VALUE = /(?:(?!&&|\|\|)[^\s(){}"%,=!<>])+/y;
const DIGITS = /\d{1,9}/y;
const KEYWORD = /[A-Za-z]+/y;
const TOKENS = /^[\p{L}\p{N}\s_.+\-$=!<>&|(){}[\]"'%*]$/u;

/** Json : `{` Or `}` */
export function parseJsonPattern(scanner: PatternScanner): JsonPattern {
  return new JsonPatternParser(scanner).parse();
}

/**
 * Reads a text that is a selector and nothing else.
 * @returns undefined for any other text, and for a selector with a wildcard, which may stand for several values
 */
export function parseSingleSelector(text: string): Selector | undefined {
  const scanner = new PatternScanner(text);
  try {
    const selector = new JsonPatternParser(scanner).parseSelector();
    return scanner.atEnd && !selector.steps.some(isWildcard) ? selector : undefined;
  } catch (error) {
    if (error instanceof FilterPatternError) return undefined;
    throw error;
  }
}

function isWildcard({ kind }: SelectorStep): boolean {
  return kind === 'AnyElement' || kind === 'AnyMember';
}

class JsonPatternParser {
  readonly #scanner: PatternScanner;
  #wildcards = 0;

  constructor(scanner: PatternScanner) {
    this.#scanner = scanner;
  }

  parse(): JsonPattern {
    const start = this.#scanner.at;
    this.#scanner.take('{');
    const conditions = new JoinedConditions<JsonCondition>(
      this.#scanner,
      () => this.#parseOne(),
      (kind, joined) => ({ kind, conditions: joined }),
    );
    const condition = conditions.parse();
    if (!this.#take('}')) {
      if (this.#scanner.atEnd) this.#scanner.fail("A '{' is not closed", start);
      this.#scanner.failAtNext(`Unexpected '${this.#scanner.next}' in a JSON pattern`, TOKENS);
    }
    return jsonPattern(condition);
  }

  /** One : Selector ( Condition | `IS` value | `NOT` `EXISTS` ) */
  #parseOne(): JsonCondition {
    const selector = this.parseSelector();
    this.#scanner.skipBlanks();
    const start = this.#scanner.at;
    const condition = parseCondition(this.#scanner, BARE_VALUE);
    if (condition === undefined) return this.#parseKeywords(selector);
    const { operand } = condition;
    if (operand.kind === 'Text' && !operand.isQuoted && operand.text.toUpperCase() === 'NULL') {
      this.#scanner.fail("'null' is no value: use 'IS NULL'", start);
    }
    return { kind: 'Comparison', selector, condition };
  }

  /** `IS NULL` | `IS TRUE` | `IS FALSE` | `NOT EXISTS` */
  #parseKeywords(selector: Selector): JsonCondition {
    this.#scanner.skipBlanks();
    const start = this.#scanner.at;
    const first = this.#parseKeyword();
    if (first === 'EXISTS') this.#scanner.fail("'EXISTS' is not supported: use 'NOT EXISTS'", start);
    if (first !== 'IS' && first !== 'NOT') {
      this.#scanner.failAtNext(`An operator is missing behind '${selector.text}'`, TOKENS, start);
    }
    const second = this.#parseKeyword();
    if (first === 'NOT') {
      return second === 'EXISTS'
        ? { kind: 'NotExists', selector }
        : this.#scanner.fail("'EXISTS' must follow 'NOT'", start);
    }
    switch (second) {
      case 'NULL':
        return { kind: 'Is', selector, value: null };
      case 'TRUE':
        return { kind: 'Is', selector, value: true };
      case 'FALSE':
        return { kind: 'Is', selector, value: false };
      case 'NOT':
        return this.#scanner.fail("'IS NOT' is not supported", start);
      default:
        return this.#scanner.fail("'NULL', 'TRUE' or 'FALSE' must follow 'IS'", start);
    }
  }

  #parseKeyword(): string {
    this.#scanner.skipBlanks();
    return this.#scanner.takeMatch(KEYWORD).toUpperCase();
  }

  /** Selector : `$` ( `.` name | `.*` | `.`? `[` ( digits | `*` | quoted name ) `]` )+ */
  parseSelector(): Selector {
    const scanner = this.#scanner;
    const start = scanner.at;
    if (!scanner.take('$')) scanner.failAtNext("A selector must begin with '$'", TOKENS);
    const steps: SelectorStep[] = [];
    for (;;) {
      if (scanner.take('.'))
        steps.push(scanner.next === '[' ? this.#parseBrackets() : this.#parseMember(start));
      else if (scanner.next === '[') steps.push(this.#parseBrackets());
      else break;
    }
    if (steps.length === 0) scanner.fail("A selector must name a member, as in '$.name'", start);
    this.#countWildcards(steps, start);
    return { text: scanner.text.slice(start, scanner.at), steps };
  }

  #countWildcards(steps: readonly SelectorStep[], start: number): void {
    const count = steps.filter(isWildcard).length;
    if (count > MAX_SELECTOR_WILDCARDS) this.#scanner.fail('A selector may have one wildcard', start);
    this.#wildcards += count;
    if (this.#wildcards > MAX_WILDCARDS) {
      this.#scanner.fail(`A pattern may have ${MAX_WILDCARDS} wildcards in its selectors`, start);
    }
  }

  /** @param start - where the selector starts */
  #parseMember(start: number): SelectorStep {
    const scanner = this.#scanner;
    if (scanner.take('*')) return { kind: 'AnyMember' };
    const name = scanner.takeMatch(MEMBER_NAME);
    if (name !== '') return { kind: 'Name', name };
    const reason = "A name is missing behind '.'";
    // Recorded for `$."a-b"`: the selector so far belongs to the characters that make no term.
    if (scanner.next === '"') scanner.failInToken(reason, start, scanner.at + 1, scanner.at);
    return scanner.fail(reason);
  }

  #parseBrackets(): SelectorStep {
    const scanner = this.#scanner;
    const start = scanner.at;
    scanner.take('[');
    const step = this.#parseBracketed(start);
    if (!scanner.take(']')) scanner.fail("A '[' in a selector is not closed", start);
    return step;
  }

  #parseBracketed(start: number): SelectorStep {
    const scanner = this.#scanner;
    if (scanner.take('*')) return { kind: 'AnyElement' };
    if (scanner.next === "'" || scanner.next === '"') {
      return { kind: 'Name', name: parseQuotedText(scanner, scanner.next) };
    }
    const digits = scanner.takeMatch(DIGITS);
    return digits === ''
      ? scanner.fail("A position, '*' or a quoted name must stand in '[ ]'", start)
      : { kind: 'Index', index: Number(digits) };
  }

  #take(text: string): boolean {
    this.#scanner.skipBlanks();
    return this.#scanner.take(text);
  }
}
