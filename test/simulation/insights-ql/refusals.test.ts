import { expect } from 'chai';
import { parseQuery, planQuery } from '../../../src/simulation/insights-ql/index.js';
import { execute, FakeSource, refusal } from './fake-source.js';

/** A query, what it is refused with, and the text that the refusal points to. */
const REFUSED: [query: string, message: string, at: string][] = [
  // Symbols
  ['foo', 'unexpected symbol found foo at line 1 and position 0', 'foo'],
  ['fields a\n| filter b c', 'unexpected symbol found c at line 2 and position 11', 'c'],
  ['fields a |', 'unexpected symbol found <EOF> at line 1 and position 10', ''],
  ['fields', 'unexpected symbol found <EOF> at line 1 and position 6', ''],
  ['filter a ~ b', 'unexpected symbol found ~ at line 1 and position 9', '~'],
  ['filter a = "x', 'a quote is not closed', '"x'],
  ['filter a like /x', 'a regular expression is not closed', '/x'],
  ['fields `a', 'a backtick is not closed', '`a'],
  ['fields a..b', 'unexpected symbol found a..b at line 1 and position 7', 'a..b'],
  ['fields 4xx', 'unexpected symbol found 4xx at line 1 and position 7', '4xx'],
  ['filter a = 1e999', 'unexpected symbol found 1e999 at line 1 and position 11', '1e999'],
  ['fields , a', 'unexpected symbol found , at line 1 and position 7', ','],
  ['fields a,', 'unexpected symbol found <EOF> at line 1 and position 9', ''],
  ['fields a, | limit 1', 'unexpected symbol found | at line 1 and position 10', '|'],
  ['stats count(*), by a', 'unexpected symbol found by at line 1 and position 16', 'by'],
  ['fields a as', 'unexpected symbol found <EOF> at line 1 and position 11', ''],
  ['fields and', 'unexpected symbol found and at line 1 and position 7', 'and'],
  ['filter (a = 1', 'unexpected symbol found <EOF> at line 1 and position 13', ''],
  ['fields a)', 'unexpected symbol found ) at line 1 and position 8', ')'],
  // Commands of the language that are not run
  ...[
    ...['anomaly', 'accum', 'autoregress', 'appendcols', 'cidrlookup', 'outlier', 'sessionize', 'logcompare'],
    ...['relevantfields', 'estimate', 'unmask'],
  ].map((name): [string, string, string] => [
    `fields a | ${name} a`,
    `the command ${name} is not supported`,
    name,
  ]),
  // Functions
  ['fields nosuch(a)', 'Unrecognized function name: nosuch ([7,15])', 'nosuch(a)'],
  ['fields strlem(a)', 'Unrecognized function name: strlem ([7,15]); did you mean strlen?', 'strlem(a)'],
  ['stats nosuch(a) by b', 'Unrecognized function name: nosuch ([6,14])', 'nosuch(a)'],
  ['stats sum(nosuch(a)) by b', 'Unrecognized function name: nosuch ([10,18])', 'nosuch(a)'],
  ['stats count(*) by nosuch(a)', 'Unrecognized function name: nosuch ([18,26])', 'nosuch(a)'],
  ['stats 2 * nosuch(count(*))', 'Unrecognized function name: nosuch ([10,25])', 'nosuch(count(*))'],
  ['fields strlen()', 'strlen takes 1 argument; it has 0', 'strlen()'],
  ['fields substr(a)', 'substr takes 2 to 3 arguments; it has 1', 'substr(a)'],
  ['fields concat()', 'concat takes 1 or more arguments; it has 0', 'concat()'],
  ['fields strlen(*)', 'strlen does not take *', 'strlen(*)'],
  ['filter count(*) > 1', 'count can only be used in stats', 'count(*)'],
  ['stats sum(*)', 'sum does not take *', 'sum(*)'],
  ['stats pct(a, 101)', 'pct: the second argument must be a number from 0 to 100', 'pct(a, 101)'],
  ['stats topk(2, a) by b', 'topk stands alone in its stats, without by', 'topk(2, a)'],
  ['stats max(sum(a))', 'sum can only be used in stats', 'sum(a)'],
  ['stats count(*) by bin(a)', 'bin takes a period such as 5m', 'bin(a)'],
  ['stats count(*) by bin(0m)', '0m is no period', '0m'],
  ['stats count(*) by bin(5x)', 'unexpected symbol found 5x at line 1 and position 22', '5x'],
  ['filter a = 5m', "a period can't stand here", '5m'],
  ['filter a = /x/', "a regular expression can't stand here", '/x/'],
  // Regular expressions
  ['filter a like /(/', 'invalid regular expression', '/(/'],
  ['filter a like /(?=x)/', 'invalid regular expression', '/(?=x)/'],
  ['fields regexReplace(a, /(x)\\1/, "")', 'invalid regular expression', '/(x)\\1/'],
  ['parse /x/', 'parse needs a named group', 'parse /x/'],
  ['parse /(x)/ as a, b', 'the regular expression has 1 groups for 2 names', 'parse /(x)/ as a, b'],
  ['parse "a * b *" as x', 'the glob has 2 "*" for 1 names', '"a * b *" as x'],
  ['parse a', 'unexpected symbol found <EOF> at line 1 and position 7', ''],
  // Names
  ['parse "x=*" as x | fields x', 'Ephemeral field is already defined', 'x'],
  ['fields x | parse "x=*" as x', 'Ephemeral field is already defined', 'parse "x=*" as x'],
  ['fields x | fields a as x', 'Ephemeral field is already defined', 'a as x'],
  ['stats count(*) as c, sum(a) as c', 'Ephemeral field is already defined', 'sum(a) as c'],
  // Seen in answers of the service: the last character of the place is the one that is meant, not the next.
  [
    'stats sum(a) as starts by b | stats sum(starts) as starts',
    'Ephemeral field is already defined: starts ([36,56])',
    'sum(starts) as starts',
  ],
  ['fields a as score | stats avg(score) as score', 'Ephemeral', 'avg(score) as score'],
  ['parse "x=*" as x | stats avg(x) as x', 'Ephemeral', 'avg(x) as x'],
  [
    'stats count(*) by bin(5m) as t | stats count(*) by dateceil(t, 10m) as t',
    'Ephemeral',
    'dateceil(t, 10m) as t',
  ],
  ['stats b + 1 as c, sum(a) as b', 'Unknown symbols found in or after stats: b', 'b'],
  [
    'stats count(*) by bin(1h) | sort bin(1h) desc',
    'unexpected symbol found ( at line 1 and position 36',
    '(',
  ],
  ['stats count(*) | fields x', 'Unknown symbols found in or after stats: x', 'x'],
  ['stats count(*) by a | stats count(*) | sort a', 'Unknown symbols found in or after stats: a', 'a'],
  ['stats count(*) | sort x + 1', 'Unknown symbols found in or after stats: x', 'x'],
  ['pattern @message | sort x', 'Unknown symbols found in or after stats: x', 'x'],
  ['stats count(*) as c | filter c > 1 and x = 1', 'Unknown symbols found in or after stats: x', 'x'],
  ['stats count(*) by a | filter a = 1 | stats count(*) | filter x = 1', 'Unknown symbols', 'x'],
  ['stats count(*) by a | limit 1 | filter x = 1', 'Unknown symbols found in or after stats: x', 'x'],
  ['stats count(*) by a as b | filter b = 1 and x = 1', 'Unknown symbols found in or after stats: x', 'x'],
  ['stats count(*) | fields sum(a)', 'Unknown symbols found in or after stats: sum(a)', 'sum(a)'],
  ['stats sum(a) + b', 'Unknown symbols found in or after stats: b', 'b'],
  [
    'stats count(*) by a | stats count(*) by bin(5m)',
    'Unknown symbols found in or after stats: @timestamp',
    'bin(5m)',
  ],
  ['stats count(*) by bin(5m) | stats count(*) by bin(5m)', 'Unknown symbols found', 'bin(5m)'],
  ['stats count(*) by a | fields bin(1h)', 'Unknown symbols found in or after stats: @timestamp', 'bin(1h)'],
  ['pattern @message | filter @message = "x"', 'Unknown symbols found', '@message'],
  // Order
  ...['sort c', 'limit 5'].flatMap((early): [string, string, string][] => {
    const message = `${early.split(' ')[0]!} must come after the last stats command`;
    return [
      [`stats count(*) as c by a | ${early} | stats max(c)`, message, early],
      [`${early} | stats count(*) as c by a | stats max(c)`, message, early],
    ];
  }),
  ['dedup a | filter b', 'only limit can follow dedup', 'filter b'],
  ['dedup a | dedup b', 'only limit can follow dedup', 'dedup b'],
  ['sort a | pattern @message', 'pattern can not come after sort', 'pattern @message'],
  ['pattern a | pattern b', 'a query can have one pattern command', 'pattern b'],
  ['pattern a | diff | diff previousDay', 'a query can have one diff command', 'diff previousDay'],
  ['limit 5 | pattern a | diff', 'only fields, filter, parse and pattern can come before diff', 'diff'],
  ['pattern a | filter @ratio > 0.1 | diff', 'diff must come right after pattern', 'diff'],
  // Seen in an answer of the service.
  ...['diff', 'filter a = 1 | diff', 'stats count(*) by a | diff', 'diff previousWeek | pattern a'].map(
    (query): [string, string, string] => [
      query,
      'Diff compilation Failed : Diff operation has to be used after Pattern',
      query.includes('Week') ? 'diff previousWeek' : 'diff',
    ],
  ),
  ['stats count(*) by a | filterIndex a = 1', 'filterIndex can not come after stats', 'filterIndex a = 1'],
  ['fields a | SOURCE "g"', 'SOURCE must be the first command of a query', 'SOURCE'],
  ['stats count(*) by a | fillmissing', 'fillmissing must come after stats', 'fillmissing'],
  [
    'stats count(*) as c by bin(1m) | fillmissing with a for c',
    'fillmissing fills with a number or a text',
    'a',
  ],
  // Inner queries
  ["filter a in (SOURCE 'g' | fields a, b)", 'must give exactly one field', "SOURCE 'g' | fields a, b"],
  ['filter a in (fields a)', 'unexpected symbol found fields at line 1 and position 13', 'fields'],
  [
    "filter a in (SOURCE 'g' | filter b in (SOURCE 'g' | fields b) | fields a)",
    'subqueries can not be nested',
    "b in (SOURCE 'g' | fields b)",
  ],
  [
    "join left=l right=r where l.a = l.b (SOURCE 'g')",
    'join compares a field of l with one of r',
    'l.a = l.b',
  ],
  // Limits
  ['limit 0', 'limit must be a whole number from 1 to 100000; it is 0', '0'],
  ['limit 100001', 'limit must be a whole number from 1 to 100000; it is 100001', '100001'],
  ['limit 1.5', 'limit must be a whole number from 1 to 100000; it is 1.5', '1.5'],
  [
    'SOURCE logGroups(namePrefix: ["a","b","c","d","e","f"])',
    'at most 5 name prefixes',
    'SOURCE logGroups(namePrefix: ["a","b","c","d","e","f"])',
  ],
  ['SOURCE "g" START=abc', 'unexpected symbol found abc at line 1 and position 17', 'abc'],
  ['SOURCE "g" START="soon"', 'soon is no time', 'SOURCE "g" START="soon"'],
  // Lookup
  ['lookup nosuch a OUTPUT b', 'Lookup table nosuch does not exist', 'lookup nosuch a OUTPUT b'],
];

describe('a malformed query', () => {
  for (const [query, message, at] of REFUSED) {
    it(`is refused: ${query.replaceAll('\n', ' ')}`, () => {
      const found = refusal(query);
      expect(found.message).to.include(message);
      expect(found.at).to.equal(at);
    });
  }

  it('has more than ten stats, two joins, or a join in a join', () => {
    const stats = (count: number) => Array.from({ length: count }, () => 'stats count(*)').join(' | ');
    expect(() => planQuery(parseQuery(stats(10)))).to.not.throw();
    expect(refusal(stats(11)).message).to.equal('a query can have at most 10 stats commands');
    const join = "join left=l right=r where l.a = r.a (SOURCE 'g')";
    expect(refusal(`${join} | ${join}`).message).to.equal('a query can have one join command');
    expect(refusal(join.replace("'g'", `'g' | ${join}`)).message).to.equal('a subquery can not hold a join');
    const inner = join.replace("'g'", "'g' | filter a in (SOURCE 'g' | fields a)");
    expect(refusal(inner).message).to.equal('subqueries can not be nested');
  });

  it('names a lookup column that is not there, and the table that is near', () => {
    const lookupTables = new Map([['codes', { columns: ['code'], rows: [] }]]);
    const run = (query: string) => () => execute(query, [], { lookupTables });
    expect(run('lookup codes code OUTPUT nosuch')).to.throw('Lookup table codes has no column nosuch');
    expect(run('lookup code code OUTPUT nosuch')).to.throw('did you mean codes?');
  });

  it('finds too many log groups', () => {
    const groups = Array.from({ length: 10_001 }, (_, index) => ({ logGroupName: `/g/${index}` }));
    const query = 'SOURCE logGroups(namePrefix: ["/g"])';
    expect(() => execute(query, new FakeSource([], { groups }))).to.throw('more than 10000 log groups');
    expect(execute(query, new FakeSource([], { groups: groups.slice(1) })).logGroupNames).to.have.length(
      10_000,
    );
  });
});
