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
        expect(readLines(bytes)).to.deep.equal({
          lines: messages.map((m, n) => ({ n, d: 7, t: n, b: Buffer.byteLength(m), m })),
          damaged: 0,
        });
      }),
      { seed: 5 },
    );
  });

  it('takes a line longer than the shared buffer', () => {
    const m = '✓'.repeat(100_000);
    const event = { timestamp: 1, messageJson: JSON.stringify(m), messageBytes: 300_000 };
    expect(readLines(Buffer.from(lineOf(eventJson(0, 0, event)))).lines).to.deep.equal([
      { n: 0, d: 0, t: 1, b: 300_000, m },
    ]);
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(readLines(Buffer.from(bytes)).lines).to.deep.equal([]);
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
