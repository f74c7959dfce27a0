import { parseCondition } from './condition-parser.js';
import { type DelimitedPattern, type FieldCondition, type FieldPattern } from './delimited.js';
import { JoinedConditions } from './joined-conditions.js';
import { type PatternScanner } from './pattern-scanner.js';

const NAME = /[A-Za-z0-9_@.-]+/y;
const BARE_VALUE = /(?:(?!&&|\|\|)[^\s,\]()"%])+/y;
const TOKENS = /^[A-Za-z0-9_@.\s,=!<>&|()[\]"%*+-]$/;

/** Delimited : `[` ( Field ( `,` Field )* )? `]` */
export function parseDelimited(scanner: PatternScanner): DelimitedPattern {
  const start = scanner.at;
  scanner.take('[');
  scanner.skipBlanks();
  if (scanner.take(']')) return { kind: 'Delimited', leading: [], trailing: undefined };
  const leading: FieldPattern[] = [];
  let trailing: FieldPattern[] | undefined;
  for (;;) {
    scanner.skipBlanks();
    const at = scanner.at;
    if (scanner.take('...')) {
      if (trailing !== undefined) scanner.fail("'...' may stand only once", at);
      trailing = [];
      scanner.skipBlanks();
    } else {
      (trailing ?? leading).push(new FieldParser(scanner).parse());
    }
    if (scanner.take(']')) break;
    if (scanner.atEnd) scanner.fail("A '[' is not closed", start);
    if (!scanner.take(',')) {
      scanner.failAtNext(`Unexpected '${scanner.next}' in a space-delimited pattern`, TOKENS);
    }
  }
  refuseSameNames(scanner, [...leading, ...(trailing ?? [])], start);
  return { kind: 'Delimited', leading, trailing };
}

function refuseSameNames(scanner: PatternScanner, fields: readonly FieldPattern[], start: number): void {
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (name !== '' && seen.has(name)) {
      scanner.fail(`Two fields are named '${name}'`, start, `Duplicate field '${name}'`);
    }
    seen.add(name);
  }
}

/** Field : ( name ( Condition ( ( `&&` | `||` ) name Condition )* )? )? */
class FieldParser {
  readonly #scanner: PatternScanner;
  #name: string | undefined;

  constructor(scanner: PatternScanner) {
    this.#scanner = scanner;
  }

  parse(): FieldPattern {
    if (this.#scanner.next !== '(') {
      const start = this.#scanner.at;
      this.#name = this.#scanner.takeMatch(NAME);
      this.#scanner.skipBlanks();
      if (/^(?:[,\]]|)$/.test(this.#scanner.next)) return { name: this.#name, condition: undefined };
      this.#scanner.at = start;
    }
    const conditions = new JoinedConditions<FieldCondition>(
      this.#scanner,
      () => this.#parseOne(),
      (kind, joined) => ({ kind, conditions: joined }),
    );
    const condition = conditions.parse();
    return { name: this.#name ?? '', condition };
  }

  /** One : name Condition */
  #parseOne(): FieldCondition {
    const start = this.#scanner.at;
    const name = this.#scanner.takeMatch(NAME);
    if (name === '') this.#scanner.failAtNext('The name of a field is missing', TOKENS);
    if (this.#name !== undefined && this.#name !== name) {
      this.#scanner.fail(`A condition on '${name}' stands in the field '${this.#name}'`, start);
    }
    this.#name = name;
    const condition = parseCondition(this.#scanner, BARE_VALUE);
    if (condition === undefined) this.#scanner.failAtNext(`An operator is missing behind '${name}'`, TOKENS);
    return { kind: 'Comparison', condition };
  }
}
