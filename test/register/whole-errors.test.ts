import { expect } from 'chai';
import { withWholeError } from '../../src/register/whole-errors.js';

describe('withWholeError', () => {
  const given = (exception: unknown, attributes: object = { order: 7 }): object => {
    const record = { body: 'b', exception, attributes };
    const { exception: left, attributes: whole } = withWholeError(record);
    expect(record.attributes).to.equal(attributes);
    return { isException: left === exception, ...whole };
  };

  it('keeps what the SDK does not read of an exception', () => {
    const stack = 'Error: m\n    at x';
    expect(given({ message: 'm', name: 'Object', type: 'Object', stack: '', status: 404 })).to.deep.equal({
      isException: true,
      order: 7,
      'err.status': 404,
    });
    expect(given({ message: 'm', stack, code: 'E_X', name: 'TypeError', type: 'TypeError' })).to.deep.equal({
      isException: true,
      order: 7,
      'err.name': 'TypeError',
    });
    expect(given({ message: 'm', name: 'N', type: 'mine', cause: { a: [1] } })).to.deep.equal({
      isException: true,
      order: 7,
      'err.type': 'mine',
      'err.cause': { a: [1] },
    });
    expect(given(Object.assign(new RangeError('m'), { status: 1 }))).to.deep.equal({
      isException: true,
      order: 7,
      'err.status': 1,
    });
  });

  it('keeps all of what is no exception', () => {
    expect(given({ status: 404 })).to.deep.equal({ isException: false, order: 7, 'err.status': 404 });
    expect(given([1, 2])).to.deep.equal({ isException: false, order: 7, err: [1, 2] });
    expect(given(false)).to.deep.equal({ isException: false, order: 7, err: false });
  });

  it('overwrites no attribute', () => {
    const attributes = { 'err.status': 'own' };
    expect(given({ message: 'm', status: 404 }, attributes)).to.deep.equal({
      isException: true,
      ...attributes,
    });
  });

  it('puts the attributes of the record first, of which a limit leaves the first', () => {
    const { attributes } = withWholeError({ exception: { message: 'm', p: 1 }, attributes: { order: 7 } });
    expect(Object.keys(attributes)).to.deep.equal(['order', 'err.p']);
  });

  it('leaves alone what can not be read', () => {
    const exception = {
      message: 'm',
      get status(): number {
        throw new Error('unreadable');
      },
    };
    const record = { exception, attributes: { order: 7 } };
    expect(withWholeError(record)).to.equal(record);
  });

  it('leaves alone what is whole', () => {
    for (const exception of [
      undefined,
      null,
      'text',
      7,
      new Error('m'),
      { message: 'm', type: 'T', name: 'T' },
    ]) {
      const record = { body: 'b', exception };
      expect(withWholeError(record)).to.equal(record);
    }
  });
});
