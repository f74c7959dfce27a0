import { expect } from 'chai';
import fc from 'fast-check';
import { estimateRecordBytes } from '../../src/exporter/record-bytes.js';
import { record } from '../encoding/records.js';

/** Of a record without texts. */
const EMPTY = estimateRecordBytes(record({ body: '', attributes: {} }));

const bytesOf = (body: unknown, attributes: object = {}): number =>
  estimateRecordBytes(record({ body, attributes })) - EMPTY;

describe('estimateRecordBytes', () => {
  it('counts the characters of body and attributes', () => {
    expect(bytesOf('x'.repeat(1_000))).to.equal(1_000);
    expect(bytesOf('', { key: 'value', other: 'text' })).to.equal('keyvalueothertext'.length);
    expect(EMPTY).to.be.within(100, 1_000);
  });

  for (const [what, make] of Object.entries<(text: string) => unknown>({
    'a map of maps': (text) => ({ a: { b: { c: text } } }),
    'a list': (text) => [1, [true, [text]]],
    'a Map': (text) => new Map([['key', text]]),
    'a Set': (text) => new Set([text]),
    bytes: (text) => Buffer.from(text),
    'an error': (text) => new Error(text),
    'an object of a class': (text) =>
      new (class {
        readonly member = text;
      })(),
  })) {
    it(`finds the large text in ${what}`, () => {
      const large = 'x'.repeat(100_000);
      expect(bytesOf(make(large))).to.be.within(100_000, 105_000);
      expect(bytesOf('', { attribute: make(large) })).to.be.within(100_000, 105_000);
    });
  }

  it('takes the rest of a list that is long for what it saw of it', () => {
    const list = Array.from({ length: 100_000 }, () => 'x'.repeat(100));
    expect(bytesOf(list)).to.be.within(9_000_000, 11_000_000);
    const before = performance.now();
    bytesOf(Array.from({ length: 200 }, () => list));
    expect(performance.now() - before).to.be.lessThan(1_000);
  });

  it('looks at no more of an object than it must, and at none without end', () => {
    const cycle: Record<string, unknown> = { text: 'x' };
    cycle.self = cycle;
    expect(bytesOf(cycle)).to.be.lessThan(10_000);
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, { index }]));
    expect(bytesOf(wide)).to.be.greaterThan(100_000);
    expect(bytesOf([[], [], null, undefined, 1n, Symbol('s'), () => 1, new Date()])).to.be.lessThan(500);
  });

  it('survives what throws when it is read', () => {
    const throwing = {
      get member(): never {
        throw new Error('no');
      },
    };
    expect(bytesOf(throwing)).to.equal(0);
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    expect(bytesOf('', { revoked: revoked.proxy })).to.be.lessThan(100);
    expect(estimateRecordBytes({ hrTime: [0, 0] } as never)).to.be.greaterThan(0);
  });

  it('is a number above nothing for anything', () => {
    fc.assert(
      fc.property(
        fc.anything({ withMap: true, withSet: true, withTypedArray: true, withBigInt: true, withDate: true }),
        (value) => {
          const bytes = estimateRecordBytes(record({ body: value, attributes: { value } }));
          expect(bytes).to.be.greaterThan(0).and.to.be.lessThan(1e9);
        },
      ),
      { seed: 9, numRuns: 500 },
    );
  });
});
