import { expect } from 'chai';
import fc from 'fast-check';
import {
  encodeWithin,
  type PlainLogRecord,
  plainLogRecord,
  rfc3339,
  severityName,
  textLabels,
} from '../../src/base/index.js';
import { sampleRecord } from '../../src/base/conformance/sample-record.js';

describe('encodeWithin', () => {
  const plainOf = (body: unknown, attributes: object = {}): PlainLogRecord =>
    plainLogRecord({ ...sampleRecord('x'), body, attributes } as never);
  const write = ({ body, bodyText, attributes }: PlainLogRecord): string =>
    JSON.stringify(typeof body === 'object' ? { body, attributes } : { message: bodyText, attributes });
  const encode = (plain: PlainLogRecord, maxBytes: number): unknown => {
    const { content, timestamp } = encodeWithin(plain, maxBytes, write);
    expect(timestamp).to.equal(plain.timestampMillis);
    expect(Buffer.byteLength(content)).to.be.at.most(maxBytes);
    return JSON.parse(content as string);
  };

  it('leaves a record whole that fits', () => {
    const attributes = { list: [1, 2] };
    expect(encode(plainOf('text', attributes), 1_000)).to.deep.equal({ message: 'text', attributes });
    expect(encode(plainOf({ a: 1 }, attributes), 1_000)).to.deep.equal({ body: { a: 1 }, attributes });
  });

  it('takes an event that has just so many bytes, and cuts one that has one more', () => {
    const plain = plainOf('y'.repeat(5_000));
    const bytes = Buffer.byteLength(write(plain));
    expect(encode(plain, bytes)).to.include({ message: plain.bodyText });
    expect((encode(plain, bytes - 1) as { message: string }).message.length).to.be.within(2_000, 4_999);
  });

  it('cuts what JSON escapes, and makes a text of a structured body that is cut', () => {
    const control = encode(plainOf('\u0001'.repeat(20_000)), 10_000) as { message: string };
    expect(control.message).to.equal('\u0001'.repeat(control.message.length)).and.not.equal('');
    const structured = encode(plainOf({ list: Array(5_000).fill('ü') }), 10_000) as { message: string };
    expect(structured.message.startsWith('{"list":["ü"')).to.equal(true);
  });

  it('leaves attributes out that fill an event alone, and has the whole body then', () => {
    const plain = plainOf('z'.repeat(5_000), { large: 'x'.repeat(20_000) });
    expect(encode(plain, 10_000)).to.deep.equal({ message: plain.bodyText, attributes: {} });
  });

  it('writes no text twice', () => {
    const written: string[] = [];
    encodeWithin(plainOf('z'.repeat(5_000), { large: 'x'.repeat(200_000) }), 100_000, (plain) => {
      written.push(write(plain));
      return written.at(-1)!;
    });
    expect(written.length).to.be.above(2);
    expect(new Set(written).size).to.equal(written.length);
  });

  it('gives what fits in no way, for delivery to count', () => {
    const { content } = encodeWithin(plainOf('z'), 1, write);
    expect(content).to.equal('{"message":"z","attributes":{}}');
  });

  it('fits whatever a record holds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 3_000 }),
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.integer({ min: 60, max: 4_000 }),
        (body, attributes, maxBytes) => {
          encode(plainOf(body, attributes), maxBytes);
        },
      ),
    );
  });
});

describe('severityName', () => {
  const names = { 1: 'debug', 9: 'info', 17: 'error' };

  it('is that of the highest number at or below', () => {
    const of = (...numbers: number[]): unknown[] => numbers.map((number) => severityName(number, names));
    expect(of(1, 8, 9, 16, 17, 24)).to.deep.equal(['debug', 'debug', 'info', 'info', 'error', 'error']);
  });

  it('is none for no number, and one below all', () => {
    expect(severityName(undefined, names)).to.equal(undefined);
    expect(severityName(0, names)).to.equal(undefined);
  });
});

describe('textLabels', () => {
  it('makes texts of values, and leaves out what is none', () => {
    const values = {
      text: 'ü',
      number: 0,
      list: ['a'],
      none: undefined,
      nil: null,
      empty: '',
      half: '\ud800',
    };
    expect(textLabels(values)).to.deep.equal({ text: 'ü', number: '0', list: '["a"]', half: '\ufffd' });
    expect(textLabels({ run: () => 1, __proto__: null })).to.deep.equal({});
  });

  it('cleans names, of which the first stays where several come to be the same', () => {
    const cleanName = (name: string): string => name.replace(/\W/g, '_');
    expect(textLabels({ 'a.b': '1', 'a-b': '2', 'b.': '' }, { cleanName })).to.deep.equal({ a_b: '1' });
  });

  it('cuts names and values to whole characters', () => {
    expect(textLabels({ üü: 'üü' }, { maxNameBytes: 3, maxValueBytes: 2 })).to.deep.equal({ ü: 'ü' });
  });

  it('has so many labels at the most, of those that are any', () => {
    expect(textLabels({ none: '', a: '1', b: '2', c: '3' }, { maxLabels: 2 })).to.deep.equal({
      a: '1',
      b: '2',
    });
    expect(textLabels({ a: '1' }, { maxLabels: 0 })).to.deep.equal({});
  });

  it('leaves out what has no room, and has what comes after it', () => {
    const values = { a: '1', large: 'x'.repeat(10), b: '22' };
    expect(textLabels(values, { maxBytes: 5 })).to.deep.equal({ a: '1', b: '22' });
    expect(textLabels(values, { maxBytes: 4 })).to.deep.equal({ a: '1' });
  });

  it('has no label without a name, nor half a character in one', () => {
    expect(textLabels({ '': 'x', 'a\ud800': 'y' })).to.deep.equal({ 'a\ufffd': 'y' });
    expect(textLabels({ ü: 'x' }, { maxNameBytes: 1 })).to.deep.equal({});
  });

  it('takes any name, as that of a prototype', () => {
    const labels = textLabels(JSON.parse('{"__proto__":"x"}') as object as Record<string, unknown>);
    expect(Object.entries(labels)).to.deep.equal([['__proto__', 'x']]);
  });
});

describe('rfc3339', () => {
  it('writes nanoseconds, and as many digits of them as are wanted', () => {
    const nanos = '1770091506123456789';
    expect(rfc3339(nanos)).to.equal('2026-02-03T04:05:06.123456789Z');
    expect(rfc3339(nanos, 6)).to.equal('2026-02-03T04:05:06.123456Z');
    expect(rfc3339('7', 9)).to.equal('1970-01-01T00:00:00.000000007Z');
  });

  it('ends with the year 9999, whatever clock a logger has', () => {
    const last = '9999-12-31T23:59:59.999999999Z';
    expect(rfc3339('253402300799999999999')).to.equal(last);
    expect(rfc3339('253402300800000000000')).to.equal(last);
    expect(rfc3339('9700000000000000000000000', 3)).to.equal('9999-12-31T23:59:59.999Z');
  });
});

describe('plainLogRecord', () => {
  it('has no half of a surrogate pair in its texts', () => {
    const record = { ...sampleRecord('x'), severityText: 'a\ud800', eventName: 'b\ud800' };
    Object.assign(record, { instrumentationScope: { name: 'c\ud800' } });
    expect(plainLogRecord(record)).to.include({
      severityText: 'a\ufffd',
      eventName: 'b\ufffd',
      scopeName: 'c\ufffd',
    });
  });
});
