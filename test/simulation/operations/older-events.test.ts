import {
  GetLogGroupFieldsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { DAY, failure, HOUR, LocalService } from '../local-service.js';

describe('events that are older than their log group', () => {
  let service: LocalService;
  let lines: string[];

  async function start(answerOlderEvents?: boolean): Promise<void> {
    lines = [];
    service = await LocalService.start({ answerOlderEvents, onWarning: (line) => lines.push(line) });
    await service.createStream('/app');
    await service.put('/app', [
      [-3 * HOUR, '{"a":"old"}'],
      [0, '{"a":"new"}'],
    ]);
  }
  afterEach(() => service.stop());

  async function query(queryString: string, { from = -DAY, to = HOUR } = {}): Promise<string[]> {
    const { queryId } = await service.client.send(
      new StartQueryCommand({
        logGroupName: queryString.startsWith('SOURCE') ? undefined : '/app',
        queryString,
        startTime: (service.time + from) / 1000,
        endTime: (service.time + to) / 1000,
      }),
    );
    for (;;) {
      const { status, results } = await service.client.send(new GetQueryResultsCommand({ queryId }));
      if (status === 'Complete') return results!.map(([cell]) => cell!.value!);
    }
  }

  const HINT =
    'a query leaves out events of /app from before the group was made (2026-03-01T12:00:00.000Z), as the service does; --answer-older-events (in code answerOlderEvents: true) has them answered';

  it('are not seen by queries, which is said once, with the remedy', async () => {
    await start();
    expect(await query('fields a')).to.deep.equal(['new']);
    expect(await query('stats count(*)')).to.deep.equal(['1']);
    expect(lines).to.deep.equal([HINT]);
  });

  it('are spoken of where the whole range is older, which the service refuses', async () => {
    await start();
    const { name } = await failure(query('fields a', { from: -DAY, to: -HOUR }));
    expect([name, lines]).to.deep.equal(['MalformedQueryException', [HINT]]);
  });

  it('are not spoken of where there are none in the range', async () => {
    await start();
    expect(await query('fields a', { from: -2 * HOUR })).to.deep.equal(['new']);
    expect(await query('fields a', { from: 0 })).to.deep.equal(['new']);
    expect(lines).to.deep.equal([]);
  });

  it('are answered where that is asked for', async () => {
    await start(true);
    expect(await query('fields a')).to.deep.equal(['new', 'old']);
    expect(await query('fields a', { from: -DAY, to: -HOUR })).to.deep.equal(['old']);
    expect(await query("SOURCE '/app' | filter a = 'old' | fields a")).to.deep.equal(['old']);
    expect(lines).to.deep.equal([]);
    const { logGroupFields } = await service.client.send(
      new GetLogGroupFieldsCommand({ logGroupName: '/app', time: (service.time - 3 * HOUR) / 1000 }),
    );
    expect(logGroupFields!.map(({ name }) => name)).to.include('a');
  });
});
