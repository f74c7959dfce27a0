import { expect } from 'chai';
import { checkMembers } from '../../src/cloudwatch/check-members.js';
import { OptionError } from '../../src/cloudwatch/errors.js';

describe('checkMembers', () => {
  const members = { retentionInDays: true, tags: true } as const;

  it('takes known members, none too', () => {
    checkMembers('', { retentionInDays: 1, tags: undefined }, members);
    checkMembers('', {}, members);
  });

  it('names an unknown member, and the one that is near', () => {
    expect(() => checkMembers('', { retention: 30 }, members)).to.throw(
      OptionError,
      'retention must be the name of an option; did you mean retentionInDays?',
    );
    expect(() => checkMembers('metric', { colour: 30 }, members)).to.throw(
      OptionError,
      'metric.colour must be the name of an option (retentionInDays, tags)',
    );
    expect(() => checkMembers('', { toString: 1 }, members)).to.throw(OptionError, 'toString must be');
  });

  for (const value of [undefined, null, 5, 'text', []]) {
    it(`refuses ${JSON.stringify(value)} for an object`, () => {
      expect(() => checkMembers('', value, members)).to.throw(OptionError, 'options must be an object');
      expect(() => checkMembers('metric', value, members)).to.throw(OptionError, 'metric must be an object');
    });
  }
});
