import { expect } from 'chai';
import { withoutFalseException } from '../../src/encoding/false-exception.js';
import { record } from './records.js';

const WINSTON = { name: '@opentelemetry/winston-transport' };

describe('withoutFalseException', () => {
  it('leaves out an exception of winston that its body says already, with neither type nor stack', () => {
    const given = record({
      body: 'A x',
      instrumentationScope: WINSTON,
      attributes: { 'exception.message': 'x', a: 1 },
    });
    const left = withoutFalseException(given);
    expect(left.attributes).to.deep.equal({ a: 1 });
    expect(left.body).to.equal(given.body);
    expect(given.attributes).to.deep.equal({ 'exception.message': 'x', a: 1 });
  });

  it('leaves all other records as they are', () => {
    for (const given of [
      // `{ error: 'timeout' }`: the transport has taken the attribute away, so that the text is nowhere else.
      record({
        body: 'failed',
        instrumentationScope: WINSTON,
        attributes: { 'exception.message': 'timeout' },
      }),
      record({
        body: { a: 1 },
        instrumentationScope: WINSTON,
        attributes: { 'exception.message': 'timeout' },
      }),
      record({ body: undefined, instrumentationScope: WINSTON, attributes: undefined }),
      record({
        instrumentationScope: WINSTON,
        body: 'A x',
        attributes: { 'exception.message': 'x', 'exception.type': 'E' },
      }),
      record({
        instrumentationScope: WINSTON,
        body: 'A x',
        attributes: { 'exception.message': 'x', 'exception.stacktrace': 's' },
      }),
      record({ instrumentationScope: WINSTON, attributes: {} }),
      record({
        body: 'A x',
        instrumentationScope: { name: 'mine' },
        attributes: { 'exception.message': 'x' },
      }),
    ]) {
      expect(withoutFalseException(given)).to.equal(given);
    }
  });
});
