import {
  FilterLogEventsCommand,
  PutMetricFilterCommand,
  TestMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import {
  type Bench,
  documented,
  eventually,
  type Fact,
  operation,
  publicSample,
  recorded,
  refused,
} from '../conformance-case.js';

/** Which messages a pattern matches, and which it does not. */
type Row = readonly [pattern: string, matching: readonly string[], others: readonly string[]];

async function expectMatches({ client }: Bench, rows: readonly Row[]): Promise<void> {
  for (const [filterPattern, matching, others] of rows) {
    const { matches } = await client.send(
      new TestMetricFilterCommand({ filterPattern, logEventMessages: [...matching, ...others] }),
    );
    expect(
      matches!.map(({ eventMessage }) => eventMessage),
      filterPattern,
    ).to.deep.equal(matching);
  }
}

const matching =
  (...rows: readonly Row[]) =>
  (bench: Bench): Promise<void> =>
    expectMatches(bench, rows);

/** Messages whose member `v` is so. */
const v = (...values: readonly string[]): string[] => values.map((value) => `{"v":${value}}`);

/** The pattern is refused by TestMetricFilter and PutMetricFilter in the same words. */
const refusal = (message: string, ...patterns: readonly string[]): Fact =>
  recorded(async ({ client, group }) => {
    const logGroupName = await group();
    for (const filterPattern of patterns) {
      const test = new TestMetricFilterCommand({ filterPattern, logEventMessages: ['x'] });
      await refused(client.send(test), 'InvalidParameterException', message);
      const put = new PutMetricFilterCommand({
        logGroupName,
        filterName: 'f',
        filterPattern,
        metricTransformations: [{ metricName: 'm', metricNamespace: 'conformance', metricValue: '1' }],
      });
      await refused(client.send(put), 'InvalidParameterException', message);
    }
  });

/** The events of a group that FilterLogEvents finds, by their messages. */
async function found({ client }: Bench, logGroupName: string, filterPattern: string, count: number) {
  const { events } = await eventually(
    () => client.send(new FilterLogEventsCommand({ logGroupName, filterPattern })),
    (answer) => answer.events!.length >= count,
  );
  return events!;
}

const LINE = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

/** Logs in the forms that documentation of clients shows. */
const STRUCTURED = [
  '{"timestamp":1795680000000,"level":"INFO","message":"login succeeded","trace_id":"trc-1a-2b","request_id":"req-31","span_id":"spn-1","service":"auth","user_id":"u-88","duration_ms":45,"metadata":{"ip_address":"192.0.2.10","user_agent":"curl/8"}}',
  '{"timestamp":1795680050000,"level":"ERROR","message":"database unreachable","trace_id":"trc-1a-2b","request_id":"req-31","span_id":"spn-4","service":"users","error":{"type":"ConnectionError","message":"no answer within 30 s","stack":"at connect (db.js:45)\\nat query (user.js:12)"},"retry_count":3}',
  '{"timestamp":"2026-11-26T14:30:15.123Z","level":"ERROR","message":"query took too long","tenant_id":"acme","component":"reports","operation":"monthly","error":{"type":"TimeoutError","message":"over 5 s","stack_trace":"at run (report.py:9)"},"context":{"report_id":"r-9","query_duration_ms":5234}}',
] as const;

/** What filter patterns match, and in which words they are refused. */
export const filterPatternCases = [
  ...operation('TestMetricFilter', {
    'compares numbers by their value with a plain number, and texts by their letters': recorded(
      matching(
        ['{ $.v = 1 }', v('1', '1.0', '1e0', '"1"'), v('"1.0"', '2')],
        ['{ $.v != 1 }', v('"1.0"', '2'), v('1', '1.0', '"1"')],
        ['{ $.v = 1e+0 }', v('1', '1.0', '1e0'), v('"1"')],
        ['{ $.v = 12 }', v('12.0'), v('12.5')],
      ),
    ),
    'compares numbers as they are spelled with a quoted one': recorded(
      matching(
        ['{ $.v = "1" }', v('1', '"1"'), v('1.0', '1e0')],
        ['{ $.v != "123.0" }', v('123'), v('"123.0"')],
        ['{ $.v = "12.*" }', v('12.34'), v('12')],
      ),
    ),
    'finds numbers by their first and last digits': recorded(
      matching(
        ['{ $.v = 1* }', v('123', '12.34'), v('23')],
        ['{ $.v = *3 }', v('123'), v('12.34')],
        ['{ $.v != *21 }', v('12.34'), v('321')],
      ),
    ),
    'sees booleans with IS TRUE and IS FALSE alone': recorded(
      matching(
        ['{ $.v = true }', v('"true"'), v('true', 'false')],
        ['{ $.v = * }', v('"false"', '0'), v('true', 'false')],
        ['{ $.v != 1 }', v('"true"'), v('true')],
        ['{ $.v != "Alpha" }', v('"beta"'), v('false')],
        ['{ $.v IS TRUE }', v('true'), v('"true"', '1')],
        ['{ $.v IS FALSE }', v('false'), v('"false"', '0')],
      ),
    ),
    'finds a null among the elements of a list': recorded(
      matching(['{ $.v IS NULL }', v('null', '[1,null]'), v('[1]', '"null"', '{}')]),
    ),
    'matches no message whose root is a list': recorded(
      matching(
        ['{ $.v NOT EXISTS }', ['{}'], ['[]', '[{"w":1}]', '[{"v":1}]']],
        ['{ $.v = 1 }', v('1'), ['[{"v":1}]']],
      ),
    ),
    'walks lists and objects with [*]': recorded(
      matching(['{ $.v[*] = 1 }', v('[2,1]', '{"a":2,"b":1}'), v('[2]', '1', '{"a":2}')]),
    ),
    'compares no objects and no lists': recorded(
      matching(
        ['{ $.v = "some" }', v('"some"'), v('[]', '["some"]', '{}')],
        ['{ $.v != "some" }', v('"other"'), v('[]', '{}')],
      ),
    ),
    'matches everything with a quoted blank': documented(matching(['" "', ['x', 'two words'], []])),
    'takes blanks in a regular expression': documented(
      matching([
        '%^starting|^initializing|^shutting down%',
        ['shutting down', 'starting up'],
        ['now shutting down'],
      ]),
    ),
    'fails a number condition on the last field for a field too many': recorded(
      matching([
        '[ip, identity, user, timestamp, request, status >= 400, bytes > 1000]',
        [LINE],
        [`  ${LINE}  7`, LINE.replace('1534', '900')],
      ]),
    ),
    'leaves surplus fields alone otherwise': documented(
      matching(
        ['[w1=ERROR, w2]', ['ERROR something else', 'ERROR x'], ['ERROR', 'x ERROR']],
        ['[..., status_code=4*, bytes]', [LINE], [LINE.replace('404', '200')]],
      ),
    ),
    'matches terms in any order, alternatives and what is missing': documented(
      matching(
        ['ERROR ARGUMENTS', ['ARGUMENTS, ERROR'], ['ERROR']],
        ['?ERROR ?WARN', ['WARN', 'an ERROR'], ['INFO']],
        ['ERROR -EXITING', ['ERROR'], ['ERROR EXITING']],
        ['"INTERNAL SERVER ERROR"', ['INTERNAL SERVER ERROR!'], ['INTERNAL ERROR']],
      ),
    ),
    'answers messages by their numbers, from 1': recorded(async ({ client }) => {
      const { matches } = await client.send(
        new TestMetricFilterCommand({
          filterPattern: 'ERROR',
          logEventMessages: ['[ERROR] 400 BAD REQUEST', '[INFO] 200 OK', '[ERROR] 500'],
        }),
      );
      expect(matches).to.deep.equal([
        { eventNumber: 1, eventMessage: '[ERROR] 400 BAD REQUEST', extractedValues: {} },
        { eventNumber: 3, eventMessage: '[ERROR] 500', extractedValues: {} },
      ]);
    }),
    'finds structured logs by level, service, error and figures': publicSample(
      matching(
        ['{ $.level = "ERROR" }', STRUCTURED.slice(1), [STRUCTURED[0]]],
        ['{ $.trace_id = "trc-1a-2b" && $.level = ERROR }', [STRUCTURED[1]], [STRUCTURED[0], STRUCTURED[2]]],
        ['{ $.error.type = "Timeout*" }', [STRUCTURED[2]], STRUCTURED.slice(0, 2)],
        ['{ $.context.query_duration_ms > 5000 }', [STRUCTURED[2]], STRUCTURED.slice(0, 2)],
        ['{ $.retry_count >= 3 || $.duration_ms < 50 }', STRUCTURED.slice(0, 2), [STRUCTURED[2]]],
        ['{ $.metadata.ip_address = 192.0.* }', [STRUCTURED[0]], STRUCTURED.slice(1)],
        ['{ $.error NOT EXISTS }', [STRUCTURED[0]], STRUCTURED.slice(1)],
        ['{ $.error.stack = %db\\.js:\\d+% }', [STRUCTURED[1]], [STRUCTURED[0], STRUCTURED[2]]],
      ),
    ),
    'takes patterns of CloudTrail alarms that run in many accounts': publicSample(
      matching(
        [
          '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}',
          ['{"userIdentity":{"type":"Root"},"eventType":"AwsApiCall"}'],
          ['{"userIdentity":{"type":"Root","invokedBy":"x"},"eventType":"AwsApiCall"}'],
        ],
        [
          '{($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")}',
          ['{"errorCode":"Client.UnauthorizedOperation"}', '{"errorCode":"AccessDeniedException"}'],
          ['{"errorCode":"Throttling"}'],
        ],
        [
          '{($.eventSource = kms.amazonaws.com) && (($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion))}',
          ['{"eventSource":"kms.amazonaws.com","eventName":"DisableKey"}'],
          ['{"eventSource":"s3.amazonaws.com","eventName":"DisableKey"}'],
        ],
      ),
    ),
    'refuses what is not closed': refusal(
      "If a filter pattern starts with '[' it must end with ']'",
      '[',
      '[time, level=ERROR, msg',
      '[level] text',
    ),
    'refuses JSON that is not closed': refusal(
      "If a filter pattern starts with '{' it must end with '}'",
      '{ $.level = "error"',
      '{ $.level = "error" } x',
    ),
    'names the characters that fit no term': refusal(
      "Invalid character(s) in term ':'",
      '?Status: timeout',
      'a:b',
    ),
    'names a comma in a JSON pattern': refusal(
      "Invalid character(s) in term ','",
      '{ $.message = "x", $.path = "/y" }',
    ),
    'names a quotation mark in a selector': refusal(
      `Invalid character(s) in term '$."'`,
      '{ $."sc-status" = 5* }',
    ),
    'names a text where a number must stand': refusal(
      `Invalid character(s) in term '"some text"'`,
      '{ $.v >= "some text" }',
      '{ $.v < "some text" }',
    ),
    'refuses an empty term': refusal(`Invalid filter pattern: Invalid character(s) in term '""'`, '""'),
    'refuses a field that stands twice': refusal(
      "Duplicate field 'word'",
      '[word, word]',
      '[word, x, word=1]',
    ),
    'refuses a third regular expression': refusal(
      'Your input has exceeded the maximum of 2 regular expressions per filter pattern.',
      '%a% %b% %c%',
      '{ $.a = %a% || $.a = %b% || $.a = %c% }',
    ),
    'says of other faults no more than that there is one': refusal(
      'Invalid metric filter pattern',
      '{ $.v = null }',
      '{ $.v == 1 }',
      '{ $.v EXISTS }',
    ),
  }),
  ...operation('FilterLogEvents', {
    'finds the events of a pattern, each with its members, and searched streams in no list': recorded(
      async (bench) => {
        const timestamp = bench.now();
        const message = '{"level":"ERROR","message":"card declined","trace_id":"ord-78"}';
        const logGroupName = await bench.groupWith([
          { timestamp, message: '{"level":"INFO","message":"order received","trace_id":"ord-77"}' },
          { timestamp, message },
        ]);
        const answer = await eventually(
          () =>
            bench.client.send(
              new FilterLogEventsCommand({
                logGroupName,
                startTime: timestamp - 1000,
                endTime: timestamp + 1000,
                filterPattern: 'ERROR',
                limit: 100,
              }),
            ),
          ({ events }) => events!.length === 1,
        );
        expect(answer.events).to.have.length(1);
        const { eventId, ingestionTime, ...event } = answer.events![0]!;
        expect(event).to.deep.equal({ logStreamName: 'stream', timestamp, message });
        expect(eventId).to.match(/^\d+$/);
        expect(ingestionTime).to.be.a('number');
        expect(answer.searchedLogStreams).to.deep.equal([]);
      },
    ),
    'refuses patterns in the words of the service': recorded(async ({ client, group }) => {
      const logGroupName = await group();
      for (const [filterPattern, message] of [
        ['{ $.v == 1 }', 'Invalid filter pattern'],
        ['?Status: timeout', "Invalid character(s) in term ':'"],
        ['[a, a]', "Duplicate field 'a'"],
        ['{ $.a = 1', "If a filter pattern starts with '{' it must end with '}'"],
        ['[a, b', "If a filter pattern starts with '[' it must end with ']'"],
        ['{ $.a = null }', 'Invalid filter pattern'],
        ['""', `Invalid filter pattern: Invalid character(s) in term '""'`],
        [
          '{ $.a = %x% || $.b = %y% || $.c = %z% }',
          'Your input has exceeded the maximum of 2 regular expressions per filter pattern.',
        ],
      ] as const) {
        await refused(
          client.send(new FilterLogEventsCommand({ logGroupName, filterPattern })),
          'InvalidParameterException',
          message,
        );
      }
    }),
    'finds a trace over its services, and one of its spans': publicSample(async (bench) => {
      const timestamp = bench.now();
      const log = (offset: number, message: string, span: string, service: string, more = {}) => ({
        timestamp: timestamp + offset,
        message: JSON.stringify({
          level: 'INFO',
          message,
          trace_id: 'trace-77',
          request_id: 'req-1',
          span_id: span,
          service,
          ...more,
        }),
      });
      const logGroupName = await bench.groupWith([
        log(0, 'request received', 'span-1', 'gateway'),
        log(1, 'asking auth', 'span-2', 'gateway', { parent_span_id: 'span-1' }),
        log(2, 'authenticated', 'span-3', 'auth', { parent_span_id: 'span-2' }),
        log(3, 'done', 'span-1', 'gateway', { duration_ms: 3000 }),
        { timestamp: timestamp + 4, message: '{"message":"other","trace_id":"trace-78"}' },
      ]);
      const texts = async (pattern: string, count: number) =>
        (await found(bench, logGroupName, pattern, count)).map(
          ({ message }) => (JSON.parse(message!) as { message: string }).message,
        );
      expect(await texts('{ $.trace_id = "trace-77" }', 4)).to.deep.equal([
        'request received',
        'asking auth',
        'authenticated',
        'done',
      ]);
      expect(await texts('"trace-77" -gateway', 1)).to.deep.equal(['authenticated']);
      expect(await texts('{ $.span_id = "span-1" && $.duration_ms > 1000 }', 1)).to.deep.equal(['done']);
      expect(await texts('{ $.parent_span_id = "span-*" }', 2)).to.deep.equal([
        'asking auth',
        'authenticated',
      ]);
    }),
  }),
];
