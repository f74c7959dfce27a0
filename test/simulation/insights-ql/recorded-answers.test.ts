import { expect } from 'chai';
import { events, jsonEvents, refusal, rowsOf, START } from './fake-source.js';

/** What recordings, measurements and public production queries show of the real service beside its guide. */
describe('the query language as recorded', () => {
  const MINUTE = 60_000;
  const stored = jsonEvents(
    {
      host: 'web-1',
      ms: 4,
      ok: true,
      at: START + 90 * MINUTE,
      code: '200',
      req: 'a',
      body: '{"k":{"n":[7,8]}}',
    },
    {
      host: 'web-2',
      ms: 11,
      ok: false,
      at: START - 5,
      code: '500',
      req: 'b',
      body: '[{"id":"x"},{"id":"y"}]',
    },
    { host: 'web-1', ms: 19, ok: true, code: '404', req: 'b', body: 'no JSON' },
    { host: 'db', ms: 20.5, req: 'c', 'user.name': 'plain', user: { name: 'nested', roles: ['r1', 'r2'] } },
  );
  const first = async (query: string, from = stored): Promise<Record<string, string> | undefined> =>
    (await rowsOf(query, from))[0];
  const values = async (query: string, from = stored): Promise<(string | undefined)[]> =>
    (await rowsOf(query, from)).map((row) => Object.values(row)[0]);

  describe('earliest and latest', () => {
    it('give milliseconds of any field that is a time', async () => {
      expect(
        await first(
          'stats earliest(@ingestionTime) as i, latest(fromMillis(at)) as f, earliest(bin(5m)) as b, latest(@timestamp + 1s) as t',
        ),
      ).to.deep.equal({
        i: String(START + 5),
        f: String(START - 5),
        b: String(START),
        t: String(START + 4000),
      });
    });

    it('can be computed with, and printed as a time again', async () => {
      expect(
        await rowsOf(
          'stats latest(@timestamp) - earliest(@timestamp) as span, latest(@timestamp) as last by req | sort req desc | fields fromMillis(last) as shown | limit 2',
          stored,
        ),
      ).to.deep.equal([
        { req: 'c', span: '0', last: String(START + 3000), shown: '2026-09-03 14:00:03.000' },
        { req: 'b', span: '1000', last: String(START + 2000), shown: '2026-09-03 14:00:02.000' },
      ]);
    });

    it('give all else as it is: texts, numbers as logged, booleans', async () => {
      expect(
        await first(
          'stats latest(host) as h, earliest(ms) as m, latest(ok) as o, earliest(body) as b',
          stored,
        ),
      ).to.deep.equal({ h: 'db', m: '4', o: '1', b: '{"k":{"n":[7,8]}}' });
    });

    it('leave min and max of times formatted', async () => {
      expect(await first('stats min(@timestamp) as a, max(@ingestionTime) as b')).to.deep.equal({
        a: '2026-09-03 14:00:00.000',
        b: '2026-09-03 14:00:03.005',
      });
    });
  });

  describe('times', () => {
    it('stay times when numbers move them, in and around every function', async () => {
      expect(
        await first(
          `fields dateceil(@timestamp + 1800000, 1h) - 1800000 as a, bin(1h) + 1 as b, 60000 + @ingestionTime as c,
            fromMillis(at) - 1 as d, datefloor(bin(@timestamp - 3600000, 1d) + 86400000, 1mo) as e,
            coalesce(nosuch, @timestamp - 500) as f, if(ok, @timestamp, at) + 1 as g | filter req = "a"`,
        ),
      ).to.deep.equal({
        a: '2026-09-03 14:30:00.000',
        b: '2026-09-03 14:00:00.001',
        c: '2026-09-03 14:01:00.005',
        d: '2026-09-03 15:29:59.999',
        e: '2026-09-01 00:00:00.000',
        f: '2026-09-03 13:59:59.500',
        g: '2026-09-03 14:00:00.001',
      });
    });

    it('are numbers between times, through toMillis, and by other operators', async () => {
      expect(
        await first(
          'fields @ingestionTime - @timestamp as lag, toMillis(@timestamp) - 1 as m, @timestamp / 1000 as s, @timestamp % 60000 as r | filter req = "b" | sort @timestamp',
        ),
      ).to.deep.equal({
        lag: '5',
        m: String(START + 1000 - 1),
        s: String(START / 1000 + 1),
        r: '1000',
      });
    });

    it('are moved by periods, which have no caps there', async () => {
      expect(
        await first(
          'fields @timestamp + 9h as a, @timestamp - 90m as b, 36h + @timestamp as c, datefloor(@timestamp + 9h, 1d) - 9h as d, at + 1s as e | filter req = "a"',
        ),
      ).to.deep.equal({
        a: '2026-09-03 23:00:00.000',
        b: '2026-09-03 12:30:00.000',
        c: '2026-09-05 02:00:00.000',
        d: '2026-09-02 15:00:00.000',
        e: String(START + 90 * MINUTE + 1000),
      });
    });

    it('are compared with moved ones, in groups and behind stats', async () => {
      expect(await values('filter @timestamp > now() - 1h | fields host')).to.deep.equal([
        ...['db', 'web-1', 'web-2'],
      ]);
      expect(
        await rowsOf('stats count(*) as n by datefloor(@timestamp + 9h, 1d) - 9h as day', stored),
      ).to.deep.equal([{ day: '2026-09-02 15:00:00.000', n: '4' }]);
      expect(
        await first('stats count(*) as n by bin(1h) as t | fields t + 30m as half, n + 1 as more'),
      ).to.deep.equal({ t: '2026-09-03 14:00:00.000', n: '4', half: '2026-09-03 14:30:00.000', more: '5' });
    });

    it('are refused where a period stands for no distance', () => {
      expect(refusal('filter @timestamp > 5m').at).to.equal('5m');
      expect(refusal('fields 5m - @timestamp').at).to.equal('5m');
      expect(refusal('fields 2 * 5m').at).to.equal('5m');
      expect(refusal('fields @timestamp + 5parsecs').at).to.equal('5parsecs');
    });
  });

  describe('bin', () => {
    it('takes the field that it floors', async () => {
      const late = events({ message: 'x', ingestionTime: START + 3 * 3_600_000 });
      expect(
        await first('fields bin(@timestamp, 1d) as a, bin(@ingestionTime, 1h) as b, bin(1d) as c', late),
      ).to.deep.equal({
        a: '2026-09-03 00:00:00.000',
        b: '2026-09-03 17:00:00.000',
        c: '2026-09-03 00:00:00.000',
      });
      expect(
        await first('fields fromMillis(at) as f | stats count(*) as n by bin(f, 1h) as h'),
      ).to.deep.equal({
        n: '2',
      });
      expect(
        await rowsOf(
          'filter ispresent(at) | fields fromMillis(at) as f | stats count(*) as n by bin(f, 1h) as h | sort h',
          stored,
        ),
      ).to.deep.equal([
        { h: '2026-09-03 13:00:00.000', n: '1' },
        { h: '2026-09-03 15:00:00.000', n: '1' },
      ]);
    });

    it('takes an alias behind stats, and tells fillmissing its period', async () => {
      const query =
        'stats count(*) as n by bin(@timestamp, 1s) as second, host | stats sum(n) as s by bin(second, 2s) as two | sort two';
      expect(await rowsOf(query, stored)).to.deep.equal([
        { two: '2026-09-03 14:00:00.000', s: '2' },
        { two: '2026-09-03 14:00:02.000', s: '2' },
      ]);
      const gap = [stored[0]!, { ...stored[1]!, timestamp: START + 2 * MINUTE }];
      expect(
        await values('stats count(*) as n by bin(@timestamp, 1m) as t | fillmissing | display n', gap),
      ).to.have.members(['1', '1', '0']);
    });

    it('needs a time that is still there, and a period', () => {
      const gone = 'Unknown symbols found in or after stats: @timestamp';
      expect(refusal('stats count(*) by host | stats count(*) by bin(@timestamp, 5m)').message).to.equal(
        gone,
      );
      expect(refusal('stats count(*) by bin(5m, @timestamp)').message).to.equal(
        'bin takes a period such as 5m',
      );
      expect(refusal('fields bin(a, b, 5m)').message).to.equal('bin takes 1 to 2 arguments; it has 3');
    });
  });

  describe('aggregates', () => {
    it('have a median', async () => {
      expect(await first('stats median(ms) as m')).to.deep.equal({ m: '15' });
      expect(await first('filter ms < 20 | stats MEDIAN(ms)')).to.deep.equal({ 'MEDIAN(ms)': '11' });
      expect(await first('stats median(nosuch) as m, median(host) as h, count(*) as n')).to.deep.equal({
        n: '4',
      });
    });

    it('count over time with a star, as count does', async () => {
      expect(
        await first(
          'stats count_over_time(*) as a, countOverTime(*) as b, count_over_time(code) as c by bin(1d)',
        ),
      ).to.include({ a: '4', b: '4', c: '3' });
      expect(refusal('stats sum_over_time(*)').message).to.equal('sum_over_time does not take *');
    });

    it('are grouped by histogram, whose buckets have a width and are named by their lower bounds', async () => {
      expect(
        await rowsOf('stats count(*) as n by histogram(ms, 5) | sort n desc, `histogram(ms, 5)`', stored),
      ).to.deep.equal([
        { 'histogram(ms, 5)': '0', n: '1' },
        { 'histogram(ms, 5)': '10', n: '1' },
        { 'histogram(ms, 5)': '15', n: '1' },
        { 'histogram(ms, 5)': '20', n: '1' },
      ]);
      const odd = jsonEvents({ v: -0.05 }, { v: 0.31 }, { v: '0.39' }, { v: 'none' });
      expect(
        await rowsOf('stats count(*) as n by histogram(v, 0.1) as b, 1 as one | sort b', odd),
      ).to.deep.equal([
        { b: '-0.1', one: '1', n: '1' },
        { b: '0.3', one: '1', n: '2' },
        { one: '1', n: '1' },
      ]);
      expect(await first('stats sum(ms) as s by host | stats count(*) as n by histogram(s, 100)')).to.include(
        {
          n: '3',
        },
      );
      expect(refusal('stats count(*) by histogram(v, 0)').message).to.equal(
        'histogram: the second argument must be a number greater than 0',
      );
    });
  });

  it('knows regex_replace beside regexReplace', async () => {
    expect(await first('fields regex_replace(host, /-(\\d)/, "#$1") as h | filter req = "a"')).to.deep.equal({
      h: 'web#1',
    });
  });

  describe('a path behind a call', () => {
    it('leads into maps and lists of any function', async () => {
      expect(
        await first(
          'fields jsonParse(body).k.n[1] as a, jsonParse(body).k.n.0 as b, split(host, "-")[0] as c, jsonParse(@message).`user.name` as d, coalesce(jsonParse(nosuch), jsonParse(body)).k.n as e | filter req = "a"',
        ),
      ).to.deep.equal({ a: '8', b: '7', c: 'web', e: '[7,8]' });
      expect(await values('fields jsonParse(body)[1].id as id | filter ispresent(id)')).to.deep.equal(['y']);
      expect(
        await values('filter ispresent(`user.name`) | fields jsonParse(@message).`user.name`'),
      ).to.deep.equal(['plain']);
    });

    it('stands wherever a value may: in conditions, arguments, keys and aggregates', async () => {
      expect(await values('filter jsonParse(@message).ms > 15 | fields req')).to.deep.equal(['c', 'b']);
      expect(
        await rowsOf(
          'stats max(jsonParse(@message).ms) as most, values(host)[0] as one by jsonParse(@message).req as r | sort r desc | limit 1',
          stored,
        ),
      ).to.deep.equal([{ r: 'c', most: '20.5', one: 'db' }]);
      expect(await first('stats count(*) by split(host, "-")[0] | sort `split(host, "-")[0]`')).to.deep.equal(
        {
          'split(host, "-")[0]': 'db',
          'count(*)': '1',
        },
      );
    });

    it('may be what other commands read, and lead into a column of stats', async () => {
      expect(
        await values('parse jsonParse(body).k.n[0] "*" as x | filter ispresent(x) | display x'),
      ).to.deep.equal(['7']);
      expect(await values('unnest jsonParse(body).k.n into n | filter req = "a" | display n')).to.deep.equal([
        ...['7', '8'],
      ]);
      expect(await values('fields req | sort jsonParse(@message).ms desc | limit 1')).to.deep.equal(['c']);
      expect(
        await first('stats values(req) by host | fields values(req)[1] as second | filter host = "web-1"'),
      ).to.deep.equal({ host: 'web-1', 'values(req)': '["b","a"]', second: 'a' });
    });

    it('leads nowhere in what is neither map nor list', async () => {
      expect(
        await rowsOf('fields toupper(host).x as a, jsonParse(code).b as b | limit 1', stored),
      ).to.deep.equal([{}]);
    });

    it('touches the call', () => {
      expect(refusal('fields jsonParse(a) .b').at).to.equal('.');
      expect(refusal('fields jsonParse(a).').at).to.equal('');
      expect(refusal('fields jsonParse(a)[x]').at).to.equal('x');
    });
  });

  describe('json', () => {
    it('takes paths out of a text', async () => {
      expect(
        await first(
          'json field=body "k.n[1]" as a, "k.n.0" as b, "k" as c | display a, b, c | filter req = "a"',
        ),
      ).to.deep.equal({ a: '8', b: '7', c: '{"n":[7,8]}' });
      expect(await first('parse json field=body "k.n" as n | display n | filter req = "a"')).to.deep.equal({
        n: '[7,8]',
      });
    });

    it('takes them out of the message where no field is named, and out of what jsonParse made', async () => {
      expect(await values('json "host" as h | display h')).to.deep.equal(['db', 'web-1', 'web-2', 'web-1']);
      expect(
        await values(
          'fields jsonParse(@message) as m | json field=m "user.roles[1]" as r | display r | limit 1',
        ),
      ).to.deep.equal(['r2']);
      expect(
        await values('json field=jsonParse(body)[0] "id" as id | filter ispresent(id) | display id'),
      ).to.deep.equal(['x']);
    });

    it('finds keys that hold dots first', async () => {
      expect(await values('json "user.name" as u | display u | limit 1')).to.deep.equal(['plain']);
      const deep = events('{"a":{"b.c":{"d":1}},"a.b":{"x":2}}');
      expect(
        await first('json "a.b.c.d" as d, "$.a.b.x" as x, "a.b.y" as y | display d, x, y', deep),
      ).to.deep.equal({ d: '1', x: '2' });
    });

    it('gives nothing for a text that is no JSON, and keeps the event', async () => {
      expect(
        await rowsOf('filter req = "b" | json field=body "[1].id" as id | display req, id', stored),
      ).to.deep.equal([{ req: 'b' }, { req: 'b', id: 'y' }]);
    });

    it('makes names that can be used, but not made again', () => {
      expect(refusal('json field=body "k" as k | fields k').message).to.include(
        'Ephemeral field is already defined: k',
      );
      expect(refusal('json field=body "k"').at).to.equal('');
      expect(refusal('json field="body" "k" as k').at).to.equal('"body"');
    });
  });

  describe('aliases', () => {
    it('serve later items of the same fields and display', async () => {
      expect(
        await first(
          'filter req = "b" | fields ms as a, a * 2 as b, if(b > 30, "slow", "fast") as c, toupper(c)',
        ),
      ).to.deep.equal({ a: '19', b: '38', c: 'slow', 'toupper(c)': 'SLOW' });
      expect(await first('display ms + 1 as a, a + 1 as b | filter req = "c"')).to.deep.equal({
        a: '21.5',
        b: '22.5',
      });
    });

    it('serve them behind stats as well, and in sort', async () => {
      expect(
        await rowsOf(
          'stats sum(ms) as total, count(*) as n by host | fields total / n as mean, mean * 10 as tenfold | sort tenfold as t desc, t | limit 1 | display host, tenfold',
          stored,
        ),
      ).to.deep.equal([{ host: 'db', tenfold: '205' }]);
    });

    it('hide the field of the event of that name from the next item on', async () => {
      expect(await first('filter req = "a" | fields ms as code, code + 1 as more')).to.deep.equal({
        code: '4',
        more: '5',
      });
      expect(await first('filter req = "a" | fields coalesce(ms, 0) as ms, ms + 1 as more')).to.deep.equal({
        ms: '4',
        more: '5',
      });
    });

    it('may be words of the language and names of functions', async () => {
      expect(
        await rowsOf(
          'stats count(*) as count, max(ms) as max, min(ms) as filter by host as source | sort count desc, max | filter max > 11 | display source, count, max, filter',
          stored,
        ),
      ).to.deep.equal([
        { source: 'web-1', count: '2', max: '19', filter: '4' },
        { source: 'db', count: '1', max: '20.5', filter: '20.5' },
      ]);
      expect(
        await first(
          'filter req = "c" | fields host as stats, ms as limit, req as bin, 1 as display, 2 as type | sort bin desc | display stats, limit, bin, display, type',
        ),
      ).to.deep.equal({ stats: 'db', limit: '20.5', bin: 'c', display: '1', type: '2' });
    });
  });

  describe('a column named again', () => {
    const AGAIN = /^Ephemeral field is already defined: (\S+) \(\[\d+,\d+\]\)$/;
    for (const [query, name] of [
      ['stats count(*) as n by host | fields n', 'n'],
      ['stats max(ms) as most by host | fields host, most * 2 as twice, most', 'most'],
      ['stats count(*) as n by host as h | fields h', 'h'],
      ['fields ms * 2 as x | fields host, x', 'x'],
      ['fields ms as x, x', 'x'],
      ['fields ms as x | stats max(x) as y by x | fields x', 'x'],
      ['parse body "*:*" as k, v | fields v', 'v'],
      ['fields jsonParse(body) as m | unnest m into e | fields e', 'e'],
    ] as const) {
      it(`is refused: ${query}`, () => {
        expect(AGAIN.exec(refusal(query).message)?.[1]).to.equal(name);
      });
    }

    it('may be a field of the event, a key that is one, and stand in display', async () => {
      expect(await values('fields host | fields host, req | filter req = "c"')).to.deep.equal(['db']);
      expect(await first('stats count(*) as n by host | fields host | sort host')).to.deep.equal({
        host: 'db',
        n: '1',
      });
      expect(await first('stats count(*) as n by host | display n, n * 2 as d | sort n desc')).to.deep.equal({
        n: '2',
        d: '4',
      });
    });
  });

  describe('a column that reads its own name', () => {
    for (const query of [
      'stats sum(ms) as ms',
      'stats latest(host) as host by req',
      'stats latest(host) as host by req | stats count(*) by host',
      'stats count(*) as n, max(ms) / 1000 as ms by host',
      'stats count(code) as code',
      'stats max(jsonParse(body).k) as body by req',
      'stats avg(toNumber(code)) as code',
      'stats max(a) as b, min(b) as a',
      'stats max(a) as b, max(b) as c, max(c) as a',
      'stats count(*) as n by host | stats latest(host) as host',
    ]) {
      it(`is refused: ${query}`, () => {
        expect(refusal(query).message).to.equal('Cycle found in operation dependency graph');
      });
    }

    it('may be made by fields, and named like another field, a key or in other case', async () => {
      expect(await first('fields if(ispresent(nosuch), nosuch, "u") as nosuch | limit 1')).to.deep.equal({
        nosuch: 'u',
      });
      expect(await first('stats max(ms) as code, max(user.name) as name, sum(ms) as MS')).to.deep.equal({
        code: '20.5',
        MS: '54.5',
      });
      expect(await first('stats count(*) as n by tolower(host) as host | sort host')).to.deep.equal({
        host: 'db',
        n: '1',
      });
    });
  });

  describe('limit', () => {
    it('is that of the result: filters, stats and sorts behind it see all', async () => {
      expect(
        await values('fields req, host | sort @timestamp desc | limit 1 | filter host = "web-2"'),
      ).to.deep.equal(['b']);
      expect(await values('limit 1 | fields req as r | filter r = "a"')).to.deep.equal(['a']);
      expect(
        await values('fields req | limit 2 | parse body "k*" as k | filter ms < 20 | sort ms'),
      ).to.deep.equal([...['a', 'b']]);
      expect(await values('limit 1 | stats sum(ms) by host | sort host desc')).to.deep.equal(['web-2']);
      expect(await values('limit 1 | filterIndex req = "b" | fields req')).to.deep.equal(['b']);
      expect(await values('fields host | limit 1 | sort host | dedup host')).to.deep.equal(['db']);
    });

    it('holds with the smaller of two', async () => {
      expect(await values('fields req | limit 1 | filter ms > 4 | limit 2')).to.deep.equal(['c']);
      expect(await values('fields req | limit 3 | filter ms > 4 | limit 2')).to.deep.equal(['c', 'b']);
    });

    it('stays before commands that make more rows, or add some, and where it says any', async () => {
      expect(
        await values('sort ms | limit 1 | fields jsonParse(body) as m | unnest m.k.n into n | display n'),
      ).to.deep.equal(['7', '8']);
      expect(
        await values(
          'stats count(*) as n by host | sort host | limit 2 | addtotals col=true row=false | display n',
        ),
      ).to.deep.equal(['1', '2', '3']);
      expect(await values('fields req | limit any 1 | filter host = "web-2"')).to.deep.equal([]);
    });
  });

  describe('a subquery of in', () => {
    const hosts = async (subquery: string) =>
      values(`fields host | filter req in (SOURCE '/app' | ${subquery}) | sort host`);

    it('may aggregate: its last fields or display says what it gives', async () => {
      expect(await hosts('stats count(*) as n by req | filter n > 1 | fields req')).to.deep.equal([
        'web-1',
        'web-2',
      ]);
      expect(await hosts('stats max(ms) as most by req | filter most < 5 | display req')).to.deep.equal([
        'web-1',
      ]);
      expect(await hosts('fields host, ms | filter ms > 20 | fields req')).to.deep.equal(['db']);
      expect(await hosts('fields req, ms | sort ms desc | limit 1 | display req')).to.deep.equal(['db']);
      expect(await hosts('fields host | stats latest(req) as r')).to.deep.equal(['db']);
    });

    it('gives one column, not two', () => {
      for (const subquery of [
        'stats count(*) as n by req',
        'fields req | stats count(*) as n by req',
        'stats count(*) by req | display req, `count(*)`',
        'display req, host',
        'filter ms > 1',
      ]) {
        expect(refusal(`filter req in (SOURCE '/app' | ${subquery})`).message).to.equal(
          'a subquery of in must give exactly one field',
        );
      }
    });
  });

  describe('numbers', () => {
    it('that a query computes print four decimals at most, as in a recorded answer', async () => {
      // The message sizes of that answer: 29, 30 and 128 MB.
      const report = (used: number) =>
        `REPORT RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95\tDuration: 8.27 ms\tMemory Size: 128 MB\tMax Memory Used: ${used} MB\t`;
      expect(
        await first(
          `filter @type = "REPORT" | stats max(@memorySize / 1024 / 1024) as provisioned,
            min(@maxMemoryUsed / 1024 / 1024) as minUsed, max(@maxMemoryUsed / 1024 / 1024) as maxUsed,
            provisioned - maxUsed as over, max(@duration) as d`,
          events(report(29), report(30)),
        ),
      ).to.deep.equal({
        provisioned: '122.0703',
        minUsed: '27.6566',
        maxUsed: '28.6102',
        over: '93.4601',
        d: '8.27',
      });
      expect(
        await first('stats 88000000 / 1048576 as a, 128000000 / 1048576 - a as b', stored),
      ).to.deep.equal({ a: '83.9233', b: '38.147' });
    });

    it('are rounded where they are printed alone', async () => {
      expect(
        await first(
          'stats count(*) / 3 as third, third * 3 as whole, sum(1 / 3) as s | filter third > 1.33333',
        ),
      ).to.deep.equal({ third: '1.3333', whole: '4', s: '1.3333' });
      expect(await values('stats count(*) by ms / 3 | sort `ms / 3` | limit 1')).to.deep.equal(['1.3333']);
    });

    it('that a log holds stay as they are written', async () => {
      const logged = jsonEvents({
        x: 0.123456789,
        y: '0.10000',
        list: [1.000001],
        big: 1e-7,
        n: { z: 2.00005 },
      });
      expect(
        await first(
          'fields x, y, list.0, big, n.z as z, jsonParse(@message).x as px, coalesce(x, 1) as c | filter x = 0.123456789 and x < 0.2',
          logged,
        ),
      ).to.deep.equal({
        x: '0.123456789',
        y: '0.10000',
        'list.0': '1.000001',
        big: '0.0000001',
        z: '2.00005',
        px: '0.123456789',
        c: '0.123456789',
      });
      expect(await first('stats latest(x) as l, max(x) as m by n.z', logged)).to.deep.equal({
        'n.z': '2.00005',
        l: '0.123456789',
        m: '0.1235',
      });
      expect(await first('fields jsonStringify(jsonParse(@message)) as s | display s', logged)).to.deep.equal(
        { s: logged[0]!.message },
      );
      expect(
        await first(
          'fields jsonParse(@message) as m | unnest m.list into e | json field=m "n.z" as z | display e, z',
          logged,
        ),
      ).to.deep.equal({ e: '1.000001', z: '2.00005' });
    });
  });
});
