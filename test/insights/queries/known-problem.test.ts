import { expect } from 'chai';
import { knownProblem } from '../../../src/insights/queries/known-problem.js';

describe('knownProblem', () => {
  it('shows the words of such answers, places, and what the query holds', () => {
    const problem = 'unexpected symbol found bäd( at line 1 and position 843';
    expect(knownProblem(problem, 'fields a | bäd(')).to.equal(problem);
    expect(knownProblem('unknown function lenght; did you mean strlen?', 'fields lenght(a)')).to.equal(
      'unknown function lenght; did you mean strlen?',
    );
  });

  it('shows nothing else', () => {
    expect(knownProblem('the token  is\nIQoJ/b3 hunter2', 'fields a')).to.equal('the token is …/…');
    expect(knownProblem('card 4111 1111 at position 4111', '')).to.equal('… at position 4111');
    expect(knownProblem('\u001b[31m red', '')).to.equal('…[…');
    expect(knownProblem('', 'x')).to.equal('');
  });
});
