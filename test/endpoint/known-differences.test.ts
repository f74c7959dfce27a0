import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { allCases } from '../conformance/all-cases.js';
import { caseName } from '../conformance/report.js';
import { KnownDifferences, type Difference, type Outcome } from './known-differences.js';

describe('KnownDifferences', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'differences-'));
    file = join(folder, 'some.json');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const difference = (more: Partial<Difference> = {}): Difference => ({
    id: 'tags',
    service: 'keeps tags',
    target: 'forgets tags',
    source: 'https://example.org/tags.py',
    derived: 'source',
    cases: { conformance: ['TagResource a', 'TagResource b'] },
    ...more,
  });
  const write = (...differences: unknown[]): KnownDifferences => {
    writeFileSync(file, JSON.stringify({ target: 'some 1.0', differences }));
    return KnownDifferences.read(file);
  };
  const outcome = (name: string, verdict: Outcome['verdict'], error?: string): Outcome => ({
    name,
    verdict,
    ...(error !== undefined && { error }),
  });

  it('is content where what is listed fails, what is not passes, and what is skipped says nothing', () => {
    const outcomes = [
      outcome('TagResource a', 'failed'),
      outcome('TagResource b', 'skipped'),
      outcome('StopQuery c', 'passed'),
    ];
    expect(write(difference()).compare('conformance', outcomes)).to.deep.equal([]);
  });

  it('names the line to add for what fails unlisted', () => {
    const [surprise, ...more] = write(difference()).compare(
      'conformance',
      [outcome('StopQuery c', 'failed')],
      { isWhole: false },
    );
    expect(more).to.deep.equal([]);
    expect(surprise).to.contain('add "StopQuery c" to the "conformance" cases').and.to.contain(file);
  });

  it('names the line to remove for what passes though it is listed', () => {
    const outcomes = [outcome('TagResource a', 'passed'), outcome('TagResource b', 'failed')];
    const surprises = write(difference()).compare('conformance', outcomes);
    expect(surprises).to.have.lengthOf(1);
    expect(surprises[0]).to.contain('Remove "TagResource a" from the "conformance" cases of "tags" in');
  });

  it('names the line to remove for what is not run at all, unless only a part is', () => {
    const known = write(difference());
    expect(known.compare('conformance', [outcome('TagResource a', 'failed')])[0]).to.contain(
      'Nothing of that name is run. Remove "TagResource b"',
    );
    expect(
      known.compare('conformance', [outcome('TagResource a', 'failed')], { isWhole: false }),
    ).to.deep.equal([]);
    // Another suite's lines are none of this one's business.
    expect(known.compare('e2e', [])).to.deep.equal([]);
  });

  it('records what a run shows, after which the same run has no surprise', () => {
    write(difference({ cases: { conformance: ['gone', 'a', 'b'], e2e: ['x'] } }), difference({ id: 'old', cases: { conformance: ['c'] } })); // prettier-ignore
    const outcomes = [
      outcome('a', 'failed', 'no\nmore'),
      outcome('b', 'passed'),
      outcome('c', 'passed'),
      outcome('d', 'failed', 'expected 1 to equal 2\nat x'),
    ];
    KnownDifferences.record(file, 'conformance', outcomes, 'http://127.0.0.1:1');
    const known = KnownDifferences.read(file);
    expect(known.differences).to.deep.equal([
      difference({ derived: 'recorded', cases: { conformance: ['a'], e2e: ['x'] } }),
      {
        id: 'conformance: d',
        service: 'd',
        target: 'expected 1 to equal 2',
        source: 'a run against http://127.0.0.1:1',
        derived: 'recorded',
        cases: { conformance: ['d'] },
      },
    ]);
    expect(known.compare('conformance', outcomes)).to.deep.equal([]);
  });

  it('records into a file that is not there yet', () => {
    KnownDifferences.record(file, 'integration', [outcome('a', 'failed')], 'http://127.0.0.1:1');
    expect(KnownDifferences.read(file).differenceOf('integration', 'a')?.target).to.equal('fails');
  });

  it('refuses what is no such list', () => {
    for (const wrong of [
      difference({ derived: 'guessed' as 'source' }),
      difference({ source: '' }),
      { ...difference(), because: 'x' },
      difference({ cases: { unit: ['x'] } as Difference['cases'] }),
      difference({ cases: { e2e: ['x', 'x'] } }),
    ]) {
      expect(() => write(wrong), JSON.stringify(wrong)).to.throw(file);
    }
    expect(() => write(difference(), difference({ cases: {} }))).to.throw('tags is there twice');
  });
});

describe('localstack.json', () => {
  const file = 'test/endpoint/localstack.json';
  const known = KnownDifferences.read(file);

  it('names conformance cases and end-to-end tests that there are, and addresses of sources', () => {
    const names = new Set(allCases.map(caseName));
    const endToEnd = readFileSync('test/end-to-end/end-to-end.test.ts', 'utf8');
    for (const { id, source, derived, cases } of known.differences) {
      for (const name of cases.conformance ?? []) expect(names, `${id}: ${name}`).to.include(name);
      for (const name of cases.e2e ?? []) expect(endToEnd, id).to.contain(`fact('${name}'`);
      if (derived === 'source') expect(source, id).to.match(/^https:\/\/github\.com\/(localstack|getmoto)\//);
    }
  });
});
