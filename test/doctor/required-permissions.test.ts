import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type IamPolicy } from '../../src/cloudwatch/iam-policy.js';
import { furtherPolicies, leastPrivilegePolicy } from '../../src/doctor/required-permissions.js';
import { parseTemplate } from '../../src/encoding/template.js';

const SOURCE = fileURLToPath(new URL('../../../src', import.meta.url));

type Policies = Record<'exporter' | 'lookUps' | 'tail' | 'setUp', IamPolicy>;

const SETTINGS = {
  logGroupName: parseTemplate('/apps/{service.name}'),
  logStreamName: parseTemplate('s'),
  provision: 'all',
  retentionInDays: 30,
  logGroupClass: undefined,
  kmsKeyId: 'arn:aws:kms:eu-west-1:1:key/k',
  tags: { team: 'a' },
  indexFields: ['trace_id'],
  facetFields: [],
} as const;

function policiesOf(settings: object = {}): Policies {
  const given = { ...SETTINGS, ...settings } as Parameters<typeof furtherPolicies>[0];
  const place = { partition: 'aws', region: 'eu-west-1', accountId: '1' };
  return { exporter: leastPrivilegePolicy(given, place), ...furtherPolicies(given, place) };
}

function actionsOf(policies: readonly IamPolicy[]): Set<string> {
  return new Set(policies.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action)));
}

/** Which policies are for a part of the source; the first that fits. Parts that call nothing have none. */
const ROOMS: readonly [begin: string, policies: readonly (keyof Policies)[]][] = [
  ...['resources/ensure-log-group.ts', 'resources/finish-log-group.ts'].map(
    (file) => [file, ['exporter']] as [string, (keyof Policies)[]],
  ),
  ['resources/', ['setUp']],
  ...['delivery/', 'exporter/', 'drain/', 'register/', 'lambda/'].map(
    (room) => [room, ['exporter']] as [string, (keyof Policies)[]],
  ),
  ...['insights/', 'dashboards/', 'mcp/'].map((room) => [room, ['lookUps']] as [string, (keyof Policies)[]]),
  ['tail/', ['tail']],
  ['replay/', ['exporter', 'lookUps']],
  ['client/', ['exporter', 'lookUps', 'tail', 'setUp']],
  ['cli/', ['exporter', 'lookUps', 'tail', 'setUp']],
  ['doctor/', ['exporter', 'lookUps', 'setUp']],
];

/** Called by what somebody does by hand, or for `doctor` alone to take away what it made: no policy is printed for that. */
const BY_HAND: ReadonlySet<string> = new Set([
  'resources/ DeleteIndexPolicy',
  'resources/ DeleteLogGroup',
  'resources/ DeleteLogStream',
  'resources/ DeleteMetricFilter',
  'resources/ DeleteSubscriptionFilter',
  'resources/ DescribeFieldIndexes',
  'resources/ DisassociateKmsKey',
  'resources/ TestMetricFilter',
  'client/ GetLogEvents',
  'doctor/ DeleteLogGroup',
  'doctor/ DeleteLogStream',
]);

/** The operations that a file calls, by its text. */
function operationsIn(text: string): string[] {
  const made = [...text.matchAll(/(?:new |sdk\.|youngerCommand\(')([A-Z][A-Za-z]+)Command\b/g)];
  const operations = made.map(([, name]) => name!);
  return text.includes('filteredPages(') ? [...operations, 'FilterLogEvents'] : operations;
}

describe('the policies that doctor prints', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => relative(SOURCE, join(SOURCE, file)).split(sep).join('/'))
    // The service itself, and what all rooms share, is called by none of them alone.
    .filter((file) => !/^(?:simulation|cloudwatch)\//.test(file));
  const found = files.flatMap((file) => {
    const text = readFileSync(join(SOURCE, file), 'utf8');
    return operationsIn(text).map((operation) => ({ file, operation }));
  });

  it('name each operation that a part of the package calls', () => {
    const policies = policiesOf();
    const missing = found.flatMap(({ file, operation }) => {
      const room = ROOMS.find(([begin]) => file.startsWith(begin));
      if (!room) return [`${file} is of no room: ${operation}`];
      const actions = actionsOf(room[1].map((name) => policies[name]));
      const isKnown = actions.has(`logs:${operation}`) || BY_HAND.has(`${room[0]} ${operation}`);
      return isKnown ? [] : [`${file}: ${operation}`];
    });
    expect(missing).to.deep.equal([]);
  });

  it('are compared with calls that are there', () => {
    const operations = new Set(found.map(({ operation }) => operation));
    expect([...operations]).to.include.members([
      ...['PutLogEvents', 'CreateLogStream', 'PutIndexPolicy', 'DescribeIndexPolicies'],
      ...['StartQuery', 'StartLiveTail', 'FilterLogEvents', 'DescribeLogStreams', 'AssociateKmsKey'],
    ]);
    for (const exception of BY_HAND) {
      const [room = '', operation = ''] = exception.split(' ');
      const isThere = found.some((one) => one.file.startsWith(room) && one.operation === operation);
      expect(isThere, exception).to.equal(true);
    }
  });

  it('let whoever makes the groups give them a key, where one is in use', () => {
    const { setUp } = policiesOf();
    const key = setUp.Statement.find(({ Action }) => Action.includes('kms:DescribeKey'));
    expect(key?.Resource).to.deep.equal([SETTINGS.kmsKeyId]);
    const group = setUp.Statement.find(({ Action }) => Action.includes('logs:AssociateKmsKey'));
    expect(String(group?.Resource)).to.contain(':log-group:/apps/*');
    const without = actionsOf([policiesOf({ kmsKeyId: undefined }).setUp]);
    expect([...without].filter((action) => /kms/i.test(action))).to.deep.equal([]);
  });
});
