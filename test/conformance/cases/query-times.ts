import {
  DescribeQueriesCommand,
  GetLogGroupFieldsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { documented, operation, publicSample, recorded, refused, type Bench } from '../conformance-case.js';
import { groupOf, resultOf, rowsOf } from '../query-group.js';

async function count(
  bench: Bench,
  logGroupNames: readonly string[],
  range: { startTime: number; endTime: number },
): Promise<string | undefined> {
  const { queryId } = await bench.client.send(
    new StartQueryCommand({
      logGroupNames: [...logGroupNames],
      queryString: 'stats count(*) as n',
      ...range,
    }),
  );
  return rowsOf(await resultOf(bench, queryId!))[0]?.n;
}

/** The time ranges of queries, and the request that AWS's clients document. */
export const queryTimeCases = [
  ...operation('StartQuery', {
    'takes seconds, of which the last is in the range to its end': documented(async (bench) => {
      const { logGroupName, firstMillis } = await groupOf(bench, ['x']);
      const second = Math.floor(firstMillis / 1000);
      expect(await count(bench, [logGroupName], { startTime: second, endTime: second })).to.equal('1');
      expect(await count(bench, [logGroupName], { startTime: second + 1, endTime: second + 60 })).to.equal(
        '0',
      );
    }),
    'takes milliseconds as well': publicSample(async (bench) => {
      const { logGroupName, firstMillis } = await groupOf(bench, ['x', 'y']);
      const range = { startTime: firstMillis - 60_000, endTime: firstMillis + 60_000 };
      expect(await count(bench, [logGroupName], range)).to.equal('2');
      expect(
        await count(bench, [logGroupName], {
          startTime: firstMillis + 60_000,
          endTime: firstMillis + 120_000,
        }),
      ).to.equal('0');
      const { queries } = await bench.client.send(new DescribeQueriesCommand({ logGroupName }));
      expect(queries!.map(({ status }) => status)).to.include('Complete');
    }),
    'refuses a range that ends before there were queries': recorded(async (bench) => {
      const logGroupName = await bench.group();
      for (const endTime of [1, Date.UTC(2018, 5, 1) / 1000, Date.UTC(2018, 5, 1)]) {
        await refused(
          bench.client.send(
            new StartQueryCommand({ logGroupName, queryString: 'fields @message', startTime: 0, endTime }),
          ),
          'InvalidParameterException',
          'End time should not be before the service was generally available',
        );
      }
    }),
    'answers the query of the documentation over two log groups': documented(async (bench) => {
      const checkout = await groupOf(bench, [
        { level: 'INFO', message: 'order received', trace_id: 'ord-77' },
        { level: 'ERROR', message: 'card declined', trace_id: 'ord-78' },
      ]);
      const orders = await groupOf(bench, [{ level: 'ERROR', message: 'upstream timed out' }]);
      const seconds = Math.floor(Date.now() / 1000);
      const { queryId } = await bench.client.send(
        new StartQueryCommand({
          logGroupNames: [checkout.logGroupName, orders.logGroupName],
          startTime: seconds - 3600,
          endTime: seconds + 3600,
          queryString:
            'fields @timestamp, @message | filter @message like /ERROR/ | sort @timestamp desc | limit 100',
        }),
      );
      const answer = await resultOf(bench, queryId!);
      expect(answer.status).to.equal('Complete');
      expect(answer.results!.map((row) => row.map(({ field }) => field))).to.deep.equal([
        ['@timestamp', '@message', '@ptr'],
        ['@timestamp', '@message', '@ptr'],
      ]);
      expect(
        rowsOf(answer).map((row) => (JSON.parse(row['@message']!) as { message: string }).message),
      ).to.deep.equal(['upstream timed out', 'card declined']);
      expect(answer.statistics).to.include({ recordsMatched: 2 });
      expect(answer.statistics!.bytesScanned).to.be.greaterThan(0);
    }),
  }),
  ...operation('GetLogGroupFields', {
    'takes the time around which it looks in seconds': documented(async (bench) => {
      const { logGroupName, firstMillis } = await groupOf(bench, [{ level: 'info' }]);
      for (const [time, found] of [
        [Math.floor(firstMillis / 1000), true],
        [Math.floor(firstMillis / 1000) - 86_400, false],
      ] as const) {
        const { logGroupFields } = await bench.client.send(
          new GetLogGroupFieldsCommand({ logGroupName, time }),
        );
        expect(logGroupFields!.some(({ name }) => name === 'level')).to.equal(found);
      }
    }),
    'takes that time in milliseconds, as StartQuery does': async (bench) => {
      const { logGroupName, firstMillis } = await groupOf(bench, [{ level: 'info' }]);
      const { logGroupFields } = await bench.client.send(
        new GetLogGroupFieldsCommand({ logGroupName, time: firstMillis }),
      );
      expect(logGroupFields!.map(({ name }) => name)).to.include('level');
    },
  }),
];
