import { expect } from 'chai';
import fc from 'fast-check';
import { CIRCULAR, DEEP, MAX_JSON_DEPTH, UNREADABLE } from '../../src/cloudwatch/json-marks.js';
import { addMember, jsonString, jsonText, LEFT_OUT } from '../../src/encoding/json-text.js';

const written = (value: unknown): unknown => {
  const text = jsonText(value);
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
};

describe('jsonText', () => {
  it('equals JSON.stringify for plain values', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(jsonText(value)).to.equal(JSON.stringify(value));
      }),
      { seed: 20261121, numRuns: 500 },
    );
  });

  it('writes any value as valid JSON, as well-formed text, without throwing', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
      withSparseArray: true,
      withBoxedValues: true,
      withObjectString: true,
      stringUnit: 'binary',
    });
    fc.assert(
      fc.property(anything, (value) => {
        const text = jsonText(value);
        if (text === undefined) return;
        expect(text.isWellFormed()).to.equal(true);
        JSON.parse(text);
      }),
      { seed: 20261121, numRuns: 300 },
    );
  });

  it('writes what JSON has no number for as text', () => {
    expect(written([NaN, Infinity, -Infinity, -0])).to.deep.equal(['NaN', 'Infinity', '-Infinity', 0]);
    expect(jsonText(NaN)).to.equal('"NaN"');
    expect(jsonText(Number.MAX_SAFE_INTEGER)).to.equal('9007199254740991');
  });

  it('writes integers past 2^53 digit by digit', () => {
    expect(jsonText(5n)).to.equal('5');
    expect(jsonText(9007199254740991n)).to.equal('9007199254740991');
    expect(jsonText(9007199254740993n)).to.equal('"9007199254740993"');
    expect(jsonText(-(2n ** 64n))).to.equal('"-18446744073709551616"');
  });

  it('leaves out undefined, functions and symbols, as JSON does', () => {
    expect(jsonText(undefined)).to.equal(undefined);
    expect(jsonText(() => 1)).to.equal(undefined);
    expect(jsonText({ a: undefined, b: () => 1, c: Symbol('x'), d: null })).to.equal('{"d":null}');
    expect(jsonText([undefined, () => 1])).to.equal('[null,null]');
  });

  it('replaces lone surrogates and escapes control characters, in keys too', () => {
    expect(jsonText('a\ud800b')).to.equal('"a\ufffdb"');
    expect(jsonText({ '\udc00': '\u0000\u001f\n"\\' })).to.equal('{"\ufffd":"\\u0000\\u001f\\n\\"\\\\"}');
    expect(jsonText('😀')).to.equal('"😀"');
    expect(jsonString('\ud83d')).to.equal('"\ufffd"');
  });

  it('writes bytes as base64', () => {
    expect(jsonText(new Uint8Array([1, 2, 3]))).to.equal('"AQID"');
    expect(jsonText(Buffer.from('abc'))).to.equal('"YWJj"');
    expect(jsonText(new Uint8Array([0, 1, 2, 3]).subarray(1, 3))).to.equal('"AQI="');
    expect(jsonText(new Uint8Array([1, 2, 3]).buffer)).to.equal('"AQID"');
    expect(jsonText(new DataView(new ArrayBuffer(1)))).to.equal('"AA=="');
    expect(jsonText(new Float64Array([1.5, NaN]))).to.equal('[1.5,"NaN"]');
  });

  it('writes dates, maps, sets, patterns and boxed values', () => {
    expect(jsonText(new Date(0))).to.equal('"1970-01-01T00:00:00.000Z"');
    expect(jsonText(new Date(NaN))).to.equal('"Invalid Date"');
    expect(
      written(
        new Map<unknown, unknown>([
          ['a', 1],
          [2, { b: new Set([3]) }],
          [{ c: 1 }, 4],
        ]),
      ),
    ).to.deep.equal({
      a: 1,
      2: { b: [3] },
      '{"c":1}': 4,
    });
    expect(jsonText(/a"b/g)).to.equal('"/a\\"b/g"');
    expect(jsonText([new String('s'), new Number(1), new Boolean(false)])).to.equal('["s",1,false]');
  });

  it('writes errors with type, message, stack, cause and their own members', () => {
    const error = Object.assign(new TypeError('bad', { cause: new Error('inner') }), { code: 'E_BAD' });
    const result = written(error) as Record<string, unknown>;
    expect(result).to.include({ type: 'TypeError', message: 'bad', code: 'E_BAD' });
    expect(result.stack).to.include('TypeError: bad');
    expect(result.cause).to.include({ type: 'Error', message: 'inner' });
    expect(
      (written(new AggregateError([new Error('one')], 'all')) as { errors: unknown[] }).errors,
    ).to.have.length(1);
  });

  it('writes an error whose name is no text', () => {
    const error = Object.defineProperty(new Error('x'), 'name', {
      get: () => {
        throw new Error('no');
      },
    });
    expect(written(error)).to.include({ type: UNREADABLE, message: 'x' });
    expect(written(Object.assign(new Error('y'), { name: 7 }))).to.include({ type: 'Error' });
  });

  it('marks cycles, and only cycles', () => {
    const shared = { x: 1 };
    const cyclic: Record<string, unknown> = { a: shared, b: shared };
    cyclic.self = cyclic;
    cyclic.list = [cyclic];
    const map = new Map<string, unknown>();
    map.set('map', map);
    expect(written(cyclic)).to.deep.equal({ a: { x: 1 }, b: { x: 1 }, self: CIRCULAR, list: [CIRCULAR] });
    expect(written(map)).to.deep.equal({ map: CIRCULAR });
    const error = new Error('x');
    error.cause = error;
    expect((written(error) as { cause: unknown }).cause).to.equal(CIRCULAR);
  });

  it('marks what can’t be read and writes the rest', () => {
    const value = {
      before: 1,
      get broken(): never {
        throw new Error('no');
      },
      json: {
        toJSON: () => {
          throw new Error('no');
        },
      },
      after: 2,
    };
    expect(written(value)).to.deep.equal({ before: 1, broken: UNREADABLE, json: UNREADABLE, after: 2 });
    const list = new Proxy([1, 2], {
      get: (target, name, receiver) => {
        if (name === '0') throw new Error('no');
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    expect(written(list)).to.deep.equal([UNREADABLE, 2]);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(written({ proxy })).to.deep.equal({ proxy: UNREADABLE });
  });

  it('takes what toJSON gives', () => {
    expect(written({ at: new URL('http://a/') })).to.deep.equal({ at: 'http://a/' });
    expect(written({ toJSON: () => ({ a: 1n }) })).to.deep.equal({ a: 1 });
    expect(jsonText([{ toJSON: () => undefined }])).to.equal('[null]');
  });

  it('bounds depth', () => {
    const nest = (levels: number): unknown => {
      let value: unknown = 'core';
      for (let level = 0; level < levels; level++) value = [value];
      return value;
    };
    expect(jsonText(nest(MAX_JSON_DEPTH))).to.include('core');
    expect(jsonText(nest(MAX_JSON_DEPTH + 1)))
      .to.include(DEEP)
      .and.not.to.include('core');
    expect(jsonText(nest(100_000))).to.include(DEEP);
  });

  it('bounds values that are shared many times', () => {
    let object: object = { leaf: 1 };
    let list: unknown[] = ['leaf'];
    let map = new Map<string, unknown>([['leaf', 1]]);
    for (let level = 0; level < 40; level++) {
      object = { a: object, b: object };
      list = [list, list];
      map = new Map([
        ['a', map],
        ['b', map],
      ]);
    }
    for (const value of [object, list, map]) expect(jsonText(value)).to.include(LEFT_OUT);
  });

  it('bounds texts that are shared many times', () => {
    const text = 'x'.repeat(1024 * 1024);
    const result = jsonText(Array.from({ length: 100 }, () => text))!;
    expect(result.length).to.be.below(40 * 1024 * 1024);
    expect(result).to.include(LEFT_OUT);
    expect(jsonText({ list: [{ a: text.repeat(40) }, { b: 'after' }] })).to.include(LEFT_OUT);
  });
});

describe('addMember', () => {
  it('joins members and leaves out those without a value', () => {
    expect(addMember(addMember('', 'a', '1'), 'b"', '2')).to.equal('"a":1,"b\\"":2');
    expect(addMember('"a":1', 'b', undefined)).to.equal('"a":1');
  });
});
