import {
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeQueryDefinitionsCommand,
  PutQueryDefinitionCommand,
  StartLiveTailCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { LocalCloudWatchLogsOptions } from '../../src/simulation/index.js';
import { clientFor, HOUR, LocalService } from './local-service.js';

describe('reset', () => {
  let service: LocalService;
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'reset-'));
  });
  afterEach(async () => {
    await service.stop();
    rmSync(directory, { recursive: true });
  });

  async function start(options: LocalCloudWatchLogsOptions = {}): Promise<void> {
    service = await LocalService.start(options);
    await fill();
  }

  async function fill(): Promise<void> {
    await service.createStream('/app');
    await service.put('/app', [[0, 'message']]);
    await service.client.send(new PutQueryDefinitionCommand({ name: 'n', queryString: 'fields @message' }));
    const ireland = clientFor(service.local, { region: 'eu-west-1' });
    await ireland.send(new CreateLogGroupCommand({ logGroupName: '/ireland' }));
    ireland.destroy();
  }

  async function expectNothing(): Promise<void> {
    expect(service.local.statistics()).to.deep.equal({
      eventCount: 0,
      storedBytes: 0,
      evictedEvents: 0,
      evictedBytes: 0,
      expiredEvents: 0,
    });
    for (const region of ['us-east-1', 'eu-west-1']) {
      const client = clientFor(service.local, { region });
      expect((await client.send(new DescribeLogGroupsCommand())).logGroups).to.deep.equal([]);
      expect((await client.send(new DescribeQueryDefinitionsCommand())).queryDefinitions).to.deep.equal([]);
      client.destroy();
    }
  }

  const ways: readonly (readonly [name: string, reset: () => Promise<unknown>])[] = [
    ['in code', () => service.local.reset()],
    ...['/_control/reset', '/_localstack/state/reset', '/moto-api/reset'].map(
      (path) => [path, () => fetch(`${service.local.endpoint}${path}`, { method: 'POST' })] as const,
    ),
  ];
  for (const [name, reset] of ways) {
    it(`removes everything everywhere, as often as it is asked: ${name}`, async () => {
      await start();
      for (let time = 0; time < 2; time++) {
        await reset();
        await expectNothing();
        await fill();
      }
    });
  }

  it('removes what is in a folder, which is used on', async () => {
    await start({ dataDirectory: directory });
    await service.local.reset();
    await expectNothing();
    await service.createStream('/after');
    await service.stop();
    service = await LocalService.start({ dataDirectory: directory });
    const { logGroups } = await service.client.send(new DescribeLogGroupsCommand());
    expect(logGroups!.map(({ logGroupName }) => logGroupName)).to.deep.equal(['/after']);
    expect(Object.values(service.local.recovery).every((count) => count === 0)).to.equal(true);
  });

  it('sets faults, dice and clock back to what they were at the start', async () => {
    await start({
      faults: [{ kind: 'throttle', operations: ['StopQuery'], probability: 0.5 }],
      faultSeed: 3,
    });
    const dice = async (): Promise<string> => {
      const thrown: unknown[] = [];
      for (let call = 0; call < 20; call++)
        thrown.push((await service.raw('StopQuery', '{"queryId":"x"}')).body.__type);
      return thrown.join();
    };
    const first = await dice();
    service.local.faults.add({ kind: 'deny' });
    service.local.clock.advance(HOUR);
    await service.local.reset();
    expect(service.local.faults.list().map(({ id, rule, struck }) => [id, rule.kind, struck])).to.deep.equal([
      ['fault-1', 'throttle', 0],
    ]);
    expect(service.local.clock.now()).to.equal(service.time);
    expect(await dice()).to.equal(first);
  });

  it('ends live tails', async () => {
    await start();
    const client = clientFor(service.local, { disableHostPrefix: true });
    const { responseStream } = await client.send(
      new StartLiveTailCommand({
        logGroupIdentifiers: ['arn:aws:logs:us-east-1:000000000000:log-group:/app'],
      }),
    );
    const events = responseStream![Symbol.asyncIterator]();
    await events.next();
    await service.local.reset();
    let last = await events.next();
    while (!last.done) last = await events.next();
    client.destroy();
  });

  it('has requests wait for its end, or says that they can be sent again', async () => {
    await start({
      dataDirectory: directory,
      faults: [{ kind: 'delay', delayMillis: 20, operations: ['CreateLogGroup'] }],
    });
    const create = (name: string) => service.raw('CreateLogGroup', JSON.stringify({ logGroupName: name }));
    const before = create('/before');
    const reset = service.local.reset();
    const during = create('/during');
    const both = [reset, service.local.reset()];
    await Promise.all(both);
    expect((await during).status).to.equal(200);
    const { status, body } = await before;
    if (status !== 200) expect([status, body.__type]).to.deep.equal([503, 'ServiceUnavailableException']);
    const names = await service.raw('DescribeLogGroups', '{}');
    expect(names.body.logGroups).to.have.length.within(1, 2);
  });
});
