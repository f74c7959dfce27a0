import { expect } from 'chai';
import { allCases } from './all-cases.js';
import { operation, recorded, type Evidence } from './conformance-case.js';
import { caseName, outcomesOf, renderReport, type Judged } from './report.js';

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

describe('outcomesOf', () => {
  it('names cases by operation and fact', () => {
    expect(outcomesOf([judged('a', 'passed'), { ...judged('b', 'failed'), error: 'no' }])).to.deep.equal([
      { name: 'StopQuery a', verdict: 'passed' },
      { name: 'StopQuery b', verdict: 'failed', error: 'no' },
    ]);
  });
});
