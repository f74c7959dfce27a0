import { expect } from 'chai';
import fc from 'fast-check';
import { isoTime, isTime } from '../../src/cloudwatch/iso-time.js';
import { CIRCULAR, DEEP, MAX_JSON_DEPTH, UNREADABLE } from '../../src/cloudwatch/json-marks.js';
import { toJsonText, toJsonTextOfAny, writeJson } from '../../src/cloudwatch/write-json.js';

const nested = (depth: number, around: (inner: unknown) => unknown): unknown => {
  let value: unknown = 'innermost';
  for (let level = 0; level < depth; level++) value = around(value);
  return value;
};

describe('toJsonText', () => {
  it('writes what JSON.stringify does', () => {
    const member = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(
        undefined,
        Number.NaN,
        -0,
        Infinity,
        () => 1,
        Symbol('s'),
        new Date(0),
        new Map([[1, 2]]),
      ),
    );
    const value = fc.oneof(member, fc.array(member), fc.dictionary(fc.string({ unit: 'binary' }), member));
    fc.assert(
      fc.property(fc.array(value), (values) => {
        expect(toJsonText(values)).to.equal(JSON.stringify(values));
        expect(toJsonText({ values }, { indent: 2 })).to.equal(JSON.stringify({ values }, null, 2));
      }),
      { seed: 5, numRuns: 150 },
    );
  });

  it('calls toJSON as JSON.stringify does, and leaves out what has no JSON', () => {
    const withOwn = {
      a: { toJSON: (key: string) => ({ key }) },
      b: { toJSON: () => undefined },
      c: [() => 1],
    };
    expect(toJsonText(withOwn))
      .to.equal(JSON.stringify(withOwn))
      .and.to.equal('{"a":{"key":"a"},"c":[null]}');
    expect(toJsonText(JSON.parse('{"toJSON":1,"__proto__":2}'))).to.equal('{"toJSON":1,"__proto__":2}');
    expect(toJsonText(undefined)).to.equal('null');
  });

  it('goes as deep as a value does', () => {
    for (const around of [
      (one: unknown) => [one],
      (one: unknown) => ({ a: one }),
      (one: unknown) => [{ a: one }, 1],
    ]) {
      const text = toJsonText(nested(50_000, around));
      expect(text.match(/innermost/g)).to.have.length(1);
      expect(() => JSON.parse(text) as unknown).to.not.throw();
    }
  });

  it('is no longer than twice the same without blanks where values lie deep', () => {
    const value = nested(10_000, (one) => ({ a: [one], b: 1 }));
    const text = toJsonText(value, { indent: 2 });
    expect(text.length).to.be.below(2 * toJsonText(value).length);
    expect(
      JSON.stringify(
        JSON.parse(
          toJsonText(
            nested(30, (one) => ({ a: one })),
            { indent: 2 },
          ),
        ),
        null,
        2,
      ),
    ).to.equal(
      toJsonText(
        nested(30, (one) => ({ a: one })),
        { indent: 2 },
      ),
    );
  });

  it('refuses what holds itself, and takes what holds another one twice', () => {
    const circle: Record<string, unknown> = {};
    circle.a = [circle];
    expect(() => toJsonText(circle)).to.throw(TypeError);
    const shared = { x: 1 };
    expect(toJsonText([shared, shared])).to.equal('[{"x":1},{"x":1}]');
    expect(() => toJsonText({ a: 1n })).to.throw(TypeError);
  });
});

describe('toJsonTextOfAny', () => {
  it('writes what JSON.stringify does, where that writes anything', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(toJsonTextOfAny(value)).to.equal(JSON.stringify(value));
      }),
      { seed: 6, numRuns: 150 },
    );
    const own = [new Date(0), { toJSON: (key: string) => ({ key }) }, undefined, () => 1, Symbol('s'), -0];
    expect(toJsonTextOfAny({ own })).to.equal(JSON.stringify({ own }));
  });

  it('throws for no value at all', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withNullPrototype: true, withMap: true, withTypedArray: true }),
        (value) => {
          expect(() => JSON.parse(toJsonTextOfAny([value])) as unknown).to.not.throw();
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it('marks what can not be written, and writes what stands beside it', () => {
    const circle: Record<string, unknown> = { n: 1n };
    circle.all = [circle, { circle }];
    expect(JSON.parse(toJsonTextOfAny(circle))).to.deep.equal({
      n: '1',
      all: [CIRCULAR, { circle: CIRCULAR }],
    });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const keyless = new Proxy({}, { ownKeys: () => ['twice', 'twice'] });
    expect(JSON.parse(toJsonTextOfAny([proxy, keyless, 2]))).to.deep.equal([UNREADABLE, UNREADABLE, 2]);
    const shared = { x: 1 };
    expect(toJsonTextOfAny([shared, shared])).to.equal('[{"x":1},{"x":1}]');
  });

  it('ends where a value does not', () => {
    const endless = (): object => ({
      get next() {
        return endless();
      },
    });
    expect(toJsonTextOfAny(endless()).endsWith(`"${DEEP}"${'}'.repeat(MAX_JSON_DEPTH)}`)).to.equal(true);
    const changing = { toJSON: () => ({ changing }) };
    expect(toJsonTextOfAny(changing)).to.equal(`{"changing":"${CIRCULAR}"}`);
    // Strictly too: it would be written for ever.
    expect(() => toJsonText(changing)).to.throw(TypeError);
  });

  it('writes what takes the place of a value', () => {
    const own: Error & { cause?: unknown } = new Error('own');
    own.cause = own;
    const text = toJsonTextOfAny({ own }, (one) =>
      one instanceof Error ? { message: one.message, cause: one.cause } : one,
    );
    expect(text).to.equal(`{"own":{"message":"own","cause":"${CIRCULAR}"}}`);
  });
});

describe('writeJson', () => {
  it('hands on pieces that are together the text, and cuts no character', () => {
    const value = Array.from({ length: 50_000 }, (_, n) => `👍${n}`);
    const pieces: string[] = [];
    writeJson(value, (piece) => pieces.push(piece));
    expect(pieces.length).to.be.greaterThan(5);
    expect(pieces.every((piece) => piece.isWellFormed())).to.equal(true);
    expect(pieces.join('')).to.equal(JSON.stringify(value));
  });
});

describe('isoTime', () => {
  it('has a text for every number', () => {
    expect(isoTime(8.64e15)).to.equal('+275760-09-13T00:00:00.000Z');
    for (const none of [8.64e15 + 1, -1e300, Infinity, Number.NaN]) {
      expect(isoTime(none)).to.equal('1970-01-01T00:00:00.000Z');
      expect(isTime(none)).to.equal(false);
    }
  });
});
