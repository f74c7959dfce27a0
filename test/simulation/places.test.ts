import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { LocalCloudWatchLogsOptions } from '../../src/simulation/index.js';
import { failure, LocalService } from './local-service.js';
import { sendSigned } from './signed-request.js';

describe('regions and accounts', () => {
  let service: LocalService;
  let directory: string;
  let clients: CloudWatchLogsClient[];
  let lines: string[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'places-'));
    clients = [];
    lines = [];
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    await service.stop();
    rmSync(directory, { recursive: true });
  });

  async function start(options: LocalCloudWatchLogsOptions = {}): Promise<void> {
    service = await LocalService.start({ onWarning: (line) => lines.push(line), ...options });
  }

  function clientOf(region: string, accessKeyId = 'test'): CloudWatchLogsClient {
    const client = new CloudWatchLogsClient({
      endpoint: service.local.endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    clients.push(client);
    return client;
  }

  async function put(client: CloudWatchLogsClient, message: string, logGroupName = '/app'): Promise<void> {
    const stream = { logGroupName, logStreamName: 's' };
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    await client.send(new CreateLogStreamCommand(stream));
    await client.send(
      new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp: service.time, message }] }),
    );
  }

  async function messages(client: CloudWatchLogsClient): Promise<string[]> {
    const { events } = await client.send(new FilterLogEventsCommand({ logGroupName: '/app' }));
    return events!.map(({ message }) => message!);
  }

  async function arns(client: CloudWatchLogsClient): Promise<string[]> {
    const { logGroups } = await client.send(new DescribeLogGroupsCommand());
    return logGroups!.map(({ arn }) => arn!);
  }

  it('are kept apart by what a request is signed for', async () => {
    await start();
    const [virginia, ireland, other] = [
      clientOf('us-east-1'),
      clientOf('eu-west-1'),
      clientOf('us-east-1', '111122223333'),
    ];
    await put(virginia, 'in Virginia');
    await put(ireland, 'in Ireland');
    await put(other, 'in another account');
    expect(await messages(virginia)).to.deep.equal(['in Virginia']);
    expect(await messages(ireland)).to.deep.equal(['in Ireland']);
    expect(await messages(other)).to.deep.equal(['in another account']);
    expect(await arns(ireland)).to.deep.equal(['arn:aws:logs:eu-west-1:000000000000:log-group:/app:*']);
    expect(await arns(other)).to.deep.equal(['arn:aws:logs:us-east-1:111122223333:log-group:/app:*']);
    expect(service.local.statistics().eventCount).to.equal(3);
    const { queryId } = await ireland.send(
      new StartQueryCommand({
        logGroupName: '/app',
        queryString: 'fields @message',
        startTime: service.time / 1000 - 60,
        endTime: service.time / 1000 + 60,
      }),
    );
    expect(queryId).to.be.a('string');
    expect(lines).to.deep.equal([]);
  });

  it('belong to keys as they are assigned, and to that of the start otherwise', async () => {
    await start({ accountId: '999999999999', accounts: { AKIAPARTNER: '111122223333' } });
    await put(clientOf('us-east-1', 'AKIAPARTNER'), 'partner');
    expect(await messages(clientOf('us-east-1', '111122223333'))).to.deep.equal(['partner']);
    await put(clientOf('us-east-1', 'AKIAANYONE'), 'ours');
    expect(await messages(clientOf('us-east-1', 'AKIAELSE'))).to.deep.equal(['ours']);
    expect(await messages(clientOf('us-east-1', '999999999999'))).to.deep.equal(['ours']);
  });

  it('are those of the start for what is not signed, or for no region of AWS', async () => {
    await start({ region: 'eu-west-1' });
    await service.raw('CreateLogGroup', '{"logGroupName":"/plain"}');
    expect(await arns(clientOf('eu-west-1'))).to.deep.equal([
      'arn:aws:logs:eu-west-1:000000000000:log-group:/plain:*',
    ]);
    expect(await arns(clientOf('us-east-1'))).to.deep.equal([]);
    const odd = await service.raw('DescribeLogGroups', '{}', {
      authorization:
        'AWS4-HMAC-SHA256 Credential=x/20260301/../../etc/logs/aws4_request, SignedHeaders=host, Signature=0',
    });
    expect((odd.body.logGroups as unknown[]).length).to.equal(1);
  });

  it('has the service say where a group is that was not found', async () => {
    await start();
    await put(clientOf('eu-west-1'), 'in Ireland');
    const virginia = clientOf('us-east-1');
    for (let time = 0; time < 2; time++) {
      expect((await failure(messages(virginia))).name).to.equal('ResourceNotFoundException');
    }
    await failure(virginia.send(new FilterLogEventsCommand({ logGroupName: '/nowhere' })));
    expect(lines).to.deep.equal([
      'the log group /app is not in us-east-1 of account 000000000000, for which the request is signed, but in eu-west-1 of account 000000000000',
    ]);
  });

  it('come back from a folder, whichever is that of the start then', async () => {
    await start({ dataDirectory: directory });
    await put(clientOf('us-east-1'), 'in Virginia');
    await put(clientOf('eu-west-1', '111122223333'), 'in Ireland');
    await service.stop();
    await start({ dataDirectory: directory, region: 'eu-west-1', accountId: '111122223333' });
    expect(service.local.statistics().eventCount).to.equal(2);
    expect(await messages(clientOf('eu-west-1'))).to.deep.equal(['in Ireland']);
    expect(await messages(clientOf('us-east-1', '000000000000'))).to.deep.equal(['in Virginia']);
  });

  it('are bounded', async () => {
    await start();
    for (let account = 1; account < 100; account++) {
      await arns(clientOf('us-east-1', String(account).padStart(12, '0')));
    }
    const { name, message } = await failure(arns(clientOf('us-east-1', '000000000100')));
    expect([name, message]).to.deep.equal([
      'LimitExceededException',
      'The local service keeps 100 regions and accounts apart, and no more.',
    ]);
    await arns(clientOf('us-east-1'));
  });

  it('are not made by a signature that is wrong', async () => {
    const keys = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
    await start({ verifySignatures: [keys], clock: Date.now, dataDirectory: directory });
    const url = new URL('/', service.local.endpoint);
    const describe_ = { headers: { 'x-amz-target': 'Logs_20140328.DescribeLogGroups' }, body: '{}' };
    for (let region = 0; region < 120; region++) {
      const { status } = await sendSigned(url, {
        ...describe_,
        ...keys,
        secretAccessKey: 'guessed',
        region: `us-east-${region}`,
      });
      expect(status).to.equal(400);
    }
    for (const region of ['us-east-7', 'eu-west-1']) {
      expect((await sendSigned(url, { ...describe_, ...keys, region })).status).to.equal(200);
    }
  });

  it('have their own figures at the control endpoint', async () => {
    await start();
    const query = { logGroupName: '/app', queryString: 'fields @message', startTime: 0, endTime: 2e9 };
    await put(clientOf('eu-west-1'), 'in Ireland');
    await clientOf('eu-west-1').send(new StartQueryCommand(query));
    const home = await fetch(`${service.local.endpoint}/_control/queries`);
    expect(await home.json()).to.deep.equal({ queries: [] });
    const signed = await sendSigned(new URL('/_control/queries', service.local.endpoint), {
      method: 'GET',
      accessKeyId: 'x',
      secretAccessKey: 'x',
      region: 'eu-west-1',
    });
    expect((JSON.parse(signed.text) as { queries: unknown[] }).queries).to.have.length(1);
  });
});
