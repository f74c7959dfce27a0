import {
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  DescribeLogStreamsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { documented, eventually, operation, recorded, refused } from '../conformance-case.js';

export const logStreamCases = [
  ...operation('CreateLogStream', {
    'makes a stream without event times': recorded(async (bench) => {
      const logGroupName = await bench.groupWith([]);
      const { logStreams } = await bench.client.send(new DescribeLogStreamsCommand({ logGroupName }));
      expect(logStreams).to.have.length(1);
      expect(logStreams![0]).to.include({ logStreamName: 'stream', storedBytes: 0 });
      expect(logStreams![0]!.arn).to.match(/:log-group:.+:log-stream:stream$/);
      expect(logStreams![0]).not.to.have.any.keys(
        'firstEventTimestamp',
        'lastEventTimestamp',
        'lastIngestionTime',
        'uploadSequenceToken',
      );
    }),
    'refuses a name that exists, and a group that does not': recorded(async (bench) => {
      const logGroupName = await bench.groupWith([]);
      await refused(
        bench.client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'stream' })),
        'ResourceAlreadyExistsException',
        'The specified log stream already exists',
      );
      await refused(
        bench.client.send(
          new CreateLogStreamCommand({ logGroupName: bench.groupName(), logStreamName: 's' }),
        ),
        'ResourceNotFoundException',
        'The specified log group does not exist.',
      );
    }),
    'refuses ":" and "*" in a name': documented(async (bench) => {
      const logGroupName = await bench.group();
      for (const logStreamName of ['a:b', 'a*b']) {
        await refused(
          bench.client.send(new CreateLogStreamCommand({ logGroupName, logStreamName })),
          'InvalidParameterException',
        );
      }
    }),
  }),
  ...operation('DeleteLogStream', {
    'refuses a stream that does not exist': recorded(async (bench) => {
      const logGroupName = await bench.group();
      await refused(
        bench.client.send(new DeleteLogStreamCommand({ logGroupName, logStreamName: 'none' })),
        'ResourceNotFoundException',
        'The specified log stream does not exist.',
      );
    }),
  }),
  ...operation('DescribeLogStreams', {
    'orders by name, by prefix, and by last event time': documented(async (bench) => {
      const logGroupName = await bench.group();
      const now = bench.now();
      for (const [logStreamName, age] of [
        ['b', 1000],
        ['a', 3000],
        ['ab', 2000],
      ] as const) {
        await bench.client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
        await bench.client.send(
          new PutLogEventsCommand({
            logGroupName,
            logStreamName,
            logEvents: [{ timestamp: now - age, message: 'x' }],
          }),
        );
      }
      const names = async (rest: object) =>
        (await bench.client.send(new DescribeLogStreamsCommand({ logGroupName, ...rest }))).logStreams!.map(
          (stream) => stream.logStreamName,
        );
      expect(await names({})).to.deep.equal(['a', 'ab', 'b']);
      expect(await names({ logStreamNamePrefix: 'a' })).to.deep.equal(['a', 'ab']);
      expect(await names({ descending: true })).to.deep.equal(['b', 'ab', 'a']);
      const byTime = await eventually(
        () => names({ orderBy: 'LastEventTime', descending: true }),
        (order) => order.join() === 'b,ab,a',
      );
      expect(byTime).to.deep.equal(['b', 'ab', 'a']);
    }),
    'refuses a prefix when ordered by last event time': documented(async (bench) => {
      const logGroupName = await bench.group();
      await refused(
        bench.client.send(
          new DescribeLogStreamsCommand({ logGroupName, orderBy: 'LastEventTime', logStreamNamePrefix: 'a' }),
        ),
        'InvalidParameterException',
      );
    }),
    'refuses a name beside an identifier': recorded(async ({ client }) => {
      await refused(
        client.send(new DescribeLogStreamsCommand({ logGroupName: 'a', logGroupIdentifier: 'a' })),
        ['ValidationException', 'InvalidParameterException'],
        'LogGroup name and LogGroup ARN are mutually exclusive parameters.',
      );
    }),
    'shows the first and last event times': documented(async (bench) => {
      const now = bench.now();
      const logGroupName = await bench.groupWith([
        { timestamp: now - 5000, message: 'first' },
        { timestamp: now - 1000, message: 'last' },
      ]);
      const streams = await eventually(
        async () => (await bench.client.send(new DescribeLogStreamsCommand({ logGroupName }))).logStreams!,
        ([stream]) => stream?.lastEventTimestamp !== undefined,
      );
      expect(streams[0]).to.include({ firstEventTimestamp: now - 5000, lastEventTimestamp: now - 1000 });
      expect(streams[0]!.lastIngestionTime).to.be.closeTo(now, 300_000);
    }),
  }),
];
