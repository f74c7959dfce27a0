import { expect } from 'chai';
import sinon from 'sinon';
import { OptionError } from '../../../src/cloudwatch/errors.js';
import {
  MalformedQueryError,
  QueryFailedError,
  QueryTimeoutError,
} from '../../../src/insights/queries/query-errors.js';
import { type QueryRequest, QueryRunner } from '../../../src/insights/queries/query-runner.js';
import { ScanBudget } from '../../../src/insights/queries/scan-budget.js';
import { type Call, ScriptedClient, serviceError } from '../scripted-client.js';

const REQUEST: QueryRequest = { query: 'fields a', logGroups: ['/apps/a'], from: 1_000, to: 61_999 };
const complete = (rows: object[][] = [], more: object = {}): object => ({
  status: 'Complete',
  results: rows,
  ...more,
});

/** Answers StartQuery with ids 1, 2, … and everything else as told. */
function scripted(answer: (call: Call, nth: number) => unknown): ScriptedClient {
  const counts = new Map<string, number>();
  return new ScriptedClient((call) => {
    const nth = (counts.get(call.operation) ?? 0) + 1;
    counts.set(call.operation, nth);
    const own = answer(call, nth);
    if (own !== undefined) return own;
    if (call.operation === 'StartQuery') return { queryId: `q${nth}` };
    if (call.operation === 'GetQueryResults') return complete();
    return { success: true };
  });
}

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('it did not reject');
    },
    (error: unknown) => error as Error,
  );
}

describe('QueryRunner', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    clock.restore();
  });

  /** Runs a query while the fake clock runs along. */
  async function run(script: ScriptedClient, more: Partial<QueryRequest> = {}): Promise<unknown> {
    const promise = new QueryRunner({ client: script.client }).run({ ...REQUEST, ...more });
    promise.catch(() => undefined);
    await clock.runAllAsync();
    return promise;
  }

  it('asks in whole seconds, and reads all pages', async () => {
    const script = scripted((call) => {
      if (call.operation !== 'GetQueryResults') return undefined;
      const statistics = { recordsMatched: 3, recordsScanned: 9, bytesScanned: 90, estimatedBytesSkipped: 5 };
      return call.input.nextToken === undefined
        ? complete(
            [
              [
                { field: 'a', value: '1' },
                { field: '@ptr', value: 'p' },
              ],
            ],
            { nextToken: 't', statistics },
          )
        : complete([[{ field: 'a', value: '2' }], [{ field: 'b' }]]);
    });
    const result = await run(script, { limit: 5 });
    expect(result).to.deep.equal({
      queryId: 'q1',
      rows: [{ a: '1', '@ptr': 'p' }, { a: '2' }, {}].map(
        (row) => Object.assign(Object.create(null), row) as object,
      ),
      statistics: {
        queries: 1,
        recordsMatched: 3,
        recordsScanned: 9,
        bytesScanned: 90,
        estimatedRecordsSkipped: 0,
        estimatedBytesSkipped: 5,
      },
      isComplete: true,
    });
    expect(script.inputs('StartQuery')).to.deep.equal([
      { queryString: 'fields a', startTime: 1, endTime: 61, limit: 5, logGroupNames: ['/apps/a'] },
    ]);
    expect(script.inputs('StopQuery')).to.deep.equal([]);
  });

  it('names groups by identifier where one is an ARN, and none where the query has its own', async () => {
    const script = scripted(() => undefined);
    const arn = 'arn:aws:logs:us-east-1:123456789012:log-group:/b';
    await run(script, { logGroups: ['/a', `${arn}:*`] });
    await run(script, { logGroups: [], query: 'SOURCE logGroups()' });
    const [first, second] = script.inputs('StartQuery');
    expect(first).to.deep.include({ logGroupIdentifiers: ['/a', arn] });
    expect(second).to.not.have.any.keys('logGroupNames', 'logGroupIdentifiers');
  });

  it('polls with growing delays while the query runs', async () => {
    const polls: number[] = [];
    const script = scripted((call, nth) => {
      if (call.operation !== 'GetQueryResults') return undefined;
      polls.push(Date.now());
      return nth < 12 ? { status: nth === 1 ? 'Scheduled' : 'Running' } : complete();
    });
    await run(script);
    const delays = polls.map((at, index) => Math.round(at - (polls[index - 1] ?? 0)));
    expect(delays.slice(0, 3)).to.deep.equal([100, 150, 225]);
    expect(delays.at(-1)).to.equal(2000);
  });

  it('waits out throttling and too many queries', async () => {
    const script = scripted((call, nth) => {
      if (call.operation === 'StartQuery' && nth < 4) throw serviceError('LimitExceededException');
      if (call.operation === 'GetQueryResults' && nth < 3) throw serviceError('ThrottlingException');
      return undefined;
    });
    await run(script);
    expect(script.inputs('StartQuery')).to.have.lengthOf(4);
    expect(script.inputs('GetQueryResults')).to.have.lengthOf(3);
  });

  it('gives up after eight attempts, and stops the query', async () => {
    const script = scripted((call) => {
      if (call.operation === 'GetQueryResults') throw serviceError('ThrottlingException');
      return undefined;
    });
    expect(await rejection(run(script))).to.have.property('name', 'ThrottlingException');
    expect(script.inputs('GetQueryResults')).to.have.lengthOf(8);
    expect(script.inputs('StopQuery')).to.deep.equal([{ queryId: 'q1' }]);
  });

  it('throws other errors at once', async () => {
    const script = scripted((call) => {
      if (call.operation === 'StartQuery') throw serviceError('ResourceNotFoundException');
      return undefined;
    });
    expect(await rejection(run(script))).to.have.property('name', 'ResourceNotFoundException');
    expect(script.calls).to.have.lengthOf(1);
  });

  for (const status of ['Failed', 'Cancelled', 'Timeout', 'Unknown', undefined]) {
    it(`throws for a query that ends with ${status ?? 'no status'}`, async () => {
      const script = scripted((call) => (call.operation === 'GetQueryResults' ? { status } : undefined));
      const error = await rejection(run(script));
      expect(error).to.be.instanceOf(QueryFailedError);
      expect(error).to.include({ code: 'ERR_QUERY_FAILED', status: status ?? 'Unknown', queryId: 'q1' });
    });
  }

  it('stops the query when it is aborted, and rejects with the reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const script = scripted((call, nth) => {
      if (call.operation !== 'GetQueryResults') return undefined;
      if (nth === 2) controller.abort(reason);
      return { status: 'Running' };
    });
    expect(await rejection(run(script, { signal: controller.signal }))).to.equal(reason);
    expect(script.inputs('StopQuery')).to.deep.equal([{ queryId: 'q1' }]);
  });

  it('starts nothing when it is aborted already', async () => {
    const script = new ScriptedClient((_call, signal) => {
      signal?.throwIfAborted();
      return {};
    });
    const error = await rejection(run(script, { signal: AbortSignal.abort('no') }));
    expect(error.message).to.equal('no');
  });

  it('stops a query whose start is answered after the abort', async () => {
    const controller = new AbortController();
    const script = new ScriptedClient(async (call) => {
      if (call.operation !== 'StartQuery') return { success: true };
      controller.abort(new Error('enough'));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return { queryId: 'late' };
    });
    expect((await rejection(run(script, { signal: controller.signal }))).message).to.equal('enough');
    expect(script.inputs('StopQuery')).to.deep.equal([{ queryId: 'late' }]);
  });

  it('waits no longer than two seconds for that answer', async () => {
    const controller = new AbortController();
    const script = new ScriptedClient(() => {
      controller.abort(new Error('enough'));
      return new Promise(() => undefined);
    });
    expect((await rejection(run(script, { signal: controller.signal }))).message).to.equal('enough');
    expect(Date.now()).to.equal(2_000);
  });

  it('stops a query that takes too long', async () => {
    const script = scripted((call) => {
      if (call.operation === 'StopQuery') throw serviceError('InvalidParameterException');
      return call.operation === 'GetQueryResults' ? { status: 'Running' } : undefined;
    });
    const error = await rejection(run(script, { timeoutMillis: 5_000 }));
    expect(error).to.be.instanceOf(QueryTimeoutError);
    expect(script.inputs('StopQuery')).to.have.lengthOf(1);
  });

  it('stops when its bytes are spent, with the rows so far', async () => {
    const script = scripted((call, nth) =>
      call.operation === 'GetQueryResults'
        ? {
            status: 'Running',
            results: [[{ field: 'a', value: '1' }]],
            statistics: { bytesScanned: nth * 60 },
          }
        : undefined,
    );
    const budget = new ScanBudget(100);
    expect(await run(script, { budget })).to.deep.include({ isComplete: false });
    expect(script.inputs('GetQueryResults')).to.have.lengthOf(2);
    expect(script.inputs('StopQuery')).to.have.lengthOf(1);
    expect(await run(script, { budget })).to.deep.include({ isComplete: false, rows: [] });
    expect(script.inputs('StartQuery')).to.have.lengthOf(1);
  });

  it('runs no more queries at once than it may', async () => {
    let running = 0;
    let most = 0;
    const script = scripted((call) => {
      if (call.operation === 'StartQuery') most = Math.max(most, ++running);
      if (call.operation === 'GetQueryResults') running--;
      return undefined;
    });
    const runner = new QueryRunner({ client: script.client }, { concurrency: 2 });
    const all = Promise.all(Array.from({ length: 7 }, () => runner.run(REQUEST)));
    await clock.runAllAsync();
    expect(await all).to.have.lengthOf(7);
    expect(most).to.equal(2);
  });

  it('tells progress', async () => {
    const seen: string[] = [];
    const script = scripted((call, nth) =>
      call.operation === 'GetQueryResults' && nth === 1 ? { status: 'Running' } : undefined,
    );
    await run(script, { onProgress: ({ queryId, status }) => seen.push(`${queryId} ${status}`) });
    expect(seen).to.deep.equal(['q1 Running', 'q1 Complete']);
  });

  it('shows where a malformed query is wrong', async () => {
    const malformed = serviceError('MalformedQueryException', 'bad', {
      queryCompileError: {
        message: 'unexpected symbol',
        location: { startCharOffset: 18, endCharOffset: 21 },
      },
    });
    const script = scripted((call) => {
      if (call.operation === 'StartQuery') throw malformed;
      return undefined;
    });
    const error = await rejection(run(script, { query: 'fields a\n| filter ???' }));
    expect(error).to.be.instanceOf(MalformedQueryError);
    expect(error).to.include({ code: 'ERR_QUERY_MALFORMED', problem: 'unexpected symbol' });
    expect(error.cause).to.include({ name: 'MalformedQueryException', code: 'ERR_REQUEST' });
    expect(error.message).to.equal('the query cannot be read: unexpected symbol\n| filter ???\n         ^^^');
  });

  it('reads the position of older answers from their words', async () => {
    const script = scripted((call) => {
      if (call.operation !== 'StartQuery') return undefined;
      const message =
        'unexpected symbol found bad at line 2 and position 2 (Service: AWSLogs; Status Code: 400; Error Code: X; Request ID: 1; Proxy: null)';
      throw serviceError('MalformedQueryException', message);
    });
    const error = await rejection(run(script, { query: 'fields a\n| bad' }));
    expect(error).to.have.property('problem', 'unexpected symbol found bad at line 2 and position 2');
    expect(error).to.have.deep.property('position', { startOffset: 11, endOffset: 12 });
  });

  it('tells of a malformed query without a position as well', async () => {
    const script = scripted((call) => {
      if (call.operation === 'StartQuery') throw serviceError('MalformedQueryException', 'no');
      return undefined;
    });
    expect(await rejection(run(script))).to.include({
      message: 'the query cannot be read: no',
      position: undefined,
    });
  });

  it('refuses what the service would refuse', async () => {
    const script = scripted(() => undefined);
    const groups = (count: number): string[] => Array.from({ length: count }, (_, n) => `/g${n}`);
    const bad: Partial<QueryRequest>[] = [
      { query: 'x'.repeat(10_001) },
      { logGroups: groups(51) },
      { from: NaN },
      { to: new Date('never') },
      { from: 5_000, to: 4_000 },
    ];
    for (const more of bad) expect(await rejection(run(script, more))).to.be.instanceOf(OptionError);
    expect(script.calls).to.deep.equal([]);
    await run(script, { query: 'x'.repeat(10_000), logGroups: groups(50), from: 4_000, to: 4_000 });
    for (const settings of [
      { concurrency: 0 },
      { concurrency: 101 },
      { firstPollMillis: 0 },
      { longestPollMillis: NaN },
    ]) {
      expect(() => new QueryRunner({ client: script.client }, settings)).to.throw(OptionError);
    }
  });
});
