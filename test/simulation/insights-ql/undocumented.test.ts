import { expect } from 'chai';
import { effectiveLimit } from '../../../src/simulation/insights-ql/undocumented.js';
import { events, jsonEvents, rowsOf, START } from './fake-source.js';

describe('the query language', () => {
  const stored = jsonEvents({ n: 1, s: 'b' }, { n: 2, s: 'a' }, { n: 3 });
  const ns = async (query: string, from = stored) => (await rowsOf(query, from)).map(({ n }) => n);

  it('not documented: sort without a direction ascends', async () => {
    expect(await ns('fields n | sort n')).to.deep.equal(['1', '2', '3']);
  });

  it('not documented: nulls sort last in both directions', async () => {
    expect(await ns('fields n | sort s')).to.deep.equal(['2', '1', '3']);
    expect(await ns('fields n | sort s desc')).to.deep.equal(['1', '2', '3']);
  });

  it('not documented: without sort, the newest come first', async () => {
    expect(await ns('fields n')).to.deep.equal(['3', '2', '1']);
  });

  it('not documented: of the limits of query and request the smaller holds', async () => {
    expect(effectiveLimit(undefined, undefined)).to.equal(undefined);
    expect(effectiveLimit(5, undefined)).to.equal(5);
    expect(effectiveLimit(undefined, 7)).to.equal(7);
    expect(await rowsOf('limit 2', stored, { limit: 1 })).to.have.length(1);
    expect(await rowsOf('limit 1', stored, { limit: 2 })).to.have.length(1);
  });

  it('not documented: != , not like and not in do not hold for a missing field, not (…) does', async () => {
    expect(await ns('fields n | filter s != "a"')).to.deep.equal(['1']);
    expect(await ns('fields n | filter s not like "a"')).to.deep.equal(['1']);
    expect(await ns('fields n | filter s not in ["a"]')).to.deep.equal(['1']);
    expect(await ns("fields n | filter s not in (SOURCE '/app' | filter s = 'a' | fields s)")).to.deep.equal([
      '1',
    ]);
    expect(await ns('fields n | filter not s = "a"')).to.deep.equal(['3', '1']);
    expect(await ns('fields n | filter not (s like "a")')).to.deep.equal(['3', '1']);
    expect(await ns('fields n | filter not ispresent(s) or s != "a"')).to.deep.equal(['3', '1']);
  });

  it('not documented: a backslash escapes its quote and itself, nothing else', async () => {
    const odd = events('say "hi" \\d \\');
    expect(await rowsOf('filter @message = "say \\"hi\\" \\d \\\\"', odd)).to.have.length(1);
    expect(await rowsOf('filter @message like \'y "hi" \\\\d\'', odd)).to.have.length(1);
  });

  it('not documented: ^ binds tighter than * / %, these than + -, these than comparison, not, and, or', async () => {
    const [row] = await rowsOf(
      'fields 2 + 3 * 2 ^ 3 ^ 1 % 5 as a, 10 - 2 - 3 as b, -2 ^ 2 as c | limit 1',
      stored,
    );
    expect(row).to.deep.equal({ a: '6', b: '5', c: '4' });
    expect(await ns('fields n | filter not n = 1 and n < 3 or n = 3')).to.deep.equal(['3', '2']);
  });

  it('not documented: an empty list gives no row', async () => {
    const empty = events('{"e":[],"n":1}');
    expect(await ns('fields n, jsonParse(@message) as m | unnest m.e into x', empty)).to.deep.equal([]);
    expect(await ns('fields n, "[]" as e | expand e', empty)).to.deep.equal([]);
  });

  it('not documented: offset shows a bin that much later', async () => {
    expect(await rowsOf('stats count(*) as c by bin(5m) as b offset 1h', stored)).to.deep.equal([
      { b: '2026-09-03 15:00:00.000', c: '3' },
    ]);
    expect(await rowsOf('stats count(*) as c by bin(5m) as b offset 36h', stored)).to.deep.equal([
      { b: '2026-09-05 02:00:00.000', c: '3' },
    ]);
  });

  it('not documented: fillmissing fills with 0, from the first to the last period that there is', async () => {
    const gaps = [stored[0]!, { ...stored[1]!, timestamp: START + 120_000 }];
    expect(await rowsOf('stats count(*) as c by bin(1m) as b | fillmissing | sort b', gaps)).to.deep.equal([
      { b: '2026-09-03 14:00:00.000', c: '1' },
      { b: '2026-09-03 14:01:00.000', c: '0' },
      { b: '2026-09-03 14:02:00.000', c: '1' },
    ]);
  });

  it('not documented: the columns of diff, and its words', async () => {
    const before = { message: 'old', timestamp: START - 5 };
    const settings = { startTimeMillis: START, endTimeMillis: START + 999 };
    expect(await rowsOf('pattern @message | diff', events('new error', before), settings)).to.deep.equal([
      {
        '@pattern': 'new error',
        '@sampleCount': '1',
        '@difference': '1',
        '@differenceDescription': 'new',
        '@severityLabel': 'Error',
      },
      {
        '@pattern': 'old',
        '@sampleCount': '0',
        '@difference': '-1',
        '@differenceDescription': 'gone',
        '@severityLabel': 'Info',
      },
    ]);
  });

  it('not documented: rows of stats come in the order in which their groups are met, newest first', async () => {
    expect(await ns('stats count(*) by n')).to.deep.equal(['3', '2', '1']);
  });

  it('not documented: a computed number that would print as 0 is printed whole, halves go away from 0', async () => {
    expect(
      await rowsOf(
        'fields 2 * 0.0000021 as cost, -0.00001 * n as loss, n / 32 as half, -n / 32 as minus | filter n = 1',
        stored,
      ),
    ).to.deep.equal([{ cost: '0.0000042', loss: '-0.00001', half: '0.0313', minus: '-0.0313' }]);
  });

  it('not documented: now() is a moment beside a period, and a number of seconds beside a number', async () => {
    const settings = { nowMillis: START + 1_999 };
    expect(
      await rowsOf('fields now() - 1h as a, 1h + now() as b, now() - 1 as c | limit 1', stored, settings),
    ).to.deep.equal([
      { a: '2026-09-03 13:00:01.000', b: '2026-09-03 15:00:01.000', c: String(START / 1000) },
    ]);
    expect(await rowsOf('filter @timestamp >= now() - 1s', stored, settings)).to.have.length(3);
    expect(await rowsOf('filter @timestamp > now() - 1s', stored, settings)).to.have.length(2);
  });

  it('not documented: months that move a time are those of the calendar, its last day for one that it lacks', async () => {
    const last = events({ message: 'x', timestamp: Date.UTC(2026, 0, 31, 5) });
    const settings = { startTimeMillis: 0 };
    expect(
      await rowsOf(
        'fields @timestamp + 1mo as a, @timestamp - 2quarters as b, @timestamp + 2y as c, @timestamp - 11mon as d, toMillis(@timestamp) + 1y as e',
        last,
        settings,
      ),
    ).to.deep.equal([
      {
        a: '2026-02-28 05:00:00.000',
        b: '2025-07-31 05:00:00.000',
        c: '2028-01-31 05:00:00.000',
        d: '2025-02-28 05:00:00.000',
        e: String(Date.UTC(2027, 0, 31, 5)),
      },
    ]);
    expect(await rowsOf('fields @timestamp + 300000y as far | display far', last, settings)).to.deep.equal([
      {},
    ]);
  });

  it('not documented: a limit stays before what makes rows of rows, or adds some', async () => {
    const lists = jsonEvents({ n: 1 }, { n: 2 });
    expect(await ns('fields n, split("a,b", ",") as l | limit 1 | unnest l into e', lists)).to.deep.equal([
      '2',
      '2',
    ]);
    expect(
      await rowsOf('stats count(*) as c by n | limit 1 | addtotals col=true row=false | display c', lists),
    ).to.deep.equal([{ c: '1' }, { c: '1' }]);
    expect(await ns('fields n | limit any 1 | filter n = 1', lists)).to.deep.equal([]);
  });

  it('not documented: the greatest and least of times are times', async () => {
    expect(
      await rowsOf(
        'fields greatest(@timestamp, @ingestionTime) as g, least(@timestamp, 5) as l | filter n = 1',
        stored,
      ),
    ).to.deep.equal([{ g: '2026-09-03 14:00:00.005', l: '5' }]);
  });

  it('not documented: of a path of json the longest key goes first', async () => {
    const dotted = events('{"a":{"b":1},"a.b":2}');
    expect(await rowsOf('json "a.b" as x | display x', dotted)).to.deep.equal([{ x: '2' }]);
  });

  it('not documented: diff comes right after pattern', async () => {
    const { refusal } = await import('./fake-source.js');
    expect(refusal('pattern @message | sort @ratio | diff').message).to.equal(
      'diff must come right after pattern',
    );
  });

  it('not documented: true and false are words of the language', async () => {
    expect(await ns('fields n | filter (n = 1) = true')).to.deep.equal(['1']);
    expect(await ns('fields n | filter (n = 1) = false')).to.deep.equal(['3', '2']);
  });

  it('not documented: SOURCE without a class means Standard groups', async () => {
    const groups = [
      { logGroupName: '/app' },
      { logGroupName: '/app/ia', logGroupClass: 'INFREQUENT_ACCESS' },
    ];
    const { execute, FakeSource } = await import('./fake-source.js');
    expect(
      execute('SOURCE logGroups(namePrefix: ["/app"])', new FakeSource([], { groups })).logGroupNames,
    ).to.deep.equal(['/app']);
  });
});
