import { expect } from 'chai';
import { readableInfo } from '../../src/register/winston-values.js';

const SPLAT = Symbol.for('splat');

describe('readableInfo', () => {
  it('leaves of the values behind a message those that are errors', () => {
    const error = new RangeError('real');
    const likeAnError = { stack: 'Error: far away\n    at x', message: 'far away' };
    const info = {
      level: 'error',
      message: 'm',
      [SPLAT]: ['x', 1, { name: 'bob', code: 7 }, error, likeAnError],
    };
    expect((readableInfo(info) as typeof info)[SPLAT]).to.deep.equal([error, likeAnError]);
    expect(info[SPLAT]).to.have.length(5);
  });

  it('writes values that are no attributes as their JSON, or as text', () => {
    const circle: Record<string, unknown> = { a: 1 };
    circle.self = circle;
    class Order {
      id = 7n;
    }
    const info = {
      at: new Date(0),
      never: new Date(Number.NaN),
      big: 9_007_199_254_740_993n,
      set: new Set(['a', new Date(1)]),
      map: new Map([[1, { deep: 2n }]]),
      url: new URL('http://a/b'),
      expression: /x/gu,
      order: new Order(),
      circle,
      list: [new Date(2), undefined],
      symbol: Symbol('s'),
      bytes: new Uint8Array([1]),
      text: 'as it is',
    };
    expect(readableInfo(info)).to.deep.equal({
      at: '1970-01-01T00:00:00.000Z',
      never: 'Invalid Date',
      big: '9007199254740993',
      set: ['a', '1970-01-01T00:00:00.001Z'],
      map: { 1: { deep: '2' } },
      url: 'http://a/b',
      expression: '/x/gu',
      order: { id: '7' },
      circle: { a: 1, self: '[Circular]' },
      list: ['1970-01-01T00:00:00.002Z', undefined],
      symbol: 'Symbol(s)',
      bytes: new Uint8Array([1]),
      text: 'as it is',
    });
  });

  it('keeps what an error that is no Error holds besides its message, which the transport would leave out', () => {
    const at = new Date(0);
    const info = { error: { message: 'Not found', status: 404, at }, err: { name: 'Bob', cause: 'c' } };
    expect(readableInfo(info)).to.deep.equal({
      error: { message: 'Not found', status: 404, at: at.toISOString() },
      'error.status': 404,
      'error.at': at.toISOString(),
      err: { name: 'Bob', cause: 'c' },
      'err.name': 'Bob',
    });
    // Nothing of this is left out: the transport takes neither for an exception.
    for (const whole of [
      { error: { status: 404 } },
      { error: ['x'] },
      { error: 'timeout' },
      { error: null },
    ]) {
      expect(readableInfo(whole)).to.deep.equal(whole);
    }
    const failure = Object.assign(new Error('real'), { status: 500 });
    expect(readableInfo({ error: failure })).to.deep.equal({ error: failure });
  });

  it('gives back what it can not read', () => {
    const thrower = Object.defineProperty({}, 'x', {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    });
    const error = new Error('itself');
    for (const info of [thrower, error, 'text', null]) expect(readableInfo(info)).to.equal(info);
  });
});
