import {
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { type Bench, documented, eventually, operation } from '../conformance-case.js';
import { signedPost } from '../signed-post.js';

const JSON_TYPE = 'application/json';

const target = (logGroupName: string): Record<string, string> => ({
  'x-aws-log-group': logGroupName,
  'x-aws-log-stream': 'stream',
});

async function messages({ client }: Bench, logGroupName: string, count: number): Promise<string[]> {
  const { events } = await eventually(
    () => client.send(new FilterLogEventsCommand({ logGroupName })),
    (answer) => answer.events!.length >= count,
  );
  return events!.map(({ message }) => message!);
}

const otlpLogs = (now: number, body: string): string =>
  JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }] },
        scopeLogs: [
          {
            scope: { name: 'conformance' },
            logRecords: [
              {
                timeUnixNano: `${now}000000`,
                severityNumber: 17,
                severityText: 'ERROR',
                body: { stringValue: body },
                traceId: '5b8efff798038103d269b633813fc60c',
                spanId: 'eee19b7ec3c1b174',
              },
            ],
          },
        ],
      },
    ],
  });

export const ingestionCases = [
  ...operation('/v1/logs', {
    'stores OTLP records as JSON with camelCase names': documented(async (bench) => {
      const group = await bench.groupWith([]);
      const { status } = await signedPost(bench, {
        path: '/v1/logs',
        body: otlpLogs(bench.now(), 'declined'),
        headers: { 'content-type': JSON_TYPE, ...target(group) },
      });
      expect(status).to.equal(200);
      const [message] = await messages(bench, group, 1);
      expect(JSON.parse(message!)).to.deep.include({
        body: 'declined',
        severityText: 'ERROR',
        severityNumber: 17,
        traceId: '5b8efff798038103d269b633813fc60c',
        spanId: 'eee19b7ec3c1b174',
      });
    }),
    'takes gzip': documented(async (bench) => {
      const group = await bench.groupWith([]);
      const { status } = await signedPost(bench, {
        path: '/v1/logs',
        body: otlpLogs(bench.now(), 'zipped'),
        headers: { 'content-type': JSON_TYPE, ...target(group) },
        gzip: true,
      });
      expect(status).to.equal(200);
      expect((await messages(bench, group, 1))[0]).to.contain('zipped');
    }),
    'refuses a request that names no group': documented(async (bench) => {
      const { status } = await signedPost(bench, {
        path: '/v1/logs',
        body: otlpLogs(bench.now(), 'lost'),
        headers: { 'content-type': JSON_TYPE },
      });
      expect(status).to.equal(400);
    }),
  }),
  ...operation('/ingest/bulk', {
    'stores one event a line': documented(async (bench) => {
      const group = await bench.groupWith([]);
      const { status } = await signedPost(bench, {
        path: '/ingest/bulk',
        body: '{"n":1}\n{"n":2}\n',
        headers: { 'content-type': 'application/x-ndjson', ...target(group) },
      });
      expect(status).to.equal(200);
      const stored = (await messages(bench, group, 2)).map((message) => JSON.parse(message) as unknown);
      expect(stored).to.have.deep.members([{ n: 1 }, { n: 2 }]);
    }),
    'takes group and stream by query': documented(async (bench) => {
      const group = await bench.groupWith([]);
      const { status } = await signedPost(bench, {
        path: `/ingest/bulk?logGroup=${encodeURIComponent(group)}&logStream=stream`,
        body: '{"n":1}\n',
        headers: { 'content-type': 'application/x-ndjson' },
      });
      expect(status).to.equal(200);
      expect(await messages(bench, group, 1)).to.have.length(1);
    }),
  }),
  ...operation('/ingest/json', {
    'takes an object or an array': documented(async (bench) => {
      const group = await bench.groupWith([]);
      for (const body of ['{"n":1}', '[{"n":2},{"n":3}]']) {
        const { status } = await signedPost(bench, {
          path: '/ingest/json',
          body,
          headers: { 'content-type': JSON_TYPE, ...target(group) },
        });
        expect(status, body).to.equal(200);
      }
      const stored = (await messages(bench, group, 3)).map((message) => JSON.parse(message) as unknown);
      expect(stored).to.have.deep.members([{ n: 1 }, { n: 2 }, { n: 3 }]);
    }),
  }),
  ...operation('/services/collector/event', {
    'stores what stands in event, at its time in seconds': documented(async (bench) => {
      const group = await bench.groupWith([]);
      const now = bench.now();
      const { status } = await signedPost(bench, {
        path: '/services/collector/event',
        body: JSON.stringify({ time: now / 1000, event: { n: 1 } }),
        headers: { 'content-type': JSON_TYPE, ...target(group) },
      });
      expect(status).to.equal(200);
      const { events } = await eventually(
        () => bench.client.send(new FilterLogEventsCommand({ logGroupName: group })),
        (answer) => answer.events!.length > 0,
      );
      expect(events![0]!.timestamp).to.equal(now);
      expect(events![0]!.message).to.contain('"n":1');
    }),
  }),
  ...operation('/v1/traces', {
    'stores spans in the group aws/spans, which queries read': documented(async (bench) => {
      // AWS takes spans at xray.<region>.amazonaws.com, and keeps them for good.
      await bench.onlyLocal('AWS takes spans at another host');
      const spans = { logGroupNamePrefix: 'aws/spans' };
      const { logGroups: others } = await bench.client.send(new DescribeLogGroupsCommand(spans));
      const traceId = `${Date.now()}`.padStart(32, '7');
      const now = bench.now();
      const span = {
        traceId,
        spanId: 'eee19b7ec3c1b174',
        name: 'GET /orders',
        kind: 2,
        startTimeUnixNano: `${now}000000`,
        endTimeUnixNano: `${now + 5}000000`,
      };
      const { status } = await signedPost(bench, {
        path: '/v1/traces',
        body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
        headers: { 'content-type': JSON_TYPE },
      });
      expect(status).to.equal(200);
      const seconds = Math.floor(now / 1000);
      const { queryId } = await bench.client.send(
        new StartQueryCommand({
          logGroupName: 'aws/spans',
          queryString: `fields name, durationNano | filter traceId = "${traceId}"`,
          startTime: seconds - 60,
          endTime: seconds + 60,
        }),
      );
      const { results } = await eventually(
        () => bench.client.send(new GetQueryResultsCommand({ queryId })),
        (answer) => answer.status === 'Complete',
      );
      expect(results![0]!.slice(0, 2)).to.deep.equal([
        { field: 'name', value: 'GET /orders' },
        { field: 'durationNano', value: '5000000' },
      ]);
      if (others!.length === 0)
        await bench.client.send(new DeleteLogGroupCommand({ logGroupName: 'aws/spans' }));
    }),
  }),
];
