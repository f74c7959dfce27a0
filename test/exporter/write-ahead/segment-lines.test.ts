import { expect } from 'chai';
import fc from 'fast-check';
import { eventJson, lineOf, rangesOf, readLines } from '../../../src/exporter/write-ahead/segment-lines.js';

describe('readLines', () => {
  it('gives back what lineOf wrote', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 200 })), (messages) => {
        const events = messages.map((message, index) => ({
          timestamp: index,
          messageJson: JSON.stringify(message),
          messageBytes: Buffer.byteLength(message),
        }));
        const bytes = Buffer.concat(
          events.map((event, index) => Buffer.from(lineOf(eventJson(index, 7, event)))),
        );
        expect(readLines(bytes)).to.deep.equal(
          messages.map((m, n) => ({ n, d: 7, t: n, b: Buffer.byteLength(m), m })),
        );
      }),
      { seed: 5 },
    );
  });

  it('takes a line longer than the shared buffer', () => {
    const m = '✓'.repeat(100_000);
    const event = { timestamp: 1, messageJson: JSON.stringify(m), messageBytes: 300_000 };
    expect(readLines(Buffer.from(lineOf(eventJson(0, 0, event))))).to.deep.equal([
      { n: 0, d: 0, t: 1, b: 300_000, m },
    ]);
  });

  it('tells damaged events from damaged notes, also where a checksum is right by chance', () => {
    const event = Buffer.from(lineOf('{"n":1,"d":0,"t":1,"b":1,"m":"x"}'));
    const note = Buffer.from(lineOf('{"sent":[[1,2]]}'));
    event[30]! ^= 1;
    note[note.length - 3]! ^= 1;
    const noJson = Buffer.from(lineOf('{"n":'));
    const start = Buffer.from(lineOf('{"n":1,"d":0,"t":1,"b":1,"m":"x"}'));
    start[10]! ^= 1;
    const joined = Buffer.concat([note, event]);
    joined[note.length - 1]! ^= 1;
    expect(readLines(Buffer.concat([event, note, noJson, start, joined]))).to.deep.equal([
      { harmed: 1 },
      { harmed: 0 },
      { harmed: 1 },
      { harmed: 1 },
      { harmed: 1 },
    ]);
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(readLines(Buffer.from(bytes)).every((line) => 'harmed' in line)).to.equal(true);
      }),
      { seed: 6 },
    );
  });
});

describe('rangesOf', () => {
  it('joins neighbours, in any order', () => {
    expect(rangesOf([])).to.deep.equal([]);
    expect(rangesOf([3])).to.deep.equal([[3, 3]]);
    expect(rangesOf([5, 1, 2, 4, 9])).to.deep.equal([
      [1, 2],
      [4, 5],
      [9, 9],
    ]);
  });
});
