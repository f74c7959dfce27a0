import { expect } from 'chai';
import fc from 'fast-check';
import { EventPage } from '../../src/delivery/event-page.js';
import { PackedEvents } from '../../src/delivery/packed-events.js';
import { encodeEvent } from '../../src/encoding/encode-event.js';
import { readLines } from '../../src/write-ahead/read-lines.js';
import { eventJson, eventLine, lineOf, rangesOf } from '../../src/write-ahead/segment-lines.js';

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

  it('gives back what eventLine wrote of bytes, as of texts', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.constantFrom(1, 999, 200_000),
        fc.constantFrom(1, 86_400_000, 1_800_000_000_000, 8.64e15),
        (text, times, timestamp) => {
          const event = encodeEvent(timestamp, `x${text}`.repeat(times).slice(0, 250_000).toWellFormed());
          const page = new EventPage();
          page.add(event);
          const stored = page.takeLast();
          expect(stored).to.include({ timestamp, messageJson: event.messageJson });
          const line = Buffer.from(eventLine(3, 4, stored)).toString();
          expect(line).to.equal(Buffer.from(eventLine(3, 4, event)).toString());
          const other = new EventPage();
          other.add(stored);
          expect([...new PackedEvents(other)]).to.deep.equal([event]);
        },
      ),
      { seed: 6, numRuns: 60 },
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

  it('takes nothing for a line that none is, however right its checksum', () => {
    const no = [
      '5',
      'null',
      '[]',
      '{}',
      '{"version":"1"}',
      '{"n":-1,"d":0,"t":1,"b":1,"m":"x"}',
      '{"n":0.5,"d":0,"t":1,"b":1,"m":"x"}',
      '{"n":0,"d":"0","t":1,"b":1,"m":"x"}',
      '{"n":0,"d":0,"t":"1}],\\"logGroupName\\":\\"/other\\",\\"x\\":[{\\"y\\":1","b":1,"m":"x"}',
      '{"n":0,"d":0,"t":1e300,"b":1,"m":"x"}',
      '{"n":0,"d":0,"t":-1,"b":1,"m":"x"}',
      '{"n":0,"d":0,"t":8640000000000001,"b":1,"m":"x"}',
      '{"n":0,"d":0,"t":1,"b":2,"m":"x"}',
      '{"n":0,"d":0,"t":1,"b":1,"m":{"a":1}}',
      '{"n":0,"d":0,"t":1,"b":1}',
      '{"d":0,"destination":{"logGroupName":"arn:aws:x","logStreamName":"s"}}',
      '{"d":0,"destination":{"logGroupName":"/g","logStreamName":"a:b"}}',
      '{"d":0,"destination":"/g"}',
      '{"d":-1,"destination":{"logGroupName":"/g","logStreamName":"s"}}',
      '{"d":0,"destination":{"logGroupName":"/g","logStreamName":"s"},"entity":{"keyAttributes":5,"attributes":{}}}',
      '{"sent":5}',
      '{"sent":[5]}',
      '{"sent":[[1]]}',
      '{"sent":[[2,1]]}',
      '{"released":[[0,1],[1,2]]}',
      '{"released":[[-1,2]]}',
      '{"count":1,"unnotedBelow":"0"}',
    ];
    for (const line of no) expect(readLines(Buffer.from(lineOf(line)))[0], line).to.have.property('harmed');
  });

  it('reads no more lines than were ever written', () => {
    expect(readLines(Buffer.alloc(2_000_000, '\n'))).to.have.length(1_000_000);
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
