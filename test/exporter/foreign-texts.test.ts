import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { runCommandLine } from '../../src/cli/program.js';
import { DEFAULT_SPOOL_SETTINGS, Spool } from '../../src/delivery/spool/spool.js';
import { ExporterCore } from '../../src/exporter/exporter-core.js';
import { CorrelationEngine, QueryRunner } from '../../src/insights/index.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import { type CloudWatchLogExporterOptions, readExporterOptions } from '../../src/options/options.js';
import { LogResources } from '../../src/resources/index.js';
import { batch } from '../delivery/builders.js';
import { type Answer, StubService } from '../delivery/stub-service.js';
import { record } from '../encoding/records.js';
import { ReadableMetrics } from '../observability/read-metrics.js';

/** Stands for a session token, or a log event, that an answer quotes. */
const SECRET = 'IQoJb3JpZ2luX2VjEHUNTER2/+aBcD0123456789==';
const LOGGED = 'card 4111 1111 1111 1111 of hunter2';
const CREDENTIALS = {
  accessKeyId: 'AKIDHUNTER2EXAMPLE00',
  secretAccessKey: 'sEcReTkEyHUNTER2/0123456789',
  sessionToken: SECRET,
};

/** Members that an answer may have beside its message; the SDK gives them all to its error. */
const MEMBERS = {
  name: LOGGED,
  path: LOGGED,
  syscall: LOGGED,
  errno: -2,
  address: 'hunter2.example',
  hostname: 'hunter2.example',
  port: 4111,
  stack: `Error: ${SECRET}`,
  cause: { code: 'HUNTER2', message: LOGGED },
  errors: [{ code: 'HUNTER2', syscall: 'hunter2', message: `HUNTER2: ${LOGGED}` }],
  expectedSequenceToken: SECRET,
  resourceName: LOGGED,
};

const withText = (type: string, message: string, status = 400, more: object = {}): Answer => ({
  status,
  json: { __type: type, message, ...more },
});

/** What a hostile, broken or merely talkative endpoint may answer, each with a text that must not be shown. */
const ANSWERS: Record<string, Answer> = {
  'a signature error that quotes the request': withText(
    'InvalidSignatureException',
    "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:" +
      SECRET,
    403,
  ),
  'the same in other words': withText(
    'InvalidSignatureException',
    `computed over x-amz-security-token=${SECRET}`,
    403,
  ),
  'a validation error that quotes an event': withText(
    'InvalidParameterException',
    `1 validation error detected: Value '${LOGGED}' at 'logEvents.1.member.message' failed to satisfy constraint: Member must have length less than or equal to 262144`,
  ),
  'the same in other words ': withText('ValidationException', `The event «${LOGGED}» is not valid.`),
  'an event that looks like the end of a validation error': withText(
    'InvalidParameterException',
    `Value 'x' at 'hunter2' failed to satisfy constraint: hunter2 must not be 4111`,
  ),
  'a known sentence with more behind it': withText(
    'ResourceNotFoundException',
    `The specified log stream does not exist. ${LOGGED}`,
  ),
  'a denial that names an action of its own': withText(
    'AccessDeniedException',
    `User: ${LOGGED} is not authorized to perform: hunter:Hunter on resource: ${SECRET}`,
  ),
  'an error type that is a text': withText(LOGGED, 'no'),
  'an error type that is a token': withText(`a#${SECRET}`, 'no'),
  'an error type in a header': {
    status: 400,
    headers: { 'x-amzn-errortype': `${SECRET}:http://x` },
    json: { Message: LOGGED },
  },
  'a request id that is a token': {
    status: 503,
    headers: { 'x-amzn-requestid': SECRET, 'x-amz-id-2': SECRET, 'x-amz-cf-id': SECRET },
    json: { __type: 'ServiceUnavailableException', message: LOGGED },
  },
  'members of its own': withText('ThrottlingException', LOGGED, 400, MEMBERS),
  'members of its own and no known type': withText('Hunter', LOGGED, 500, { ...MEMBERS, code: 'ENOENT' }),
  'a page of a proxy': {
    status: 502,
    headers: { 'content-type': 'text/html' },
    text: `<html>${LOGGED} ${SECRET}</html>`,
  },
  'broken JSON': { status: 400, text: `{"message":"${LOGGED} ${SECRET}` },
  'broken JSON with 200': { status: 200, text: `${LOGGED} ${SECRET}` },
  'a malformed query': withText(
    'MalformedQueryException',
    `unexpected symbol found ${SECRET} at line 1 and position 3`,
    400,
    {
      queryCompileError: {
        message: `${LOGGED} ${SECRET}`,
        location: { startCharOffset: 3, endCharOffset: 5 },
      },
    },
  ),
  'a wrong sequence token': withText(
    'InvalidSequenceTokenException',
    `The next expected sequenceToken is: ${SECRET}`,
    400,
    {
      expectedSequenceToken: SECRET,
    },
  ),
  'a region that is missing, it says': withText('Hunter', `Region is missing ${SECRET}`),
  'an entity that it did not take': {
    json: {
      rejectedEntityInfo: { errorType: LOGGED },
      rejectedLogEventsInfo: { tooOldLogEventEndIndex: LOGGED },
    },
  },
};

const isTold = (text: string): boolean => /hunter2|4111 1/i.test(text);

describe('texts of the service', () => {
  let service: StubService;
  let said: string[];

  before(async () => {
    service = await StubService.start();
  });
  after(() => service.stop());
  beforeEach(() => {
    service.reset();
    said = [];
  });

  const say = (message: string): void => void said.push(message);
  const diagnostics = (): Diagnostics =>
    new Diagnostics({ logger: { error: say, warn: say, info: say, debug: say } });

  /** Exports two records, checks the health, and gives all that can be seen of it. */
  async function exporterTells(options: Partial<CloudWatchLogExporterOptions> = {}): Promise<string> {
    const metrics = new ReadableMetrics();
    const settings = readExporterOptions(
      {
        logGroupName: '/foreign',
        logStreamName: 's',
        retentionInDays: 7,
        ...(options.client === undefined && {
          region: 'us-east-1',
          endpoint: service.endpoint,
          credentials: CREDENTIALS,
          maxAttempts: 1,
        }),
        exportTimeoutMillis: 100,
        shutdownTimeoutMillis: 100,
        retry: { initialDelayMillis: 10 },
        meterProvider: metrics.provider,
        ...options,
      },
      {},
    );
    const exporter = new ExporterCore(settings, { diagnostics: diagnostics() });
    const results: unknown[] = [];
    await new Promise<void>((resolve) => {
      exporter.export([record({ body: 'one' }), record({ body: 'two' })], (result) => {
        results.push(result);
        resolve();
      });
    });
    results.push(exporter.status(), await exporter.healthCheck({ timeoutMillis: 1_000 }));
    await exporter.shutdown();
    results.push(exporter.status(), await metrics.read());
    return shown(results, said);
  }

  async function commandTells(...args: string[]): Promise<string> {
    const out: string[] = [];
    const write = (text: string): unknown => out.push(text);
    await runCommandLine(
      [...args, '--endpoint', service.endpoint],
      {
        stdout: { write },
        stderr: { write },
        env: {
          AWS_ENDPOINT_URL: service.endpoint,
          AWS_REGION: 'us-east-1',
          AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
          AWS_SESSION_TOKEN: SECRET,
          OTEL_EXPORTER_CLOUDWATCH_LOGS_MAX_ATTEMPTS: '1',
        },
        signal: AbortSignal.timeout(3_000),
        epochMillis: Date.now,
        setExitCode: () => undefined,
      },
      '0.0.0',
    );
    return out.join('');
  }

  for (const [name, answer] of Object.entries(ANSWERS)) {
    it(`reach nobody by way of the exporter: ${name}`, async () => {
      service.answer = () => answer;
      const told = await exporterTells();
      expect(isTold(told), told).to.equal(false);
    });
  }

  it('reach nobody when only what is made for a group, or one request of many, fails', async () => {
    for (const failing of [
      'CreateLogStream',
      'CreateLogGroup',
      'PutRetentionPolicy',
      'DescribeIndexPolicies',
    ]) {
      for (const type of ['AccessDeniedException', 'InvalidParameterException', 'Hunter']) {
        let hasGroup = false;
        service.answer = ({ operation }) => {
          if (operation === failing)
            return withText(type, `${LOGGED}: kms tags class ${SECRET}`, 400, MEMBERS);
          if (operation === 'CreateLogGroup') hasGroup = true;
          return hasGroup || operation !== 'PutLogEvents'
            ? {}
            : withText('ResourceNotFoundException', `The specified log stream does not exist: ${LOGGED}`);
        };
        const told = await exporterTells({ tags: { a: 'b' } });
        expect(isTold(told), told).to.equal(false);
      }
    }
  });

  it('reach nobody by way of a client that the application gives', async () => {
    const client = new CloudWatchLogsClient({
      endpoint: service.endpoint,
      region: 'us-east-1',
      credentials: CREDENTIALS,
      maxAttempts: 1,
    });
    for (const answer of Object.values(ANSWERS).slice(0, 6)) {
      service.answer = () => answer;
      const told = await exporterTells({ client });
      expect(isTold(told), told).to.equal(false);
    }
    client.destroy();
  });

  it('reach nobody by way of look-ups, queries and resources', async () => {
    const options = {
      region: 'us-east-1',
      endpoint: service.endpoint,
      credentials: CREDENTIALS,
      maxAttempts: 1,
    };
    const client = new CloudWatchLogsClient(options);
    for (const [name, answer] of Object.entries(ANSWERS)) {
      // What asks for patience is asked again for a minute.
      if (answer === 'reset' || answer === 'hang' || (answer.status ?? 200) >= 500) continue;
      if (name === 'members of its own' || name === 'broken JSON with 200') continue;
      service.answer = ({ operation }) =>
        operation === 'DescribeLogGroups' && name.startsWith('a')
          ? { json: { logGroups: [{ logGroupName: '/a', arn: 'arn:aws:logs:us-east-1:1:log-group:/a:*' }] } }
          : answer;
      const seen: unknown[] = [];
      const range = { from: 0, to: 1_000 };
      const engine = new CorrelationEngine({ ...options, logGroups: ['/a', '/b*'] });
      const runner = new QueryRunner({ client });
      const resources = new LogResources(options);
      for (const work of [
        () => engine.correlateByTrace('5b8efff798038103d269b633813fc60c', range),
        () => runner.run({ query: 'fields a', logGroups: ['/a'], ...range }),
        () => resources.logGroups.ensure({ logGroupName: '/a', retentionInDays: 7 }),
        () => resources.fieldIndexes.ensure('/a', ['b']),
        () => resources.logStreams.delete('/a', 'b'),
      ]) {
        seen.push(await work().catch((error: unknown) => error));
      }
      resources.close();
      const told = shown(seen, []);
      expect(isTold(told), `${name}: ${told}`).to.equal(false);
    }
    client.destroy();
  });

  describe('on the command line', () => {
    let directory: string;
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'foreign-'));
      const spool = new Spool({ diagnostics: diagnostics() }, { directory, ...DEFAULT_SPOOL_SETTINGS });
      await spool.write(batch(['one']), { sequence: 1 });
      await spool.close(1_000);
    });
    afterEach(() => rm(directory, { recursive: true, force: true }));

    const commands = (): string[][] => [
      ['trace', '5b8efff798038103d269b633813fc60c', '-g', '/a'],
      ['query', 'fields @message', '-g', '/a', '--json'],
      ['doctor', '-g', '/a', '--no-test-event'],
      ['doctor', '-g', '/a', '--wait', '1', '--json'],
      ['spool', 'drain', directory],
      ['spool', 'drain', directory, '--json'],
    ];

    it('reach nobody', async () => {
      for (const [name, answer] of Object.entries(ANSWERS)) {
        if (!/quotes|other words|type that|denial|page|malformed/.test(name)) continue;
        service.answer = () => answer;
        // The answer's own page is no error: a proxy's 502 is asked again and again.
        for (const args of commands().slice(name.includes('page') ? 2 : 0, name.includes('page') ? 4 : 6)) {
          const told = await commandTells(...args);
          expect(told, `${name}: ${args.join(' ')}`).to.not.equal('');
          expect(isTold(told), `${name}: ${told}`).to.equal(false);
        }
      }
    }).timeout(180_000);

    it('show all but the credentials with --error-details', async () => {
      service.answer = () =>
        withText(
          'InvalidSignatureException',
          `computed over «${SECRET}» for ${CREDENTIALS.accessKeyId}`,
          403,
        );
      for (const args of commands()) {
        const told = await commandTells(...args, '--error-details');
        expect(told, args.join(' ')).to.match(/computed over .*\[REDACTED\].* for \[REDACTED\]/);
        expect(isTold(told), told).to.equal(false);
      }
    }).timeout(180_000);
  });

  describe('with errorDetails', () => {
    const talk = `token ${SECRET}, half of it ${SECRET.slice(3, 30)}, in a URL ${encodeURIComponent(SECRET)}, lower ${SECRET.toLowerCase()}, key ${CREDENTIALS.accessKeyId}, secret ${CREDENTIALS.secretAccessKey}`;

    it('are shown as a whole but for the credentials, which are known by their value', async () => {
      service.answer = () => withText('InvalidSignatureException', `${talk}\nand «the event: blue»`, 403);
      const told = await exporterTells({ errorDetails: true });
      expect(told).to.include(
        'InvalidSignatureException: token [REDACTED], half of it [REDACTED], in a URL [REDACTED], lower [REDACTED], key [REDACTED], secret [REDACTED] and «the event: blue» (HTTP 403',
      );
      expect(isTold(told), told).to.equal(false);
    });

    it('are so with credentials of a provider that has new ones for each request', async () => {
      let nth = 0;
      const provider = (): Promise<object> =>
        Promise.resolve({
          ...CREDENTIALS,
          sessionToken: `tokenHUNTER2nr${nth++}0123456789`,
          expiration: new Date(Date.now() + 1_000),
        });
      service.answer = ({ headers }) =>
        withText(
          'ExpiredTokenException',
          `«${String(headers['x-amz-security-token'])}» of «${String(headers.authorization)}» is blue`,
          403,
        );
      const told = await exporterTells({ errorDetails: true, credentials: provider as never });
      expect(told).to.match(
        /ExpiredTokenException: «\[REDACTED\]» of «AWS4-HMAC-SHA256 Credential=\[REDACTED\].*» is blue/,
      );
      expect(isTold(told), told).to.equal(false);
    });

    it('are so with a client that the application gives', async () => {
      const client = new CloudWatchLogsClient({
        endpoint: service.endpoint,
        region: 'us-east-1',
        credentials: CREDENTIALS,
        maxAttempts: 1,
      });
      service.answer = () => withText('InvalidSignatureException', talk, 403);
      const told = await exporterTells({ client, errorDetails: true });
      client.destroy();
      expect(told).to.include('token [REDACTED], half of it [REDACTED]');
      expect(isTold(told), told).to.equal(false);
    });
  });
});

/** Everything of some values that anybody can see, and all that was said. */
function shown(values: unknown, said: readonly string[]): string {
  return [
    inspect(values, { depth: 30, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity }),
    JSON.stringify(values, (_, value: unknown) =>
      value instanceof Error ? { ...Object.fromEntries(Object.entries(value)), stack: value.stack } : value,
    ),
    ...said,
  ].join('\n');
}
