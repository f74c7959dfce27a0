import { generatePattern } from './generate-pattern.js';
import { generateQuery } from './generate-query.js';
import { type Random } from './random.js';

/** One request to the local service. */
export interface GeneratedRequest {
  readonly operation: string;
  /** JSON mostly; bytes that are none at times. */
  readonly body: string;
}

const GROUPS = ['/fuzz/a', '/fuzz/b', '/fuzz/c', '/fuzz/none'];
const STREAMS = ['s', 't', 'none'];

type Members = Record<string, (random: Random) => unknown>;

const group = (random: Random) => random.pick(GROUPS);
const stream = (random: Random) => random.pick(STREAMS);
const identifier = (random: Random) =>
  random.pick([...GROUPS, 'arn:aws:logs:us-east-1:000000000000:log-group:/fuzz/a', 'arn:aws:logs:x']);
const time = (random: Random) => Date.now() - random.below(20) * 86_400_000 + random.below(10_000_000);
const seconds = (random: Random) => Math.floor(time(random) / 1000);
const token = (random: Random) => random.pick(['none', '', 'f/1', 'b/1', random.text(20)]);
const count = (random: Random) => random.pick([1, 2, 50, 0, -1, 51, 10_000, 1e9, 1.5]);

const message = (random: Random) =>
  random.pick([
    () =>
      JSON.stringify({
        level: 'error',
        status: random.below(600),
        tags: ['a', 1, null],
        error: { type: random.text(4) },
      }),
    () => `ERROR ${random.text(40)}`,
    () => random.text(60),
    () => `10.0.0.1 - bob [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" ${random.below(600)} 17`,
    () => '{"a":'.repeat(random.below(300)),
    () => `{"level":"info","__proto__":{"x":1},"constructor":${random.below(9)}}`,
    () => '',
  ])();

const events = (random: Random) => {
  const start = Date.now() - random.below(1000);
  return random
    .many(0, 5, () => ({ timestamp: start + random.below(50) - 10, message: message(random) }))
    .sort((a, b) => (random.chance(0.95) ? a.timestamp - b.timestamp : 0));
};

const OPERATIONS: Record<string, Members> = {
  CreateLogGroup: {
    logGroupName: group,
    logGroupClass: (random) => random.pick(['STANDARD', 'INFREQUENT_ACCESS', 'X']),
  },
  DeleteLogGroup: { logGroupName: (random) => (random.chance(0.9) ? '/fuzz/none' : group(random)) },
  DescribeLogGroups: { logGroupNamePrefix: group, limit: count, nextToken: token },
  ListLogGroups: { limit: count, nextToken: token },
  CreateLogStream: { logGroupName: group, logStreamName: stream },
  DeleteLogStream: { logGroupName: group, logStreamName: stream },
  DescribeLogStreams: {
    logGroupName: group,
    orderBy: (random) => random.pick(['LogStreamName', 'LastEventTime', 'X']),
    limit: count,
    nextToken: token,
  },
  PutLogEvents: { logGroupName: group, logStreamName: stream, logEvents: events },
  GetLogEvents: {
    logGroupName: group,
    logStreamName: stream,
    startTime: time,
    endTime: time,
    limit: count,
    nextToken: token,
    startFromHead: (random) => random.chance(0.5),
  },
  FilterLogEvents: {
    logGroupName: group,
    filterPattern: generatePattern,
    startTime: time,
    endTime: time,
    limit: count,
    nextToken: token,
  },
  PutRetentionPolicy: { logGroupName: group, retentionInDays: (random) => random.pick([1, 7, 8, -1]) },
  DeleteRetentionPolicy: { logGroupName: group },
  TagResource: { resourceArn: identifier, tags: (random) => ({ [random.text(5)]: random.text(5) }) },
  ListTagsForResource: { resourceArn: identifier },
  PutMetricFilter: {
    logGroupName: group,
    filterName: stream,
    filterPattern: generatePattern,
    metricTransformations: () => [{ metricName: 'm', metricNamespace: 'n', metricValue: '1' }],
  },
  DescribeMetricFilters: { logGroupName: group, limit: count, nextToken: token },
  DeleteMetricFilter: { logGroupName: group, filterName: stream },
  TestMetricFilter: {
    filterPattern: generatePattern,
    logEventMessages: (random) => random.many(0, 3, () => message(random)),
  },
  PutIndexPolicy: {
    logGroupIdentifier: identifier,
    policyDocument: (random) => random.pick(['{"Fields":["level"]}', '{}', '[', random.text(20)]),
  },
  DescribeIndexPolicies: { logGroupIdentifiers: (random) => random.many(0, 2, () => identifier(random)) },
  DescribeFieldIndexes: { logGroupIdentifiers: (random) => random.many(0, 2, () => identifier(random)) },
  StartQuery: {
    logGroupName: group,
    queryString: generateQuery,
    startTime: seconds,
    endTime: (random) => seconds(random) + 86_400 * 20,
    limit: count,
  },
  GetQueryResults: { queryId: (random) => random.text(20), nextToken: token },
  StopQuery: { queryId: (random) => random.text(20) },
  DescribeQueries: { logGroupName: group, maxResults: count, nextToken: token },
  GetLogRecord: { logRecordPointer: token },
  GetLogGroupFields: { logGroupName: group, time: seconds },
  NoSuchOperation: { a: token },
};

const WRONG_VALUES: readonly unknown[] = [
  null,
  0,
  -1,
  1e308,
  '',
  'x',
  true,
  [],
  {},
  [null],
  { a: { b: [] } },
  'x'.repeat(2000),
];

/** A request that is mostly right: some members are missing, of a wrong type, or unknown. */
export function generateRequest(random: Random): GeneratedRequest {
  const operation = random.pick(Object.keys(OPERATIONS));
  const members: Record<string, unknown> = {};
  for (const [name, make] of Object.entries(OPERATIONS[operation]!)) {
    if (random.chance(name === 'nextToken' ? 0.95 : 0.1)) continue;
    members[name] = random.chance(0.03) ? random.pick(WRONG_VALUES) : make(random);
  }
  if (random.chance(0.05)) members[random.text(5)] = random.pick(WRONG_VALUES);
  const body = JSON.stringify(members);
  return { operation, body: random.chance(0.03) ? random.mutate(body) : body };
}
