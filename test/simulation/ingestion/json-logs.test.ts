import { expect } from 'chai';
import fc from 'fast-check';
import { IngestionError } from '../../../src/simulation/ingestion/ingestion-error.js';
import {
  decodeHlc,
  decodeNdjson,
  decodeStructuredJson,
  type IngestedBody,
} from '../../../src/simulation/ingestion/json-logs.js';

const NOW = 1_771_007_000_000;

/** Messages with their times, and how many values were skipped. */
function seen({ events, skipped }: IngestedBody): unknown[] {
  return [...events.map(({ message, timestamp }) => [message, timestamp]), skipped];
}

describe('decodeNdjson', () => {
  const decode = (body: string) => seen(decodeNdjson(body, NOW));

  it('takes any JSON value of a line, and ignores empty lines', () => {
    const body =
      '{"timestamp":1771007942000, "message": "a b"}\r\n\n  \n"unstructured \\"text\\""\n42\ntrue\nnull';
    expect(decode(body)).to.deep.equal([
      ['{"timestamp":1771007942000,"message":"a b"}', 1_771_007_942_000],
      ['unstructured "text"', NOW],
      ['42', NOW],
      ['true', NOW],
      ['null', NOW],
      0,
    ]);
  });

  it('flattens lists', () => {
    expect(
      decode('[{"timestamp":1000,"m":"a, ]"},{"timestamp":2000},"x", 5 ,[1, 2]]\n[]\n[ ]'),
    ).to.deep.equal([
      ['{"timestamp":1000,"m":"a, ]"}', 1000],
      ['{"timestamp":2000}', 2000],
      ['x', NOW],
      ['5', NOW],
      ['[1,2]', NOW],
      0,
    ]);
  });

  it('skips lines that are no JSON, and counts them', () => {
    expect(decode('{broken\n[1,\n{"a":1}\n{"a":1}{"b":2}')).to.deep.equal([['{"a":1}', NOW], 3]);
    expect(decode('')).to.deep.equal([0]);
    expect(decode('""')).to.deep.equal([1]);
  });

  it('keeps the digits of long numbers', () => {
    expect(decode('{"id":1716099016682000001}')).to.deep.equal([['{"id":1716099016682000001}', NOW], 0]);
    expect(decode('[{"id":1716099016682000001}]')).to.deep.equal([['{"id":1716099016682000001}', NOW], 0]);
  });

  it('reads times in milliseconds and ISO 8601; without a good one it is that of arrival', () => {
    const times = [
      '1000',
      '"1000"',
      '1000.7',
      '"2026-02-13T18:39:02Z"',
      '-1',
      '"soon"',
      'null',
      '1e300',
      '"2026-99-99"',
    ];
    expect(
      times.map((time) => decodeNdjson(`{"timestamp":${time}}`, NOW).events[0]!.timestamp),
    ).to.deep.equal([1000, 1000, 1000, Date.UTC(2026, 1, 13, 18, 39, 2), NOW, NOW, NOW, NOW, NOW]);
  });
});

describe('decodeStructuredJson', () => {
  const decode = (body: string) => seen(decodeStructuredJson(body, NOW));

  it('takes an object, or the objects of a list', () => {
    expect(decode('{ "timestamp": 5,\n "text": "a  b" }')).to.deep.equal([
      ['{"timestamp":5,"text":"a  b"}', 5],
      0,
    ]);
    expect(decode('[{"timestamp":5}, "x", 42, {"b":[1, 2]}, [{}]]')).to.deep.equal([
      ['{"timestamp":5}', 5],
      ['{"b":[1,2]}', NOW],
      3,
    ]);
    expect(decode('[]')).to.deep.equal([0]);
  });

  it('skips other values, and what follows the first object', () => {
    expect(decode('"hello"')).to.deep.equal([1]);
    expect(decode('42')).to.deep.equal([1]);
    expect(decode('{"a":1}{"b":2}')).to.deep.equal([['{"a":1}', NOW], 0]);
  });

  it('refuses what is no JSON', () => {
    for (const body of ['', '{broken', '[1', 'text', '[1] x']) {
      expect(() => decode(body), body).to.throw(IngestionError, 'not valid JSON');
    }
  });
});

describe('decodeHlc', () => {
  const decode = (body: string) => seen(decodeHlc(body, NOW));

  it('takes events one behind another or in a list', () => {
    const events = [
      ['msg1', 1_486_683_865_000],
      ['msg2', 1_486_683_866_500],
    ];
    const one = '{"event":"msg1","time":1486683865.0}';
    const two = '{"event":"msg2","time":1486683866.5}';
    expect(decode(one + two)).to.deep.equal([...events, 0]);
    expect(decode(`${one}\n ${two}\n`)).to.deep.equal([...events, 0]);
    expect(decode(`[ ${one}, ${two} ]`)).to.deep.equal([...events, 0]);
  });

  it('takes any JSON value for an event', () => {
    expect(
      decode(
        '{"time":1,"event": {"id": 1716099016682000001, "s": "}"} , "host":"h"}{"event":42}{"event":true}{"event":[1, 2]}',
      ),
    ).to.deep.equal([
      ['{"id":1716099016682000001,"s":"}"}', 1000],
      ['42', NOW],
      ['true', NOW],
      ['[1,2]', NOW],
      0,
    ]);
  });

  it('skips values without an event', () => {
    expect(decode('{"message":"x"}{"nested":{"event":1}}42"x"{"event":"y"}')).to.deep.equal([['y', NOW], 4]);
  });

  it('reads times in seconds, as number or text', () => {
    const times = [
      '1486683865.500',
      '1486683865',
      '"1486683865.500"',
      '"1486683865"',
      '"invalid"',
      '-5',
      'null',
    ];
    expect(
      times.map((time) => decodeHlc(`{"event":1,"time":${time}}`, NOW).events[0]!.timestamp),
    ).to.deep.equal([
      1_486_683_865_500,
      1_486_683_865_000,
      1_486_683_865_500,
      1_486_683_865_000,
      NOW,
      NOW,
      NOW,
    ]);
  });

  it('refuses what is no JSON', () => {
    for (const body of ['{broken', '{"event":1},', 'text', '{"event":1}}']) {
      expect(() => decode(body), body).to.throw(IngestionError, 'not valid JSON');
    }
  });
});

describe('the JSON endpoints', () => {
  it('survive any body', () => {
    const body = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.string({
        unit: fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '1', ' ', '\n', '"event"'),
        maxLength: 30,
      }),
    );
    fc.assert(
      fc.property(body, (text) => {
        decodeNdjson(text, NOW);
        for (const decode of [decodeStructuredJson, decodeHlc]) {
          try {
            decode(text, NOW);
          } catch (error) {
            expect(error).to.be.instanceOf(IngestionError);
          }
        }
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  it('find each value of a list as it was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
        fc.constantFrom(0, 2),
        (objects, indent) => {
          const { events, skipped } = decodeStructuredJson(JSON.stringify(objects, null, indent), NOW);
          expect(events.map(({ message }) => message)).to.deep.equal(
            objects.map((object) => JSON.stringify(object)),
          );
          expect(skipped).to.equal(0);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});
