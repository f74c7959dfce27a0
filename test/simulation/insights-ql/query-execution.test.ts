import { expect } from 'chai';
import fc from 'fast-check';
import { type EventSource } from '../../../src/simulation/insights-ql/event-source.js';
import { events, execute, FakeSource, jsonEvents, rowsOf, START } from './fake-source.js';

const STORED = jsonEvents({ id: 'a', n: 5 }, { id: 'b', n: '5.0' }, { id: 'a', n: 6 });

/** The index conditions that a query asks its source for, `!` before those that are required. */
async function conditions(query: string): Promise<string[]> {
  const source = new FakeSource(STORED);
  await execute(query, source).run();
  return source.scans[0]!.indexConditions.map(
    ({ field, values, required }) => `${required ? '!' : ''}${field}=${values.join('|')}`,
  );
}

describe('QueryExecution', () => {
  it('is Scheduled, Running, then Complete', async () => {
    const execution = execute('fields id', STORED);
    expect(execution.status).to.equal('Scheduled');
    const running = execution.run();
    expect(execution.status).to.equal('Running');
    await running;
    expect(execution.status).to.equal('Complete');
  });

  it('tells what the scan cost, that of inner queries too', async () => {
    const bytes = STORED.reduce((sum, { message }) => sum + message.length, 0);
    const plain = execute('filter n = 5', STORED);
    await plain.run();
    expect(plain.statistics).to.deep.equal({
      recordsMatched: 2,
      recordsScanned: 3,
      bytesScanned: bytes,
      estimatedRecordsSkipped: 0,
      estimatedBytesSkipped: 0,
      logGroupsScanned: 1,
    });
    const nested = execute("filter id in (SOURCE '/app' | filter n = 6 | fields id)", STORED);
    await nested.run();
    expect(nested.statistics).to.include({ recordsMatched: 2, recordsScanned: 6, bytesScanned: 2 * bytes });
  });

  it('counts what passes filters behind sort and parse, before stats and limits', async () => {
    for (const query of [
      'sort n | filter id = "a"',
      'parse /"id":"(?<x>.)/ | filter x = "a" | limit 1',
      'filter id = "a" | stats count(*) | filter `count(*)` > 9',
      'filter id = "a" | fields "[1,2]" as l | expand l',
    ]) {
      const execution = execute(query, STORED);
      await execution.run();
      expect(execution.statistics.recordsMatched, query).to.equal(2);
    }
  });

  describe('while it runs', () => {
    /** Rows of a query after the first chunk of two events. */
    async function early(query: string): Promise<string[][]> {
      const source = new FakeSource(jsonEvents({ n: 1 }, { n: 2 }, { n: 3 }));
      let rows: string[][] = [];
      const watched: EventSource = {
        accountId: source.accountId,
        region: source.region,
        logGroups: () => source.logGroups(),
        *scan(scan, statistics) {
          let chunks = 0;
          for (const chunk of source.scan(scan, statistics)) {
            if (chunks++ === 1) rows = printed();
            yield chunk;
          }
        },
      };
      const execution = execute(query, watched);
      const printed = () =>
        execution.rows().map((row) => row.filter(({ field }) => field !== '@ptr').map(({ value }) => value));
      await execution.run();
      return rows;
    }

    it('shows the rows so far', async () => {
      expect(await early('fields n')).to.deep.equal([['3'], ['2']]);
    });

    it('shows what stats and sort hold back, through the commands behind them', async () => {
      expect(await early('stats sum(n) as s | fields s * 2 as d')).to.deep.equal([['5', '10']]);
      expect(await early('fields n | sort n | limit 1')).to.deep.equal([['2']]);
      expect(await early('filter n > 0 | stats count(*)')).to.deep.equal([['2']]);
      expect(await early('filter n > 0 | sort n | fields n | addtotals')).to.deep.equal([
        ['2', '2'],
        ['3', '3'],
      ]);
      expect(await early('pattern @message')).to.have.length(1);
      expect(await early('countFrequent n')).to.have.length(2);
      expect(await early('pattern @message | diff')).to.have.length(1);
    });

    it('is not changed by being looked at', async () => {
      expect(await early('stats count(*) as c by bin(1s) as b | fillmissing | filldown c')).to.have.length(2);
    });
  });

  it('stops where it is told to, keeping its rows', async () => {
    const controller = new AbortController();
    const source = new FakeSource(events(...Array.from({ length: 100 }, () => 'x')));
    const execution = execute('fields @message', source);
    const running = execution.run(controller.signal);
    setImmediate(() => {
      controller.abort();
    });
    await running;
    expect(execution.status).to.equal('Cancelled');
    expect(execution.rows().length).to.be.within(2, 20);
  });

  it('does not begin when it is told to stop before', async () => {
    for (const query of [
      'fields @message',
      "filter a in (SOURCE '/app' | fields id)",
      'pattern @message | diff',
    ]) {
      const execution = execute(query, STORED);
      await execution.run(AbortSignal.abort());
      expect(execution.status).to.equal('Cancelled');
      expect(execution.statistics.recordsScanned).to.equal(0);
    }
  });

  it('is Failed, and says so, when its source fails', async () => {
    const broken: EventSource = {
      accountId: '1',
      region: 'r',
      logGroups: () => [],
      scan: () => {
        throw new Error('disk on fire');
      },
    };
    for (const query of ['fields a', "filter a in (SOURCE '/app' | fields id)"]) {
      const execution = execute(query, broken);
      let message = '';
      await execution.run().catch((error: unknown) => (message = (error as Error).message));
      expect(message).to.equal('disk on fire');
      expect(execution.status).to.equal('Failed');
      expect(execution.error?.message).to.equal('disk on fire');
    }
  });

  it('lets other work run between chunks', async () => {
    const execution = execute('stats count(*)', events(...Array.from({ length: 20 }, () => 'x')));
    let turns = 0;
    let ended = false;
    const count = () => {
      turns++;
      if (!ended) setImmediate(count);
    };
    setImmediate(count);
    await execution.run();
    ended = true;
    expect(turns).to.be.greaterThan(5);
  });

  it('is Failed when a subquery takes longer than 30 seconds; a query itself may', async () => {
    const settings = (millisPerLook: number) => {
      let elapsed = 0;
      return { elapsedMillis: () => (elapsed += millisPerLook) };
    };
    const nested = "filter id in (SOURCE '/app' | fields id)";
    const source = new FakeSource(STORED, { chunkEvents: 1 });
    // A look at the clock before the first chunk, and one behind each.
    const inTime = execute(nested, source, settings(30_000 / STORED.length));
    await inTime.run();
    expect(inTime.status).to.equal('Complete');
    const late = execute(nested, source, settings(30_000 / STORED.length + 1));
    const problem = await late.run().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(problem).to.be.instanceOf(RangeError);
    expect(String(problem)).to.include('a subquery took longer than 30 seconds');
    expect(late.status).to.equal('Failed');
    const slow = execute('fields id', source, settings(60_000));
    await slow.run();
    expect(slow.status).to.equal('Complete');
  });

  it('refuses a join with more than 50,000 keys on the right', async () => {
    const right = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        ...events(String(index))[0]!,
        logGroupName: '/right',
      }));
    const query = "join left=l right=r where l.@message = r.@message (SOURCE '/right')";
    const run = async (count: number) => {
      const execution = execute(
        query,
        new FakeSource([...events('7'), ...right(count)], { chunkEvents: 10_000 }),
      );
      await execution.run();
      return execution.rows().length;
    };
    expect(await run(50_000)).to.equal(1);
    let message = '';
    await run(50_001).catch((error: unknown) => (message = (error as Error).message));
    expect(message).to.include('more than 50000 keys');
  });

  describe('index conditions', () => {
    it('are the = and in of filters, joined by and', async () => {
      expect(
        await conditions('filter id = "a" and (n = 5 and "x" = s) | where t in ["u", 7, true]'),
      ).to.deep.equal([...['id=a', 'n=5', 's=x', 't=u|7|1']]);
      expect(
        await conditions('fields id | sort id | parse "x=*" as y | filter id = "a" | limit 5'),
      ).to.deep.equal(['id=a']);
      expect(await conditions('limit 5 | filter id = "a"')).to.deep.equal(['id=a']);
      expect(await conditions('filter @logStream = "s" and @requestId = "r"')).to.deep.equal([
        ...['@logStream=s', '@requestId=r'],
      ]);
    });

    it('leave out all else', async () => {
      for (const query of [
        'filter id = "a" or n = 5',
        'filter not id = "a"',
        'filter id != "a"',
        'filter id like "a"',
        'filter id not in ["a"]',
        'filter id = n',
        'filter id in ["a", n]',
        'filter 1 = 1',
        'filter id > 1',
        'filter @message = "a" and @timestamp = 5',
        'filter @logStream = 5',
        'fields "x" as id | filter id = "x"',
        'parse "*" as id | filter id = "x"',
        'fields jsonParse(@message) as m | filter m.id = "x"',
        'limit any 5 | filter id = "a"',
        'stats count(*) by id | filter id = "a"',
        "filter id in (SOURCE '/app' | limit 1 | fields n)",
      ]) {
        expect(await conditions(query), query).to.deep.equal([]);
      }
    });

    it('are required from filterIndex', async () => {
      expect(await conditions('filterIndex id = "a" | filterIndex n in [5, "x", false]')).to.deep.equal([
        ...['!id=a', '!n=5|x|0'],
      ]);
      expect(await rowsOf('fields n | filterIndex id = "a"', STORED)).to.deep.equal([{ n: '6' }, { n: '5' }]);
    });

    it('never change the rows: an index of values gives what the typed filter finds', async () => {
      const { indexKey } = await import('../../../src/simulation/insights-ql/values/value.js');
      const { extractField } = await import('../../../src/simulation/insights-ql/values/discovery.js');
      const value = fc.oneof(
        fc.constantFrom('5', '5.0', ' 5', '05', 'a', '', '1e1', '10', 'true', '1', '-0', '0'),
        fc.integer({ min: -2, max: 12 }),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      );
      const literal = value.map((one) => (typeof one === 'string' ? JSON.stringify(one) : String(one)));
      await fc.assert(
        fc.asyncProperty(fc.array(value, { maxLength: 6 }), literal, async (values, sought) => {
          const source = new FakeSource(jsonEvents(...values.map((v) => ({ v }))));
          const execution = execute(`filter v = ${sought}`, source, { keepsRows: true });
          await execution.run();
          const found = execution.rawRows().map(({ event }) => event!);
          const keys = source.scans[0]!.indexConditions[0]!.values.map(indexKey);
          for (const event of found) {
            expect(keys).to.include(indexKey(extractField(event.message, 'v')!));
          }
        }),
        { numRuns: 1_000, seed: 7 },
      );
    });
  });

  it('looks at fields only where the message may match, and finds all the same', async () => {
    const stored = events(
      '{"k":"abc"}',
      '{"k":"\\u0061bc"}',
      '{"other":"abc"}',
      '{"k":"ab"}',
      '{"k":true}',
      '{"a":{"b":"x/y"}}',
      '{"a":{"b":"x\\/y"}}',
    );
    const count = async (condition: string) => (await rowsOf(`filter ${condition}`, stored)).length;
    expect(await count('k = "abc"')).to.equal(2);
    expect(await count('k in ["abc", "ab"]')).to.equal(3);
    expect(await count('k = "abc" and other = "abc"')).to.equal(0);
    expect(await count('a.b = "x/y"')).to.equal(2);
    expect(await count('k = 1')).to.equal(1);
    expect(await rowsOf('fields "abc" as made | filter made = "abc"', stored)).to.have.length(7);
  });

  describe('SOURCE', () => {
    const groups = [
      { logGroupName: '/app', tags: { env: 'prod', team: 'a1' } },
      { logGroupName: '/app/2', tags: { env: 'test' } },
      { logGroupName: '/web', logGroupClass: 'INFREQUENT_ACCESS' },
      { logGroupName: '/app/delivered', logGroupClass: 'DELIVERY' },
    ];
    const source = new FakeSource(STORED, { groups });
    const found: [string, string[]][] = [
      ["logGroups(namePrefix: ['/app'])", ['/app', '/app/2']],
      ["logGroups(namePrefix: ['/w'], class: ['INFREQUENT_ACCESS'])", ['/web']],
      ["logGroups(logGroupClass: ['STANDARD'], accountIdentifier: ['111122223333'])", ['/app', '/app/2']],
      ["logGroups(namePrefix: ['/app'], class: ['DELIVERY'])", []],
      ["logGroups(accountIdentifier: ['999999999999'])", []],
      ['logGroups(namePrefix: [\'/app\']) logGroupTags([{"key": "env", "values": ["pr*"]}])', ['/app']],
      [
        'logGroupTags([{"key": "env", "values": ["!prod"]}, {"key": "team", "values": ["!x"]}])',
        ['/app/2', '/web'],
      ],
      ['logGroupTags([{"key": "team"}])', ['/app']],
      ["dataSource(['amazon_vpc.flow'])", []],
      ["'/web', 'arn:aws:logs:eu-west-1:111122223333:log-group:/app:*'", ['/web', '/app']],
    ];
    for (const [selectors, names] of found) {
      it(`finds groups by ${selectors}`, () => {
        const execution = execute(`SOURCE ${selectors} | limit 5`, source);
        expect(execution.logGroupNames).to.deep.equal(names);
      });
    }

    it('names a time range, also relative to now', async () => {
      const settings = { nowMillis: START + 2000, startTimeMillis: 0, endTimeMillis: 1 };
      const ids = async (range: string) =>
        (await rowsOf(`SOURCE '/app' ${range} | fields n`, source, settings)).map(({ n }) => n);
      expect(await ids('START=-1s END=now')).to.deep.equal(['6', '5.0']);
      expect(await ids('START=-1s END=0s')).to.deep.equal(['6', '5.0']);
      expect(await ids(`start=${START} end=${START + 999}`)).to.deep.equal(['5']);
      expect(await ids('')).to.deep.equal([]);
    });

    it('names ranges longer than the caps of bin, and absolute ones in seconds', async () => {
      const minutes = (count: number) => START + count * 60_000;
      const spread = ['now', '50 minutes', '70 minutes', '3 days'].map((message, index) => ({
        ...events(message)[0]!,
        timestamp: [minutes(0), minutes(-50), minutes(-70), minutes(-3 * 1440)][index]!,
      }));
      const settings = { nowMillis: START, startTimeMillis: 0, endTimeMillis: 1 };
      const found = async (range: string) =>
        (await rowsOf(`SOURCE '/app' ${range} | fields @message`, spread, settings)).map(
          (row) => row['@message'],
        );
      expect(await found('START=-3600s END=0s')).to.deep.equal(['now', '50 minutes']);
      expect(await found('START=-90m END=now')).to.deep.equal(['now', '50 minutes', '70 minutes']);
      expect(await found('START=-96h END=-1d')).to.deep.equal(['3 days']);
      expect(await found('START=-1mo END=-2days')).to.deep.equal(['3 days']);
      expect(await found(`START=${START / 1000} END=${START / 1000}`)).to.deep.equal(['now']);
      expect(await found(`START=${minutes(-70) / 1000} END=${minutes(-50)}`)).to.deep.equal([
        ...['50 minutes', '70 minutes'],
      ]);
    });
  });
});
