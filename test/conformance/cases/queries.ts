import {
  CreateLogGroupCommand,
  DescribeQueriesCommand,
  GetLogRecordCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { aroundNow, groupOf, query, type Row } from '../query-group.js';
import {
  type Bench,
  documented,
  eventually,
  operation,
  publicSample,
  recorded,
  refused,
} from '../conformance-case.js';

const EVENTS = [
  { level: 'info', trace_id: 'a'.repeat(32), service: 'gateway', status: 200, tags: ['x', 'y'] },
  { level: 'error', trace_id: 'b'.repeat(32), service: 'gateway', status: 502, error: { type: 'Declined' } },
  { level: 'error', trace_id: 'b'.repeat(32), service: 'orders', status: 502 },
  { level: 'warn', trace_id: 'c'.repeat(32), service: 'orders', status: 409 },
];

async function groupWithEvents(bench: Bench): Promise<string> {
  return (await groupOf(bench, EVENTS)).logGroupName;
}

export const queryCases = [
  ...operation('StartQuery', {
    'answers fields, filter, sort and limit': documented(async (bench) => {
      const group = await groupWithEvents(bench);
      const { rows, answer } = await query(
        bench,
        group,
        'fields service, status, error.type, tags.1 | filter level = "error" or tags.1 = "y" | sort @timestamp asc | limit 2',
      );
      expect(rows.map(({ '@ptr': ptr, ...row }) => ({ ...row, hasPtr: ptr !== undefined }))).to.deep.equal([
        { service: 'gateway', status: '200', 'tags.1': 'y', hasPtr: true },
        { service: 'gateway', status: '502', 'error.type': 'Declined', hasPtr: true },
      ]);
      expect(answer.statistics!.recordsScanned).to.be.greaterThan(0);
      expect(answer.statistics!.bytesScanned).to.be.greaterThan(0);
    }),
    'shows @timestamp and @message of the newest first without a fields command': documented(
      async (bench) => {
        const group = await groupWithEvents(bench);
        const { rows } = await query(bench, group, 'filter level = "error"');
        expect(rows).to.have.length(2);
        expect(Object.keys(rows[0]!)).to.deep.equal(['@timestamp', '@message', '@ptr']);
        expect(rows[0]!['@timestamp']).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
        expect(JSON.parse(rows[0]!['@message']!)).to.deep.equal(EVENTS[2]);
      },
    ),
    'counts by key': documented(async (bench) => {
      const group = await groupWithEvents(bench);
      const { rows } = await query(
        bench,
        group,
        'stats count(*) as n, max(status) by service | sort service asc',
      );
      expect(rows).to.deep.equal([
        { service: 'gateway', n: '2', 'max(status)': '502' },
        { service: 'orders', n: '2', 'max(status)': '502' },
      ]);
    }),
    'computes with the aliases of earlier items of a stats': documented(async (bench) => {
      const group = await groupWithEvents(bench);
      const { rows } = await query(
        bench,
        group,
        'stats max(status) as most, min(status) as least, most - least as spread, sum(level = "error") as errors',
      );
      expect(rows).to.deep.equal([{ most: '502', least: '200', spread: '302', errors: '2' }]);
    }),
    "runs AWS's sample queries, which filter on events behind a stats and sort by what is none of its columns":
      publicSample(async (bench) => {
        const group = await groupWithEvents(bench);
        const answers: [string, Row[]][] = [
          [
            'fields ispresent(service) as known | stats count() as n by service | filter known and level = "error" | sort by service desc | limit 10',
            [
              { service: 'orders', n: '1' },
              { service: 'gateway', n: '1' },
            ],
          ],
          [
            'filter level = "warn" | stats count(*) by service | sort nosuch desc',
            [{ service: 'orders', 'count(*)': '1' }],
          ],
          ['sort @timestamp desc | stats count(*) as n', [{ n: '4' }]],
        ];
        for (const [text, expected] of answers) {
          expect((await query(bench, group, text)).rows, text).to.deep.equal(expected);
        }
      }),
    'aggregates twice, and names the symbols that are gone': documented(async (bench) => {
      const group = await groupWithEvents(bench);
      const { rows } = await query(
        bench,
        group,
        'stats count(*) as n by service, level | stats max(n) as most, count(*) as kinds by service | sort service asc',
      );
      expect(rows).to.deep.equal([
        { service: 'gateway', most: '1', kinds: '2' },
        { service: 'orders', most: '1', kinds: '2' },
      ]);
    }),
    'compares with like, =~, in, not and ispresent': documented(async (bench) => {
      const group = await groupWithEvents(bench);
      const counts: [string, number][] = [
        ['level like "err"', 2],
        ['level like /^e/', 2],
        ['level =~ /(?i)ERR/', 2],
        ['status in [200, 409]', 2],
        ['level in ["warn"]', 1],
        ['not (level = "error")', 2],
        ['level != "error" and status > 300', 1],
        ['ispresent(error.type)', 1],
        ['error.type != "Other"', 1],
        ['error.type not in ["Other"]', 1],
        ['not ispresent(error.type) or error.type != "Declined"', 3],
        ['status >= 409 and (service = "orders" or tags.0 = "x")', 2],
      ];
      for (const [condition, count] of counts) {
        const { rows } = await query(bench, group, `fields level | filter ${condition}`);
        expect(rows.length, condition).to.equal(count);
      }
    }),
    'parses by glob and by regular expression': documented(async (bench) => {
      const group = await groupWithEvents(bench);
      const glob = await query(
        bench,
        group,
        'parse @message \'"level":"*","trace_id":"*"\' as l, t | stats count(*) as n by l | sort n desc, l asc',
      );
      expect(glob.rows).to.deep.equal([
        { l: 'error', n: '2' },
        { l: 'info', n: '1' },
        { l: 'warn', n: '1' },
      ]);
      const regex = await query(
        bench,
        group,
        'parse @message /"status":(?<code>\\d+)/ | filter code = 409 | display code',
      );
      expect(regex.rows.map((row) => row.code)).to.deep.equal(['409']);
    }),
    'says where a malformed query is wrong': documented(async (bench) => {
      const logGroupName = await bench.group();
      for (const queryString of [
        'fields @message | filtr x = 1',
        'fields (',
        'stats count(*) | sort x | stats max(y)',
      ]) {
        await refused(
          bench.client.send(new StartQueryCommand({ logGroupName, queryString, ...aroundNow() })),
          'MalformedQueryException',
        );
      }
    }),
    'refuses in the words of the service': recorded(async (bench) => {
      const logGroupName = await bench.group();
      const startTime = Math.floor(Date.now() / 1000);
      const texts: [string, RegExp][] = [
        ['stats count(*) by bin(1h) | sort bin(1h) desc', /unexpected symbol found \(/],
        [
          'stats count(*) as n by level | stats max(n) by bin(5m)',
          /Unknown symbols found in or after stats: @timestamp/,
        ],
        [
          'stats sum(a) as starts by b | stats sum(starts) as starts',
          /Ephemeral field is already defined: starts \(\[36,56\]\)/,
        ],
        ['fields a as score | stats avg(score) as score', /Ephemeral field is already defined: score/],
        ['parse @message "x=*" as x | fields x', /Ephemeral field is already defined/],
      ];
      for (const [queryString, text] of texts) {
        await refused(
          bench.client.send(
            new StartQueryCommand({ logGroupName, queryString, startTime, endTime: startTime + 60 }),
          ),
          'MalformedQueryException',
          text,
        );
      }
    }),
    'refuses pattern, filterIndex and unmask for Infrequent Access groups': documented(async (bench) => {
      const logGroupName = bench.groupName();
      await bench.client.send(
        new CreateLogGroupCommand({ logGroupName, logGroupClass: 'INFREQUENT_ACCESS' }),
      );
      const seconds = Math.floor(Date.now() / 1000);
      for (const queryString of [
        'fields @message | pattern @message',
        'filterIndex level = "error"',
        'fields unmask(@message)',
      ]) {
        await refused(
          bench.client.send(
            new StartQueryCommand({
              logGroupName,
              queryString,
              startTime: seconds - 60,
              endTime: seconds + 60,
            }),
          ),
          ['MalformedQueryException', 'InvalidParameterException'],
        );
      }
    }),
    'names a group that does not exist': recorded(async (bench) => {
      const logGroupName = bench.groupName();
      await refused(
        bench.client.send(
          new StartQueryCommand({ logGroupName, queryString: 'fields @message', ...aroundNow() }),
        ),
        'ResourceNotFoundException',
        new RegExp(`^Log group '${logGroupName}' does not exist for account ID '\\d{12}'`),
      );
    }),
  }),
  ...operation('GetQueryResults', {
    'gives rows in pages': documented(async (bench) => {
      const group = await groupWithEvents(bench);
      const { queryId } = await bench.client.send(
        new StartQueryCommand({
          logGroupName: group,
          queryString: 'fields service | sort @timestamp asc',
          startTime: Math.floor(Date.now() / 1000) - 3600,
          endTime: Math.floor(Date.now() / 1000) + 3600,
        }),
      );
      await eventually(
        () => bench.client.send(new GetQueryResultsCommand({ queryId })),
        ({ status }) => status === 'Complete',
      );
      const services: (string | undefined)[] = [];
      let nextToken: string | undefined;
      do {
        const page = await bench.client.send(new GetQueryResultsCommand({ queryId, maxItems: 3, nextToken }));
        services.push(...page.results!.map((row) => row[0]!.value));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      expect(services).to.deep.equal(EVENTS.map((event) => event.service));
    }),
    'refuses an id that it did not give': documented(async ({ client }) => {
      await refused(
        client.send(new GetQueryResultsCommand({ queryId: '00000000-0000-0000-0000-000000000000' })),
        ['ResourceNotFoundException', 'InvalidParameterException'],
      );
    }),
  }),
  ...operation('StopQuery', {
    'refuses a query that has ended': documented(async (bench) => {
      const group = await groupWithEvents(bench);
      const { answer } = await query(bench, group, 'stats count(*)');
      expect(answer.status).to.equal('Complete');
      const { queries } = await bench.client.send(new DescribeQueriesCommand({ logGroupName: group }));
      await refused(
        bench.client.send(new StopQueryCommand({ queryId: queries![0]!.queryId })),
        'InvalidParameterException',
      );
    }),
  }),
  ...operation('DescribeQueries', {
    'shows the query with its group and its range': recorded(async (bench) => {
      const group = await groupWithEvents(bench);
      await query(bench, group, 'stats count(*)');
      const { queries } = await bench.client.send(new DescribeQueriesCommand({ logGroupName: group }));
      expect(queries![0]!.queryString).to.match(
        new RegExp(`^SOURCE "${group}" START=\\d+000 END=\\d+999 \\| stats count\\(\\*\\)`),
      );
      expect(queries![0]).to.include({ status: 'Complete', logGroupName: group, queryLanguage: 'CWLI' });
    }),
  }),
  ...operation('GetLogRecord', {
    'gives the whole record behind a pointer': documented(async (bench) => {
      const group = await groupWithEvents(bench);
      const { rows } = await query(bench, group, 'fields level | filter level = "warn"');
      const { logRecord } = await bench.client.send(
        new GetLogRecordCommand({ logRecordPointer: rows[0]!['@ptr']! }),
      );
      expect(logRecord).to.include({
        level: 'warn',
        service: 'orders',
        status: '409',
        '@logStream': 'stream',
      });
      expect(JSON.parse(logRecord!['@message']!)).to.deep.equal(EVENTS[3]);
    }),
  }),
];
