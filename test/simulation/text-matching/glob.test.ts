import { expect } from 'chai';
import fc from 'fast-check';

import { captureGlob, matchesGlob, parseGlob } from '../../../src/simulation/text-matching/glob.js';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 12 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });

/** A glob as an expression of JavaScript: `star` for each asterisk but a last one that captures. */
function expression(glob: string, star: string, lastStar = star): string {
  const parts = glob.split('*').map((part) => part.replaceAll('.', '\\.'));
  return parts.reduce((source, part, index) => {
    const isLast = index === parts.length - 1 && part === '';
    return `${source}${isLast ? lastStar : star}${part}`;
  });
}

describe('matchesGlob', () => {
  for (const [glob, text, matches] of [
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['a', 'a', true],
    ['a', 'ab', false],
    ['a*', 'abc', true],
    ['*a', 'ba', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['**', 'x', true],
    ['*a*b*', 'xaxbx', true],
    ['*a*b*', 'xbxax', false],
    ['a*\n', 'a b\n', true],
  ] as const) {
    it(`${JSON.stringify(glob)} ${matches ? 'is' : 'is not'} ${JSON.stringify(text)}`, () => {
      expect(matchesGlob(parseGlob(glob), text)).to.equal(matches);
    });
  }

  it('finds what an expression finds', () => {
    fc.assert(
      fc.property(pattern, letters, (glob, text) => {
        const found = new RegExp(`^${expression(glob, '[^]*')}$`).test(text);
        expect(matchesGlob(parseGlob(glob), text), `${glob} ${text}`).to.equal(found);
      }),
      { seed: 15, numRuns: 5000 },
    );
  });
});

describe('captureGlob', () => {
  it('gives the shortest texts, and to a last star all that is left', () => {
    expect(captureGlob(parseGlob('user=*, * in *'), 'x user=ann, log in at 7')).to.deep.equal([
      'ann',
      'log',
      'at 7',
    ]);
    expect(captureGlob(parseGlob('a*b'), 'xaxbxb')).to.deep.equal(['x']);
    expect(captureGlob(parseGlob('a*c'), 'ab')).to.equal(undefined);
    expect(captureGlob(parseGlob('c*'), 'ab')).to.equal(undefined);
  });

  it('captures what an expression captures', () => {
    fc.assert(
      fc.property(pattern, letters, (glob, text) => {
        const found = new RegExp(expression(glob, '([^]*?)', '([^]*)')).exec(text)?.slice(1);
        expect(captureGlob(parseGlob(glob), text), `${glob} ${text}`).to.deep.equal(found);
      }),
      { seed: 16, numRuns: 5000 },
    );
  });

  it('gives undefined for what is not wanted, and finds the same of the rest', () => {
    const wanted = fc.array(fc.boolean(), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(pattern, letters, wanted, (glob, text, areWanted) => {
        const all = captureGlob(parseGlob(glob), text);
        expect(captureGlob(parseGlob(glob), text, areWanted)).to.deep.equal(
          all?.map((captured, index) => (areWanted[index] ? captured : undefined)),
        );
      }),
      { seed: 17, numRuns: 2000 },
    );
  });
});
