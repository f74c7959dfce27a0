import { expect } from 'chai';
import { BackEndError, classifyByCode, classifyHttp, SQL_STATES } from '../../src/base/index.js';

describe('classifyByCode', () => {
  const kinds = { '42P01': 'missing', 42: 'denied', Throttling: 'throttled' } as const;
  const of = (error: unknown): unknown => classifyByCode({ error }, kinds);

  it('accepts what send resolves with, also nothing', () => {
    expect(classifyByCode({ response: undefined }, kinds)).to.deep.equal({ kind: 'accepted' });
    expect(classifyByCode({ response: 1, error: undefined }, kinds)).to.deep.equal({ kind: 'accepted' });
  });

  it('goes by the longest beginning of a code, and by the name where there is no code', () => {
    expect(of({ code: '42P01' })).to.deep.equal({ kind: 'missing', detail: '42P01' });
    expect(of({ code: '42501' })).to.deep.equal({ kind: 'denied', detail: '42501' });
    expect(of({ code: 42 })).to.deep.equal({ kind: 'denied', detail: '42' });
    expect(of({ name: 'ThrottlingException' })).to.deep.equal({
      kind: 'throttled',
      detail: 'ThrottlingException',
    });
  });

  it('takes a number as a whole', () => {
    // As of gRPC, where 1 is CANCELLED, 14 UNAVAILABLE and 16 UNAUTHENTICATED.
    const kindOf = (code: number): string =>
      classifyByCode(
        { error: { code, name: 'Error' } },
        { 1: 'split', '-1': 'denied', 16: 'unauthenticated' },
      ).kind;
    expect([1, 14, 16, 167, -1, -104, 1.5].map(kindOf)).to.deep.equal([
      'split',
      'retry',
      'unauthenticated',
      'retry',
      'denied',
      'retry',
      'retry',
    ]);
  });

  it('takes for a code what can be one alone', () => {
    for (const code of [null, undefined, '', {}, Object.create(null), ['Throttling']] as unknown[]) {
      expect(of({ code, name: 'Throttling' })).to.deep.equal({ kind: 'throttled', detail: 'Throttling' });
    }
  });

  it('tries again after any other error', () => {
    expect(of({ code: 'ECONNRESET' })).to.deep.equal({ kind: 'retry', detail: 'ECONNRESET' });
    expect(of({ code: 'toString' })).to.include({ kind: 'retry' });
    expect(of(undefined)).to.include({ kind: 'retry' });
    expect(of('thrown')).to.include({ kind: 'retry' });
  });

  it('says no code that may hold something else', () => {
    const verdict = of({ code: 'the key is secret' });
    expect(verdict).to.include({ kind: 'retry' });
    expect(JSON.stringify(verdict)).to.not.match(/secret/);
  });

  it('knows SQLSTATEs', () => {
    const kindOf = (code: string): string => classifyByCode({ error: { code } }, SQL_STATES).kind;
    expect(
      ['42P01', '3F000', '22P05', '23505', '28P01', '42501', '53300', '57P01'].map(kindOf),
    ).to.deep.equal(['missing', 'missing', 'split', 'split', 'denied', 'denied', 'throttled', 'retry']);
  });

  it('leaves to a BackEndError what it means, as classifyHttp does', () => {
    const error = new BackEndError('denied', 'no table');
    expect(of(error)).to.deep.equal({ kind: 'denied', detail: 'no table' });
    expect(classifyHttp({ error })).to.deep.equal({ kind: 'denied', detail: 'no table' });
    // Neither says what became of a request.
    for (const kind of ['accepted', 'partially_rejected'] as const) {
      expect(of(new BackEndError(kind, 'x'))).to.include({ kind: 'retry' });
      expect(classifyHttp({ error: new BackEndError(kind, 'x') })).to.include({ kind: 'retry' });
    }
  });
});
