import { expect } from 'chai';
import fc from 'fast-check';
import { parseQuery, printQuery } from '../../../src/simulation/insights-ql/index.js';
import { grammaticalQuery } from './query-arbitrary.js';

/** A tree without what depends on how it was written. */
function meaning(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value: unknown) => (key === 'span' || key === 'text' ? undefined : value)),
  );
}

describe('printQuery', () => {
  it('gives a text that parses to the same tree, whatever the query', () => {
    fc.assert(
      fc.property(grammaticalQuery, (text) => {
        const tree = parseQuery(text);
        const printed = printQuery(tree);
        expect(meaning(parseQuery(printed)), printed).to.deep.equal(meaning(tree));
      }),
      { numRuns: 2_000, seed: 20260903 },
    );
  });

  const written: [string, string][] = [
    ['FIELDS a,b as c', 'fields a, b as c'],
    ['where a=1 AND (b="x\\"y" or !ispresent(c))', 'filter a = 1 and (b = "x\\"y" or not ispresent(c))'],
    ['filter (a+b)*c - (d - e) = -(-5)', 'filter (a + b) * c - (d - e) = 5'],
    ['filter (a ^ b) ^ c = a ^ b ^ c', 'filter (a ^ b) ^ c = a ^ b ^ c'],
    ['filter (a = b) = (not c)', 'filter (a = b) = (not c)'],
    [
      'fields `foo-bar`, @`aws.tag.aws:x`, m.`user.id`, list[0].x',
      'fields `foo-bar`, @`aws.tag.aws:x`, m.`user.id`, list[0].x',
    ],
    ['filter @message like /a\\/b/', 'filter @message like /a\\/b/'],
    ['sort a', 'sort a asc'],
    ['sort (bin(5m)) as b desc, (bin(a, 1h) + 1)', 'sort (bin(5m)) as b desc, (bin(a, 1h) + 1) asc'],
    [
      'fields jsonParse(@message).user.`odd key`[0].1 as x',
      'fields jsonParse(@message).user.`odd key`[0].1 as x',
    ],
    ['fields list[0].0.id, split(p, "/")[1]', 'fields list[0].0.id, split(p, "/")[1]'],
    ['fields @timestamp+9h, now()-1h', 'fields @timestamp + 9h, now() - 1h'],
    [
      "parse json field=m 'a.b' as x | json \"c\" as y, 'd' as z",
      'json field=m "a.b" as x | json "c" as y, "d" as z',
    ],
    ['stats count(*) by bin(5m) offset 1h', 'stats count(*) by bin(5m) offset 1h'],
    ['limit any 5', 'limit any 5'],
    ["SOURCE dataSource(['amazon_vpc.flow'])", 'SOURCE dataSource(["amazon_vpc.flow"])'],
    [
      'SOURCE "/a" START=1700000000000 end=now | fields x',
      'SOURCE "/a" START=1700000000000 END=now | fields x',
    ],
    ['filldown', 'filldown'],
    ['addtotals', 'addtotals fieldname=Total row=true col=false'],
    ['diff', 'diff'],
    ['fields `true`', 'fields `true`'],
  ];
  for (const [text, printed] of written) {
    it(`writes ${text} as ${printed}`, () => {
      expect(printQuery(parseQuery(text))).to.equal(printed);
      expect(printQuery(parseQuery(printed))).to.equal(printed);
    });
  }
});
