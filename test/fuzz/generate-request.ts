import { type OperationName, REQUESTS } from '../../src/simulation/protocol/request-shapes.js';
import type { ShapeKind } from '../../src/simulation/protocol/shapes.js';
import { generateIngestion } from './generate-ingestion.js';
import { generatePattern, wellFormedPattern } from './generate-pattern.js';
import { generateQuery, wellFormedQuery } from './generate-query.js';
import { type Random } from './random.js';

/** One request to the local service. */
export interface GeneratedRequest {
  /** Of the AWS JSON protocol, or the path of an HTTP endpoint. */
  readonly operation: string;
  /** JSON mostly; bytes that are none at times. Learned texts stand in it as {@link learned} writes them. */
  readonly body: string | Buffer;
  /** Where it goes when it is no request of the AWS JSON protocol. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Groups and streams that requests name; `none` is never made. */
export const GROUPS = ['/fuzz/a', '/fuzz/b', '/fuzz/c'] as const;
export const STREAMS = ['s', 't'] as const;
const ARN = 'arn:aws:logs:us-east-1:000000000000';
const LAMBDA = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const KINESIS = 'arn:aws:kinesis:us-east-1:000000000000:stream/s';
const DAY = 86_400_000;

/** What answers taught, for later requests: the last `nextToken` of an operation, the last `queryId`, … */
export function learned(what: string): string {
  return `<learned ${what}>`;
}

/** How wrong a request is. */
type Mood = 'right' | 'odd' | 'broken';

type Make = (random: Random, operation: string) => unknown;

const group: Make = (random) => (random.chance(0.04) ? '/fuzz/none' : random.pick(GROUPS));
const stream: Make = (random) => (random.chance(0.04) ? 'none' : random.pick(STREAMS));
const identifier: Make = (random, operation) =>
  random.chance(0.5) ? group(random, operation) : `${ARN}:log-group:${random.pick(GROUPS)}`;
const time: Make = (random) => Date.now() - random.below(20) * DAY + random.below(10_000_000);
const name: Make = (random) => `n${random.below(4)}`;
const pattern: Make = (random) => (random.chance(0.7) ? wellFormedPattern(random) : generatePattern(random));
const query: Make = (random) => (random.chance(0.6) ? wellFormedQuery(random) : generateQuery(random));

/** A message of a log event: JSON, text, a line of an access log, or what looks like one of them. */
export function generateMessage(random: Random): string {
  return random.pick([
    () =>
      JSON.stringify({
        level: random.pick(['error', 'info', 'warn']),
        status: random.below(600),
        trace_id: `t${random.below(50)}`,
        tags: ['a', 1, null],
        error: { type: random.text(4) },
      }),
    () => `ERROR ${random.text(40)}`,
    () => random.text(60) || 'x',
    () => `10.0.0.1 - bob [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" ${random.below(600)} 17`,
    () => '{"a":'.repeat(1 + random.below(300)),
    () => `{"level":"info","__proto__":{"x":1},"constructor":${random.below(9)}}`,
  ])();
}

const events: Make = (random) => {
  const start = Date.now() - random.below(1000);
  return random
    .many(1, 6, () => ({ timestamp: start + random.below(50) - 10, message: generateMessage(random) }))
    .sort((a, b) => (random.chance(0.99) ? a.timestamp - b.timestamp : 0));
};

const dataProtection = (random: Random): string => {
  const identifiers = [
    `arn:aws:dataprotection::aws:data-identifier/${random.pick(['EmailAddress', 'IpAddress'])}`,
  ];
  return JSON.stringify({
    Name: 'p',
    Statement: [
      { DataIdentifier: identifiers, Operation: { Audit: { FindingsDestination: {} } } },
      { DataIdentifier: identifiers, Operation: { Deidentify: { MaskConfig: {} } } },
    ],
  });
};

/** A policy in the grammar of IAM, mostly. */
const accessPolicy = (random: Random): string =>
  JSON.stringify({
    Version: random.pick(['2012-10-17', undefined]),
    Statement: random.many(1, 2, () => ({
      Effect: random.pick(['Allow', 'Deny']),
      Principal: random.pick([
        '*',
        { Service: ['es.amazonaws.com'] },
        { AWS: '000000000000' },
        { AWS: random.text(8) },
      ]),
      Action: random.pick(['logs:*', ['logs:PutLogEvents'], []]),
      Resource: '*',
    })),
  });

const ACCOUNT_POLICIES: readonly { policyType: string; policyDocument: (random: Random) => string }[] = [
  { policyType: 'DATA_PROTECTION_POLICY', policyDocument: dataProtection },
  {
    policyType: 'FIELD_INDEX_POLICY',
    policyDocument: (random) => JSON.stringify({ Fields: [random.pick(['level', 'status'])] }),
  },
  {
    policyType: 'RETENTION_POLICY',
    policyDocument: (random) =>
      JSON.stringify({
        retentionInDays: random.pick([30, 90, 'NEVER_EXPIRE']),
        enforcementMode: random.pick(['NEW_ONLY', 'RETROACTIVE']),
      }),
  },
  {
    policyType: 'SUBSCRIPTION_FILTER_POLICY',
    policyDocument: () => JSON.stringify({ DestinationArn: LAMBDA, FilterPattern: 'ERROR' }),
  },
];

const policyDocument: Make = (random, operation) => {
  switch (operation) {
    case 'PutIndexPolicy':
      return JSON.stringify({
        Fields: random.many(1, 3, () => random.pick(['level', 'status', 'trace_id', 'a'])),
      });
    case 'PutDataProtectionPolicy':
      return dataProtection(random);
    default:
      return accessPolicy(random);
  }
};

/** Members whose values mean something; all others are made from the shapes of the model. */
const MEMBERS: Readonly<Record<string, Make>> = {
  accessPolicy,
  accountIdentifiers: () => ['000000000000'],
  clientToken: (random) => `token-${'x'.repeat(30)}-${random.below(3)}`,
  deliveryDestinationArn: (random) => `${ARN}:delivery-destination:n${random.below(4)}`,
  deliveryDestinationName: name,
  deliveryDestinationPolicy: accessPolicy,
  deliveryDestinationType: () => 'S3',
  deliverySourceName: name,
  destinationArn: (random) => random.pick([LAMBDA, KINESIS]),
  destinationName: name,
  destinationResourceArn: () => 'arn:aws:s3:::bucket',
  endTime: (random, operation) =>
    operation === 'StartQuery'
      ? Math.floor(Date.now() / 1000) + random.below(86_400)
      : Date.now() + random.below(DAY),
  emitSystemFieldDimensions: () => ['@aws.region'],
  emitSystemFields: () => ['@aws.account', '@source.log'],
  fieldSelectionCriteria: () => '@aws.region = "us-east-1" OR @aws.account IN ["1", "2"]',
  filterName: name,
  filterPattern: pattern,
  id: () => learned('delivery'),
  kmsKeyId: () => 'arn:aws:kms:us-east-1:000000000000:key/k',
  logEventFilterPattern: pattern,
  logEventMessages: (random) => random.many(1, 4, () => generateMessage(random)),
  logEvents: events,
  logGroupClass: (random) =>
    random.pick(['STANDARD', 'STANDARD', 'STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY']),
  logGroupIdentifier: identifier,
  logGroupIdentifiers: (random, operation) =>
    operation === 'StartLiveTail'
      ? [`${ARN}:log-group:${random.pick(GROUPS)}`]
      : [identifier(random, operation)],
  logGroupName: group,
  logGroupNamePattern: (random) => random.pick(['fuzz', '^/fuzz/a', '/fuzz']),
  logGroupNamePrefix: group,
  logGroupNames: () => [...GROUPS],
  logRecordPointer: () => learned('@ptr'),
  logStreamName: stream,
  logStreamNamePrefix: stream,
  logStreamNames: (random, operation) => [stream(random, operation)],
  lookupTableArn: (random) => `${ARN}:lookup-table:t${random.below(3)}`,
  lookupTableName: (random) => `t${random.below(3)}`,
  metricTransformations: (random) => [
    { metricName: 'm', metricNamespace: 'n', metricValue: random.pick(['1', '1', '$.status', '$size']) },
  ],
  name,
  nextToken: (_random, operation) => learned(`nextToken of ${operation}`),
  policyDocument,
  policyName: name,
  queryDefinitionId: () => learned('queryDefinitionId'),
  queryId: () => learned('queryId'),
  queryLanguage: () => 'CWLI',
  queryString: query,
  resourceArn: (random, operation) =>
    operation === 'PutDeliverySource'
      ? LAMBDA
      : operation.includes('ResourcePolic') || random.chance(0.7)
        ? `${ARN}:log-group:${random.pick(GROUPS)}`
        : random.pick([`${ARN}:destination:n1`, `${ARN}:lookup-table:t1`]),
  retentionInDays: (random) => random.pick([1, 3, 7, 3653]),
  roleArn: () => 'arn:aws:iam::000000000000:role/r',
  startTime: (random, operation) =>
    operation === 'StartQuery' ? Math.floor(Number(time(random, operation)) / 1000) : time(random, operation),
  tableBody: (random) => `level,text\nerror,${random.below(9)}\ninfo,"a, b"\n`,
  tags: (random, operation) =>
    operation === 'UntagLogGroup'
      ? ['team']
      : { [random.pick(['team', 'env', 'a/b'])]: random.pick(['x', '', 'Y z']) },
  tagKeys: () => ['team'],
  targetArn: () => KINESIS,
  time: (random, operation) => Math.floor(Number(time(random, operation)) / 1000),
};

/** Members of an operation that exclude each other: of each list one is kept. */
const ALTERNATIVES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  AssociateKmsKey: [['logGroupName', 'resourceIdentifier']],
  CreateLookupTable: [['tableBody', 'queryId']],
  DeleteResourcePolicy: [['policyName', 'resourceArn']],
  DescribeLogGroups: [['logGroupNamePrefix', 'logGroupNamePattern', 'logGroupIdentifiers']],
  DescribeLogStreams: [
    ['logGroupName', 'logGroupIdentifier'],
    ['logStreamNamePrefix', 'orderBy'],
  ],
  DisassociateKmsKey: [['logGroupName', 'resourceIdentifier']],
  FilterLogEvents: [
    ['logGroupName', 'logGroupIdentifier'],
    ['logStreamNames', 'logStreamNamePrefix'],
  ],
  GetLogEvents: [['logGroupName', 'logGroupIdentifier']],
  GetLogGroupFields: [['logGroupName', 'logGroupIdentifier']],
  StartLiveTail: [['logStreamNames', 'logStreamNamePrefixes']],
  StartQuery: [['logGroupName', 'logGroupNames', 'logGroupIdentifiers']],
  UpdateLookupTable: [['tableBody', 'queryId']],
};

/** How often operations come, against 1 for all others. */
const WEIGHTS: Readonly<Record<string, number>> = {
  PutLogEvents: 10,
  StartQuery: 8,
  FilterLogEvents: 6,
  GetLogEvents: 4,
  GetQueryResults: 3,
  CreateLogGroup: 3,
  CreateLogStream: 6,
  TestMetricFilter: 3,
  DeleteLogGroup: 0.3,
  DeleteLogStream: 0.5,
  // Sessions are opened by the sender, which reads them.
  StartLiveTail: 0,
};

const WEIGHTED = (Object.keys(REQUESTS) as OperationName[]).flatMap((operation) =>
  Array.from({ length: Math.round((WEIGHTS[operation] ?? 1) * 10) }, () => operation),
);

const WRONG_VALUES: readonly unknown[] = [
  null,
  0,
  -1,
  1.5,
  1e308,
  1e19,
  '',
  'x',
  true,
  [],
  {},
  [null],
  { a: { b: [] } },
  'x'.repeat(2000),
];

/** A request, right more often than not; otherwise members are missing, of a wrong type, or unknown. */
export function generateRequest(random: Random): GeneratedRequest {
  if (random.chance(0.12)) return generateIngestion(random);
  if (random.chance(0.005))
    return { operation: random.pick(['NoSuchOperation', '', 'toString']), body: '{}' };
  return generateOperation(random, random.pick(WEIGHTED));
}

/** A request for one operation. */
export function generateOperation(random: Random, operation: OperationName): GeneratedRequest {
  const mood: Mood = random.chance(0.75) ? 'right' : random.chance(0.7) ? 'odd' : 'broken';
  const members = membersOf(random, operation, mood);
  if (operation === 'PutAccountPolicy' || operation.endsWith('AccountPolicy')) {
    const policy = random.pick(ACCOUNT_POLICIES);
    members.policyType = policy.policyType;
    if (operation === 'PutAccountPolicy') members.policyDocument = policy.policyDocument(random);
    delete members.selectionCriteria;
    delete members.dryRun;
  }
  if (mood !== 'right' && random.chance(0.2)) members[random.text(5)] = random.pick(WRONG_VALUES);
  const body = JSON.stringify(members);
  return { operation, body: mood === 'broken' && random.chance(0.3) ? random.mutate(body) : body };
}

function membersOf(random: Random, operation: OperationName, mood: Mood): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  const left = new Set<string>();
  const kept = new Set<string>();
  if (mood === 'right') {
    for (const alternatives of ALTERNATIVES[operation] ?? []) {
      // Where nothing is required, the one that is kept often is.
      const one = random.pick(alternatives);
      kept.add(one);
      for (const each of alternatives) if (each !== one) left.add(each);
    }
  }
  for (const [member, { shape, required }] of REQUESTS[operation].members) {
    if (left.has(member)) continue;
    const share = required || kept.has(member) ? 1 : member === 'nextToken' ? 0.15 : 0.35;
    if (!random.chance(mood === 'broken' ? 0.85 : share)) continue;
    const wrong = mood !== 'right' && random.chance(mood === 'odd' ? 0.1 : 0.3);
    members[member] = wrong ? random.pick(WRONG_VALUES) : valueOf(random, operation, member, shape);
  }
  return members;
}

function valueOf(random: Random, operation: string, member: string, shape: ShapeKind): unknown {
  const make = Object.hasOwn(MEMBERS, member) ? MEMBERS[member] : undefined;
  return make ? make(random, operation) : fromShape(random, operation, shape);
}

function fromShape(random: Random, operation: string, shape: ShapeKind): unknown {
  switch (shape.kind) {
    case 'text': {
      if (shape.values) return random.pick(shape.values);
      return random.pick(['a', 'name', 'x1']).padEnd(Math.min(shape.min ?? 0, 50), 'x');
    }
    case 'boolean':
      return random.chance(0.5);
    case 'list':
      return random.many(Math.max(1, shape.min ?? 0), 2, () => fromShape(random, operation, shape.member));
    case 'map':
      return { key: fromShape(random, operation, shape.value) };
    case 'structure':
      return Object.fromEntries(
        [...shape.members].map(([member, inner]) => [
          member,
          valueOf(random, operation, member, inner.shape),
        ]),
      );
    default:
      return Math.min(shape.max ?? 1000, (shape.min ?? 0) + random.pick([0, 1, 5, 49, 500]));
  }
}
