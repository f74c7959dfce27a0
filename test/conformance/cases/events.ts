import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  type FilteredLogEvent,
  type GetLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { type Bench, documented, eventually, operation, recorded, refused } from '../conformance-case.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const logStreamName = 'stream';

function put({ client }: Bench, logGroupName: string, events: [timestamp: number, message: string][]) {
  const logEvents = events.map(([timestamp, message]) => ({ timestamp, message }));
  return client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
}

async function messages({ client }: Bench, logGroupName: string): Promise<(string | undefined)[]> {
  const { events } = await client.send(
    new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }),
  );
  return events!.map((event) => event.message);
}

async function filtered({ client }: Bench, input: object, count: number): Promise<FilteredLogEvent[]> {
  return eventually(
    async () => {
      const events: FilteredLogEvent[] = [];
      let nextToken: string | undefined;
      do {
        const answer = await client.send(
          new FilterLogEventsCommand({ ...(input as { logGroupName: string }), nextToken }),
        );
        events.push(...answer.events!);
        nextToken = answer.nextToken;
      } while (nextToken !== undefined);
      return events;
    },
    (events) => events.length >= count,
  );
}

export const eventCases = [
  ...operation('PutLogEvents', {
    'takes 10,000 events and refuses one more': documented(async (bench) => {
      const logGroupName = await bench.groupWith([]);
      const now = bench.now();
      const many = (count: number) => Array.from({ length: count }, (): [number, string] => [now, 'x']);
      await put(bench, logGroupName, many(10_000));
      await refused(put(bench, logGroupName, many(10_001)), 'InvalidParameterException', /10000/);
    }),
    'counts UTF-8 bytes and 26 more an event up to 1,048,576': documented(async (bench) => {
      const logGroupName = await bench.groupWith([]);
      const now = bench.now();
      const half = 524_288 - 26;
      await put(bench, logGroupName, [
        [now, 'ä'.repeat(half / 2)],
        [now, 'x'.repeat(half)],
      ]);
      await refused(
        put(bench, logGroupName, [
          [now, 'ä'.repeat(half / 2)],
          [now, 'x'.repeat(half + 1)],
        ]),
        'InvalidParameterException',
      );
    }),
    'refuses events that are not in the order of time': recorded(async (bench) => {
      const logGroupName = await bench.groupWith([]);
      const now = bench.now();
      await refused(
        put(bench, logGroupName, [
          [now, 'later'],
          [now - 1, 'earlier'],
        ]),
        'InvalidParameterException',
        'Log events in a single PutLogEvents request must be in chronological order.',
      );
    }),
    'refuses a span of more than 24 hours': documented(async (bench) => {
      const logGroupName = await bench.groupWith([]);
      const now = bench.now();
      await put(bench, logGroupName, [
        [now - DAY, 'a'],
        [now, 'b'],
      ]);
      await refused(
        put(bench, logGroupName, [
          [now - DAY - 1, 'a'],
          [now, 'b'],
        ]),
        'InvalidParameterException',
      );
    }),
    'rejects alone what is too old, and says where it ends': documented(async (bench) => {
      const logGroupName = await bench.groupWith([]);
      const now = bench.now();
      const { rejectedLogEventsInfo } = await put(bench, logGroupName, [
        [now - 15 * DAY, 'old'],
        [now - 15 * DAY, 'old too'],
        [now, 'right'],
      ]);
      expect(rejectedLogEventsInfo?.tooOldLogEventEndIndex).to.equal(2);
      expect(
        await eventually(
          () => messages(bench, logGroupName),
          (found) => found.length > 0,
        ),
      ).to.deep.equal(['right']);
    }),
    'rejects alone what is too new, and says where it starts': documented(async (bench) => {
      const logGroupName = await bench.groupWith([]);
      const now = bench.now();
      const { rejectedLogEventsInfo } = await put(bench, logGroupName, [
        [now, 'right'],
        [now + 3 * HOUR, 'new'],
      ]);
      expect(rejectedLogEventsInfo?.tooNewLogEventStartIndex).to.equal(1);
      expect(
        await eventually(
          () => messages(bench, logGroupName),
          (found) => found.length > 0,
        ),
      ).to.deep.equal(['right']);
    }),
    'names a missing group and a missing stream': recorded(async (bench) => {
      await refused(
        put(bench, bench.groupName(), [[bench.now(), 'x']]),
        'ResourceNotFoundException',
        'The specified log group does not exist.',
      );
      const logGroupName = await bench.group();
      await refused(
        put(bench, logGroupName, [[bench.now(), 'x']]),
        'ResourceNotFoundException',
        'The specified log stream does not exist.',
      );
    }),
    'refuses an empty message and an empty list': documented(async (bench) => {
      const logGroupName = await bench.groupWith([]);
      await refused(put(bench, logGroupName, [[bench.now(), '']]), 'InvalidParameterException');
      await refused(put(bench, logGroupName, []), 'InvalidParameterException');
    }),
    'ignores the sequence token': documented(async (bench) => {
      const logGroupName = await bench.groupWith([]);
      const logEvents = [{ timestamp: bench.now(), message: 'x' }];
      for (const sequenceToken of ['1', 'other', undefined]) {
        await bench.client.send(
          new PutLogEventsCommand({ logGroupName, logStreamName, logEvents, sequenceToken }),
        );
      }
    }),
    'keeps every character of a message': async (bench) => {
      const message = '{"a":"\\u0007 \\" \\\\"}\t\u0001\u2028 ä 😀\r\nend ';
      const logGroupName = await bench.groupWith([{ timestamp: bench.now(), message }]);
      expect(
        await eventually(
          () => messages(bench, logGroupName),
          (found) => found.length > 0,
        ),
      ).to.deep.equal([message]);
    },
  }),
  ...operation('GetLogEvents', {
    'gives the latest page first, in the order of time, and tokens that repeat at the ends': documented(
      async (bench) => {
        const now = bench.now();
        const logGroupName = await bench.groupWith(
          [1, 2, 3, 4, 5].map((n) => ({ timestamp: now - 10_000 + n, message: String(n) })),
        );
        const page = (rest: object) =>
          bench.client.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: 2, ...rest }));
        const text = ({ events }: GetLogEventsCommandOutput) =>
          events!.map((event) => event.message).join('');
        const latest = await eventually(
          () => page({}),
          (answer) => text(answer) === '45',
        );
        expect(text(latest)).to.equal('45');
        const before = await page({ nextToken: latest.nextBackwardToken });
        expect(text(before)).to.equal('23');
        const first = await page({ nextToken: before.nextBackwardToken });
        expect(text(first)).to.equal('1');
        const end = await page({ nextToken: latest.nextForwardToken });
        expect(text(end)).to.equal('');
        const again = await page({ nextToken: end.nextForwardToken });
        expect(again.nextForwardToken).to.equal(end.nextForwardToken);
        const head = await page({ startFromHead: true });
        expect(text(head)).to.equal('12');
        expect(text(await page({ startFromHead: true, nextToken: head.nextForwardToken }))).to.equal('34');
      },
    ),
    'takes startTime as inclusive and endTime as exclusive': documented(async (bench) => {
      const now = bench.now() - 10_000;
      const logGroupName = await bench.groupWith(
        [0, 1, 2].map((n) => ({ timestamp: now + n, message: String(n) })),
      );
      await eventually(
        () => messages(bench, logGroupName),
        (found) => found.length === 3,
      );
      const { events } = await bench.client.send(
        new GetLogEventsCommand({
          logGroupName,
          logStreamName,
          startTime: now,
          endTime: now + 2,
          startFromHead: true,
        }),
      );
      expect(events!.map((event) => event.message)).to.deep.equal(['0', '1']);
    }),
    'refuses a token that it did not give': recorded(async (bench) => {
      const logGroupName = await bench.groupWith([]);
      await refused(
        bench.client.send(new GetLogEventsCommand({ logGroupName, logStreamName, nextToken: 'none' })),
        'InvalidParameterException',
        'The specified nextToken is invalid.',
      );
    }),
  }),
  ...operation('FilterLogEvents', {
    'is refused for a group of the Infrequent Access class': documented(async ({ client, groupName }) => {
      const logGroupName = groupName();
      await client.send(new CreateLogGroupCommand({ logGroupName, logGroupClass: 'INFREQUENT_ACCESS' }));
      await refused(
        client.send(new FilterLogEventsCommand({ logGroupName })),
        'InvalidOperationException',
        /INFREQUENT_ACCESS/,
      );
    }),
    'gives the newest first, and pages on in the direction of the token': documented(async (bench) => {
      const now = bench.now() - 10_000;
      const logGroupName = await bench.groupWith(
        ['1', '2', '3'].map((message, index) => ({ timestamp: now + index, message })),
      );
      const pages: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await eventually(
          () =>
            bench.client.send(
              new FilterLogEventsCommand({
                logGroupName,
                startTime: now - 1000,
                limit: 2,
                ...(nextToken === undefined ? { startFromHead: false } : { nextToken }),
              }),
            ),
          ({ events }) => pages.length > 0 || events!.length > 0,
        );
        pages.push(...page.events!.map(({ message }) => message!));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      expect(pages.join('')).to.equal('321');
    }),
    'refuses the newest first from before 2024': documented(async ({ client, group }) => {
      const logGroupName = await group();
      const startTime = Date.UTC(2023, 11, 31);
      await refused(
        client.send(new FilterLogEventsCommand({ logGroupName, startTime, startFromHead: false })),
        'InvalidParameterException',
      );
    }),
    'interleaves streams by time, with both limits inclusive': documented(async (bench) => {
      const now = bench.now() - 10_000;
      const logGroupName = await bench.groupWith([
        { timestamp: now, message: '0' },
        { timestamp: now + 2, message: '2' },
      ]);
      await bench.client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'other' }));
      await bench.client.send(
        new PutLogEventsCommand({
          logGroupName,
          logStreamName: 'other',
          logEvents: [
            { timestamp: now + 1, message: '1' },
            { timestamp: now + 3, message: '3' },
          ],
        }),
      );
      const events = await filtered(bench, { logGroupName, startTime: now, endTime: now + 2 }, 3);
      expect(events.map((event) => event.message)).to.deep.equal(['0', '1', '2']);
      expect(events.map((event) => event.logStreamName)).to.deep.equal(['stream', 'other', 'stream']);
      expect(new Set(events.map((event) => event.eventId)).size).to.equal(3);
      const pages = await filtered(bench, { logGroupName, limit: 1 }, 4);
      expect(pages.map((event) => event.message)).to.deep.equal(['0', '1', '2', '3']);
      const some = await filtered(bench, { logGroupName, logStreamNames: ['other'] }, 2);
      expect(some.map((event) => event.message)).to.deep.equal(['1', '3']);
      const prefixed = await filtered(bench, { logGroupName, logStreamNamePrefix: 'oth' }, 2);
      expect(prefixed.map((event) => event.message)).to.deep.equal(['1', '3']);
    }),
    'answers no searched streams': recorded(async (bench) => {
      const logGroupName = await bench.groupWith([]);
      const answer = await bench.client.send(new FilterLogEventsCommand({ logGroupName }));
      expect(answer.searchedLogStreams).to.deep.equal([]);
    }),
    'filters by terms, alternatives, exclusions, JSON and delimited fields': documented(async (bench) => {
      const now = bench.now() - 10_000;
      const logGroupName = await bench.groupWith(
        [
          'ERROR one',
          'ERROR two Exception',
          'WARN three',
          '{"level":"ERROR","code":500,"tags":["a","b"]}',
          '127.0.0.1 - bob [10/Oct/2000:13:25:15 -0700] "GET /a.html HTTP/1.0" 404 1534',
        ].map((message, index) => ({ timestamp: now + index, message })),
      );
      const expectations: [string, number[]][] = [
        ['ERROR', [0, 1, 3]],
        ['ERROR Exception', [1]],
        ['?WARN ?Exception', [1, 2]],
        ['ERROR -Exception -level', [0]],
        ['"ERROR one"', [0]],
        ['%E[RX]+OR%', [0, 1, 3]],
        ['{ $.level = "ERR*" }', [3]],
        ['{ $.code >= 500 && $.tags[1] = "b" }', [3]],
        ['{ $.none NOT EXISTS }', [3]],
        ['[ip, id, user, stamp, request, status_code=4*, size>1000]', [4]],
        ['', [0, 1, 2, 3, 4]],
      ];
      await filtered(bench, { logGroupName }, 5);
      for (const [filterPattern, indices] of expectations) {
        const events = await filtered(bench, { logGroupName, filterPattern }, indices.length);
        expect(
          events.map((event) => event.timestamp! - now),
          filterPattern,
        ).to.deep.equal(indices);
      }
    }),
    'refuses stream names beside a prefix': documented(async (bench) => {
      const logGroupName = await bench.group();
      await refused(
        bench.client.send(
          new FilterLogEventsCommand({ logGroupName, logStreamNames: ['a'], logStreamNamePrefix: 'a' }),
        ),
        'InvalidParameterException',
      );
    }),
    'refuses a token that it did not give': recorded(async (bench) => {
      const logGroupName = await bench.group();
      await refused(
        bench.client.send(new FilterLogEventsCommand({ logGroupName, nextToken: 'none' })),
        'InvalidParameterException',
        'The specified nextToken is invalid.',
      );
    }),
  }),
];
