import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import {
  DeleteSubscriptionFilterCommand,
  DescribeLogGroupsCommand,
  DescribeSubscriptionFiltersCommand,
  PutLogEventsCommand,
  PutSubscriptionFilterCommand,
  StartLiveTailCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { type Bench, documented, operation, recorded, refused } from '../conformance-case.js';

interface Delivered {
  messageType: string;
  logGroup: string;
  logStream: string;
  subscriptionFilters: string[];
  logEvents: { id: string; timestamp: number; message: string }[];
}

/** Listens as a destination and collects what is delivered while `use` runs. */
async function withDestination(
  use: (url: string, delivered: (count: number) => Promise<Delivered[]>) => Promise<void>,
): Promise<void> {
  const taken: Delivered[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { awslogs } = JSON.parse(Buffer.concat(parts).toString()) as { awslogs: { data: string } };
      taken.push(JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString()) as Delivered);
      response.end();
      server.emit('delivered');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, async (count) => {
      while (taken.length < count) await once(server, 'delivered');
      return taken;
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function arnOf({ client }: Bench, logGroupName: string): Promise<string> {
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }));
  return logGroups![0]!.arn!.replace(/:\*$/, '');
}

const putEvents = ({ client, now }: Bench, logGroupName: string, ...messages: string[]) =>
  client.send(
    new PutLogEventsCommand({
      logGroupName,
      logStreamName: 'stream',
      logEvents: messages.map((message) => ({ timestamp: now(), message })),
    }),
  );

export const pushCases = [
  ...operation('PutSubscriptionFilter', {
    'delivers what matches, gzipped and in base64, after a control message': documented(async (bench) => {
      await bench.onlyLocal('only the local service delivers to a URL');
      const logGroupName = await bench.groupWith([]);
      await withDestination(async (destinationArn, delivered) => {
        await bench.client.send(
          new PutSubscriptionFilterCommand({
            logGroupName,
            filterName: 'errors',
            filterPattern: 'ERROR',
            destinationArn,
          }),
        );
        await putEvents(bench, logGroupName, 'fine', 'ERROR one');
        const [control, data] = await delivered(2);
        expect(control!.messageType).to.equal('CONTROL_MESSAGE');
        expect(data).to.deep.include({
          messageType: 'DATA_MESSAGE',
          logGroup: logGroupName,
          logStream: 'stream',
          subscriptionFilters: ['errors'],
        });
        expect(data!.logEvents.map(({ message }) => message)).to.deep.equal(['ERROR one']);
      });
    }),
    'refuses a Kinesis stream without a role': recorded(async (bench) => {
      await refused(
        bench.client.send(
          new PutSubscriptionFilterCommand({
            logGroupName: await bench.group(),
            filterName: 'f',
            filterPattern: '',
            destinationArn: 'arn:aws:kinesis:us-east-1:123456789012:stream/s',
          }),
        ),
        'InvalidParameterException',
        'destinationArn for vendor kinesis cannot be used without roleArn',
      );
    }),
    'refuses a function of another account': recorded(async (bench) => {
      await refused(
        bench.client.send(
          new PutSubscriptionFilterCommand({
            logGroupName: await bench.group(),
            filterName: 'f',
            filterPattern: '',
            destinationArn: 'arn:aws:lambda:us-east-1:999999999999:function:f',
          }),
        ),
        'AccessDeniedException',
        /^Cross-account lambda invocation passing is not allowed/,
      );
    }),
  }),
  ...operation('DescribeSubscriptionFilters', {
    'answers an empty list for a group without': documented(async (bench) => {
      const { subscriptionFilters } = await bench.client.send(
        new DescribeSubscriptionFiltersCommand({ logGroupName: await bench.group() }),
      );
      expect(subscriptionFilters).to.deep.equal([]);
    }),
    'shows a filter as it was put': recorded(async (bench) => {
      await bench.onlyLocal('elsewhere a filter needs a function or a stream that exists');
      const logGroupName = await bench.group();
      await withDestination(async (destinationArn) => {
        const filter = { logGroupName, filterName: 'f', filterPattern: '{ $.a = 1 }', destinationArn };
        await bench.client.send(new PutSubscriptionFilterCommand(filter));
        const { subscriptionFilters } = await bench.client.send(
          new DescribeSubscriptionFiltersCommand({ logGroupName }),
        );
        expect(subscriptionFilters).to.have.length(1);
        expect(subscriptionFilters![0]).to.include({ ...filter, distribution: 'ByLogStream' });
      });
    }),
  }),
  ...operation('DeleteSubscriptionFilter', {
    'refuses a filter that does not exist': recorded(async (bench) => {
      await refused(
        bench.client.send(
          new DeleteSubscriptionFilterCommand({ logGroupName: await bench.group(), filterName: 'none' }),
        ),
        'ResourceNotFoundException',
        'The specified subscription filter does not exist.',
      );
    }),
  }),
  ...operation('StartLiveTail', {
    'streams a start and then what comes': documented(async (bench) => {
      const logGroupName = await bench.groupWith([]);
      const abort = new AbortController();
      try {
        const { responseStream } = await bench.client.send(
          new StartLiveTailCommand({
            logGroupIdentifiers: [await arnOf(bench, logGroupName)],
            logEventFilterPattern: 'ERROR',
          }),
          { abortSignal: abort.signal },
        );
        const messages: (string | undefined)[] = [];
        for await (const { sessionStart, sessionUpdate } of responseStream!) {
          if (sessionStart) {
            expect(sessionStart.sessionId).to.be.a('string');
            await putEvents(bench, logGroupName, 'fine', 'ERROR one');
          }
          for (const { message } of sessionUpdate?.sessionResults ?? []) messages.push(message);
          if (messages.length > 0) break;
        }
        expect(messages).to.deep.equal(['ERROR one']);
      } finally {
        abort.abort();
      }
    }),
    'takes ARNs alone': documented(async (bench) => {
      await refused(
        bench.client.send(new StartLiveTailCommand({ logGroupIdentifiers: [await bench.group()] })),
        ['InvalidParameterException', 'ValidationException'],
      );
    }),
  }),
];
