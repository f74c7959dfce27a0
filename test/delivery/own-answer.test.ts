import { expect } from 'chai';
import { checkOwnAnswer } from '../../src/delivery/own-answer.js';

describe('checkOwnAnswer', () => {
  const never = new AbortController().signal;

  it('takes an answer that does not say of what type it is', async () => {
    const answer = { statusCode: 200, headers: {}, body: Buffer.from('{"nextSequenceToken":"1"}') };
    await checkOwnAnswer(answer, never);
    expect(answer.body.toString()).to.equal('{"nextSequenceToken":"1"}');
  });
});
