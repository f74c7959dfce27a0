import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { OptionError } from '../../../src/cloudwatch/errors.js';
import { isRowByRow, limitOf, timestampOrder } from '../../../src/insights/language/query-commands.js';
import { MalformedQueryError } from '../../../src/insights/queries/query-errors.js';
import { QueryRunner } from '../../../src/insights/queries/query-runner.js';
import {
  type OverLogGroupsResult,
  runOverLogGroups,
} from '../../../src/insights/log-groups/run-over-log-groups.js';
import { HOUR, LocalService, START } from '../../simulation/local-service.js';

describe('isRowByRow', () => {
  it('knows queries that look at each event alone', () => {
    for (const query of [
      'fields a, b',
      'filter a like /x|y/ | limit 5',
      'fields a # | stats count()',
      'filter a = "| stats count()" | sort @timestamp asc',
      "filter `odd | name` = 'x'",
      'PARSE @message "*" as a\n| DISPLAY a',
    ]) {
      expect(isRowByRow(query), query).to.equal(true);
    }
  });

  it('takes no other query for one', () => {
    for (const query of [
      'stats count()',
      'fields a | sort a',
      'dedup a',
      'pattern @message',
      'fields a | whatever',
      'fields a | sort @timestamp, b',
      'limit any 5',
      '| (',
    ]) {
      expect(isRowByRow(query), query).to.equal(false);
    }
  });
});

describe('timestampOrder and limitOf', () => {
  it('read the order and the smallest limit', () => {
    expect(timestampOrder('fields a')).to.equal('desc');
    expect(timestampOrder('sort @timestamp asc | limit 3')).to.equal('asc');
    expect(timestampOrder('sort @timestamp')).to.equal('asc');
    expect(timestampOrder('sort @timestamp desc')).to.equal('desc');
    expect(limitOf('limit 9 | limit 3')).to.equal(3);
    expect(limitOf('fields a')).to.equal(undefined);
  });
});

describe('runOverLogGroups over HTTP', () => {
  let service: LocalService;

  before(async () => {
    service = await LocalService.start();
    service.time -= HOUR;
    for (let n = 0; n < 52; n++) {
      await service.client.send(
        new CreateLogGroupCommand({ logGroupName: `/many/${String(n).padStart(2, '0')}` }),
      );
    }
    await service.createStream('/one');
    for (const name of ['/many/00', '/many/51']) await service.createStream(`${name}/x`);
    service.time += HOUR;
    await service.put('/one', [
      [-5000, 'a'],
      [-4000, 'b'],
    ]);
    await service.put('/many/00/x', [[-3000, 'c']]);
    await service.put('/many/51/x', [
      [-2000, 'd'],
      [-1000, 'e'],
    ]);
  });
  after(() => service.stop());

  const run = (
    query: string,
    logGroups: readonly string[],
    more: object = {},
  ): Promise<OverLogGroupsResult> =>
    runOverLogGroups(
      { client: service.client, runner: new QueryRunner({ client: service.client }, { firstPollMillis: 1 }) },
      { query, logGroups, from: START - HOUR, to: START, ...more },
    );
  const messages = (result: OverLogGroupsResult): (string | undefined)[] =>
    result.rows.map((row) => row['@message']);

  it('answers as one query over few groups', async () => {
    const result = await run('fields @message | sort @timestamp asc', ['/one', '/gone']);
    expect(messages(result)).to.deep.equal(['a', 'b']);
    expect(result).to.deep.include({ logGroups: ['/one'], isComplete: true });
    expect(result.leftOut.map(({ reason }) => reason)).to.deep.equal(['missing']);
  });

  it('divides a query over many groups and merges the rows', async () => {
    const result = await run('fields @timestamp, @message', ['/many/*', '/one']);
    expect(messages(result)).to.deep.equal(['e', 'd', 'c', 'b', 'a']);
    expect(result.statistics.queries).to.equal(2);
    const oldest = await run('fields @timestamp, @message | sort @timestamp asc | limit 2', [
      '/many/*',
      '/one',
    ]);
    expect(messages(oldest)).to.deep.equal(['a', 'b']);
    expect(
      messages(await run('fields @timestamp, @message', ['/many/*', '/one'], { limit: 1 })),
    ).to.deep.equal(['e']);
  });

  it('refuses to divide what depends on more than one event', async () => {
    const error = await run('stats count()', ['/many/*']).catch((one: unknown) => one);
    expect(error).to.be.instanceOf(OptionError);
  });

  it('throws the error of a part', async () => {
    const error = await run('filter ???', ['/many/*']).catch((one: unknown) => one);
    expect(error).to.have.property('code', 'ERR_QUERY_MALFORMED');
  });

  it('leaves out what is younger than the range, and asks nothing where nothing is left', async () => {
    const result = await run('fields a', ['/one'], { from: START - 3 * HOUR, to: START - 2 * HOUR });
    expect(result).to.deep.include({ rows: [], logGroups: [] });
    expect(result.leftOut.map(({ reason }) => reason)).to.deep.equal(['younger_than_range']);
  });

  it('says that the query is malformed though its log group is missing', async () => {
    const run = (query: string) =>
      runOverLogGroups(
        { client: service.client, runner: new QueryRunner({ client: service.client }) },
        { query, logGroups: ['/missing'], from: START - HOUR, to: START },
      );
    const error = await run('filter').then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(MalformedQueryError);
    expect((await run('fields @message')).leftOut.map(({ reason }) => reason)).to.deep.equal(['missing']);
  });

  it('lets a query name its own groups', async () => {
    const result = await run("SOURCE logGroups(namePrefix: ['/one']) | stats count() as n", []);
    expect(result.rows.map((row) => row.n)).to.deep.equal(['2']);
  });
});
