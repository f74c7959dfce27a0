import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeQueriesCommand,
  GetLogGroupFieldsCommand,
  GetLogRecordCommand,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  type StartQueryCommandInput,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { MAX_QUERY_PAGE_TEXT, rowsOfPage } from '../../../src/simulation/operations/queries.js';
import { failure, HOUR, LocalService, START } from '../local-service.js';

const GROUP = '/app';
const SECONDS = START / 1000;

describe('queries', () => {
  let service: LocalService;

  beforeEach(async () => {
    service = await LocalService.start();
    await service.createStream(GROUP);
    service.time += HOUR;
  });
  afterEach(() => service.stop());

  const start = async (queryString: string, input: Partial<StartQueryCommandInput> = {}) => {
    const range = { startTime: SECONDS, endTime: SECONDS + 7200 };
    const { queryId } = await service.client.send(
      new StartQueryCommand({ logGroupName: GROUP, ...range, queryString, ...input }),
    );
    return queryId!;
  };
  const results = async (queryId: string): Promise<GetQueryResultsCommandOutput> => {
    for (;;) {
      const answer = await service.client.send(new GetQueryResultsCommand({ queryId }));
      if (answer.status !== 'Running' && answer.status !== 'Scheduled') return answer;
      await new Promise(setImmediate);
    }
  };
  const rows = (answer: GetQueryResultsCommandOutput) =>
    answer.results!.map((row) => Object.fromEntries(row.map(({ field, value }) => [field!, value])));

  it('not documented: answer so many characters a page, and the rest on the next', () => {
    const row = [{ field: '@message', value: 'x'.repeat(1024 * 1024) }];
    const inPage = MAX_QUERY_PAGE_TEXT / row[0]!.value.length;
    const all = Array.from({ length: inPage + 1 }, () => row);
    expect(rowsOfPage(all, 0, 10_000)).to.equal(inPage);
    expect(rowsOfPage(all, inPage, 10_000)).to.equal(1);
    expect(rowsOfPage(all, 0, 5)).to.equal(5);
    const tooLong = [{ field: '@message', value: 'x'.repeat(MAX_QUERY_PAGE_TEXT + 1) }];
    expect(rowsOfPage([tooLong, row], 0, 10_000)).to.equal(1);
  });

  it('answer what a filter finds, newest first, with a pointer', async () => {
    await service.put(GROUP, [
      [-3000, '{"trace_id":"a","n":1}'],
      [-2000, '{"trace_id":"b","n":2}'],
      [-1000, '{"trace_id":"a","n":3}'],
    ]);
    const answer = await results(await start('fields @timestamp, n | filter trace_id = "a"'));
    expect(answer.status).to.equal('Complete');
    expect(answer.queryLanguage).to.equal('CWLI');
    const found = rows(answer);
    expect(found.map(({ n }) => n)).to.deep.equal(['3', '1']);
    expect(found[0]!['@timestamp']).to.equal('2026-03-01 12:59:59.000');
    expect(found[0]!['@ptr']).to.be.a('string');
    expect(answer.statistics).to.include({
      recordsMatched: 2,
      recordsScanned: 3,
      logGroupsScanned: 1,
      resultCount: 2,
    });
    const { logRecord } = await service.client.send(
      new GetLogRecordCommand({ logRecordPointer: found[0]!['@ptr'] }),
    );
    expect(logRecord).to.include({
      '@timestamp': String(service.time - 1000),
      '@message': '{"trace_id":"a","n":3}',
      '@logStream': 'stream',
      '@log': '000000000000:/app',
      trace_id: 'a',
      n: '3',
    });
  });

  it('take the first and the last second whole', async () => {
    await service.put(GROUP, [
      [0, 'x'],
      [999, 'y'],
      [1000, 'z'],
    ]);
    const second = service.time / 1000;
    const answer = await results(await start('fields @message', { startTime: second, endTime: second }));
    expect(rows(answer).map((row) => row['@message'])).to.have.members(['x', 'y']);
  });

  it('take times in milliseconds as well, each by itself, and show them as they are kept', async () => {
    await service.put(GROUP, [
      [0, 'x'],
      [1, 'y'],
      [2000, 'z'],
    ]);
    const found = async (range: { startTime: number; endTime: number }) =>
      rows(await results(await start('fields @message', range))).map((row) => row['@message']);
    const { time } = service;
    expect(await found({ startTime: time, endTime: time })).to.deep.equal(['x']);
    expect(await found({ startTime: time + 1, endTime: time + 2000 })).to.deep.equal(['z', 'y']);
    expect(await found({ startTime: time + 1, endTime: time / 1000 })).to.deep.equal(['y']);
    expect(await found({ startTime: time / 1000, endTime: time + 1 })).to.have.members(['x', 'y']);
    const { queries } = await service.client.send(new DescribeQueriesCommand({ logGroupName: GROUP }));
    expect(queries![0]!.queryString).to.equal(
      `SOURCE "/app" START=${time} END=${time + 1} | fields @message`,
    );
    expect(
      (await failure(start('fields a', { startTime: time + 2000, endTime: time / 1000 }))).message,
    ).to.equal('End time should not be less than start time.');
  });

  it('not documented: a number is taken as milliseconds from 100,000,000,000 on', async () => {
    // As milliseconds in 1973, when there were no queries; as seconds far in the future.
    const early = { startTime: 0, endTime: 100_000_000_000 };
    expect((await failure(start('fields a', early))).message).to.equal(
      'End time should not be before the service was generally available',
    );
    expect((await results(await start('limit 1', { ...early, endTime: 99_999_999_999 }))).status).to.equal(
      'Complete',
    );
  });

  it('refuse a range that ends before November 2018, before they look at the query', async () => {
    const november = Date.UTC(2018, 10, 1) / 1000;
    const refused = await failure(start('nonsense', { startTime: 0, endTime: november - 1 }));
    expect([refused.name, refused.message]).to.deep.equal([
      'InvalidParameterException',
      'End time should not be before the service was generally available',
    ]);
    expect((await failure(start('fields a', { startTime: 0, endTime: november }))).name).to.equal(
      'MalformedQueryException',
    );
  });

  it('that fail say why to the warning of the service, and at its control address', async () => {
    const warnings: string[] = [];
    const local = await LocalService.start({ onWarning: (warning) => warnings.push(warning) });
    try {
      await local.createStream(GROUP);
      await local.put(GROUP, [[0, Array.from({ length: 50_001 }, (_, index) => index).join(',')]]);
      const run = async (queryString: string) => {
        const { queryId } = await local.client.send(
          new StartQueryCommand({
            logGroupName: GROUP,
            queryString,
            startTime: SECONDS,
            endTime: SECONDS + 3600,
          }),
        );
        for (;;) {
          const { status } = await local.client.send(new GetQueryResultsCommand({ queryId }));
          if (status !== 'Running' && status !== 'Scheduled') return { queryId, status };
          await new Promise(setImmediate);
        }
      };
      const list = 'fields split(@message, ",") as list | unnest list into k';
      const failed = await run(`join left=l right=r where l.@message = r.k (SOURCE '${GROUP}' | ${list})`);
      const whole = await run('fields @message');
      expect([failed.status, whole.status]).to.deep.equal(['Failed', 'Complete']);
      const reason =
        'the right side of the join has more than 50000 keys, which is the limit: filter it, or give its SOURCE a shorter time range';
      expect(warnings).to.deep.equal([`query ${failed.queryId} failed: ${reason}`]);
      const control = await fetch(`${local.local.endpoint}/_control/queries`);
      const { queries } = (await control.json()) as { queries: Record<string, unknown>[] };
      expect(queries.map(({ queryId, status, failure: why }) => [queryId, status, why])).to.deep.equal([
        [whole.queryId, 'Complete', undefined],
        [failed.queryId, 'Failed', reason],
      ]);
      expect(queries[1]).to.include({ createTime: START }).and.to.have.property('durationMillis');
    } finally {
      await local.stop();
    }
  });

  it('page over more rows than one answer holds', async () => {
    for (let put = 0; put < 2; put++) {
      await service.put(
        GROUP,
        Array.from({ length: 6000 }, (_, index) => [index - 6000, 'x'] as const),
      );
    }
    const queryId = await start('fields @message | limit 12000', { limit: 100_000 });
    const first = await results(queryId);
    expect([first.results!.length, first.statistics!.resultCount]).to.deep.equal([10_000, 12_000]);
    const second = await service.client.send(
      new GetQueryResultsCommand({ queryId, nextToken: first.nextToken }),
    );
    expect(second.results).to.have.length(2000);
    expect(second).to.not.have.property('nextToken');
    const few = await service.client.send(new GetQueryResultsCommand({ queryId, maxItems: 5 }));
    expect(few.results).to.have.length(5);
    service.time += HOUR + 1;
    const late = service.client.send(new GetQueryResultsCommand({ queryId, nextToken: first.nextToken }));
    expect((await failure(late)).message).to.equal('The specified nextToken is invalid.');
    const resultCount = async (queryString: string, limit?: number) =>
      (await results(await start(queryString, { limit }))).statistics!.resultCount;
    expect(await resultCount('fields @message')).to.equal(10_000);
    expect(await resultCount('fields @message | limit 11000')).to.equal(11_000);
    expect(await resultCount('fields @message', 11_000)).to.equal(11_000);
    expect(await resultCount('fields @message | limit 11000', 10_500)).to.equal(10_500);
    expect(await resultCount('fields @message', 100_000)).to.equal(12_000);
  });

  it('name a missing group in the recorded words', async () => {
    const { name, message } = await failure(start('fields @message', { logGroupName: '/none' }));
    expect(name).to.equal('ResourceNotFoundException');
    expect(message).to.match(
      /^Log group '\/none' does not exist for account ID '000000000000' \(Service: AWSLogs; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: [0-9a-f-]{36}; Proxy: null\)$/,
    );
  });

  it('name a missing group of a subquery or a join likewise', async () => {
    for (const queryString of [
      "filter a in (SOURCE '/none' | fields a)",
      "join type=inner left=l right=r where l.a=r.a (SOURCE '/none')",
    ]) {
      const error = await failure(start(queryString));
      expect(error.name, queryString).to.equal('ResourceNotFoundException');
      expect(error.message).to.match(/^Log group '\/none' does not exist for account ID /);
    }
    expect((await results(await start(`filter a in (SOURCE '${GROUP}' | fields a)`))).status).to.equal(
      'Complete',
    );
  });

  it('refuse a wrong query with its place', async () => {
    const { status, body } = await service.raw(
      'StartQuery',
      JSON.stringify({
        logGroupName: GROUP,
        startTime: SECONDS,
        endTime: SECONDS + 9,
        queryString: 'fields @message | nonsense x',
      }),
    );
    expect([status, body.__type]).to.deep.equal([400, 'MalformedQueryException']);
    const { location, message } = body.queryCompileError as { location: object; message: string };
    expect(message).to.equal(body.message);
    expect(location).to.include({ startCharOffset: 18 });
  });

  it('refuse a range that ends before the group was made', async () => {
    const before = { startTime: SECONDS - 100, endTime: SECONDS - 1 };
    const { name, message } = await failure(start('fields @message', before));
    expect(name).to.equal('MalformedQueryException');
    expect(message).to.match(
      /^Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings/,
    );
    await results(await start('fields @message', { startTime: SECONDS - 100, endTime: SECONDS }));
  });

  it('name their groups in exactly one way', async () => {
    await service.client.send(new CreateLogGroupCommand({ logGroupName: '/other' }));
    await service.client.send(new CreateLogGroupCommand({ logGroupName: '/d', logGroupClass: 'DELIVERY' }));
    const refused = async (input: Partial<StartQueryCommandInput>, queryString = 'fields @message') =>
      (await failure(start(queryString, input))).name;
    expect(await refused({ logGroupName: undefined })).to.equal('InvalidParameterException');
    expect(await refused({ logGroupNames: ['/other'] })).to.equal('InvalidParameterException');
    expect(await refused({ logGroupName: undefined, logGroupNames: [] })).to.equal(
      'InvalidParameterException',
    );
    expect(
      await refused({ logGroupName: undefined, logGroupNames: Array.from({ length: 51 }, () => GROUP) }),
    ).to.equal('InvalidParameterException');
    expect(await refused({ logGroupName: '/d' })).to.equal('InvalidParameterException');
    expect(await refused({ queryLanguage: 'SQL' })).to.equal('InvalidParameterException');
    expect(await refused({ startTime: SECONDS + 10, endTime: SECONDS + 9 })).to.equal(
      'InvalidParameterException',
    );
    const arns = ['arn:aws:logs:us-east-1:000000000000:log-group:/app', '/other'];
    const both = await results(
      await start('fields @message', { logGroupName: undefined, logGroupIdentifiers: arns }),
    );
    expect(both.statistics!.logGroupsScanned).to.equal(2);
  });

  it('may name them with SOURCE', async () => {
    await service.client.send(new CreateLogGroupCommand({ logGroupName: '/prod/a', tags: { team: 'x-1' } }));
    await service.client.send(new CreateLogStreamCommand({ logGroupName: '/prod/a', logStreamName: 's' }));
    await service.put('/prod/a', [[0, 'from a']], 's');
    for (const source of [
      "SOURCE logGroups(namePrefix: ['/prod'])",
      'SOURCE logGroupTags([{"key":"team","values":["x*"]}])',
      "SOURCE '/prod/a' START=-1d END=now",
      "SOURCE '/prod/a' START=-3600s END=0s",
    ]) {
      const answer = await results(await start(`${source} | fields @message`, { logGroupName: undefined }));
      expect(rows(answer).map((row) => row['@message'])).to.deep.equal(['from a']);
    }
    expect(
      (
        await failure(
          start("SOURCE logGroups(namePrefix: ['/none']) | fields @message", { logGroupName: undefined }),
        )
      ).name,
    ).to.equal('MalformedQueryException');
  });

  it('are stopped once', async () => {
    await service.put(
      GROUP,
      Array.from({ length: 10_000 }, () => [0, 'x'] as const),
    );
    const queryId = await start('stats count(*) by @message');
    const stop = () => service.client.send(new StopQueryCommand({ queryId }));
    // It may have ended before the request came; the service says so.
    const first = await stop().catch((error: unknown) => (error as Error).name);
    if (typeof first === 'string') expect(first).to.equal('InvalidParameterException');
    else expect(first.success).to.equal(true);
    expect((await failure(stop())).name).to.equal('InvalidParameterException');
    expect((await results(queryId)).status).to.be.oneOf(['Cancelled', 'Complete']);
    expect((await failure(results('none'))).name).to.equal('ResourceNotFoundException');
  });

  it('are described as recorded, newest first', async () => {
    const first = await start('fields @message');
    service.time += 1;
    const second = await start('limit 1');
    await results(second);
    const { queries } = await service.client.send(new DescribeQueriesCommand({ logGroupName: GROUP }));
    expect(queries!.map(({ queryId }) => queryId)).to.deep.equal([second, first]);
    expect(queries![0]).to.include({
      createTime: service.time,
      logGroupName: GROUP,
      queryLanguage: 'CWLI',
      queryString: `SOURCE "/app" START=${SECONDS}000 END=${SECONDS + 7200}999 | limit 1`,
      status: 'Complete',
    });
    const others = await service.client.send(new DescribeQueriesCommand({ status: 'Failed' }));
    expect(others.queries).to.deep.equal([]);
    const page = await service.client.send(new DescribeQueriesCommand({ maxResults: 1 }));
    const rest = await service.client.send(new DescribeQueriesCommand({ nextToken: page.nextToken }));
    expect([...page.queries!, ...rest.queries!].map(({ queryId }) => queryId)).to.deep.equal([second, first]);
  });

  it('are forgotten after a week', async () => {
    const queryId = await start('limit 1');
    await results(queryId);
    service.time += 7 * 24 * HOUR + 1;
    expect((await failure(results(queryId))).name).to.equal('ResourceNotFoundException');
  });

  describe('GetLogRecord', () => {
    it('refuses a pointer that is none, and one of an event that is gone', async () => {
      const record = (logRecordPointer: string) =>
        service.client.send(new GetLogRecordCommand({ logRecordPointer }));
      expect((await failure(record('nonsense'))).name).to.equal('InvalidParameterException');
      expect((await failure(record('AQAAAAAAAQAAAAAAAAAJ'))).name).to.equal('ResourceNotFoundException');
    });
  });

  describe('GetLogGroupFields', () => {
    it('tells how many of the last 15 minutes’ events have a field', async () => {
      await service.put(GROUP, [
        [-16 * 60_000, '{"old":1}'],
        [-1000, '{"a":1,"b":{"c":2}}'],
        [-1000, '{"a":1}'],
      ]);
      const fields = async (time?: number) => {
        const { logGroupFields } = await service.client.send(
          new GetLogGroupFieldsCommand({ logGroupName: GROUP, time }),
        );
        return logGroupFields!.map(({ name, percent }) => `${name!} ${percent!}`);
      };
      expect(await fields()).to.deep.equal([
        '@ingestionTime 100',
        '@log 100',
        '@logStream 100',
        '@message 100',
        '@timestamp 100',
        'a 100',
        'b.c 50',
      ]);
      expect(await fields(service.time / 1000 - 16 * 60)).to.include('old 100');
    });
  });
});
