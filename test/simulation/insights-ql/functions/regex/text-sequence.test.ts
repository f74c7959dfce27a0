import { expect } from 'chai';
import fc from 'fast-check';
import { compileRegex } from '../../../../../src/simulation/insights-ql/functions/regex.js';
import { search, searchAll } from '../../../../../src/simulation/insights-ql/functions/regex/matcher.js';
import { parseRegex } from '../../../../../src/simulation/insights-ql/functions/regex/parser.js';
import { compileProgram } from '../../../../../src/simulation/insights-ql/functions/regex/program.js';
import { TextSequence } from '../../../../../src/simulation/insights-ql/functions/regex/text-sequence.js';

/** Texts with what the expressions ask for, newlines, and halves of pairs beside each other and alone. */
const text = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'ba', '"', '1', ' ', '\n', 'é', '😀', '\ud83d', '\ude00'), {
    maxLength: 20,
  })
  .map((parts) => parts.join(''));

function isSequence(source: string): boolean {
  const tree = parseRegex(source);
  return TextSequence.of(tree.node, tree.groupCount) !== undefined;
}

/** The linear matcher is the reference. */
function expectAgreement(source: string, texts: readonly string[]): void {
  const program = compileProgram(parseRegex(source));
  const regex = compileRegex(source);
  for (const each of texts) {
    const place = `/${source}/ in ${JSON.stringify(each)}`;
    const slots = search(program, each, 0);
    expect(regex.test(each), place).to.equal(slots !== undefined);
    const match = regex.exec(each);
    expect(match && [match.index, match.end, ...match.captures], place).to.deep.equal(
      slots && found(each, slots),
    );
    const all = [...regex.matches(each)].map(({ index, end, captures }) => [index, end, ...captures]);
    expect(all, `${place}, all`).to.deep.equal(
      [...searchAll(program, each)].map((slots) => found(each, slots)),
    );
  }
}

function found(text: string, slots: Int32Array): (number | string | undefined)[] {
  const captures: (string | undefined)[] = [];
  for (let slot = 0; slot < slots.length; slot += 2) {
    const [start, end] = [slots[slot]!, slots[slot + 1]!];
    captures.push(start < 0 || end < start ? undefined : text.slice(start, end));
  }
  return [slots[0]!, slots[1]!, ...captures];
}

describe('TextSequence', () => {
  it('finds what the linear matcher finds', () => {
    const piece = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('a', 'ab', 'ba', '"', '\\n', '😀', 'é', 'aa') },
      { weight: 3, arbitrary: fc.constantFrom('.*', '.*?', '(?s:.*)', '(?s:.*?)') },
    );
    const { source } = fc.letrec<{ source: string }>((tie) => ({
      source: fc
        .array(
          fc.oneof(
            { maxDepth: 2 },
            piece,
            tie('source').map((inner) => `(${inner})`),
          ),
          { maxLength: 5 },
        )
        .map((parts) => parts.join('')),
    }));
    let sequences = 0;
    fc.assert(
      fc.property(source, fc.array(text, { minLength: 1, maxLength: 8 }), (expression, texts) => {
        if (isSequence(expression)) sequences++;
        expectAgreement(expression, texts);
      }),
      { numRuns: 2000 },
    );
    expect(sequences).to.be.greaterThan(500);
  });

  it('leaves other expressions to others', () => {
    for (const source of [
      'abc',
      'a.+b',
      'a.{0,9}b',
      '[ab].*c',
      '(?i)a.*b',
      '^a.*b',
      'a.*(b|c)',
      '(a.*)*b',
      'a[^"]*b',
      '\\x{d83d}.*',
    ]) {
      expect(isSequence(source), source).to.equal(false);
    }
    expect(isSequence(`a.*${'b'.repeat(33)}`)).to.equal(false);
    expect(isSequence(`a.*${'b'.repeat(32)}`)).to.equal(true);
  });
});

describe('all matches of an expression that ends with one repeated character', () => {
  it('are those of the linear matcher', () => {
    const source = fc.constantFrom(
      'a+',
      '[ab]+',
      'a*',
      '(a)?',
      '(?:a+)?',
      'b*a+',
      '(a|b)+',
      '[^a]+',
      'a+?',
      'b?(a*)',
      '(?:a*)+',
      '.',
    );
    fc.assert(fc.property(source, fc.array(text, { minLength: 1, maxLength: 8 }), expectAgreement), {
      numRuns: 1000,
    });
  });

  it('may be asked for while others of the same expression are', () => {
    for (const source of ['[ab]+', '(a+)+b?', '(?:a.*)?b']) {
      const regex = compileRegex(source);
      const alone = (each: string): string[] =>
        Array.from(regex.matches(each), ({ captures }) => captures[0]!);
      const inside: string[][] = [];
      const outside: string[] = [];
      for (const { captures } of regex.matches('ab cab bb a')) {
        outside.push(captures[0]!);
        inside.push(alone('a b ab'));
      }
      expect(outside, source).to.deep.equal(alone('ab cab bb a'));
      for (const each of inside) expect(each, source).to.deep.equal(alone('a b ab'));
    }
  });
});
