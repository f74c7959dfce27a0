import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { superlinearCost } from './cost.js';
import { findExpressions } from './find-expressions.js';
import { hostileInputs } from './hostile-inputs.js';

const SOURCE = fileURLToPath(new URL('../../../src', import.meta.url));

/** All costs of an expression that grow faster than its input. */
function costsOf(expression: RegExp): string[] {
  const found: string[] = [];
  for (const input of hostileInputs(expression.source, expression.flags)) {
    const cost = superlinearCost(expression, input);
    if (cost !== undefined) found.push(`${JSON.stringify(input)}: ${cost}`);
    // One is enough to say so, and they take long.
    if (found.length > 0) break;
  }
  return found;
}

describe('regular expressions of the source', () => {
  const { literals, made } = findExpressions(SOURCE);

  it('are found', () => {
    expect(literals.length).to.be.greaterThan(300);
    expect(literals.map(({ text }) => text)).to.include('/profile/i');
  });

  it('are not made of other texts, outside of the local service', () => {
    const ours = made.filter(({ file }) => !file.startsWith('simulation/')).map(({ file }) => file);
    // That of a look-up's form in a text; test/cloudwatch/foreign-lengths.test.ts tries it.
    expect(ours).to.deep.equal(['insights/look-up/look-up.ts']);
  });

  for (const file of new Set(literals.map((literal) => literal.file))) {
    it(`cost no more than their input is long: ${file}`, () => {
      const slow = literals
        .filter((literal) => literal.file === file)
        .flatMap(({ line, text }) => {
          const end = text.lastIndexOf('/');
          return costsOf(new RegExp(text.slice(1, end), text.slice(end + 1))).map(
            (cost) => `${file}:${line} ${text} ${cost}`,
          );
        });
      expect(slow.join('\n')).to.equal('');
    }).timeout(180_000);
  }
});

describe('superlinearCost', () => {
  const slow: [RegExp, string][] = [
    [/\s*The Canonical/, 'a run of spaces, from each of which it starts'],
    [/\n\s*Deserialization error:[^]*$/, 'line feeds'],
    [/Value '[^]*?' at '/g, 'beginnings without an end'],
    [/^(a+)+$/, 'nested repetitions'],
    [/^prefix: (?:\w+\s?)*;$/, 'nested repetitions behind what leads to them'],
    [/(\d+)(\d+)!/, 'two repetitions of the same'],
    [/0+$/, 'zeros'],
    [/"(?:[^"\\]|\\.)*"/g, 'quotes that are not closed'],
  ];
  for (const [expression, why] of slow) {
    it(`finds ${String(expression)}: ${why}`, () => {
      expect(costsOf(expression)).to.have.length(1);
    }).timeout(120_000);
  }

  for (const expression of [
    /^\s*x/,
    /[\s\u0085]+/g,
    /"[^"]*"?/g,
    /^\d{1,9}-[a-z]+$/,
    /Value '[^']{0,99}'/g,
  ]) {
    it(`finds nothing about ${String(expression)}`, () => {
      expect(costsOf(expression)).to.deep.equal([]);
    });
  }
});
