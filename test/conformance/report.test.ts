import { expect } from 'chai';
import { allCases } from './all-cases.js';
import { operation, recorded, type Evidence } from './conformance-case.js';
import {
  caseName,
  compareWithKnown,
  readKnownDifferences,
  renderDifferences,
  renderReport,
  type Judged,
} from './report.js';

function judged(fact: string, verdict: Judged['verdict'], evidence: Evidence = 'documented'): Judged {
  return { conformanceCase: { operation: 'StopQuery', fact, evidence }, verdict };
}

describe('allCases', () => {
  it('names no fact twice, so that a known difference means one case', () => {
    const names = allCases.map(caseName);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).to.deep.equal([]);
  });
});

describe('operation', () => {
  it('counts a fact without a source as ours', () => {
    const run = (): Promise<void> => Promise.resolve();
    const cases = operation('StopQuery', { a: run, b: recorded(run) });
    expect(cases.map(({ fact, evidence }) => [fact, evidence])).to.deep.equal([
      ['a', 'ours'],
      ['b', 'recorded'],
    ]);
  });
});

describe('renderReport', () => {
  it('counts verdicts by operation and by evidence', () => {
    const report = renderReport(
      [judged('a', 'passed', 'recorded'), judged('b', 'failed'), judged('c', 'skipped', 'ours')],
      'http://127.0.0.1:1',
    );
    const lines = report.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' '));
    expect(lines).to.include.members([
      'StopQuery 3 1 1 1',
      'recorded 1 1 0 0',
      'documented 1 0 1 0',
      'public sample 0 0 0 0',
      'ours 1 0 0 1',
      '1 passed, 1 failed, 1 skipped at http://127.0.0.1:1',
    ]);
  });
});

describe('compareWithKnown', () => {
  const known = readKnownDifferences('# of LocalStack\nStopQuery a\n\n  StopQuery b  \n');

  it('is content when what fails is known to fail, and skipped cases say nothing', () => {
    expect(
      compareWithKnown([judged('a', 'failed'), judged('b', 'skipped'), judged('c', 'passed')], known),
    ).to.deep.equal([]);
  });

  it('names what fails anew, what passes by now, and what is no case any more', () => {
    expect(compareWithKnown([judged('a', 'passed'), judged('c', 'failed')], known)).to.deep.equal([
      'failed, and is no known difference: StopQuery c',
      'a known difference, but passed: StopQuery a',
      'a known difference, but no case: StopQuery b',
    ]);
  });
});

describe('renderDifferences', () => {
  it('makes the list of which its own run says nothing', () => {
    const all = [judged('a', 'failed'), judged('b', 'passed'), judged('c', 'skipped'), judged('d', 'failed')];
    const known = readKnownDifferences(renderDifferences(all, 'http://127.0.0.1:1'));
    expect([...known]).to.deep.equal(['StopQuery a', 'StopQuery d']);
    expect(compareWithKnown(all, known)).to.deep.equal([]);
  });
});
