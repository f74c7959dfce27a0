import { expect } from 'chai';
import fc from 'fast-check';
import { parseQuery, QueryExecution, QuerySyntaxError } from '../../../src/simulation/insights-ql/index.js';
import { FakeSource, jsonEvents, SETTINGS } from './fake-source.js';
import { grammaticalQuery, queryText } from './query-arbitrary.js';

const STORED = jsonEvents(
  { level: 'info', n: 1, s: '200' },
  { level: 'error', n: 2, list: ['a', 'b'], m: { k: 5 } },
  { level: 'error', n: -3.5, x: null },
);

/** Runs a text as a query; it may be refused, and do nothing else wrong. */
async function outcome(text: string): Promise<'ran' | 'refused'> {
  let execution: QueryExecution;
  try {
    execution = new QueryExecution(parseQuery(text), new FakeSource(STORED), SETTINGS);
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
    expect(error.message).to.not.equal('');
    expect(error.startOffset).to.be.within(0, text.length);
    expect(error.endOffset).to.be.within(error.startOffset, text.length);
    return 'refused';
  }
  await execution.run();
  for (const row of execution.rows()) for (const { value } of row) expect(value).to.be.a('string');
  return 'ran';
}

describe('any text', () => {
  it('is run or refused with its place', async () => {
    await fc.assert(
      fc.asyncProperty(queryText, async (text) => {
        await outcome(text);
      }),
      {
        numRuns: 2_000,
        seed: 20260904,
      },
    );
  });

  it('is run or refused when it follows the grammar, and some of it runs', async () => {
    let ran = 0;
    await fc.assert(
      fc.asyncProperty(grammaticalQuery, async (text) => {
        if ((await outcome(text)) === 'ran') ran++;
      }),
      { numRuns: 1_000, seed: 20260905 },
    );
    expect(ran).to.be.greaterThan(200);
  });

  const deep: [string, (depth: number) => string][] = [
    ['parentheses', (depth) => `filter ${'('.repeat(depth)}a${')'.repeat(depth)}`],
    ['signs', (depth) => `filter ${'-'.repeat(depth)}a`],
    ['powers', (depth) => `filter a${'^a'.repeat(depth)}`],
    ['calls', (depth) => `filter ${'abs('.repeat(depth)}a${')'.repeat(depth)}`],
  ];
  for (const [what, text] of deep) {
    it(`is refused in words where it nests too many ${what}`, async () => {
      expect(await outcome(text(50))).to.equal('ran');
      expect(() => parseQuery(text(3_000))).to.throw(QuerySyntaxError, 'nested deeper than 100 levels');
    });
  }

  it('may negate as often as it likes', async () => {
    expect(await outcome(`filter ${'not '.repeat(2_000)}a`)).to.equal('ran');
  });

  it('may join thousands of conditions', async () => {
    expect(await outcome(`filter ${'a=1 or '.repeat(1_400)}n=1`)).to.equal('ran');
  });

  it('may not chain operators without end', () => {
    expect(() => parseQuery(`filter ${'a+'.repeat(3_000)}a`)).to.throw(
      QuerySyntaxError,
      'operators in a row',
    );
  });
});
