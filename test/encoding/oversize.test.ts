import { expect } from 'chai';
import fc from 'fast-check';
import { cutUtf8 } from '../../src/encoding/cut-utf8.js';
import { cutJsonText, splitMessage, truncateMessage } from '../../src/encoding/oversize.js';
import { record } from './records.js';

const SPAN = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
const truncate = (message: string, maxBytes: number): string =>
  truncateMessage(message, Buffer.byteLength(message), maxBytes);

describe('truncateMessage', () => {
  it('shortens the longest texts of a JSON object and keeps the rest', () => {
    const message = JSON.stringify({
      body: 'x'.repeat(5000),
      trace_id: SPAN.traceId,
      attributes: {
        long: 'é'.repeat(2000),
        short: 'kept',
        list: [{ text: 'y'.repeat(3000) }],
        n: 1,
        no: null,
      },
    });
    const result = truncate(message, 2048);
    expect(Buffer.byteLength(result)).to.be.at.most(2048).and.at.least(2000);
    const parsed = JSON.parse(result) as { body: string; attributes: Record<string, unknown> };
    expect(parsed).to.include({
      trace_id: SPAN.traceId,
      truncated: true,
      original_bytes: Buffer.byteLength(message),
    });
    expect(parsed.attributes).to.include({ short: 'kept', n: 1, no: null });
    expect(parsed.body).to.match(/^x+…$/);
    expect(parsed.attributes.long).to.match(/^é+…$/);
  });

  it('keeps ids and the start where texts are not what makes a message large', () => {
    const numbers = JSON.stringify({
      body: Array.from({ length: 5000 }, (_, n) => n),
      trace_id: SPAN.traceId,
    });
    const result = truncate(numbers, 1024);
    expect(Buffer.byteLength(result)).to.be.at.most(1024);
    const parsed = JSON.parse(result) as { body: string };
    expect(parsed).to.include({ trace_id: SPAN.traceId, truncated: true });
    expect(parsed.body).to.match(/^\{"body":\[0,1,2/);
  });

  it('cuts other text at a whole character and says so', () => {
    const result = truncate('é'.repeat(1000), 1024);
    expect(Buffer.byteLength(result)).to.be.at.most(1024);
    expect(result).to.match(/^é+… \[truncated, 2000 bytes\]$/);
    expect(truncate('{ not json ' + 'x'.repeat(2000), 1024)).to.match(/^\{ not json x+… \[truncated/);
  });

  it('keeps the digits of numbers beyond 2^53, as the otlp layout writes its times', () => {
    const numbers = '"timeUnixNano":1795246667123456789,"n":[1.0,-0,1e400,12345678901234567890]';
    for (const body of ['"' + 'x\\"1.0'.repeat(2000) + '\\\\"', `[${'[1.50],'.repeat(1000)}"1.0"]`]) {
      const message = `{${numbers.slice(0, 34)},"body":${body},${numbers.slice(35)}}`;
      JSON.parse(message);
      const truncated = truncate(message, 1024);
      expect(truncated).to.include('"timeUnixNano":1795246667123456789,').and.include('"truncated":true');
      if (body.startsWith('"')) expect(truncated).to.include('"n":[1.0,-0,1e400,12345678901234567890]');
      expect(Buffer.byteLength(truncated)).to.be.at.most(1024);
      const parts = splitMessage(message, record(), 1024);
      for (const part of parts) expect(part).to.include('"timeUnixNano":1795246667123456789,');
      const texts = parts.map((part) => (JSON.parse(part) as { split: { text: string } }).split.text);
      expect(texts.join('')).to.equal(message);
    }
  });

  it('gives valid JSON within the bound for any object', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 3000 }), fc.string({ maxLength: 20 }));
    const object = fc.dictionary(fc.string({ maxLength: 300 }), fc.oneof(text, fc.array(text), fc.double()), {
      maxKeys: 30,
    });
    fc.assert(
      fc.property(object, fc.integer({ min: 1024, max: 4096 }), (value, maxBytes) => {
        const message = JSON.stringify(value).toWellFormed();
        if (Buffer.byteLength(message) <= maxBytes) return;
        const result = truncate(message, maxBytes);
        expect(Buffer.byteLength(result)).to.be.at.most(maxBytes);
        expect(JSON.parse(result)).to.include({ truncated: true });
        expect(result.isWellFormed()).to.equal(true);
      }),
      { seed: 20261121, numRuns: 300 },
    );
  });
});

describe('splitMessage', () => {
  it('splits a JSON object into JSON objects that carry its ids and join to it', () => {
    const message = JSON.stringify({
      body: '😀"\n'.repeat(2000),
      trace_id: SPAN.traceId,
      severity_number: 9,
    });
    const parts = splitMessage(message, record(), 1024);
    expect(parts.length).to.be.above(10);
    const parsed = parts.map(
      (part) =>
        JSON.parse(part) as {
          trace_id: string;
          split: { id: string; part: number; parts: number; text: string };
        },
    );
    for (const [index, part] of parsed.entries()) {
      expect(Buffer.byteLength(parts[index]!)).to.be.at.most(1024);
      expect(part).to.include({ trace_id: SPAN.traceId, severity_number: 9 });
      expect(part.split).to.include({ id: parsed[0]!.split.id, part: index + 1, parts: parts.length });
    }
    expect(parsed.map((part) => part.split.text).join('')).to.equal(message);
  });

  it('splits other text into marked lines', () => {
    const message = 'é😀'.repeat(1000);
    const parts = splitMessage(message, record({ spanContext: SPAN }), 1024);
    const heads = parts.map((part) => /^\[split ([0-9a-f]{16}) (\d+)\/(\d+) trace_id=a{32}\] /.exec(part)!);
    expect(heads.map((head) => Number(head[2]))).to.deep.equal(parts.map((_, index) => index + 1));
    expect(parts.map((part, index) => part.slice(heads[index]![0].length)).join('')).to.equal(message);
    for (const part of parts) expect(Buffer.byteLength(part)).to.be.at.most(1024);
    expect(splitMessage(message, record(), 1024)[0]).to.match(/^\[split [0-9a-f]{16} 1\/\d+\] é/);
  });

  it('leaves out a trace id that is none, however long it is', () => {
    for (const traceId of ['é'.repeat(5000), 'a'.repeat(2000), '', 'a] b', '\ud800', 5]) {
      const parts = splitMessage('x'.repeat(2000), record({ spanContext: { ...SPAN, traceId } }), 1024);
      expect(parts.length).to.be.below(4);
      for (const part of parts) {
        expect(part).to.match(/^\[split [0-9a-f]{16} \d\/\d\] x+$/);
        expect(Buffer.byteLength(part)).to.be.at.most(1024);
      }
    }
  });

  it('splits an object without short members', () => {
    const parts = splitMessage(JSON.stringify({ body: 'x'.repeat(3000) }), record(), 1024);
    expect(parts[0]).to.match(/^\{"split":\{"id"/);
  });
});

describe('cutUtf8', () => {
  it('ends with a whole character, at the bound or below', () => {
    expect(cutUtf8('abc', 3)).to.equal('abc');
    expect(cutUtf8('abcd', 3)).to.equal('abc');
    expect(cutUtf8('aé', 2)).to.equal('a');
    expect(cutUtf8('aé', 3)).to.equal('aé');
    expect(cutUtf8('😀😀', 7)).to.equal('😀');
    expect(cutUtf8('abc', 0)).to.equal('');
  });

  it('is the longest such start of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, maxBytes) => {
        const cut = cutUtf8(text, maxBytes);
        expect(text.startsWith(cut)).to.equal(true);
        expect(Buffer.byteLength(cut)).to.be.at.most(maxBytes);
        const code = text.codePointAt(cut.length);
        const next = code === undefined ? undefined : String.fromCodePoint(code);
        if (next !== undefined) expect(Buffer.byteLength(cut + next)).to.be.above(maxBytes);
      }),
      { seed: 20261121 },
    );
  });
});

describe('cutJsonText', () => {
  it('counts escapes and never halves a surrogate pair', () => {
    expect(cutJsonText('\n\n\n', 4)).to.equal('\n\n');
    expect(cutJsonText('a😀', 4)).to.equal('a');
    expect(cutJsonText('a😀', 5)).to.equal('a😀');
    expect(cutJsonText('abc', 0)).to.equal('');
  });
});
