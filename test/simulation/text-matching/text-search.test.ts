import { expect } from 'chai';
import fc from 'fast-check';

import { containsText, indexOfText, splitText } from '../../../src/simulation/text-matching/text-search.js';

/** Texts of two letters, in which long parts are often nearly found. */
const unit = fc.constantFrom('a', 'b');
const part = fc.oneof(
  fc.string({ unit, minLength: 1, maxLength: 5 }),
  fc
    .tuple(fc.string({ unit, minLength: 1, maxLength: 4 }), fc.integer({ min: 100, max: 200 }))
    .map(([text, times]) => text.repeat(times)),
);
const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));

describe('indexOfText', () => {
  it('finds what String.indexOf finds, from any position', () => {
    fc.assert(
      fc.property(text, part, fc.nat(2000), (whole, sought, from) => {
        expect(indexOfText(whole, sought)).to.equal(whole.indexOf(sought));
        expect(indexOfText(whole, sought, from)).to.equal(whole.indexOf(sought, from));
        expect(containsText(whole, sought)).to.equal(whole.includes(sought));
      }),
      { seed: 17, numRuns: 1000 },
    );
  });

  it('finds a long text at the beginning, in the middle, at the end, and only whole', () => {
    const long = `${'a'.repeat(150)}b${'a'.repeat(150)}`;
    expect(indexOfText(`${long}x`, long)).to.equal(0);
    expect(indexOfText(`aaa${long}x`, long)).to.equal(3);
    expect(indexOfText(`xx${long}`, long)).to.equal(2);
    expect(indexOfText(`xx${long}`, long, 3)).to.equal(-1);
    expect(indexOfText(`xx${long.slice(1)}`, long)).to.equal(-1);
    expect(indexOfText('', long)).to.equal(-1);
  });
});

describe('splitText', () => {
  it('cuts where String.split cuts', () => {
    fc.assert(
      fc.property(text, part, (whole, separator) => {
        expect(splitText(whole, separator)).to.deep.equal(whole.split(separator));
      }),
      { seed: 18, numRuns: 1000 },
    );
  });
});
