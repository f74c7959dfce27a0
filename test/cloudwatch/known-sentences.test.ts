import { expect } from 'chai';
import { knownSentenceIn } from '../../src/cloudwatch/known-sentences.js';

describe('knownSentenceIn', () => {
  it('gives what the service is known to say, and nothing that stands behind it', () => {
    expect(knownSentenceIn('Rate exceeded')).to.equal('Rate exceeded');
    expect(knownSentenceIn('Rate exceeded for account 123456789012')).to.equal('Rate exceeded');
    expect(knownSentenceIn('The specified log group does not exist.')).to.equal(
      'The specified log group does not exist.',
    );
    expect(knownSentenceIn(' Upload too large: 1048577 bytes exceeds limit of 1048576')).to.equal(
      'Upload too large: 1048577 bytes exceeds limit of 1048576',
    );
  });

  it('takes no longer word or number for a known one', () => {
    expect(knownSentenceIn('Rate exceededhunter2')).to.equal(undefined);
    expect(knownSentenceIn('Upload too large: 4111111111111111 bytes exceeds limit of 1')).to.equal(
      undefined,
    );
    expect(knownSentenceIn('rate exceeded')).to.equal(undefined);
    expect(knownSentenceIn('')).to.equal(undefined);
  });

  it('names the member and the constraint that a value broke, not the value', () => {
    const error = (value: string, member: string, rule: string): string =>
      `2 validation errors detected: Value '${value}' at '${member}' failed to satisfy constraint: ${rule}`;
    expect(
      knownSentenceIn(error('hunter2', 'logGroupName', 'Member must have length less than or equal to 512')),
    ).to.equal(
      "2 validation errors detected: a value at 'logGroupName' failed to satisfy constraint: Member must have length less than or equal to 512",
    );
    expect(knownSentenceIn(error("' at 'hunter2", 'logEvents.3.member.message', 'hunter2'))).to.equal(
      "2 validation errors detected: a value at 'logEvents.3.member.message' failed to satisfy constraint",
    );
    expect(knownSentenceIn(error('x', 'hunter2', 'Member must not be null'))).to.equal(undefined);
    expect(knownSentenceIn("' failed to satisfy constraint: Member must not be null")).to.equal(undefined);
  });
});
