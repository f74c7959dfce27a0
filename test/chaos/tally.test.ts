import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { deleteGroup, Tally } from './tally.js';

describe('Tally', () => {
  let service: LocalCloudWatchLogs;

  beforeEach(async () => {
    service = await LocalCloudWatchLogs.start();
  });

  afterEach(async () => {
    await service.stop();
  });

  it('counts nothing of a group that no sender has made yet, and of one without streams', async () => {
    const client = createCloudWatchLogsClient({ endpoint: service.endpoint, region: 'us-east-1' });
    await client.send(new CreateLogGroupCommand({ logGroupName: '/empty' }));
    client.destroy();
    const tally = new Tally(1, 1);
    for (const group of ['/none', '/empty']) await tally.addGroup(service.endpoint, group);
    expect(tally.count(0, 0)).to.equal(0);
  });

  it('has no group that is deleted to delete', async () => {
    await deleteGroup(service.endpoint, '/none');
  });

  it('tells any other failure', async () => {
    service.faults.add({ kind: 'expired-token' });
    const failed = await new Tally(1, 1).addGroup(service.endpoint, '/g').catch((error: unknown) => error);
    expect(failed).to.be.an('error');
  });
});
