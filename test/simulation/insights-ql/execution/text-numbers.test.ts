import { expect } from 'chai';
import fc from 'fast-check';
import { TextNumbers } from '../../../../src/simulation/insights-ql/execution/text-numbers.js';

/** Numbers texts as they come: what a Map does. */
function numbered(texts: readonly (string | undefined)[], numbers: TextNumbers): number[] {
  return texts.map((text) => {
    const known = numbers.numberOf(text);
    return known === -1 ? numbers.add(text) : known;
  });
}

function expected(texts: readonly (string | undefined)[]): number[] {
  const known = new Map<string | undefined, number>();
  return texts.map((text) => {
    if (!known.has(text)) known.set(text, known.size);
    return known.get(text)!;
  });
}

const unit = fc.constantFrom('a', 'b', '\0', 'é', '😀', '\ud83d', '\ude00', ' ');
const text = fc.oneof(
  fc.array(unit, { maxLength: 5 }).map((units) => units.join('')),
  // A part of a longer text, as captures are.
  fc.nat(300).map((number) => `{"path":"/api/orders/${number}"}`.slice(9, -2)),
  fc.constantFrom('', undefined),
  // At the length from which on they are found in another way, and one more and less.
  fc.tuple(fc.integer({ min: 1_023, max: 1_025 }), unit).map(([length, last]) => 'x'.repeat(length) + last),
);
const texts = fc.array(text, { maxLength: 400, size: 'max' });

describe('TextNumbers', () => {
  it('numbers texts from 0 on as they come, a missing one too', () => {
    const numbers = new TextNumbers();
    expect(numbered(['b', 'a', 'b', '', undefined, '', undefined, 'a'], numbers)).to.deep.equal([
      ...[0, 1, 0, 2, 3, 2, 3, 1],
    ]);
    expect(numbers.size).to.equal(4);
    expect(numbers.numberOf('c')).to.equal(-1);
  });

  it('gives what a Map gives', () => {
    fc.assert(
      fc.property(texts, (given) => {
        expect(numbered(given, new TextNumbers())).to.deep.equal(expected(given));
      }),
      { numRuns: 300 },
    );
  });

  it('gives what a Map gives where many texts, or all, have the same hash', () => {
    const hashes = [
      () => 0,
      () => -1,
      () => 0x7fff_ffff,
      (of: string) => of.length,
      // The same places, and other bits behind them.
      (of: string) => of.length << 20,
      (of: string) => (of.length === 0 ? 0 : of.charCodeAt(of.length - 1)),
    ];
    fc.assert(
      fc.property(texts, fc.constantFrom(...hashes), (given, hash) => {
        expect(numbered(given, new TextNumbers(hash))).to.deep.equal(expected(given));
      }),
      { numRuns: 300 },
    );
  });

  it('looks at few texts to find one among many of the same hash', () => {
    let compared = 0;
    const numbers = new TextNumbers(() => {
      compared++;
      return 1;
    });
    const many = Array.from({ length: 20_000 }, (_, index) => `the same hash ${index}`);
    expect(numbered(many, numbers)).to.deep.equal(many.map((_, index) => index));
    expect(numbered(many, numbers)).to.deep.equal(many.map((_, index) => index));
    // Twice for a new one, once for one that is known; none again when there are more places.
    expect(compared).to.equal(3 * many.length);
  });

  it('keeps the numbers of a hundred thousand texts while it makes room', () => {
    const numbers = new TextNumbers();
    const many = Array.from({ length: 100_000 }, (_, index) => `{"path":"/api/orders/${index}","ms`);
    expect(numbered(many, numbers).every((number, index) => number === index)).to.equal(true);
    expect(many.every((each, index) => numbers.numberOf(each) === index)).to.equal(true);
    expect(numbers.numberOf('{"path":"/api/orders/100000","ms')).to.equal(-1);
  });

  it('knows nothing any more once it is cleared', () => {
    const numbers = new TextNumbers();
    numbered(['a', undefined, 'x'.repeat(2_000)], numbers);
    numbers.clear();
    expect(numbers.size).to.equal(0);
    expect(numbered(['x'.repeat(2_000), undefined, 'a'], numbers)).to.deep.equal([0, 1, 2]);
  });
});
