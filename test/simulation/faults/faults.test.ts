import {
  type CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { OptionError } from '../../../src/cloudwatch/errors.js';
import type { FaultRule } from '../../../src/simulation/index.js';
import { clientFor, failure, HOUR, LocalService } from '../local-service.js';

const GROUP = '/app';

describe('faults', () => {
  let service: LocalService;

  before(async () => {
    service = await LocalService.start();
    await service.createStream(GROUP);
  });
  after(() => service.stop());
  afterEach(() => {
    service.local.faults.clear();
  });

  function add(rule: FaultRule): void {
    service.local.faults.add(rule);
  }

  function put(message: string, count = 1, client: CloudWatchLogsClient = service.client) {
    const logEvents = Array.from({ length: count }, () => ({ timestamp: service.time, message }));
    return client.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: 'stream', logEvents }));
  }

  async function stored(message: string): Promise<number> {
    const { events } = await service.client.send(
      new GetLogEventsCommand({ logGroupName: GROUP, logStreamName: 'stream' }),
    );
    return events!.filter((event) => event.message === message).length;
  }

  it('throttles as the service does, as often as told', async () => {
    add({ kind: 'throttle', operations: ['PutLogEvents'], count: 1, retryAfterSeconds: 2 });
    await service.client.send(new DescribeLogGroupsCommand());
    expect(await failure(put('throttled'))).to.deep.equal({
      name: 'ThrottlingException',
      message: 'Rate exceeded',
    });
    await put('throttled');
    expect(await stored('throttled')).to.equal(1);
  });

  it('sends Retry-After where it is asked for', async () => {
    add({ kind: 'throttle', retryAfterSeconds: 2 });
    const { status, headers } = await service.raw('DescribeLogGroups', '{}');
    expect([status, headers.get('retry-after')]).to.deep.equal([400, '2']);
  });

  it('is survived by the retries of the SDK', async () => {
    const client = clientFor(service.local, { maxAttempts: 3 });
    add({ kind: 'reset-before', count: 1 });
    await put('after reset', 1, client);
    add({ kind: 'error', count: 1, status: 500 });
    await put('after error', 1, client);
    client.destroy();
    expect([await stored('after reset'), await stored('after error')]).to.deep.equal([1, 1]);
  });

  for (const [status, name] of [
    [500, 'InternalFailure'],
    [503, 'ServiceUnavailableException'],
  ] as const) {
    it(`answers ${status} as ${name}`, async () => {
      add({ kind: 'error', status });
      const answer = await service.raw('DescribeLogGroups', '{}');
      expect([answer.status, answer.body.__type]).to.deep.equal([status, name]);
    });
  }

  it('answers any error that it is told', async () => {
    add({
      kind: 'error',
      code: 'InvalidSequenceTokenException',
      message: 'The token is 49.',
      members: { expectedSequenceToken: '49' },
      operations: ['PutLogEvents'],
    });
    const error = await put('described').catch((thrown: unknown) => thrown);
    expect(error).to.include({
      name: 'InvalidSequenceTokenException',
      message: 'The token is 49.',
      expectedSequenceToken: '49',
    });
    expect(await stored('described')).to.equal(0);
  });

  for (const [rule, status, message] of [
    [{ code: 'LimitExceededException' }, 400, 'LimitExceededException by a rule of the local service.'],
    [{ code: 'InternalServerError' }, 500, 'InternalServerError by a rule of the local service.'],
    [{ code: 'ServiceUnavailable', message: 'later' }, 503, 'later'],
    [{ code: 'ThrottlingException', status: 429 }, 429, 'Rate exceeded'],
    [{ code: 'Teapot', status: 418, message: '' }, 418, undefined],
  ] as const) {
    it(`answers ${rule.code} with the status ${status}`, async () => {
      add({ kind: 'error', ...rule });
      const answer = await service.raw('DescribeLogGroups', '{}');
      expect([answer.status, answer.body.__type, answer.body.message]).to.deep.equal([
        status,
        rule.code,
        message,
      ]);
      expect(answer.headers.get('x-amzn-errortype')).to.equal(rule.code);
    });
  }

  it('delays a request that then succeeds', async () => {
    add({ kind: 'delay', delayMillis: 30 });
    add({ kind: 'delay', delayMillis: 30 });
    const began = performance.now();
    await put('delayed');
    expect(performance.now() - began).to.be.at.least(55);
  });

  it('hangs until the client gives up, without effect', async () => {
    add({ kind: 'hang', count: 1 });
    const abort = new AbortController();
    const sent = service.client.send(
      new PutLogEventsCommand({
        logGroupName: GROUP,
        logStreamName: 'stream',
        logEvents: [{ timestamp: service.time, message: 'hung' }],
      }),
      { abortSignal: abort.signal },
    );
    while (service.local.faults.list()[0]!.struck === 0) await new Promise(setImmediate);
    abort.abort();
    expect((await failure(sent)).name).to.equal('AbortError');
    expect(await stored('hung')).to.equal(0);
  });

  it('resets a connection before the request takes effect', async () => {
    add({ kind: 'reset-before', operations: ['Put*'] });
    expect((await failure(put('reset'))).message).to.contain('ECONNRESET');
    expect(await stored('reset')).to.equal(0);
  });

  it('resets a connection after the request took effect', async () => {
    add({ kind: 'reset-after', operations: ['Put*'] });
    expect((await failure(put('kept'))).message).to.contain('ECONNRESET');
    expect(await stored('kept')).to.equal(1);
  });

  it('breaks an answer off in its middle', async () => {
    add({ kind: 'truncate', operations: ['PutLogEvents'] });
    await failure(put('truncated'));
    expect(await stored('truncated')).to.equal(1);
  });

  it('refuses a part of the events', async () => {
    add({ kind: 'reject-partially', fraction: 0.3, count: 1 });
    const answer = await put('part', 10);
    expect(answer.rejectedLogEventsInfo).to.deep.equal({ tooOldLogEventEndIndex: 3 });
    expect(await stored('part')).to.equal(7);
  });

  it('says that a token expired', async () => {
    add({ kind: 'expired-token' });
    expect((await failure(put('x'))).name).to.equal('ExpiredTokenException');
  });

  it('is an hour ahead, which a client that corrects its clock survives', async () => {
    service.local.faults.add({ kind: 'clock-skew', skewMillis: HOUR, operations: ['PutLogEvents'] });
    const fixed = clientFor(service.local);
    fixed.config.systemClockOffset = service.time - Date.now();
    expect((await failure(put('skewed', 1, fixed))).name).to.equal('InvalidSignatureException');
    await put('skewed', 1, fixed);
    fixed.destroy();
    expect(await stored('skewed')).to.equal(1);
  });

  it('denies all operations but some, in the words of IAM', async () => {
    add({ kind: 'deny', exceptOperations: ['PutLogEvents'] });
    await put('allowed');
    expect(await failure(service.client.send(new DescribeLogGroupsCommand()))).to.deep.equal({
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:iam::000000000000:user/local is not authorized to perform: logs:DescribeLogGroups on resource: arn:aws:logs:us-east-1:000000000000:log-group::log-stream: because no identity-based policy allows the logs:DescribeLogGroups action',
    });
  });

  it('is in force between two times alone', async () => {
    add({ kind: 'throttle', from: service.time + 1, until: service.time + 2 });
    await put('before');
    service.time += 1;
    expect((await failure(put('during'))).name).to.equal('ThrottlingException');
    service.time += 1;
    await put('after');
  });

  it('strikes by probability, the same way for the same seed', async () => {
    const run = async (faultSeed: number): Promise<string> => {
      const other = await LocalService.start({ faultSeed, faults: [{ kind: 'throttle', probability: 0.3 }] });
      const statuses: number[] = [];
      for (let call = 0; call < 40; call++)
        statuses.push((await other.raw('DescribeLogGroups', '{}')).status);
      await other.stop();
      return statuses.join();
    };
    const first = await run(7);
    expect(await run(7)).to.equal(first);
    expect(await run(8)).to.not.equal(first);
    expect(first.split(',').filter((status) => status === '400').length).to.be.within(4, 22);
  });

  describe('rules', () => {
    const wrong: [Record<string, unknown>, string][] = [
      [{}, 'fault.kind'],
      [{ kind: 'throttel' }, 'did you mean throttle?'],
      [{ kind: 'delay', delayMilis: 5 }, 'did you mean delayMillis?'],
      [{ kind: 'error', status: 404 }, 'fault.status must be 500 or 503; it is 404'],
      [{ kind: 'error', code: 'X', status: 200 }, 'fault.status must be from 400 to 599; it is 200'],
      [{ kind: 'error', code: 'a b' }, 'fault.code must be the name of an error'],
      [{ kind: 'error', code: 'X\r\nSet-Cookie: y' }, 'fault.code must be the name of an error'],
      [{ kind: 'error', code: 'X', members: [] }, 'fault.members must be an object'],
      [{ kind: 'throttle', code: 'X' }, 'fault.code must stand in a rule of the kind error'],
      [{ kind: 'deny', status: 500 }, 'fault.status must stand in a rule of the kind error'],
      [{ kind: 'throttle', probability: 1.1 }, 'from 0 to 1'],
      [{ kind: 'throttle', count: 1.5 }, 'fault.count must be a whole number'],
      [{ kind: 'throttle', count: -1 }, 'fault.count must be 0 or more'],
      [{ kind: 'throttle', operations: 'PutLogEvents' }, 'fault.operations must be an array'],
      [{ kind: 'throttle', from: '2026' }, 'fault.from must be milliseconds'],
    ];
    for (const [rule, text] of wrong) {
      it(`refuses ${JSON.stringify(rule)}`, () => {
        expect(() => service.local.faults.add(rule as unknown as FaultRule)).to.throw(OptionError, text);
      });
    }
  });

  describe('over the control endpoint', () => {
    const JSON_HEADERS = { 'content-type': 'application/json' };

    async function control(method: string, path: string, body?: unknown, headers = JSON_HEADERS) {
      const response = await fetch(`${service.local.endpoint}/_control/${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    }

    it('tells what the store holds', async () => {
      await put('held');
      const { status, body } = await control('GET', 'store');
      expect(status).to.equal(200);
      const { recovery } = service.local;
      expect(body).to.deep.equal({ ...service.local.statistics(), recovery });
      expect(recovery).to.deep.equal({
        tornBytes: 0,
        harmedBytes: 0,
        harmedSegments: 0,
        harmedEntries: 0,
        missingFiles: 0,
        missingEvents: 0,
        unknownNames: 0,
      });
      expect(body.eventCount).to.be.at.least(1);
      expect(body).to.include({ evictedEvents: 0, expiredEvents: 0 });
    });

    it('refuses what is none of its parameters rather than removing all rules', async () => {
      await control('POST', 'faults', [{ kind: 'deny' }, { kind: 'throttle' }]);
      const held = service.local.faults.list().map(({ id }) => id);
      const slip = await control('DELETE', 'faults?di=fault-1');
      expect(slip.status).to.equal(400);
      expect(slip.body.message).to.equal('DELETE /_control/faults takes id, not "di".');
      const gone = await control('DELETE', `faults?id=${held[0]!}&id=fault-999`);
      expect(gone.status).to.equal(404);
      expect(gone.body.message).to.equal('There is no rule "fault-999".');
      expect(service.local.faults.list().map(({ id }) => id)).to.deep.equal(held);
      service.local.faults.clear();
    });

    it('refuses a rule for an operation that there is not, and then adds none of the others', async () => {
      const operations = [
        'putlogevents',
        'Describe*',
        'v1/logs',
        'ingest/*',
        'PutTransformer',
        'StartLiveTail',
      ];
      expect((await control('POST', 'faults', { kind: 'deny', operations })).status).to.equal(200);
      service.local.faults.clear();
      const rules = [{ kind: 'throttle' }, { kind: 'deny', exceptOperations: ['PutLogEvent'] }];
      const { status, body } = await control('POST', 'faults', rules);
      expect(status).to.equal(400);
      expect(body.message).to.match(
        /^fault\.exceptOperations must name operations.*did you mean PutLogEvents\?/,
      );
      expect(service.local.faults.list()).to.deep.equal([]);
    });

    it('refuses a time that is none, or two ways to set it', async () => {
      const before = service.local.clock.now();
      for (const wrong of [{ time: -1 }, { time: 1, advanceMillis: 1 }, { time: 1, zone: 'UTC' }, {}]) {
        expect((await control('POST', 'clock', wrong)).status, JSON.stringify(wrong)).to.equal(400);
      }
      expect(service.local.clock.now()).to.equal(before);
    });

    it('adds, lists and removes rules', async () => {
      const added = await control('POST', 'faults', [{ kind: 'throttle', count: 2 }, { kind: 'deny' }]);
      const [first] = added.body.ids as string[];
      await service.raw('DescribeLogGroups', '{}');
      const listed = await control('GET', 'faults');
      expect((listed.body.faults as object[])[0]).to.deep.equal({
        id: first,
        kind: 'throttle',
        count: 2,
        struck: 1,
      });
      const left = await control('DELETE', `faults?id=${first!}`);
      expect(left.body.faults).to.have.length(1);
      expect((await control('DELETE', 'faults')).body.faults).to.deep.equal([]);
    });

    it('refuses what is no rule, no JSON, or not sent as JSON', async () => {
      expect((await control('POST', 'faults', { kind: 'x' })).status).to.equal(400);
      expect((await control('POST', 'faults', '{')).status).to.equal(400);
      expect(
        (await control('POST', 'faults', '{"kind":"deny"}', { 'content-type': 'text/plain' })).status,
      ).to.equal(415);
      expect((await control('GET', 'nothing')).status).to.equal(404);
      expect(service.local.faults.list()).to.deep.equal([]);
    });

    it('sets the clock to a time of early 1970 too, in two steps', () => {
      const { clock } = service.local;
      clock.setTime(0);
      clock.advance(1_800_000_000);
      expect(clock.now()).to.equal(1_800_000_000);
      clock.reset();
    });

    it('sets the clock', async () => {
      const before = service.local.clock.now();
      expect((await control('POST', 'clock', { advanceMillis: HOUR })).body.time).to.equal(before + HOUR);
      expect((await control('POST', 'clock', { time: 1000 })).body.time).to.equal(1000);
      expect((await control('GET', 'clock')).body.time).to.equal(1000);
      expect((await control('POST', 'clock', { time: 'soon' })).status).to.equal(400);
      const seconds = await control('POST', 'clock', { time: 1_800_000_000 });
      expect(seconds.status).to.equal(400);
      expect(JSON.stringify(seconds.body)).to.include('as seconds it would be 2027-01-15T08:00:00.000Z');
      expect((await control('DELETE', 'clock')).body.time).to.equal(before);
    });
  });
});
