import { expect } from 'chai';
import fc from 'fast-check';
import { escapeTerminalText } from '../../src/cloudwatch/escape-terminal-text.js';
import { toSafeJson } from '../../src/cli/print-json.js';

/** What no terminal may get from a log: controls, bidirectional and invisible characters. */
// eslint-disable-next-line no-control-regex
const DANGEROUS = /[\u0000-\u001f\u007f-\u009f]|\p{Bidi_Control}|[\u2028\u2029\u200b\ufeff\u00ad\u{e0001}]/u;

describe('escapeTerminalText', () => {
  it('shows what a terminal would do', () => {
    expect(escapeTerminalText('\u001b[31mred\u001b[0m')).to.equal('\\e[31mred\\e[0m');
    expect(escapeTerminalText('a\r\nb\tc\0')).to.equal('a\\r\\nb\\tc\\x00');
    expect(escapeTerminalText('\u009b2J \u202egnp.exe\u{e0041}')).to.equal(
      '\\x9b2J \\u{202e}gnp.exe\\u{e0041}',
    );
    expect(escapeTerminalText('half \ud800 pair')).to.equal('half \\u{d800} pair');
  });

  it('leaves letters of all languages and emoji alone', () => {
    const text = 'Größe 数量 שלום مرحبا 👍 é';
    expect(escapeTerminalText(text)).to.equal(text);
  });

  it('lets nothing dangerous through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeTerminalText(text)).to.not.match(DANGEROUS);
      }),
      { seed: 17, numRuns: 2000 },
    );
  });
});

describe('toSafeJson', () => {
  it('is the same JSON, without anything dangerous', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (value) => {
        const text = toSafeJson(value);
        expect(text.replaceAll('\n', '')).to.not.match(DANGEROUS);
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 19, numRuns: 500 },
    );
    expect(toSafeJson({ a: '\u202e\u{e0041}' })).to.equal('{\n  "a": "\\u202e\\udb40\\udc41"\n}');
  });
});
