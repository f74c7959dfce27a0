import { StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import {
  documented,
  operation,
  ours,
  publicSample,
  recorded,
  refused,
  type Bench,
} from '../conformance-case.js';
import { aroundNow, expectRows, groupOf, refusedQuery, rowsOfQuery } from '../query-group.js';

const MEGABYTE = 1_000_000;
const EVENTS = [
  {
    id: 'a',
    kind: 'read',
    ms: 4,
    used: 29 * MEGABYTE,
    body: '{"user":{"name":"ann","tags":["x","y"]},"at":17}',
  },
  { id: 'b', kind: 'write', ms: 11, used: 30 * MEGABYTE, body: '{"user":{"name":"bob"}}' },
  { id: 'b', kind: 'read', ms: 19, used: 30 * MEGABYTE },
  { id: 'c', kind: 'read', ms: 20.5, size: 128 * MEGABYTE },
];

/** Answers over {@link EVENTS}; the queries and rows may need the moment of the first event. */
async function answers(
  bench: Bench,
  expected: (firstMillis: number) => readonly (readonly [string, readonly Record<string, string>[]])[],
): Promise<void> {
  const { logGroupName, firstMillis } = await groupOf(bench, EVENTS);
  await expectRows(bench, logGroupName, expected(firstMillis));
}

function shown(millis: number): string {
  return new Date(millis).toISOString().replace('T', ' ').replace('Z', '');
}

function floored(millis: number, periodMillis: number): number {
  return Math.floor(millis / periodMillis) * periodMillis;
}

const HOUR = 3_600_000;

/** What the query language answers. */
export const queryLanguageCases = [
  ...operation('StartQuery', {
    'gives earliest and latest of a time as milliseconds': recorded((bench) =>
      answers(bench, (first) => [
        [
          'stats earliest(@timestamp) as e, latest(@timestamp) as l, latest(@timestamp) - earliest(@timestamp) as span, latest(id) as last',
          [{ e: String(first), l: String(first + 3), span: '3', last: 'c' }],
        ],
      ]),
    ),
    'shows the least and greatest of a time as a time': ours((bench) =>
      answers(bench, (first) => [
        [
          'stats min(@timestamp) as least, max(@timestamp) as greatest',
          [{ least: shown(first), greatest: shown(first + 3) }],
        ],
      ]),
    ),
    'keeps a time that numbers move a time': recorded((bench) =>
      answers(bench, (first) => [
        [
          'filter id = "a" | fields @timestamp + 1500 as later, datefloor(@timestamp - 21600000, 1h) + 21600000 as hour | display later, hour',
          [{ later: shown(first + 1500), hour: shown(floored(first, HOUR)) }],
        ],
        [
          'stats count(*) as n by datefloor(@timestamp + 19800000, 1d) - 19800000 as day | display n',
          [{ n: '4' }],
        ],
      ]),
    ),
    'moves times by periods': publicSample((bench) =>
      answers(bench, (first) => [
        [
          'filter id = "a" | fields @timestamp + 9h as tokyo | display tokyo',
          [{ tokyo: shown(first + 9 * HOUR) }],
        ],
        ['filter @timestamp > now() - 1h | stats count(*) as n', [{ n: '4' }]],
      ]),
    ),
    'knows median': recorded((bench) =>
      answers(bench, () => [
        ['filter ms < 20 | stats median(ms) as m', [{ m: '11' }]],
        ['stats median(ms) as m by id | filter id = "c"', [{ id: 'c', m: '20.5' }]],
      ]),
    ),
    'counts over time with a star': recorded((bench) =>
      answers(bench, () => [
        ['stats count_over_time(*) as n, count(*) as m', [{ n: '4', m: '4' }]],
        [
          'stats count_over_time(*) as n by kind | sort n',
          [
            { kind: 'write', n: '1' },
            { kind: 'read', n: '3' },
          ],
        ],
      ]),
    ),
    'replaces with regex_replace as with regexReplace': recorded((bench) =>
      answers(bench, () => [
        [
          'filter id = "a" | fields regex_replace(kind, /ea/, "o") as r, regexReplace(kind, /ea/, "o") as s',
          [{ r: 'rod', s: 'rod' }],
        ],
      ]),
    ),
    'groups by histogram, naming buckets by their lower bounds': recorded((bench) =>
      answers(bench, () => [
        [
          'stats count(*) as n by histogram(ms, 10) as bucket | sort bucket asc',
          [
            { bucket: '0', n: '1' },
            { bucket: '10', n: '2' },
            { bucket: '20', n: '1' },
          ],
        ],
      ]),
    ),
    'bins a field, be it an alias behind stats': publicSample((bench) =>
      answers(bench, (first) => [
        [
          'stats count(*) as n by bin(@timestamp, 1d) as day | stats sum(n) as total by bin(day, 1d) as same',
          [{ same: shown(floored(first, 24 * HOUR)), total: '4' }],
        ],
        ['stats count(*) as n by bin(@ingestionTime, 1d) as day | stats sum(n) as total', [{ total: '4' }]],
      ]),
    ),
    'takes paths out of a JSON text with json': documented((bench) =>
      answers(bench, () => [
        [
          'json field=body "user.name" as username | filter username = "bob" | display username',
          [{ username: 'bob' }],
        ],
        ['filter id = "a" | json field=body "user.tags" as tags | display tags', [{ tags: '["x","y"]' }]],
      ]),
    ),
    'follows a path behind a call': documented((bench) =>
      answers(bench, () => [
        [
          'filter id = "a" | fields jsonParse(body).at as at, jsonParse(body).user.tags[1] as tag, jsonParse(@message).kind as k',
          [{ at: '17', tag: 'y', k: 'read' }],
        ],
        [
          'stats count(*) as n by jsonParse(@message).kind as k | sort n',
          [
            { k: 'write', n: '1' },
            { k: 'read', n: '3' },
          ],
        ],
      ]),
    ),
    'lets a subquery of in aggregate where its last fields or display leaves one column': documented(
      async (bench) => {
        const { logGroupName } = await groupOf(bench, EVENTS);
        const once = `SOURCE '${logGroupName}' | stats count(*) as n by id | filter n = 1`;
        for (const last of ['fields id', 'display id']) {
          expect(
            await rowsOfQuery(bench, logGroupName, `fields id | filter id in (${once} | ${last}) | sort id`),
          ).to.deep.equal([{ id: 'a' }, { id: 'c' }]);
        }
        await refusedQuery(bench, logGroupName, `filter id in (${once})`);
      },
    ),
    'uses an alias later in the same fields, before and behind stats': publicSample((bench) =>
      answers(bench, () => [
        ['filter id = "a" | fields ms as a, a * 2 as b, b + 1 as c', [{ a: '4', b: '8', c: '9' }]],
        [
          'stats sum(ms) as total by kind | filter kind = "write" | fields total * 2 as twice, twice + 1 as more',
          [{ kind: 'write', total: '11', twice: '22', more: '23' }],
        ],
      ]),
    ),
    'answers top rows of all the data for a limit before filter, stats or sort': documented((bench) =>
      answers(bench, () => [
        [
          'fields id, kind | sort @timestamp desc | limit 1 | filter kind = "write"',
          [{ id: 'b', kind: 'write' }],
        ],
        ['limit 1 | stats sum(ms) as total', [{ total: '54.5' }]],
        ['fields ms | limit 1 | sort ms asc', [{ ms: '4' }]],
      ]),
    ),
    'prints computed numbers with four decimals': recorded((bench) =>
      answers(bench, () => [
        [
          'stats min(used / 1024 / 1024) as least, max(used / 1024 / 1024) as most, max(size / 1024 / 1024) - max(used / 1024 / 1024) as free',
          [{ least: '27.6566', most: '28.6102', free: '93.4601' }],
        ],
        [
          'stats sum(ms) / 4 as mean, max(ms) as most, count(*) as n',
          [{ mean: '13.625', most: '20.5', n: '4' }],
        ],
      ]),
    ),
    'names a column that is given again': recorded(async (bench) => {
      const logGroupName = await bench.group();
      for (const queryString of [
        'stats count(*) as n by level | fields n, n*2 as d',
        'fields duration*2 as x | fields x',
        'parse @message "took * ms" as took | fields took',
      ]) {
        await refusedQuery(
          bench,
          logGroupName,
          queryString,
          /^Ephemeral field is already defined: (n|x|took) \(\[/,
        );
      }
    }),
    'refuses a column of stats that is named like the field which it reads': recorded(async (bench) => {
      const logGroupName = await bench.group();
      for (const queryString of [
        'stats sum(duration) as duration',
        'stats latest(level) as level by requestId',
        'stats latest(level) as level by requestId | stats count(*) by level',
      ]) {
        await refusedQuery(bench, logGroupName, queryString, /Cycle found in operation dependency graph/);
      }
    }),
    'takes a field that fields makes under its own name': publicSample((bench) =>
      answers(bench, () => [
        [
          'fields if(ispresent(size), size, "none") as size | stats count(*) as n by size | filter size = "none"',
          [{ size: 'none', n: '3' }],
        ],
      ]),
    ),
    'refuses diff without pattern': recorded(async (bench) => {
      const logGroupName = await bench.group();
      for (const queryString of [
        'diff',
        'filter level = "info" | diff previousDay',
        'stats count(*) by a | diff',
      ]) {
        await refusedQuery(
          bench,
          logGroupName,
          queryString,
          /Diff compilation Failed : Diff operation has to be used after Pattern/,
        );
      }
    }),
    'names a function that it does not know, with its place': recorded(async (bench) => {
      const logGroupName = await bench.group();
      await refusedQuery(
        bench,
        logGroupName,
        'fields wibble(level, 1) as w',
        /^Unrecognized function name: wibble \(\[7,22\]\)/,
      );
    }),
    'says why symbols behind stats are unknown': recorded(async (bench) => {
      const logGroupName = await bench.group();
      await refusedQuery(
        bench,
        logGroupName,
        'stats count(*) by level | filter level = "a" | sort level | display duration',
        /Unknown symbols found in or after stats: duration/,
      );
    }),
    'refuses the languages that it lacks by their names': async (bench) => {
      const logGroupName = await bench.group();
      await bench.onlyLocal('AWS has PPL and SQL');
      for (const queryLanguage of ['PPL', 'SQL'] as const) {
        await refused(
          bench.client.send(
            new StartQueryCommand({ logGroupName, queryString: 'fields a', queryLanguage, ...aroundNow() }),
          ),
          'InvalidParameterException',
          new RegExp(queryLanguage),
        );
      }
    },
  }),
];
