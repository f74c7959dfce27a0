import { expect } from 'chai';
import { fieldsRead } from '../../../src/simulation/insights-ql/read-fields.js';
import { parseQuery } from '../../../src/simulation/insights-ql/index.js';
import { events, rowsOf } from './fake-source.js';

/** Which of `a`, `b`, `a.b` and `@c` are read in a query. */
function readIn(query: string): string[] {
  return ['a', 'b', 'a.b', '@c'].filter(fieldsRead(parseQuery(query).commands));
}

describe('fieldsRead', () => {
  it('names what stands before a stats or in it', () => {
    expect(readIn('stats count(*) by a')).to.deep.equal(['a', '@c']);
    expect(readIn('stats sum(b) / 2 by x')).to.deep.equal(['b', '@c']);
    expect(readIn('filter b like /x/ or not (x in [a]) | stats count(*)')).to.deep.equal(['a', 'b', '@c']);
    expect(readIn('fields concat("-", b) as x | stats count(*) by x')).to.deep.equal(['b', '@c']);
    expect(readIn('parse b "* *" as x, y | stats count(*) by x')).to.deep.equal(['b', '@c']);
    expect(readIn('filterIndex b = "x" | stats count(*)')).to.deep.equal(['b', '@c']);
  });

  it('names what a field leads through', () => {
    expect(readIn('stats count(*) by a.b.c')).to.deep.equal(['a', 'a.b', '@c']);
    expect(readIn('stats count(*) by jsonParse(b).a')).to.deep.equal(['b', '@c']);
  });

  it('does not look behind a stats, whose columns are others', () => {
    expect(readIn('stats count(*) as n by a | filter n > 1 | sort n')).to.deep.equal(['a', '@c']);
  });

  it('takes all for read where there is no stats, or a command before it that reads what it does not name', () => {
    const all = ['a', 'b', 'a.b', '@c'];
    expect(readIn('fields a')).to.deep.equal(all);
    expect(readIn('dedup a | limit 5')).to.deep.equal(all);
    expect(readIn('sort b | stats count(*) by a')).to.deep.equal(all);
    expect(readIn('unnest a into x | stats count(*) by x')).to.deep.equal(all);
    expect(readIn('pattern a')).to.deep.equal(all);
  });
});

describe('captures that nobody reads', () => {
  const stored = events('x 1 {"k":"v"}', 'y 2 {}', 'x 3', '', ' 4 ');

  it('are left out without a change to the others', async () => {
    const globs = 'parse @message "* * *" as a, b, c';
    expect(await rowsOf(`${globs} | stats count(*) as n by a | sort a`, stored)).to.deep.equal([
      ...[{ n: '1', a: '' }, { n: '1', a: 'x' }, { n: '1', a: 'y' }, { n: '2' }],
    ]);
    expect(await rowsOf(`${globs} | stats sum(b) as n, count(c) as m`, stored)).to.deep.equal([
      { n: '7', m: '3' },
    ]);
    expect(await rowsOf(`${globs} | stats count(*) as n`, stored)).to.deep.equal([{ n: '5' }]);
    expect(
      await rowsOf(`${globs} | fields jsonParse(c).k as k | filter a = "x" | stats count(k) as n`, stored),
    ).to.deep.equal([{ n: '1' }]);
  });

  it('are left out of expressions too, with many matches or one', async () => {
    const captures = '/(?<a>[xy]) (?<b>\\d)/';
    expect(await rowsOf(`parse @message ${captures} | stats sum(b) as n`, stored)).to.deep.equal([
      { n: '6' },
    ]);
    expect(
      await rowsOf(`parse @message ${captures} multi | stats max(a) as m, sum(b) as n`, stored),
    ).to.deep.equal([{ n: '6' }]);
    expect(await rowsOf(`parse @message ${captures} multi | stats count(*) as n`, stored)).to.deep.equal([
      { n: '5' },
    ]);
  });
});

describe('stats by a key', () => {
  it('tells an empty one from a missing one', async () => {
    const stored = events(
      '{"a":"","b":"x"}',
      '{"b":"x"}',
      '{"a":"","b":""}',
      '{"a":""}',
      '{"a":"-"}',
      '{"a":"","b":"x"}',
    );
    const sorted = (rows: readonly object[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
    expect(sorted(await rowsOf('stats count(*) as n by a', stored))).to.deep.equal([
      ...['{"a":"","n":"4"}', '{"a":"-","n":"1"}', '{"n":"1"}'],
    ]);
    expect(sorted(await rowsOf('stats count(*) as n by a, b', stored))).to.deep.equal([
      '{"a":"","b":"","n":"1"}',
      '{"a":"","b":"x","n":"2"}',
      '{"a":"","n":"1"}',
      '{"a":"-","n":"1"}',
      '{"b":"x","n":"1"}',
    ]);
  });

  it('keeps apart halves of pairs, and texts of which one begins another', async () => {
    const keys = ['😀', '\ud83d', '\ude00', '😀😀', 'a', 'a\0', 'é', 'e\u0301'];
    const stored = events(...[...keys, ...keys].map((key) => `<${key}> of a long message that is no key`));
    const rows = await rowsOf('parse @message "<*>" as key | stats count(*) as n by key', stored);
    expect(rows.map(({ key }) => key)).to.have.members(keys);
    expect(rows.every(({ n }) => n === '2')).to.equal(true);
  });

  it('gives each aggregate the values of its own group, whatever order they come in', async () => {
    const of = (index: number): string => `request ${index % 70} of a service took ${index}`;
    const stored = events(...Array.from({ length: 700 }, (_, index) => of(index)));
    const rows = await rowsOf(
      'parse @message "* took *" as what, t | stats count(*) as n, count(t) as m, min(t) as low, max(t) as high by what',
      stored,
    );
    expect(rows).to.have.lengthOf(70);
    for (const { what, n, m, low, high } of rows) {
      const first = Number(/\d+/.exec(what!)![0]);
      expect([n, m, low, high]).to.deep.equal(['10', '10', String(first), String(first + 630)]);
    }
  });
});
