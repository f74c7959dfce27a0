import { expect } from 'chai';
import { events, execute, FakeSource, jsonEvents, rowsOf, START } from './fake-source.js';

const STORED = jsonEvents(
  { level: 'info', n: 1, s: '200', user: { id: 'u1' } },
  { level: 'error', n: 2, s: '500', user: { id: 'u2' } },
  { level: 'error', n: 3 },
  { level: 'info', n: 10, s: '200', 'odd name': 'x' },
);

/** The values of one column, in the order of the rows. */
async function column(name: string, query: string, stored = STORED): Promise<(string | undefined)[]> {
  return (await rowsOf(query, stored)).map((row) => row[name]);
}

describe('fields and display', () => {
  it('show @timestamp and @message where a query names nothing', async () => {
    expect(await rowsOf('limit 1', STORED)).to.deep.equal([
      { '@timestamp': '2026-09-03 14:00:03.000', '@message': STORED[3]!.message },
    ]);
    expect(await rowsOf('', STORED)).to.have.length(4);
  });

  it('show what was written, in that order, @ptr last', async () => {
    const execution = execute('fields n, @ptr, level | fields @logStream, n | limit 1', STORED);
    await execution.run();
    expect(execution.rows()).to.deep.equal([
      [
        { field: 'n', value: '10' },
        { field: 'level', value: 'info' },
        { field: '@logStream', value: 'stream' },
        { field: '@ptr', value: 'ptr-3' },
      ],
    ]);
  });

  it('leave out a missing field, so that a row may hold @ptr alone', async () => {
    const execution = execute('fields missing | limit 1', STORED);
    await execution.run();
    expect(execution.rows()).to.deep.equal([[{ field: '@ptr', value: 'ptr-3' }]]);
  });

  it('name an expression without an alias as it is written', async () => {
    expect(await rowsOf('FIELDS n  *  2, strlen( level ) as size | limit 1', STORED)).to.deep.equal([
      { 'n  *  2': '20', size: '4' },
    ]);
  });

  it('are sorted by, as a sample query for Lambda has it', async () => {
    expect(await column('n', 'fields n | sort by n desc | limit 2')).to.deep.equal(['10', '3']);
    expect(await column('n', 'fields n | sort by level, n')).to.deep.equal(['2', '3', '1', '10']);
  });

  it('take several commas in a row for one', async () => {
    const query = 'fields\n  n\n  , level as l,\n  , user.id as u\n| filter n = 1';
    expect(await rowsOf(query, STORED)).to.deep.equal([{ n: '1', l: 'info', u: 'u1' }]);
  });

  it('make names that later commands use, quoted or not', async () => {
    expect(await column('d', 'fields n * 2 as `d` | filter d > 4 | sort d')).to.deep.equal(['6', '20']);
    expect(await column('odd name', 'fields `odd name` | filter ispresent(`odd name`)')).to.deep.equal(['x']);
    expect(await column('n * 2', 'fields n * 2 | filter `n * 2` = 20')).to.deep.equal(['20']);
  });

  it('let the last display win, with names of its own', async () => {
    expect(
      await rowsOf('fields n | display level | display n > 2 as big, user.id | limit 1', STORED),
    ).to.deep.equal([{ big: '1' }]);
  });

  it('take comments, line breaks, and pipes inside quotes as text', async () => {
    const query = 'fields n # a | remark\n| filter level = "a|b#c" # more\n\tor n=1';
    expect(await column('n', query)).to.deep.equal(['1']);
  });

  it('give the fields of the event and of the system', async () => {
    const [row] = await rowsOf(
      'fields @log, @logStream, @ingestionTime, @aws.region, user.id | filter n = 1',
      STORED,
    );
    expect(row).to.deep.equal({
      '@log': '111122223333:/app',
      '@logStream': 'stream',
      '@ingestionTime': '2026-09-03 14:00:00.005',
      '@aws.region': 'eu-west-1',
      'user.id': 'u1',
    });
  });
});

describe('filter', () => {
  const found: [string, string[]][] = [
    ['n = 2', ['2']],
    ['n != 2', ['10', '3', '1']],
    ['n >= 3', ['10', '3']],
    ['2 < n', ['10', '3']],
    ['s = 200', ['10', '1']],
    ['s >= 400', ['2']],
    ['n in [1, "3", 7]', ['3', '1']],
    ['n not in [1, 3]', ['10', '2']],
    ['n in [1 + 1]', ['2']],
    ['level like "err"', ['3', '2']],
    ['level like "ERR"', []],
    ['level like /(?i)ERR/', ['3', '2']],
    ['level =~ /^in/', ['10', '1']],
    ['level =~ "^in"', ['10', '1']],
    ['level not like /^in/', ['3', '2']],
    ['level like concat("er", "r")', ['3', '2']],
    ['level = "error" and n > 2 or n = 1', ['3', '1']],
    ['level = "error" and (n > 2 or n = 1)', ['3']],
    ['not level = "error"', ['10', '1']],
    ['not not level = "error"', ['3', '2']],
    ['!ispresent(s)', ['3']],
    ['ispresent(user.id)', ['2', '1']],
    ['n * 2 + 1 = 7', ['3']],
    ['n % 2 = 0', ['10', '2']],
    ['n ^ 2 = 9', ['3']],
    ['-n < -2', ['10', '3']],
    ["level = 'error' AND n = 3", ['3']],
    ['toMillis(@timestamp) > ' + String(START + 1500), ['10', '3']],
    ['user = "u1"', []],
    ['jsonParse(@message) in ["x"]', []],
    ['jsonParse(@message) not in ["x"]', []],
    ['jsonParse(@message) like /u1/', []],
  ];
  for (const [condition, ns] of found) {
    it(`finds by ${condition}`, async () => {
      expect(await column('n', `fields n | filter ${condition}`)).to.deep.equal(ns);
      expect(await column('n', `fields n | where ${condition}`)).to.deep.equal(ns);
    });
  }

  it('looks among the values of a subquery', async () => {
    const query = (not: string) =>
      `fields n | filter level ${not} in (SOURCE '/app' | filter n = 1 | fields level)`;
    expect(await column('n', query(''))).to.deep.equal(['10', '1']);
    expect(await column('n', query('not'))).to.deep.equal(['3', '2']);
  });
});

describe('sort', () => {
  it('puts words before numbers, and numbers in the order of their values', async () => {
    const stored = jsonEvents({ v: '10' }, { v: 9 }, { v: 'img12' }, { v: 'img9' }, {}, { v: '1.5' });
    expect(await column('v', 'fields v | sort v', stored)).to.deep.equal([
      ...['img9', 'img12', '1.5', '9', '10', undefined],
    ]);
    expect(await column('v', 'fields v | sort v DESC', stored)).to.deep.equal([
      ...['10', '9', '1.5', 'img12', 'img9', undefined],
    ]);
  });

  it('goes by several keys, and leaves equals as they came', async () => {
    expect(await column('n', 'fields n | sort level desc, n asc')).to.deep.equal(['1', '10', '2', '3']);
    expect(await column('n', 'fields n | sort level')).to.deep.equal(['3', '2', '10', '1']);
  });

  it('makes a name of its key', async () => {
    expect(await column('k', 'fields n | sort n * -1 as k | display k')).to.deep.equal([
      '-10',
      '-3',
      '-2',
      '-1',
    ]);
  });

  it('gives the first rows of many whatever it has to hold', async () => {
    const many = jsonEvents(...Array.from({ length: 5_000 }, (_, index) => ({ v: (index * 7_919) % 5_000 })));
    expect(await column('v', 'fields v | sort v | limit 3', many)).to.deep.equal(['0', '1', '2']);
    expect(await column('v', 'fields v | sort v desc | filter v < 7 | limit 2', many)).to.deep.equal([
      '6',
      '5',
    ]);
    expect(await column('v', 'fields v | sort v | dedup @logStream', many)).to.deep.equal(['0']);
  });
});

describe('limit', () => {
  it('cuts the rows, and counts every match', async () => {
    const execution = execute('filter level = "error" | limit 1', STORED);
    await execution.run();
    expect(execution.rows()).to.have.length(1);
    expect(execution.statistics).to.include({ recordsMatched: 2, recordsScanned: 4, logGroupsScanned: 1 });
    const unfiltered = execute('limit 1', STORED);
    await unfiltered.run();
    expect(unfiltered.statistics.recordsMatched).to.equal(4);
  });

  it('ends the scan with any', async () => {
    const execution = execute('limit any 1', STORED);
    await execution.run();
    expect(execution.rows()).to.have.length(1);
    expect(execution.statistics).to.include({ recordsMatched: 1, recordsScanned: 2 });
  });

  it('is 10,000 where none is given, and 100,000 at most', async () => {
    const many = new FakeSource(events(...Array.from({ length: 10_001 }, () => 'x')), { chunkEvents: 1000 });
    const settings = { endTimeMillis: START + 20_000_000 };
    expect(await rowsOf('fields @message', many, settings)).to.have.length(10_000);
    expect(await rowsOf('limit 10001', many, settings)).to.have.length(10_001);
    expect(await rowsOf('fields @message', many, { ...settings, limit: 10_001 })).to.have.length(10_001);
  });
});

describe('parse', () => {
  const stored = events('user=ann, took 12 ms, path /a/b', 'nothing here', 'user=bob, took 7 ms, path /c d');

  it('reads a glob: an inner star is the shortest text, a last one takes the rest', async () => {
    expect(await rowsOf('parse "user=*, took * ms*" as @user, took, rest', stored)).to.deep.equal([
      { '@user': 'bob', took: '7', rest: ', path /c d' },
      {},
      { '@user': 'ann', took: '12', rest: ', path /a/b' },
    ]);
  });

  it('takes what a glob holds besides stars as text', async () => {
    expect(
      await column('x', "parse @message '[*] (a.b)' as x", events('[1] (a.b)', '[2] (axb)')),
    ).to.deep.equal([...[undefined, '1']]);
  });

  it('reads named groups, and groups named after as', async () => {
    expect(await column('t', 'parse @message /took (?<t>\\d+) ms/ | filter t > 8')).to.deep.equal([]);
    expect(await column('t', 'parse @message /took (?<t>\\d+) ms/ | filter t > 8', stored)).to.deep.equal([
      '12',
    ]);
    expect(await column('b', 'parse /(\\w+)=(\\w+)/ as a, b', stored)).to.deep.equal([
      'bob',
      undefined,
      'ann',
    ]);
    expect(await column('p', 'parse /path (?<p>\\/a)?/', stored)).to.deep.equal([undefined, undefined, '/a']);
  });

  it('reads another field, and the result of a function', async () => {
    expect(await column('x', "parse level 'e*' as x | filter ispresent(x)")).to.deep.equal(['rror', 'rror']);
    expect(await column('x', "parse toupper(level) 'E*' as x | filter ispresent(x)")).to.deep.equal([
      'RROR',
      'RROR',
    ]);
  });

  it('gives a row for each match with multi', async () => {
    expect(await column('w', 'parse /(\\w+) / as w multi', events('a b c d', '-'))).to.deep.equal([
      ...[undefined, 'a', 'b', 'c'],
    ]);
    expect(await column('w', 'parse /(?<w>x*)/ multi', events('ab'))).to.deep.equal(['', '', '']);
  });

  it('reads logfmt into a map', async () => {
    const lines = events('level=info msg="a \\"b\\" c" ok= done');
    expect(await rowsOf('parse logfmt as m | display m.level, m.msg, m.ok, m.done', lines)).to.deep.equal([
      { 'm.level': 'info', 'm.msg': 'a "b" c', 'm.ok': '', 'm.done': 'true' },
    ]);
  });

  it('reads comma-separated values', async () => {
    const lines = events('1, "a ""b"", c" ,3\n', 'x');
    expect(await rowsOf('parse @message csv as a, b, c, d', lines)).to.deep.equal([
      { a: 'x' },
      { a: '1', b: 'a "b", c', c: '3' },
    ]);
  });

  it('reads one value out of JSON', async () => {
    const lines = events('{"k":{"sub":[1,{"x":"y"}]}}', 'text');
    expect(await column('v', 'parse json field=@message "k.sub[1].x" as v', lines)).to.deep.equal([
      undefined,
      'y',
    ]);
    expect(await column('v', 'parse json field=@message "k.sub" as v', lines)).to.deep.equal([
      ...[undefined, '[1,{"x":"y"}]'],
    ]);
    expect(await column('v', 'parse json field=@message "k.sub.0.z" as v', lines)).to.deep.equal([
      ...[undefined, undefined],
    ]);
  });
});

describe('stats', () => {
  it('counts all rows without by, and none as 0', async () => {
    expect(await rowsOf('stats count(*), count(s), sum(n) as total', STORED)).to.deep.equal([
      { 'count(*)': '4', 'count(s)': '3', total: '16' },
    ]);
    expect(await rowsOf('filter n = 99 | stats count()', STORED)).to.deep.equal([{ 'count()': '0' }]);
    expect(await rowsOf('filter n = 99 | stats count() by level', STORED)).to.deep.equal([]);
  });

  it('groups by bins, fields and expressions, keys first, without @ptr', async () => {
    const execution = execute(
      'stats count(*) by bin(2s), level = "info" as calm | sort `bin(2s)`, calm',
      STORED,
    );
    await execution.run();
    expect(execution.rows().map((row) => row.map(({ value }) => value))).to.deep.equal([
      ['2026-09-03 14:00:00.000', '0', '1'],
      ['2026-09-03 14:00:00.000', '1', '1'],
      ['2026-09-03 14:00:02.000', '0', '1'],
      ['2026-09-03 14:00:02.000', '1', '1'],
    ]);
    expect(execution.rows()[0]!.map(({ field }) => field)).to.deep.equal(['bin(2s)', 'calm', 'count(*)']);
  });

  it('use the aliases of earlier items of the same stats (a sample query of the guide)', async () => {
    const report = (used: number) =>
      `REPORT RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95\tDuration: 15 ms\tBilled Duration: 16 ms\tMemory Size: 128 MB\tMax Memory Used: ${used} MB\t`;
    const query = `filter @type = "REPORT"
      | stats max(@memorySize / 1000 / 1000) as provisonedMemoryMB,
        max(@maxMemoryUsed / 1000 / 1000) as maxMemoryUsedMB,
        provisonedMemoryMB - maxMemoryUsedMB as overProvisionedMB`;
    expect(await rowsOf(query, events(report(60), report(75)))).to.deep.equal([
      { provisonedMemoryMB: '128', maxMemoryUsedMB: '75', overProvisionedMB: '53' },
    ]);
    expect(
      await rowsOf('stats count(*) as n, n * 2 as twice by level | stats max(twice)', STORED),
    ).to.deep.equal([{ 'max(twice)': '4' }]);
  });

  it('take a sort or limit before them, where they are alone: they see all rows, and the limit is that of the result', async () => {
    for (const early of ['sort n desc | limit 3', 'sort n | limit 3', 'limit 1', 'limit 2 | limit 1']) {
      expect(await rowsOf(`${early} | stats sum(n) as total`, STORED), early).to.deep.equal([
        { total: '16' },
      ]);
    }
    expect(await rowsOf('limit 1 | stats count(*) as c by level', STORED)).to.deep.equal([
      { level: 'info', c: '2' },
    ]);
    expect(await rowsOf('limit 3 | stats count(*) by n', STORED)).to.have.length(3);
    expect(await rowsOf('limit 2 | stats count(*) by n | limit 1', STORED)).to.have.length(1);
    expect(await rowsOf('limit 1 | stats count(*) by n | limit 2', STORED)).to.have.length(1);
    expect(await rowsOf('sort n | stats values(n) as ns', STORED)).to.deep.equal([{ ns: '[1,2,3,10]' }]);
    expect(await rowsOf('sort n | stats count(*) as c', STORED)).to.deep.equal([{ c: '4' }]);
  });

  it('are behind a filter on the events, as in the sample queries for AppSync', async () => {
    const logs = jsonEvents(
      ...[30, 10, 20].map((duration) => ({ logType: 'Tracing', resolverArn: 'a', duration })),
      { logType: 'Tracing', resolverArn: 'b', duration: 5 },
      { logType: 'RequestMapping', resolverArn: 'b', fieldInError: true },
      { logType: 'Tracing', duration: 7 },
    );
    expect(
      await rowsOf(
        `fields ispresent(resolverArn) as isRes | stats count() as n by resolverArn
        | filter isRes | filter logType = "Tracing" | sort n desc | limit 10`,
        logs,
      ),
    ).to.deep.equal([
      { resolverArn: 'a', n: '3' },
      { resolverArn: 'b', n: '1' },
    ]);
    expect(
      await rowsOf(
        `fields ispresent(resolverArn) as isRes | stats count() as errors by resolverArn, logType
        | filter isRes and (logType = "RequestMapping" or logType = "ResponseMapping") and fieldInError`,
        logs,
      ),
    ).to.deep.equal([{ resolverArn: 'b', logType: 'RequestMapping', errors: '1' }]);
    const execution = execute(
      'stats count() as n by resolverArn | filter logType = "Tracing" | filter n > 2',
      logs,
    );
    await execution.run();
    expect(execution.rows().map((row) => row.map(({ value }) => value))).to.deep.equal([['a', '3']]);
    expect(execution.statistics.recordsMatched).to.equal(5);
    // What names columns alone works on the rows, also where a field of the event has that name.
    expect(
      await rowsOf('stats max(duration) as logType by resolverArn | filter logType > 10', logs),
    ).to.deep.equal([{ resolverArn: 'a', logType: '30' }]);
    expect(
      await rowsOf('fields duration | filter logType = "Tracing" | limit 2 | sort duration desc', logs),
    ).to.deep.equal([{ duration: '30' }, { duration: '20' }]);
  });

  it('are sorted by nothing where the only one has no such column (a sample query for IoT)', async () => {
    const query = 'stats count(*) as c by n | sort';
    const newestFirst = await rowsOf('stats count(*) as c by n', STORED);
    expect(await rowsOf(`${query} numPublishIn desc | limit 50`, STORED)).to.deep.equal(newestFirst);
    expect(await rowsOf(`${query} @timestamp desc`, STORED)).to.deep.equal(newestFirst);
    expect(await rowsOf(`${query} nosuch desc, n asc`, STORED)).to.deep.equal([
      { n: '1', c: '1' },
      { n: '2', c: '1' },
      { n: '3', c: '1' },
      { n: '10', c: '1' },
    ]);
  });

  it('take bin in a later stats where @timestamp is a column', async () => {
    expect(
      await rowsOf('stats count(*) as c by @timestamp | stats sum(c) as n by bin(2s) as t | sort t', STORED),
    ).to.deep.equal([
      { t: '2026-09-03 14:00:00.000', n: '2' },
      { t: '2026-09-03 14:00:02.000', n: '2' },
    ]);
  });

  it('groups rows without a key by themselves', async () => {
    expect(await rowsOf('stats count(*) as c by s | sort c, s', STORED)).to.deep.equal([
      { s: '500', c: '1' },
      { c: '1' },
      { s: '200', c: '2' },
    ]);
  });

  it('computes over aggregates, and with the keys', async () => {
    expect(
      await rowsOf('stats SUM(n) / Count(*) as mean, toupper(level) as L by level | sort mean', STORED),
    ).to.deep.equal([
      { level: 'error', mean: '2.5', L: 'ERROR' },
      { level: 'info', mean: '5.5', L: 'INFO' },
    ]);
  });

  it('has every aggregate', async () => {
    const query =
      'stats min(n), max(n), avg(n), pct(n, 50), stddev(n), countDistinct(level), values(s), earliest(n), latest(n), sortsFirst(level), sortsLast(level)';
    expect(await rowsOf(query, STORED)).to.deep.equal([
      {
        'min(n)': '1',
        'max(n)': '10',
        'avg(n)': '4',
        'pct(n, 50)': '2',
        'stddev(n)': '3.5355',
        'countDistinct(level)': '2',
        'values(s)': '["200","500"]',
        'earliest(n)': '1',
        'latest(n)': '10',
        'sortsFirst(level)': 'error',
        'sortsLast(level)': 'info',
      },
    ]);
    expect(await rowsOf('stats topk(1, level) as top', STORED)).to.have.length(1);
  });

  it('runs again over its own rows, under alias or text', async () => {
    const query =
      'stats count(*) by bin(1s) as t, level | stats max(`count(*)`) as m, count(*) by dateceil(t, 1m)';
    expect(await rowsOf(query, STORED)).to.deep.equal([
      { 'dateceil(t, 1m)': '2026-09-03 14:01:00.000', m: '1', 'count(*)': '3' },
      { 'dateceil(t, 1m)': '2026-09-03 14:00:00.000', m: '1', 'count(*)': '1' },
    ]);
  });

  it('lets later commands use the text of an aggregate', async () => {
    const query =
      'stats COUNT(*) by level, n > 2 | sort count(*) desc, n > 2 desc | filter count( * ) = 1 | limit 1';
    expect(await rowsOf(query, STORED)).to.deep.equal([{ level: 'info', 'n > 2': '1', 'COUNT(*)': '1' }]);
  });

  it('makes fields after it, which display may choose from', async () => {
    const query = 'stats sum(n) as a by level | fields a * 2 as b | sort b | display b, level';
    expect(await rowsOf(query, STORED)).to.deep.equal([
      { b: '10', level: 'error' },
      { b: '22', level: 'info' },
    ]);
  });
});

describe('dedup', () => {
  it('keeps the first in sort order, and rows without a value', async () => {
    expect(await column('n', 'fields n | dedup level')).to.deep.equal(['10', '3']);
    expect(await column('n', 'fields n | sort n | dedup level, s | limit 3')).to.deep.equal(['1', '2', '3']);
    expect(await column('n', 'fields n | dedup s')).to.deep.equal(['10', '3', '2']);
  });
});

describe('unnest and expand', () => {
  const stored = events('{"id":1,"list":[{"v":"a"},{"v":"b"}],"text":"[1, 2]"}');

  it('unnest gives a row for each element, with the other fields', async () => {
    const query = 'fields id, jsonParse(@message) as m | unnest m.list into e | display id, e.v';
    expect(await rowsOf(query, stored)).to.deep.equal([
      { id: '1', 'e.v': 'a' },
      { id: '1', 'e.v': 'b' },
    ]);
  });

  it('unnest takes what is no list as one element', async () => {
    expect(await rowsOf('fields id | unnest id into e', stored)).to.deep.equal([{ id: '1', e: '1' }]);
  });

  it('expand gives a row for each element of a JSON array, in place', async () => {
    expect(await rowsOf('fields id, text | expand text', stored)).to.deep.equal([
      { id: '1', text: '1' },
      { id: '1', text: '2' },
    ]);
    expect(await rowsOf('fields id | expand id', stored)).to.deep.equal([{ id: '1' }]);
  });
});

describe('pattern and diff', () => {
  const stored = events(
    'took 12 ms at 10:11:12',
    'took 7 ms at 10:11:13',
    'ERROR no such user ann',
    'ERROR no such user bob',
    'disk is filling: Warning',
  );

  it('pattern tells the patterns, how many texts have them, and how severe they are', async () => {
    const rows = await rowsOf('pattern @message', stored);
    expect(rows).to.have.deep.members([
      {
        '@pattern': 'took <Token-1> ms at <Time-1>',
        '@ratio': '0.40',
        '@sampleCount': '2',
        '@severityLabel': 'Info',
      },
      {
        '@pattern': 'ERROR no such user <Token-1>',
        '@ratio': '0.40',
        '@sampleCount': '2',
        '@severityLabel': 'Error',
      },
      {
        '@pattern': 'disk is filling: Warning',
        '@ratio': '0.20',
        '@sampleCount': '1',
        '@severityLabel': 'Warn',
      },
    ]);
    expect(rows[2]!['@sampleCount']).to.equal('1');
  });

  it('pattern reads an expression, and its rows can be filtered', async () => {
    const query =
      'filter @message like /took/ | pattern concat(@message, "!") | filter @sampleCount > 1 | sort @ratio';
    expect(await column('@pattern', query, stored)).to.deep.equal(['took <Token-1> ms at <Time-1>!']);
  });

  it('diff sets the patterns against those of the time before', async () => {
    const hour = 3_600_000;
    const both = [
      ...events('took 1 ms', 'gone now', 'fine').map((event) => ({ ...event, timestamp: START - hour + 5 })),
      ...events('took 2 ms', 'took 3 ms', 'brand new thing', 'fine'),
    ];
    const settings = { startTimeMillis: START, endTimeMillis: START + hour - 1 };
    for (const query of [
      'pattern @message | diff',
      'fields @message | filter @message != "" | pattern @message | diff',
    ]) {
      const rows = await rowsOf(query, both, settings);
      expect(
        rows.map((row) => `${row['@pattern']} ${row['@sampleCount']} ${row['@difference']}`),
      ).to.have.members([...['took <Token-1> ms 2 1', 'brand new thing 1 1', 'fine 1 0', 'gone now 0 -1']]);
    }
    expect(await rowsOf('pattern @message | diff previousDay', both, settings)).to.have.length(3);
  });
});

describe('join', () => {
  it('pairs rows whose fields are equal, and pads with left', async () => {
    const stored = [
      ...jsonEvents({ id: 1, a: 'x' }, { id: 2, a: 'y' }, { a: 'none' }),
      ...jsonEvents({ key: '1.0', b: 'p' }, { key: 1, b: 'q' }).map((event) => ({
        ...event,
        logGroupName: '/other',
      })),
    ];
    const query = (type: string) =>
      `join ${type} left=l right=r where l.id = r.key (SOURCE '/other') | fields l.a, r.b, a | sort l.a, r.b`;
    expect(await rowsOf(query('type=inner'), stored)).to.deep.equal([
      { 'l.a': 'x', 'r.b': 'p', a: 'x' },
      { 'l.a': 'x', 'r.b': 'q', a: 'x' },
    ]);
    expect(await column('l.a', query('type=left'), stored)).to.deep.equal(['none', 'x', 'x', 'y']);
    expect(await column('l.a', query(''), stored)).to.deep.equal(['x', 'x']);
  });
});

describe('lookup', () => {
  const lookupTables = new Map([
    ['codes', { columns: ['code', 'name', 'level'], rows: [{ code: '200', name: 'OK', level: 'fine' }] }],
  ]);
  const run = async (query: string) => rowsOf(query, STORED, { lookupTables });

  it('adds the columns of the row with the same keys', async () => {
    expect(
      await run('fields n, s | lookup codes code as s OUTPUT name as text | filter n < 3'),
    ).to.deep.equal([
      { n: '2', s: '500' },
      { n: '1', s: '200', text: 'OK' },
    ]);
  });

  it('overwrites with OUTPUT, fills only what is missing with OUTPUTNEW', async () => {
    expect(await run('fields n, level | lookup codes code as s OUTPUT level | filter n < 3')).to.deep.equal([
      { n: '2' },
      { n: '1', level: 'fine' },
    ]);
    expect(
      await run('fields n, level | lookup codes code as s OUTPUTNEW level | filter n = 1'),
    ).to.deep.equal([{ n: '1', level: 'info' }]);
  });
});

describe('addtotals, filldown, fillmissing, countFrequent', () => {
  it('addtotals adds up rows, and columns where asked', async () => {
    const query = 'stats sum(n) as a, count(*) as c by level | sort level';
    expect(await rowsOf(`${query} | addtotals`, STORED)).to.deep.equal([
      { level: 'error', a: '5', c: '2', Total: '7' },
      { level: 'info', a: '11', c: '2', Total: '13' },
    ]);
    expect(await rowsOf(`${query} | addtotals row=false col=true a`, STORED)).to.deep.equal([
      { level: 'error', a: '5', c: '2' },
      { level: 'info', a: '11', c: '2' },
      { a: '16' },
    ]);
    expect(await column('sum', `${query} | addtotals fieldname=sum c`)).to.deep.equal(['2', '2']);
  });

  it('filldown repeats the last value', async () => {
    expect(await column('s', 'fields n, s | filldown')).to.deep.equal(['200', '200', '500', '200']);
    expect(await column('s', 'fields n, s | filldown s*')).to.deep.equal(['200', '200', '500', '200']);
    expect(await column('s', 'fields n, s | filldown n')).to.deep.equal(['200', undefined, '500', '200']);
  });

  it('fillmissing makes rows for periods without', async () => {
    const gaps = [STORED[0]!, STORED[3]!];
    const query =
      'stats count(*) as c, sum(n) as t by bin(1s) as b, level | fillmissing with 7 for t | sort b';
    expect(await rowsOf(query, gaps)).to.deep.equal([
      { b: '2026-09-03 14:00:00.000', level: 'info', c: '1', t: '1' },
      { b: '2026-09-03 14:00:01.000', level: 'info', c: '0', t: '7' },
      { b: '2026-09-03 14:00:02.000', level: 'info', c: '0', t: '7' },
      { b: '2026-09-03 14:00:03.000', level: 'info', c: '1', t: '10' },
    ]);
    expect(await rowsOf('filter n = 99 | stats count(*) by bin(1s) | fillmissing', gaps)).to.deep.equal([]);
  });

  it('countFrequent counts values, the most frequent first', async () => {
    const expected = [
      { s: '200', _approxcount: '2' },
      { _approxcount: '1' },
      { s: '500', _approxcount: '1' },
    ];
    expect(await rowsOf('countFrequent s', STORED)).to.deep.equal(expected);
    expect(await rowsOf('count_frequent s', STORED)).to.deep.equal(expected);
  });
});
