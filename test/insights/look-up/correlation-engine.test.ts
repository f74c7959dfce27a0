import { expect } from 'chai';
import { OptionError } from '../../../src/cloudwatch/errors.js';
import {
  CorrelationEngine,
  type CorrelationEngineOptions,
} from '../../../src/insights/look-up/correlation-engine.js';
import { type CorrelationResult } from '../../../src/insights/look-up/correlation-result.js';
import { ReadCalls } from '../../../src/insights/queries/read-calls.js';
import { type Call, ScriptedClient, serviceError } from '../scripted-client.js';

const NOW = Date.UTC(2026, 2, 1, 12);
const ARN = 'arn:aws:logs:us-east-1:123456789012:log-group:/other/account';

interface Group {
  logGroupName: string;
  arn?: string;
  creationTime?: number;
  retentionInDays?: number;
  logGroupClass?: string;
}

/** A service of these groups, in which each query answers one event that tells the groups it was asked. */
function serviceOf(
  groups: readonly Group[],
  answer: (call: Call) => unknown = () => undefined,
): ScriptedClient {
  const queries: string[][] = [];
  return new ScriptedClient((call) => {
    const own = answer(call);
    if (own !== undefined) return own;
    switch (call.operation) {
      case 'DescribeLogGroups': {
        const prefix = (call.input.logGroupNamePrefix as string | undefined) ?? '';
        const found = groups.filter(({ logGroupName }) => logGroupName.startsWith(prefix));
        const from = Number(call.input.nextToken ?? 0);
        const to = from + Number(call.input.limit ?? 2);
        return {
          logGroups: found.slice(from, to).map((group) => ({ creationTime: 0, ...group })),
          ...(to < found.length && { nextToken: String(to) }),
        };
      }
      case 'StartQuery': {
        const { logGroupNames, logGroupIdentifiers } = call.input as Record<string, string[] | undefined>;
        return { queryId: String(queries.push(logGroupNames ?? logGroupIdentifiers ?? []) - 1) };
      }
      case 'GetQueryResults': {
        const logGroup = queries[Number(call.input.queryId)]![0]!;
        const message = JSON.stringify({ trace_id: 'x', body: `of ${logGroup}` });
        const cells = {
          '@timestamp': '2026-03-01 11:59:00.000',
          '@message': message,
          '@log': `123456789012:${logGroup.replace(/^.*:/, '')}`,
          '@logStream': 's',
          '@ingestionTime': '1772366340000',
        };
        const results = [Object.entries(cells).map(([field, value]) => ({ field, value }))];
        return { status: 'Complete', results, statistics: { bytesScanned: 2e9 } };
      }
      default:
        return {};
    }
  });
}

const engineOf = (
  script: ScriptedClient,
  options: Partial<CorrelationEngineOptions> = {},
): CorrelationEngine =>
  new CorrelationEngine({
    client: script.client,
    logGroups: ['/a'],
    clock: () => NOW,
    firstPollMillis: 1,
    ...options,
  });

const logGroupsOf = (result: CorrelationResult): readonly string[] =>
  result.events.map((event) => event.logGroup);

describe('CorrelationEngine', () => {
  it('looks into aws/spans where it is there', async () => {
    const script = serviceOf([{ logGroupName: '/a' }, { logGroupName: 'aws/spans' }]);
    const result = await engineOf(script).correlateByTrace('x');
    expect(result.logGroups).to.deep.equal(['/a', 'aws/spans']);
    expect((await engineOf(script, { spans: false }).correlateByTrace('x')).logGroups).to.deep.equal(['/a']);
    expect(
      (await engineOf(serviceOf([{ logGroupName: '/a' }])).correlateByTrace('x')).logGroups,
    ).to.deep.equal(['/a']);
  });

  it('refuses ids that are blank or longer than any, before anything is asked', async () => {
    const script = serviceOf([{ logGroupName: '/a' }]);
    const engine = engineOf(script);
    for (const [option, asked] of [
      ['traceId', engine.correlateByTrace(' \t')],
      ['spanId', engine.correlateBySpan('f'.repeat(513))],
      ['requestId', engine.correlateByRequest('\u00a0')],
      ['value', engine.correlateBy('order', 'x'.repeat(2049))],
    ] as const) {
      expect(await asked.catch((error: unknown) => error), option).to.include({ code: 'ERR_OPTION', option });
    }
    expect(script.calls).to.deep.equal([]);
    expect((await engine.correlateBy('order', ' ')).isComplete).to.equal(true);
    expect((await engine.correlateByRequest('x'.repeat(512))).logGroups).to.deep.equal(['/a']);
  });

  it('does not suppose aws/spans where groups may not be described', async () => {
    const script = serviceOf([], (call) => {
      if (call.operation === 'DescribeLogGroups') throw serviceError('AccessDeniedException');
      return undefined;
    });
    expect((await engineOf(script).correlateByTrace('x')).logGroups).to.deep.equal(['/a']);
  });

  it('reads all pages of a prefix, and a group of two selectors once', async () => {
    const script = serviceOf(['/a/1', '/a/2', '/a/3', '/b'].map((logGroupName) => ({ logGroupName })));
    const result = await engineOf(script, { logGroups: ['/a/*', '/a/2', '/b'] }).correlateByTrace('x');
    expect(result.logGroups).to.deep.equal(['/a/1', '/a/2', '/a/3', '/b']);
  });

  it('takes no group for another that begins with its name', async () => {
    const script = serviceOf([{ logGroupName: '/abc' }]);
    const result = await engineOf(script).correlateByTrace('x');
    expect(result.leftOut).to.deep.equal([
      { logGroup: '/a', reason: 'missing', detail: 'the log group does not exist' },
    ]);
    expect(result.notes).to.deep.equal(['no log group was searched']);
  });

  it('queries a group of another account by its ARN, and names it so', async () => {
    const script = serviceOf([
      {
        logGroupName: '/other/account',
        arn: 'arn:aws:logs:us-east-1:999999999999:log-group:/other/account:*',
      },
    ]);
    const result = await engineOf(script, { logGroups: [`${ARN}:*`] }).correlateByTrace('x');
    expect(logGroupsOf(result)).to.deep.equal([ARN]);
    expect(script.inputs('StartQuery')[0]).to.deep.include({ logGroupIdentifiers: [ARN] });
  });

  it('leaves out what cannot answer for the range', async () => {
    const script = serviceOf([
      { logGroupName: '/a' },
      { logGroupName: '/delivery', logGroupClass: 'DELIVERY' },
      { logGroupName: '/short', retentionInDays: 1 },
    ]);
    const engine = engineOf(script, { logGroups: ['/a', '/delivery', '/short'] });
    const to = NOW - 2 * 86_400_000;
    const result = await engine.correlateByTrace('x', { from: to - 1000, to });
    expect(result.leftOut.map(({ logGroup, reason }) => [logGroup, reason])).to.deep.equal([
      ['/delivery', 'not_queryable'],
      ['/short', 'expired'],
    ]);
  });

  it('searches the text of groups without field discovery, and keeps what has the value in a field', async () => {
    const script = serviceOf([
      { logGroupName: '/a' },
      { logGroupName: '/ia', logGroupClass: 'INFREQUENT_ACCESS' },
    ]);
    const engine = engineOf(script, { logGroups: ['/a', '/ia'], freshMillis: 0 });
    const result = await engine.correlateByTrace('x');
    expect(logGroupsOf(result)).to.have.members(['/a', '/ia']);
    const queries = script.inputs('StartQuery').map((input) => String(input.queryString));
    expect(queries.filter((query) => query.includes('filter @message like "x"'))).to.have.lengthOf(1);
    expect(
      (await engine.correlateByTrace('of /ia')).events.filter(({ logGroup }) => logGroup === '/ia'),
    ).to.deep.equal([]);
  });

  it('finds the group to blame when the service refuses a query over many', async () => {
    const script = serviceOf([], (call) => {
      if (call.operation === 'DescribeLogGroups') throw serviceError('AccessDeniedException');
      if (call.operation !== 'StartQuery') return undefined;
      const names = call.input.logGroupNames as string[];
      if (names.includes('/gone')) throw serviceError('ResourceNotFoundException');
      if (names.includes('/young')) {
        throw serviceError(
          'MalformedQueryException',
          "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings",
        );
      }
      return undefined;
    });
    const engine = engineOf(script, { logGroups: ['/a', '/gone', '/b', '/young', '/c'], freshMillis: 0 });
    const result = await engine.correlateByTrace('x');
    expect(result.leftOut.map(({ logGroup, reason }) => [logGroup, reason])).to.deep.equal([
      ['/gone', 'missing'],
      ['/young', 'younger_than_range'],
    ]);
    const queried = script.inputs('StartQuery').map((input) => (input.logGroupNames as string[]).join());
    expect(queried).to.include.members(['/a', '/c']);
  });

  it('throws what is no fault of a group', async () => {
    const script = serviceOf([{ logGroupName: '/a' }], (call) => {
      if (call.operation === 'StartQuery')
        throw serviceError('UnrecognizedClientException', 'The security token is invalid');
      return undefined;
    });
    const error = await engineOf(script)
      .correlateByTrace('x')
      .catch((one: unknown) => one);
    expect(error).to.have.property('name', 'UnrecognizedClientException');
  });

  it('tells what the scanned bytes cost', async () => {
    const script = serviceOf([{ logGroupName: '/a' }]);
    expect((await engineOf(script).correlateByTrace('x')).estimatedCostUsd).to.be.closeTo(0.01, 1e-9);
    const dear = engineOf(script, { usdPerScannedGigabyte: 1 });
    expect((await dear.correlateByTrace('x')).estimatedCostUsd).to.be.closeTo(2, 1e-9);
  });

  it('remembers groups for a minute, and missing ones not at all', async () => {
    let now = NOW;
    const script = serviceOf([{ logGroupName: '/a' }]);
    const engine = engineOf(script, {
      logGroups: ['/a', '/gone'],
      clock: () => now,
      spans: false,
      freshMillis: 0,
    });
    const asked = async (): Promise<unknown[]> => {
      const before = script.inputs('DescribeLogGroups').length;
      await engine.correlateByTrace('x');
      return script
        .inputs('DescribeLogGroups')
        .slice(before)
        .map((input) => input.logGroupNamePrefix);
    };
    expect(await asked()).to.deep.equal(['/a', '/gone']);
    expect(await asked()).to.deep.equal(['/gone']);
    now += 60_000;
    expect(await asked()).to.deep.equal(['/a', '/gone']);
  });

  it('uses what either description of indexes tells', async () => {
    const arn = 'arn:aws:logs:us-east-1:123456789012:log-group:/a';
    const script = serviceOf([{ logGroupName: '/a' }, { logGroupName: '/b' }], (call) => {
      if (call.operation === 'DescribeIndexPolicies') throw serviceError('AccessDeniedException');
      if (call.operation !== 'DescribeFieldIndexes') return undefined;
      return {
        fieldIndexes: [
          { logGroupIdentifier: arn, fieldIndexName: 'trace_id', indexCategory: 'CUSTOM', firstEventTime: 0 },
          {
            logGroupIdentifier: '/b',
            fieldIndexName: 'trace_id',
            indexCategory: 'INACTIVE',
            firstEventTime: 0,
          },
          { fieldIndexName: 'traceId', indexCategory: 'DEFAULT' },
        ],
      };
    });
    const result = await engineOf(script, {
      logGroups: ['/a', '/b'],
      freshMillis: 0,
      spans: false,
    }).correlateByTrace('y');
    expect(result.steps.map(({ step, field, logGroups }) => [step, field, logGroups])).to.deep.equal([
      ['index', 'trace_id', ['/a']],
      ['index', 'traceId', ['/a', '/b']],
      ['filter', undefined, ['/b']],
    ]);
  });

  it('asks group by group where one spoils the description of indexes', async () => {
    const script = serviceOf([{ logGroupName: '/a' }, { logGroupName: '/b' }], (call) => {
      if (!/^Describe(?:IndexPolicies|FieldIndexes)$/.test(call.operation)) return undefined;
      if ((call.input.logGroupIdentifiers as string[]).includes('/b'))
        throw serviceError('InvalidParameterException', 'bad');
      return {
        indexPolicies: [{ policyDocument: '{"FieldsV2":{"trace_id":{"type":"FACET"}}}', lastUpdateTime: 0 }],
      };
    });
    const result = await engineOf(script, {
      logGroups: ['/a', '/b'],
      freshMillis: 0,
      spans: false,
    }).correlateByTrace('x');
    expect(result.notes).to.have.lengthOf(1);
    expect(result.notes[0]).to.contain('/b was searched as if it had no index');
    expect(result.steps[0]).to.deep.include({ step: 'index', field: 'trace_id', logGroups: ['/a'] });
  });

  it('makes its own client from the options', () => {
    expect(() => new CorrelationEngine({ logGroups: ['/a'], endpoint: 'no url' })).to.throw(
      OptionError,
      'endpoint',
    );
    expect(() => engineOf(serviceOf([]), { rowsOfQuery: 0 })).to.throw(OptionError, 'rowsOfQuery');
    new CorrelationEngine({ logGroups: ['/a'], endpoint: 'http://127.0.0.1:9', region: 'eu-central-1' });
  });
});

describe('options of look-ups that are wrong', () => {
  const { client } = new ScriptedClient(() => ({}));
  const engine = new CorrelationEngine({ client, logGroups: ['/g'] });
  const optionOf = async (work: () => unknown): Promise<string> => {
    try {
      await work();
    } catch (error) {
      expect(error).to.be.an.instanceOf(OptionError);
      return (error as OptionError).option;
    }
    throw new Error('nothing was wrong');
  };
  const cases: Record<string, [option: string, work: () => unknown]> = {
    'an engine of nothing': ['options', () => new CorrelationEngine(undefined as never)],
    'an engine of a text': ['options', () => new CorrelationEngine('/g' as never)],
    'a misspelt option of the engine': [
      'logGroup',
      () => new CorrelationEngine({ logGroups: ['/g'], logGroup: '/h' } as never),
    ],
    'a misspelt option of a look-up': ['since', () => engine.correlateByTrace('a', { since: '1h' } as never)],
    'options that are none': ['options', () => engine.correlateBySpan('a', null as never)],
    'seconds since 1970 in from': ['from', () => engine.correlateByRequest('a', { from: 1_764_131_696 })],
    'seconds since 1970 in to': ['to', () => engine.correlateBy('a', 'b', { to: 1_764_131_696 })],
    'a time as text': ['from', () => engine.correlateByTrace('a', { from: '2026-01-01' as never })],
  };
  for (const [name, [option, work]] of Object.entries(cases)) {
    it(`are refused: ${name}`, async () => {
      expect(await optionOf(work)).to.equal(option);
    });
  }
});

describe('CorrelationEngine.newestEvents', () => {
  const answering = (page: (call: Call) => unknown): ScriptedClient =>
    serviceOf([{ logGroupName: '/apps/a' }, { logGroupName: '/apps/b' }], (call) =>
      call.operation === 'FilterLogEvents' ? page(call) : undefined,
    );

  it('says of which log groups it did not read all pages', async () => {
    const scripted = answering(({ input }) =>
      input.logGroupName === '/apps/a'
        ? { events: [], nextToken: 'more' }
        : { events: [{ timestamp: NOW - 1, message: 'one', eventId: '1', logStreamName: 's' }] },
    );
    const engine = new CorrelationEngine({
      client: scripted.client,
      logGroups: ['/apps/*'],
      clock: () => NOW,
    });
    const { events, notes, logGroups } = await engine.newestEvents();
    expect(events.map(({ message }) => message)).to.deep.equal(['one']);
    expect(logGroups).to.deep.equal(['/apps/a', '/apps/b']);
    expect(notes).to.have.lengthOf(1);
    expect(notes[0]).to.match(/^\/apps\/a was not read to the end .* 20 pages/);
    // Two lists of groups, twenty pages and one.
    expect(engine.calls.status().calls).to.equal(scripted.calls.length);
    expect(scripted.inputs('FilterLogEvents')).to.have.lengthOf(21);
  });

  it('is held back by the circuit breaker, and opens it', async () => {
    const scripted = answering(() => {
      throw Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    });
    const calls = new ReadCalls(
      { client: scripted.client },
      { circuitBreaker: { failures: 2, probeAfterMillis: 600_000 } },
    );
    const engine = new CorrelationEngine({ calls, logGroups: ['/apps/a'], clock: () => NOW });
    // The breaker's module is loaded meanwhile, for which the event loop must turn.
    while (calls.status().breaker === 'closed') {
      await engine.newestEvents().catch(() => undefined);
      await new Promise(setImmediate);
    }
    expect(calls.status().errors).to.be.above(1);
    const asked = scripted.calls.length;
    const error: unknown = await engine.newestEvents().catch((caught: unknown) => caught);
    expect(error).to.have.property('code', 'ERR_CIRCUIT_OPEN');
    expect(scripted.calls).to.have.lengthOf(asked);
  });
});
