import {
  DescribeQueriesCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { failure, LocalService } from '../local-service.js';

describe('a query that a fault slows down', () => {
  let service: LocalService;

  beforeEach(async () => {
    service = await LocalService.start();
    await service.createStream('/app');
    await service.put('/app', [
      [0, 'a'],
      [1, 'b'],
    ]);
    service.local.faults.add({ kind: 'slow-query', delayMillis: 60_000, count: 1 });
  });
  afterEach(() => service.stop());

  async function start(): Promise<string> {
    const { queryId } = await service.client.send(
      new StartQueryCommand({
        logGroupName: '/app',
        queryString: 'fields @message | sort @message',
        startTime: service.time / 1000 - 60,
        endTime: service.time / 1000 + 60,
      }),
    );
    return queryId!;
  }

  const results = (queryId: string) => service.client.send(new GetQueryResultsCommand({ queryId }));

  /** What a query answers when it was worked on. */
  async function worked(queryId: string) {
    let answer = await results(queryId);
    while (answer.results!.length < 2) answer = await results(queryId);
    return answer;
  }

  it('is running, with the rows that there are, until its time by the service’s clock', async () => {
    const queryId = await start();
    expect((await worked(queryId)).status).to.equal('Running');
    const { queries } = await service.client.send(new DescribeQueriesCommand({ status: 'Running' }));
    expect(queries!.map((query) => query.queryId)).to.deep.equal([queryId]);
    service.time += 59_999;
    expect((await results(queryId)).status).to.equal('Running');
    service.time += 1;
    expect(await results(queryId)).to.deep.include({ status: 'Complete' });
    expect((await failure(service.client.send(new StopQueryCommand({ queryId })))).message).to.equal(
      'The specified query is not running.',
    );
  });

  it('can be stopped, and keeps the rows it had', async () => {
    const queryId = await start();
    await worked(queryId);
    expect((await service.client.send(new StopQueryCommand({ queryId }))).success).to.equal(true);
    const { status, results: rows } = await results(queryId);
    expect([status, rows!.length]).to.deep.equal(['Cancelled', 2]);
    service.time += 60_000;
    expect((await results(queryId)).status).to.equal('Cancelled');
  });

  it('leaves others alone', async () => {
    await start();
    const other = await start();
    let answer = await results(other);
    while (answer.status === 'Running' || answer.status === 'Scheduled') answer = await results(other);
    expect(answer.status).to.equal('Complete');
  });

  it('ends by the system’s clock where that of the service stands still', async () => {
    service.local.faults.clear();
    service.local.faults.add({ kind: 'slow-query', delayMillis: 5 });
    const queryId = await start();
    let answer = await results(queryId);
    while (answer.status !== 'Complete') answer = await results(queryId);
    expect(answer.results).to.have.length(2);
  });
});
