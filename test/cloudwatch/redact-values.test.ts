import { expect } from 'chai';
import fc from 'fast-check';
import { redactorOf } from '../../src/cloudwatch/redact-values.js';

const TOKEN = 'IQoJb3JpZ2luX2VjEHUNTER2/+aBcD0123456789==';

describe('redactorOf', () => {
  it('takes out a secret, parts of it, its form in URLs, in either case', () => {
    const redact = redactorOf([TOKEN, 'AKIDEXAMPLE']);
    expect(redact(`a ${TOKEN}b`)).to.equal('a [REDACTED]b');
    expect(redact(`${TOKEN.slice(5, 17)} ${TOKEN.slice(-20)}`)).to.equal('[REDACTED] [REDACTED]');
    expect(redact(`x=${encodeURIComponent(TOKEN)}&y`)).to.equal('x=[REDACTED]&y');
    expect(redact(TOKEN.toUpperCase())).to.equal('[REDACTED]');
    expect(redact(`${TOKEN}${TOKEN}`)).to.equal('[REDACTED]');
    expect(redact('(akidexample)')).to.equal('([REDACTED])');
  });

  it('leaves everything else', () => {
    const text = `nothing of it but ${TOKEN.slice(0, 11)}, which anybody may write`;
    expect(redactorOf([TOKEN])(text)).to.equal(text);
    expect(redactorOf(['', 'abc'])('abc')).to.equal('abc');
    expect(redactorOf([])(text)).to.equal(text);
  });

  it('leaves no run of a secret in any text', () => {
    const secret = fc.string({ minLength: 12, maxLength: 60, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), fc.nat(), (value, before, after, cut) => {
        const part = value.slice(cut % (value.length - 11));
        const redacted = redactorOf([value])(before + part + after);
        for (let at = 0; at + 12 <= value.length; at++) {
          expect(redacted.toLowerCase()).to.not.include(value.slice(at, at + 12).toLowerCase());
        }
      }),
    );
  });
});
