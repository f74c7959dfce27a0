import { execFile, spawn, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';

import { LocalService } from '../local-service.js';

const GROUP = '/apps/orders';
const ARN = `arn:aws:logs:us-east-1:000000000000:log-group:${GROUP}`;

/** Debian's package is at /usr/bin/aws; another may come first in the PATH. */
const CANDIDATES = [process.env.AWS_CLI, '/usr/bin/aws', 'aws'].filter((name) => name !== undefined);

describe('the AWS CLI', function () {
  this.timeout(300_000);
  let aws: string;
  let service: LocalService;

  before(async function () {
    const found = CANDIDATES.find((name) => spawnSync(name, ['--version']).status === 0);
    if (found === undefined) {
      process.stdout.write('    NOT RUN: there is no AWS CLI here (apt-get install awscli)\n');
      this.skip();
    }
    aws = found;
    service = await LocalService.start({ clock: Date.now });
  });
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- skipped, it was never started
  after(() => service?.stop());

  const environment = (): NodeJS.ProcessEnv => ({
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  const command = (args: readonly string[]): string[] => [
    '--endpoint-url',
    service.local.endpoint,
    '--output',
    'json',
    'logs',
    ...args,
  ];

  async function logs(...args: string[]): Promise<Record<string, unknown>> {
    const { stdout } = await promisify(execFile)(aws, command(args), { env: environment() });
    return (stdout.trim() === '' ? {} : JSON.parse(stdout)) as Record<string, unknown>;
  }

  async function refusal(...args: string[]): Promise<string> {
    return logs(...args).then(
      () => 'it was taken',
      (error: unknown) => (error as { stderr: string }).stderr.trim(),
    );
  }

  const put = (message: string): Promise<unknown> =>
    logs(
      'put-log-events',
      ...['--log-group-name', GROUP, '--log-stream-name', 's'],
      ...['--log-events', JSON.stringify([{ timestamp: Date.now(), message }])],
    );

  it('makes groups and streams, puts events and reads them', async () => {
    await logs('create-log-group', '--log-group-name', GROUP, '--tags', 'team=orders');
    await logs('create-log-stream', '--log-group-name', GROUP, '--log-stream-name', 's');
    await put('{"level":"error","n":1}');
    const { events } = await logs('get-log-events', '--log-group-name', GROUP, '--log-stream-name', 's');
    expect(events).to.have.nested.property('[0].message', '{"level":"error","n":1}');
    const filtered = await logs(
      'filter-log-events',
      ...['--log-group-name', GROUP, '--filter-pattern', '{ $.level = "error" }'],
    );
    expect(filtered).to.have.nested.property('events[0].logStreamName', 's');
    const { logGroups } = await logs('describe-log-groups', '--log-group-name-prefix', '/apps');
    expect(logGroups).to.have.nested.property('[0].arn', `${ARN}:*`);
  });

  it('prints the errors of the service', async () => {
    expect(await refusal('create-log-group', '--log-group-name', GROUP)).to.contain(
      'An error occurred (ResourceAlreadyExistsException) when calling the CreateLogGroup operation: The specified log group already exists',
    );
    expect(
      await refusal('start-query', '--log-group-name', GROUP, ...range(), '--query-string', 'filtr x'),
    ).to.contain('(MalformedQueryException)');
  });

  const range = (): string[] => {
    const seconds = Math.floor(Date.now() / 1000);
    return ['--start-time', String(seconds - 60), '--end-time', String(seconds + 60)];
  };

  it('runs a query and gets its results', async () => {
    const query = 'fields level | filter n = 1';
    const { queryId } = (await logs(
      'start-query',
      ...['--log-group-name', GROUP, ...range(), '--query-string', query],
    )) as { queryId: string };
    let answer: Record<string, unknown>;
    do answer = await logs('get-query-results', '--query-id', queryId);
    while (answer.status === 'Running' || answer.status === 'Scheduled');
    expect(answer.status).to.equal('Complete');
    expect(answer).to.have.deep.nested.property('results[0][0]', { field: 'level', value: 'error' });
  });

  it('tails what is there, and follows what comes', async function () {
    if (spawnSync(aws, ['--version'], { encoding: 'utf8' }).stdout.startsWith('aws-cli/1.')) {
      process.stdout.write('    NOT RUN: logs tail is of the AWS CLI 2\n');
      this.skip();
    }
    const { stdout } = await promisify(execFile)(
      aws,
      ['--endpoint-url', service.local.endpoint, 'logs', 'tail', GROUP, '--since', '1h', '--format', 'short'],
      { env: environment() },
    );
    expect(stdout).to.contain('{"level":"error","n":1}');
    const tail = spawn(aws, ['--endpoint-url', service.local.endpoint, 'logs', 'tail', GROUP, '--follow'], {
      env: { ...environment(), PYTHONUNBUFFERED: '1' },
    });
    try {
      let shown = '';
      const seen = (text: string) =>
        new Promise<void>((resolve, reject) => {
          const look = (part: Buffer | string): void => {
            shown += String(part);
            if (shown.includes(text)) resolve();
          };
          look('');
          tail.stdout.on('data', look);
          tail.once('exit', () => {
            reject(new Error(`tail ended: ${shown}`));
          });
        });
      await seen('"n":1');
      await put('fresh');
      await seen('fresh');
      expect(shown.match(/"n":1/g), 'an event is shown once').to.have.length(1);
    } finally {
      tail.kill('SIGKILL');
    }
  });
});
